//! Journeys that stand side by side in the arena.

use super::Journeys;
use crate::journey::Journey;
use crate::person::PersonKey;
use std::ops::Range;

/// A run of journeys, to be read one by one: iterating gives each [`Journey`] in the arena's order.
#[derive(Debug, Clone)]
pub struct Block<'a> {
    pub(super) journeys: &'a Journeys,
    pub(super) range: Range<usize>,
    /// The person of the journey last given, where timelines are asked for.
    person: Option<usize>,
}

impl<'a> Block<'a> {
    pub(super) fn new(journeys: &'a Journeys, range: Range<usize>) -> Self {
        Self { journeys, range, person: None }
    }

    /// How many journeys remain.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether none remains.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// The same journeys, each with every touch of its person up to its close.
    pub(crate) fn with_timelines(self) -> Self {
        let person = self.journeys.people.as_ref().map(|people| people.journey_ends.first_above(self.range.start));
        Self { person, ..self }
    }

    /// The person of the journey last given, where timelines are asked for and there are persons.
    pub(crate) fn person(&self) -> Option<PersonKey<'a>> {
        let people = self.journeys.people.as_ref()?;
        Some(people.table.key(people.codes[self.person?]))
    }

    /// Moves on to the person of journey `at` and looks up the timeline.
    fn attach(&mut self, at: usize, journey: &mut Journey<'a>) {
        if let (Some(person), Some(people)) = (&mut self.person, &self.journeys.people) {
            while people.journey_ends.get(*person) <= at {
                *person += 1;
            }
            journey.timeline = Some(self.journeys.timeline(people, *person, journey.close));
        }
    }
}

impl<'a> Iterator for Block<'a> {
    type Item = Journey<'a>;

    #[inline]
    fn next(&mut self) -> Option<Journey<'a>> {
        let at = self.range.next()?;
        let mut journey = self.journeys.journey(at);
        if self.person.is_some() {
            self.attach(at, &mut journey);
        }
        Some(journey)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.range.size_hint()
    }
}

impl ExactSizeIterator for Block<'_> {}
