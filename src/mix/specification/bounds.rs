//! Bounds of a coefficient.

use std::ops::{Bound, RangeBounds};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The lowest and the highest value a coefficient may take, both included; none for no bound.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bounds {
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
}

impl Bounds {
    /// The bounds of a range; an infinite end is no bound.
    pub(crate) fn from_range(range: impl RangeBounds<f64>) -> Self {
        let end = |bound: Bound<&f64>| match bound {
            Bound::Included(value) | Bound::Excluded(value) => Some(*value),
            Bound::Unbounded => None,
        };
        Self {
            low: end(range.start_bound()).filter(|low| *low != f64::NEG_INFINITY),
            high: end(range.end_bound()).filter(|high| *high != f64::INFINITY),
        }
    }

    /// An error if a bound is not finite or the lower bound is above the upper one.
    pub(crate) fn check(&self) -> Result<()> {
        let inverted = self
            .low
            .zip(self.high)
            .is_some_and(|(low, high)| low > high);
        let infinite = self.low.iter().chain(&self.high).any(|b| !b.is_finite());
        if inverted || infinite {
            let end = |bound: Option<f64>| bound.map_or(String::new(), |b| b.to_string());
            return Err(Error::setting(
                "bounds",
                format!("{}..{}", end(self.low), end(self.high)),
                "finite bounds, the lower one at most the upper one",
            ));
        }
        Ok(())
    }
}
