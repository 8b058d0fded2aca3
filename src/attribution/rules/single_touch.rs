//! All credit to one touch: the first or the last.

use crate::attribution::model::AttributionModel;
use crate::journeys::Journey;
use serde::{Deserialize, Serialize};

/// All credit to the last touch before the conversion.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::{Outcome, PathTable, attribute};
///
/// let mut table = PathTable::new();
/// table.push(["social", "search"], Outcome::new(2.0, 0.0, 80.0)?)?;
/// let credits = attribute(&table.journeys()?, &LastTouch)?;
/// assert_eq!(credits.channel("search").map(|tally| tally.value), Some(80.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastTouch;

impl AttributionModel for LastTouch {
    #[inline]
    fn weigh(&self, _: Journey<'_>, weights: &mut [f64]) -> f64 {
        weights[weights.len() - 1] = 1.0;
        0.0
    }
}

/// All credit to the first touch of the journey.
///
/// ```
/// use mixtouch::attribution::rules::FirstTouch;
/// use mixtouch::{Outcome, PathTable, attribute};
///
/// let mut table = PathTable::new();
/// table.push(["social", "search"], Outcome::new(2.0, 0.0, 80.0)?)?;
/// let credits = attribute(&table.journeys()?, &FirstTouch)?;
/// assert_eq!(credits.channel("social").map(|tally| tally.value), Some(80.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstTouch;

impl AttributionModel for FirstTouch {
    #[inline]
    fn weigh(&self, _: Journey<'_>, weights: &mut [f64]) -> f64 {
        weights[0] = 1.0;
        0.0
    }
}
