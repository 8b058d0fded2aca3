//! The same credit to every touch.

use crate::attribution::model::AttributionModel;
use crate::journeys::Journey;
use serde::{Deserialize, Serialize};

/// The same credit to every touch; a channel touched twice counts twice.
///
/// Adobe's worked example, an order of $50 after four touches, gives each 12.50:
///
/// ```
/// use mixtouch::{Outcome, PathTable, attribute};
/// use mixtouch::attribution::rules::Linear;
///
/// let mut table = PathTable::new();
/// table.push(["paid search", "social", "e-mail", "display"], Outcome::new(1.0, 0.0, 50.0)?)?;
/// let credits = attribute(&table.journeys()?, &Linear)?;
/// assert!(credits.by_channel().iter().all(|tally| tally.value == 12.50));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linear;

impl AttributionModel for Linear {
    #[inline]
    fn weigh(&self, _: Journey<'_>, weights: &mut [f64]) -> f64 {
        weights.fill(1.0);
        0.0
    }
}
