//! Demand that nobody records and that moves both the spend of a tested channel and the KPI.
//!
//! It adds share x the channel's mean contribution x activity / mean activity to the KPI of a period:
//! in proportion to the period's own spend, as demand acts at once. What carries over then still
//! tells how long the channel itself works, and tests tell how much.

use std::ops::Range;

use crate::linalg::dot::sum;
use crate::mix::transform::activity::Activity;
use crate::util::Random;

/// The scale of the share.
pub(super) const SCALE: f64 = 0.5;

/// The share is Student's t with so many degrees of freedom: most channels are hardly confounded,
/// some very much.
const DEGREES: f64 = 2.0;

/// The logarithm of the density of the share in units of its scale, and its derivative.
pub(super) fn prior(z: f64) -> (f64, f64) {
    let log_density = -0.5 * (DEGREES + 1.0) * libm::log1p(z * z / DEGREES);
    (log_density, -(DEGREES + 1.0) * z / (DEGREES + z * z))
}

/// A share in units of its scale.
pub(super) fn draw(random: &mut Random) -> f64 {
    let tail = 0.5 * DEGREES / random.gamma(0.5 * DEGREES);
    tail.sqrt() * random.normal()
}

/// Activity over its mean, by row; 0 where there is none.
pub(super) fn course(activity: &Activity, geos: &Range<usize>, row_weights: &[f64]) -> Vec<f64> {
    let of_geo = |geo: usize| {
        let series = activity.of_geo(geo);
        &series[series.len() - activity.periods()..]
    };
    let weighted = geos.clone().zip(row_weights);
    let mean: f64 = weighted
        .map(|(geo, weight)| weight * sum(of_geo(geo)))
        .sum();
    let scale = if mean > 0.0 { 1.0 / mean } else { 0.0 };
    let rows = geos.clone().flat_map(of_geo);
    rows.map(|x| scale * x).collect()
}
