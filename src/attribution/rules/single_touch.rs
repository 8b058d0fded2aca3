//! All credit to one touch: the first or the last.

use crate::attribution::model::AttributionModel;
use crate::journeys::Journey;
use serde::{Deserialize, Serialize};

/// All credit to the last touch before the conversion.
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstTouch;

impl AttributionModel for FirstTouch {
    #[inline]
    fn weigh(&self, _: Journey<'_>, weights: &mut [f64]) -> f64 {
        weights[0] = 1.0;
        0.0
    }
}
