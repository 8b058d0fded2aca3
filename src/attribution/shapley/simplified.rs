//! The subset-sum game.

use crate::attribution::distinct::spread_evenly;
use crate::attribution::model::AttributionModel;
use crate::journeys::Journey;
use serde::{Deserialize, Serialize};

/// Shapley value of the game in which a set of channels is worth the outcome of all journeys whose
/// channels lie within it (Zhao, Mahboobi and Bagheri 2018, "simplified"). It equals an equal split
/// over a journey's distinct channels, so any number of channels is exact in one pass; a channel's
/// part is spread over its touches.
///
/// ```
/// use mixtouch::{Outcome, PathTable, attribute};
/// use mixtouch::attribution::shapley::SimplifiedShapley;
///
/// let mut table = PathTable::new();
/// table.push(["social", "search", "social"], Outcome::new(1.0, 0.0, 60.0)?)?;
/// let credits = attribute(&table.journeys()?, &SimplifiedShapley)?;
/// assert_eq!(credits.channel("social").map(|tally| tally.value), Some(30.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimplifiedShapley;

impl AttributionModel for SimplifiedShapley {
    #[inline]
    fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
        spread_evenly(journey.channels(), weights, |_| 1.0);
        0.0
    }
}
