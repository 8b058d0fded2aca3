//! Persons with all their touches, for models of time to event.

use crate::channel::ChannelId;
use crate::channel::Channels;
use crate::error::{Error, Result};
use crate::event::PersonKey;
use crate::journeys::arena::block::Block;
use crate::journeys::arena::columns::{Journeys, People};
use crate::journeys::arena::observation::Observation;
use crate::journeys::arena::offsets::Offsets;
use crate::journeys::journey::{Journey, Outcome, Timeline};
use crate::time::TimeRange;
use rayon::prelude::*;
use std::ops::Range;

/// One person: every touch, oldest first, whether or not a journey has it, and the seconds and
/// outcomes of the conversions.
///
/// ```
/// use mixtouch::journeys::{Accumulator, Block};
/// use mixtouch::{Event, Events, Journey, JourneyOptions, Journeys, Result};
///
/// /// How many persons were watched, and how many of them converted.
/// #[derive(Default)]
/// struct Persons(u64, u64);
///
/// impl Accumulator for Persons {
///     fn observe(&mut self, _: Journey<'_>) {}
///     fn observe_block(&mut self, block: Block<'_>) {
///         for person in block.people() {
///             self.0 += 1;
///             self.1 += u64::from(person.conversions().next().is_some());
///         }
///     }
///     fn merge(&mut self, later: Self) -> Result<()> {
///         (self.0, self.1) = (self.0 + later.0, self.1 + later.1);
///         Ok(())
///     }
/// }
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "search"))?;
/// log.push(Event::touch("bob", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("bob", 1_767_312_000))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let Persons(watched, converted) = journeys.accumulate(Persons::default)?;
/// assert_eq!((watched, converted), (2, 1));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PersonTimeline<'a> {
    pub(crate) channels: &'a [ChannelId],
    pub(crate) times: &'a [u32],
    /// How many persons this one stands for: a bootstrap replicate says, 1 otherwise.
    pub(crate) weight: f64,
    journeys: &'a Journeys,
    number: usize,
    range: Range<usize>,
}

impl<'a> PersonTimeline<'a> {
    /// The channels of all touches, oldest first.
    pub fn channels(&self) -> &'a [ChannelId] {
        self.channels
    }

    /// The second of each touch, since 1970-01-01T00:00:00Z.
    pub fn times(&self) -> &'a [u32] {
        self.times
    }

    /// How many persons this one stands for: 1, or what a bootstrap replicate or a segment says.
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// Whether the person bought before the period.
    pub fn bought_before(&self) -> bool {
        self.journeys.bought_before(self.number)
    }

    /// The person's number in the arena.
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// The journeys reported, oldest first, each with its number in the arena.
    pub fn journeys(&self) -> impl Iterator<Item = (usize, Journey<'a>)> + use<'a> {
        let journeys = self.journeys;
        self.range.clone().map(|at| (at, journeys.journey(at)))
    }

    /// The conversions reported, in order of time: the second, and how many with what value.
    pub fn conversions(&self) -> impl Iterator<Item = (u32, Outcome)> + use<'a> {
        let journeys = self.journeys;
        let outcomes = self.range.start.min(journeys.outcomes.len())
            ..self.range.end.min(journeys.outcomes.len());
        outcomes
            .map(|at| (journeys.closes[at], journeys.outcomes[at]))
            .filter(|(_, outcome)| outcome.conversions > 0.0)
    }
}

impl<'a> Block<'a> {
    /// What was watched.
    pub fn observation(&self) -> &'a Observation {
        &self.journeys.observation
    }

    /// The persons whose first journey stands in the block. A person without journeys, as options
    /// may leave, counts with the journey behind; the last block has those behind all journeys. So
    /// blocks that cover the arena give each person once.
    pub fn people(&self) -> impl Iterator<Item = PersonTimeline<'a>> + use<'a> {
        let (journeys, draws) = (self.journeys, self.draws);
        let persons = journeys
            .people
            .as_ref()
            .map_or(0..0, |people| self.persons(people));
        persons.filter_map(move |person| {
            let weight = draws.map_or(1.0, |draws| f64::from(draws.person(person)));
            journeys.person_timeline(person, weight)
        })
    }

    fn persons(&self, people: &People) -> Range<usize> {
        let first = |journey: usize| people.first_from(journey);
        let end = if self.range.end == self.journeys.len() {
            people.codes.len()
        } else {
            first(self.range.end)
        };
        first(self.range.start)..end
    }
}

