//! Persons with all their touches, for models of time to event.

use super::{Block, Journeys, People};
use crate::channel::ChannelId;
use crate::journey::{Outcome, Timeline};
use std::ops::Range;

/// What was watched: conversions from `from` to `end`, both included; channels that are to get no credit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Observation {
    pub(crate) from: u32,
    pub(crate) end: u32,
    pub(crate) excluded: Vec<ChannelId>,
}

/// One person: every touch, oldest first, whether or not a journey has it, and the seconds and outcomes of the conversions.
#[derive(Debug, Clone)]
pub(crate) struct PersonTimeline<'a> {
    pub(crate) channels: &'a [ChannelId],
    pub(crate) times: &'a [u32],
    /// How many persons this one stands for: a bootstrap replicate says, 1 otherwise.
    pub(crate) weight: f64,
    journeys: &'a Journeys,
    range: Range<usize>,
}

impl<'a> PersonTimeline<'a> {
    /// The conversions reported, in order of time: the second, and how many with what value.
    pub(crate) fn conversions(&self) -> impl Iterator<Item = (u32, Outcome)> + use<'a> {
        let journeys = self.journeys;
        let outcomes = self.range.start.min(journeys.outcomes.len())..self.range.end.min(journeys.outcomes.len());
        outcomes.map(|at| (journeys.closes[at], journeys.outcomes[at])).filter(|(_, outcome)| outcome.conversions > 0.0)
    }
}

impl<'a> Block<'a> {
    /// What was watched.
    pub(crate) fn observation(&self) -> &'a Observation {
        &self.journeys.observation
    }

    /// The persons whose first journey stands in the block. A person without journeys, as options may leave, counts with the
    /// journey behind; the last block has those behind all journeys. So blocks that cover the arena give each person once.
    pub(crate) fn people(&self) -> impl Iterator<Item = PersonTimeline<'a>> + use<'a> {
        let (journeys, draws) = (self.journeys, self.draws);
        let persons = journeys.people.as_ref().map_or(0..0, |people| self.persons(people));
        persons.filter_map(move |person| {
            let weight = draws.map_or(1.0, |draws| f64::from(draws.person(person)));
            journeys.person_timeline(person, weight)
        })
    }

    fn persons(&self, people: &People) -> Range<usize> {
        let first = |journey: usize| people.first_from(journey);
        let end = if self.range.end == self.journeys.len() { people.codes.len() } else { first(self.range.end) };
        first(self.range.start)..end
    }
}

impl People {
    /// The first person whose journeys begin at `journey` or behind it.
    fn first_from(&self, journey: usize) -> usize {
        match journey.checked_sub(1) {
            None => 0,
            Some(before) => self.journey_ends.first_above(before).saturating_add(1).min(self.codes.len()),
        }
    }
}

impl Journeys {
    fn person_timeline(&self, person: usize, weight: f64) -> Option<PersonTimeline<'_>> {
        let people = self.people.as_ref()?;
        let begin = |ends: &super::Offsets| person.checked_sub(1).map_or(0, |before| ends.get(before));
        let Timeline { channels, times } = self.timeline(people, person, u32::MAX);
        Some(PersonTimeline {
            channels,
            times,
            weight,
            journeys: self,
            range: begin(&people.journey_ends)..people.journey_ends.get(person),
        })
    }
}
