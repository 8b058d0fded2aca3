//! What journeys add up to.

use serde::{Deserialize, Serialize};

/// What all journeys add up to.
///
/// ```
/// use mixtouch::{Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social", "search"], Outcome::new(30.0, 70.0, 900.0)?)?;
/// let totals = paths.journeys()?.totals();
/// assert_eq!((totals.journeys, totals.touchpoints), (100.0, 200.0));
/// assert_eq!((totals.conversions, totals.value), (30.0, 900.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Totals {
    /// Journeys; a row of a path table is as many as its conversions and nulls.
    pub journeys: f64,
    /// Touches inside journeys.
    pub touchpoints: f64,
    /// Conversions.
    pub conversions: f64,
    /// Their value.
    pub value: f64,
    /// Journeys that ended without a conversion.
    pub nulls: f64,
}

impl std::ops::AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.journeys += other.journeys;
        self.touchpoints += other.touchpoints;
        self.conversions += other.conversions;
        self.value += other.value;
        self.nulls += other.nulls;
    }
}