impl People {
    /// The first person whose journeys begin at `journey` or behind it.
    fn first_from(&self, journey: usize) -> usize {
        match journey.checked_sub(1) {
            None => 0,
            Some(before) => self
                .journey_ends
                .first_above(before)
                .saturating_add(1)
                .min(self.codes.len()),
        }
    }
}

impl Journeys {
    /// What was watched.
    pub fn observation(&self) -> &Observation {
        &self.observation
    }

    /// The time these journeys report: their period, where an open side ends with the first or the
    /// last second of the log.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "search"))?;
    /// log.push(Event::conversion("ann", 1_767_311_999))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// assert_eq!(journeys.observed_range()?.to_string(), "2026-01-01 to 2026-01-02");
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the journeys have no persons and times, like those of a path table, or if the log has no
    /// touch and no conversion.
    pub fn observed_range(&self) -> Result<TimeRange> {
        if !self.has_times() {
            return Err(Error::MissingInput {
                model: "a KPI".into(),
                needs: "persons and times".into(),
            });
        }
        let empty = || Error::Empty {
            what: "the log".into(),
            expected: "at least one touch or conversion in the period".into(),
        };
        let (first, last) = self.extent().ok_or_else(empty)?;
        let observation = &self.observation;
        let from = if observation.from > 0 {
            observation.from
        } else {
            first
        };
        let to = observation
            .to
            .map_or(i64::from(observation.end.max(last)) + 1, i64::from);
        TimeRange::new(i64::from(from), to.max(i64::from(from) + 1))
    }

    /// The first and the last second of any touch or close, if there is one.
    pub(crate) fn extent(&self) -> Option<(u32, u32)> {
        let times = || {
            [
                &self.timeline.as_ref().unwrap_or(&self.touches).times,
                &self.closes,
            ]
        };
        let first = times()
            .into_iter()
            .filter_map(|times| times.par_iter().min().copied())
            .min();
        first.zip(
            times()
                .into_iter()
                .filter_map(|times| times.par_iter().max().copied())
                .max(),
        )
    }

    /// How many persons stand at the front: those with a conversion in the period.
    pub(crate) fn converting_persons(&self) -> usize {
        self.people.as_ref().map_or(0, |people| people.converting)
    }

    /// Where a person stands in the order of persons: by rank, equal ranks by key.
    pub(crate) fn person_rank(&self, person: usize) -> Option<(u64, PersonKey<'_>)> {
        let people = self.people.as_ref()?;
        people
            .codes
            .get(person)
            .map(|&code| (people.table.rank(code), people.table.key(code)))
    }

    /// Whether a person bought before the period.
    pub(crate) fn bought_before(&self, person: usize) -> bool {
        let people = self.people.as_ref();
        people
            .and_then(|people| people.bought_before.get(person))
            .copied()
            .unwrap_or(false)
    }

    /// The person of that number.
    pub(crate) fn person_key(&self, person: usize) -> Option<PersonKey<'_>> {
        let people = self.people.as_ref()?;
        people.codes.get(person).map(|&code| people.table.key(code))
    }

    /// The places of sale that conversions name, which are numbered apart from channels.
    pub(crate) fn place_names(&self) -> Option<&Channels> {
        self.places.as_ref().map(|places| &places.names)
    }

    /// Where the conversion of a journey took place, by number among [`Journeys::place_names`].
    #[inline]
    pub(crate) fn place(&self, journey: usize) -> Option<ChannelId> {
        self.places
            .as_ref()?
            .by_journey
            .get(journey)
            .copied()
            .filter(|&place| place != ChannelId::NONE)
    }

    fn person_timeline(&self, person: usize, weight: f64) -> Option<PersonTimeline<'_>> {
        let people = self.people.as_ref()?;
        let begin = |ends: &Offsets| person.checked_sub(1).map_or(0, |before| ends.get(before));
        let Timeline { channels, times } = self.timeline(people, person, u32::MAX);
        Some(PersonTimeline {
            channels,
            times,
            weight,
            journeys: self,
            number: person,
            range: begin(&people.journey_ends)..people.journey_ends.get(person),
        })
    }
}
