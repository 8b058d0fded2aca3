//! Sums of outcomes as they are stored.

use crate::error::{Error, Result};
use crate::journeys::Outcome;
use serde::{Deserialize, Serialize};

/// A sum of outcomes in stored evidence. One outcome is at most 10^15; a sum of them may be more.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredOutcome {
    conversions: f64,
    nulls: f64,
    value: f64,
}

impl From<Outcome> for StoredOutcome {
    fn from(outcome: Outcome) -> Self {
        Self {
            conversions: outcome.conversions,
            nulls: outcome.nulls,
            value: outcome.value,
        }
    }
}

impl TryFrom<StoredOutcome> for Outcome {
    type Error = Error;

    fn try_from(stored: StoredOutcome) -> Result<Self> {
        let StoredOutcome {
            conversions,
            nulls,
            value,
        } = stored;
        let tallies = [conversions, nulls, value];
        if !tallies
            .iter()
            .all(|tally| (0.0..f64::INFINITY).contains(tally))
        {
            let expected = "finite numbers, 0 or more";
            return Err(Error::setting(
                "a sum of outcomes",
                format!("{tallies:?}"),
                expected,
            ));
        }
        Ok(Self {
            conversions,
            nulls,
            value,
        })
    }
}
