//! Journeys that stand side by side in the arena.

use crate::channel::ChannelId;
use crate::event::PersonKey;
use crate::journeys::arena::columns::Journeys;
use crate::journeys::arena::sample::Sample;
use crate::journeys::arena::weights::BootstrapWeights;
use crate::journeys::journey::{Journey, Timeline};
use std::ops::Range;

/// A run of journeys, to be read one by one: iterating gives each [`Journey`] in the arena's order.
///
/// [`Accumulator::observe_block`](crate::journeys::Accumulator::observe_block) is handed blocks.
///
/// ```
/// use mixtouch::journeys::{Accumulator, Block};
/// use mixtouch::{Journey, Outcome, PathTable, Result};
///
/// /// Touches of journeys with and without a conversion; null journeys are counted in bulk.
/// #[derive(Default, Debug, PartialEq)]
/// struct Touches { converting: usize, null: usize }
///
/// impl Accumulator for Touches {
///     fn observe(&mut self, journey: Journey<'_>) {
///         let converts = journey.outcome().conversions() > 0.0;
///         *(if converts { &mut self.converting } else { &mut self.null }) += journey.len();
///     }
///     fn observe_block(&mut self, block: Block<'_>) {
///         let (journeys, nulls) = block.split_nulls();
///         journeys.for_each(|journey| self.observe(journey));
///         nulls.each_bound(|start, end| self.null += end - start);
///     }
///     fn merge(&mut self, later: Self) -> Result<()> {
///         self.converting += later.converting;
///         self.null += later.null;
///         Ok(())
///     }
/// }
///
/// let mut table = PathTable::new();
/// table.push(["search", "social"], Outcome::new(1.0, 0.0, 20.0)?)?;
/// table.push(["search"], Outcome::NULL)?;
/// let touches = table.journeys()?.accumulate(Touches::default)?;
/// assert_eq!(touches, Touches { converting: 2, null: 1 });
/// # Ok::<(), mixtouch::Error>(())
/// ```
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
    pub fn split_nulls(self) -> (Self, NullRun<'a>) {
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
    pub fn with_timelines(self) -> Self {
        let person = self
            .journeys
            .people
            .as_ref()
            .map(|people| people.journey_ends.first_above(self.range.start));
        Self { person, ..self }
    }

    /// The person of the journey last given, where timelines are asked for and there are persons.
    pub fn person(&self) -> Option<PersonKey<'a>> {
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

impl Journeys {
    /// The journeys that may have conversions, as one block.
    pub(crate) fn converting_block(&self) -> Block<'_> {
        Block::new(self.sample(), 0..self.converting())
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

/// A run of journeys of one null each, as one run of touches.
#[derive(Debug)]
pub struct NullRun<'a> {
    journeys: &'a Journeys,
    range: Range<usize>,
}

impl<'a> NullRun<'a> {
    /// All touches from the first journey's first to the last one's last; in between are some that
    /// belong to no journey.
    pub fn touches(&self) -> &'a [ChannelId] {
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
    pub fn each_bound(&self, take: impl FnMut(usize, usize)) {
        let Journeys { starts, ends, .. } = self.journeys;
        starts.each_with(ends, self.range.clone(), take);
    }
}
