//! Persons with very many touches, as robots and shared devices have.

use crate::journeys::arena::columns::{Journeys, People};
use crate::journeys::irregularities::{HeavyPersons, Irregularities};

/// Touches of a person that a report warns about: some 30 a day over a month.
const MANY_TOUCHES: usize = 1_000;

impl Journeys {
    /// What in the log is out of the ordinary: repeated orders, missing persons, several goals,
    /// persons with very many touches. Takes a pass over persons.
    pub fn irregularities(&self) -> Irregularities {
        self.shard_irregularities().told()
    }

    /// The same of a shard, a single goal included.
    pub(crate) fn shard_irregularities(&self) -> Irregularities {
        let heavy = self
            .people
            .as_ref()
            .map(|people| self.heavy_persons(people, MANY_TOUCHES));
        let mut irregularities = self.irregularities.clone();
        irregularities.heavy = heavy.unwrap_or_default();
        let touches = self.all_touches() as u64 + irregularities.left_out.touches;
        irregularities.left_out.set_share(touches);
        irregularities
    }

    fn heavy_persons(&self, people: &People, limit: usize) -> HeavyPersons {
        let mut heavy = HeavyPersons {
            limit: limit as u64,
            ..HeavyPersons::default()
        };
        let mut start = 0;
        for person in 0..people.codes.len() {
            let end = people.touch_ends.get(person);
            if end - start > limit {
                heavy.persons += 1;
                heavy.touches += (end - start) as u64;
                heavy.most = heavy.most.max((end - start) as u64);
                heavy.conversions += self.conversions_of(people, person);
            }
            start = end;
        }
        heavy.set_share(self.all_touches() as u64);
        heavy
    }

    fn conversions_of(&self, people: &People, person: usize) -> f64 {
        let start = person
            .checked_sub(1)
            .map_or(0, |before| people.journey_ends.get(before));
        let journeys = start..people.journey_ends.get(person);
        let outcomes = journeys.map(|at| self.journey(at).outcome().conversions());
        outcomes.fold(0.0, |sum, conversions| sum + conversions)
    }

    /// How many touches all persons have.
    pub(crate) fn all_touches(&self) -> usize {
        let timeline = self.timeline.as_ref().unwrap_or(&self.touches);
        timeline.channels.len()
    }
}
