//! Journeys that stand side by side in the arena.

use crate::channel::ChannelId;
use crate::event::PersonKey;
use crate::journeys::arena::Journeys;
use crate::journeys::journey::{Journey, Timeline};
use crate::journeys::sample::{BootstrapWeights, Sample};
use std::ops::Range;

/// A run of journeys, to be read one by one: iterating gives each [`Journey`] in the arena's order.
#[derive(Debug, Clone)]
pub struct Block<'a> {
    pub(crate) journeys: &'a Journeys,
    pub(crate) draws: Option<&'a BootstrapWeights>,
    pub(crate) range: Range<usize>,
    /// The person of the journey last given, where timelines are asked for.
    person: Option<usize>,
}

impl<'a> Block<'a> {
    pub(crate) fn new(Sample { journeys, draws }: Sample<'a>, range: Range<usize>) -> Self {
        Self {
            journeys,
            draws,
            range,
            person: None,
        }
    }

    /// How many journeys remain.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether none remains.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// Cuts off the journeys that are known to be one null each: those behind the journeys of
    /// converting persons, unless a replicate counts them otherwise.
    pub(crate) fn split_nulls(self) -> (Self, NullRun<'a>) {
        let known = if self.draws.is_some() {
            self.range.end
        } else {
            self.journeys.converting()
        };
        let middle = known.clamp(self.range.start, self.range.end);
        let nulls = NullRun {
            journeys: self.journeys,
            range: middle..self.range.end,
        };
        (
            Self {
                range: self.range.start..middle,
                ..self
            },
            nulls,
        )
    }

    /// The same journeys, each with every touch of its person up to its close.
    pub(crate) fn with_timelines(self) -> Self {
        let person = self
            .journeys
            .people
            .as_ref()
            .map(|people| people.journey_ends.first_above(self.range.start));
        Self { person, ..self }
    }

    /// The person of the journey last given, where timelines are asked for and there are persons.
    pub(crate) fn person(&self) -> Option<PersonKey<'a>> {
        let people = self.journeys.people.as_ref()?;
        Some(people.table.key(people.codes[self.person?]))
    }

    /// Moves on to the person of journey `at`, where timelines are asked for, and looks up the
    /// timeline.
    fn timeline(&mut self, at: usize, close: u32) -> Option<Timeline<'a>> {
        let (person, people) = (self.person.as_mut()?, self.journeys.people.as_ref()?);
        while people.journey_ends.get(*person) <= at {
            *person += 1;
        }
        Some(self.journeys.timeline(people, *person, close))
    }
}

impl<'a> Iterator for Block<'a> {
    type Item = Journey<'a>;

    /// Inlined and without a reference to the journey, which so stays in registers: by way of
    /// memory, handing it over took longer than dividing its outcome.
    #[inline]
    fn next(&mut self) -> Option<Journey<'a>> {
        let at = self.range.next()?;
        let mut journey = self.journeys.journey(at);
        if let Some(draws) = self.draws {
            journey.outcome = draws.outcome(at, journey.outcome);
        }
        if self.person.is_some() {
            journey.timeline = self.timeline(at, journey.close);
        }
        Some(journey)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.range.size_hint()
    }
}

impl ExactSizeIterator for Block<'_> {}

/// A run of journeys of one null each, with their touches laid bare.
#[derive(Debug)]
pub(crate) struct NullRun<'a> {
    journeys: &'a Journeys,
    range: Range<usize>,
}

impl<'a> NullRun<'a> {
    /// All touches from the first journey's first to the last one's last; in between are some that
    /// belong to no journey.
    pub(crate) fn touches(&self) -> &'a [ChannelId] {
        if self.range.is_empty() {
            return &[];
        }
        let last = self.range.end - 1;
        &self.journeys.touches.channels
            [self.journeys.starts.get(self.range.start)..self.journeys.ends.get(last)]
    }

    /// Hands on where in [`NullRun::touches`] each journey starts and ends, in order and without
    /// overlap.
    #[inline]
    pub(crate) fn each_bound(&self, take: impl FnMut(usize, usize)) {
        let Journeys { starts, ends, .. } = self.journeys;
        starts.each_with(ends, self.range.clone(), take);
    }
}
