//! Conversions with their value.

use crate::journeys::Outcome;
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// Conversions and their value.
///
/// ```
/// use mixtouch::Outcome;
/// use mixtouch::attribution::Tally;
///
/// let mut sum = Tally::from(Outcome::new(2.0, 5.0, 80.0)?);
/// sum += Tally { conversions: 0.5, value: 10.0 };
/// assert_eq!(sum, Tally { conversions: 2.5, value: 90.0 });
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// The number of conversions, 0 or more; a fraction where credit is divided.
    pub conversions: f64,
    /// Their value in all, in the log's currency.
    pub value: f64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.conversions += other.conversions;
        self.value += other.value;
    }
}

impl From<Outcome> for Tally {
    fn from(outcome: Outcome) -> Self {
        Self {
            conversions: outcome.conversions,
            value: outcome.value,
        }
    }
}

impl Tally {
    pub(super) fn scaled(self, conversions: f64, value: f64) -> Self {
        Self {
            conversions: self.conversions * conversions,
            value: self.value * value,
        }
    }
}
