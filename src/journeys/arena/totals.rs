//! What journeys add up to.

use serde::{Deserialize, Serialize};

/// What all journeys add up to.
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
