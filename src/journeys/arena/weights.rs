//! How often persons and journeys count in a bootstrap replicate or in a segment.

use crate::journeys::journey::Outcome;

/// How often everything counts in one replicate.
#[derive(Debug)]
pub(crate) enum BootstrapWeights {
    /// Of a log: by person, and the same by journey. Of the persons at the front only, where no
    /// more are asked for.
    Persons {
        by_person: Vec<u8>,
        by_journey: Vec<u8>,
    },
    /// Of a path table: the outcome of each row.
    Rows(Vec<Outcome>),
}

impl BootstrapWeights {
    #[inline]
    pub(in crate::journeys) fn outcome(&self, journey: usize, outcome: Outcome) -> Outcome {
        match self {
            Self::Persons { by_journey, .. } => {
                let times = f64::from(by_journey[journey]);
                Outcome {
                    conversions: outcome.conversions * times,
                    nulls: outcome.nulls * times,
                    value: outcome.value * times,
                }
            }
            Self::Rows(outcomes) => outcomes[journey],
        }
    }

    /// Leaves out what does not count in a segment.
    pub(crate) fn restrict(&mut self, segment: &Self) {
        if let (
            Self::Persons {
                by_person,
                by_journey,
            },
            Self::Persons {
                by_person: persons,
                by_journey: journeys,
            },
        ) = (self, segment)
        {
            by_person
                .iter_mut()
                .zip(persons)
                .for_each(|(times, counts)| *times *= counts);
            by_journey
                .iter_mut()
                .zip(journeys)
                .for_each(|(times, counts)| *times *= counts);
        }
    }

    /// How often a person counts; 1 where the draws are not by person.
    pub(crate) fn person(&self, person: usize) -> u8 {
        match self {
            Self::Persons { by_person, .. } => by_person[person],
            Self::Rows(_) => 1,
        }
    }
}
