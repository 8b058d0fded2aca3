//! Demand that nobody records and that moves both the spend of a tested channel and the KPI.
//!
//! It adds share x the channel's mean contribution x root of activity / mean root to the KPI of a
//! period: by the period's own spend, as demand acts at once. What carries over then still tells how
//! long the channel itself works, and tests tell how much. A budget that follows demand grows with it
//! in proportion or more, so that demand bends as spend grows; where it did not, the channel's own
//! curve would take the bend for saturation.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};
use std::ops::Range;

use crate::mix::transform::activity::Activity;

/// The scale of the share.
const SCALE: f64 = 0.5;

/// What is sampled is standard normal. Beyond so much of it the share, 10^7, moves no more.
const FARTHEST: f64 = 8.0;

/// The share that belongs to a standard normal number, and its derivative: the quantile of Student's t
/// with 2 degrees of freedom, as most channels are hardly confounded and some very much. Sampled as it
/// is, such a tail costs draws.
///
/// With s = 2 Phi(z) - 1 the quantile is s (2 / (1 - s^2))^.5.
pub(super) fn share(z: f64) -> (f64, f64) {
    let x = z.clamp(-FARTHEST, FARTHEST) * FRAC_1_SQRT_2;
    let tails = libm::erfc(x) * libm::erfc(-x);
    let quantile = libm::erf(x) * (2.0 / tails).sqrt();
    let by_s = (2.0 / tails).sqrt() / tails;
    let by_z = FRAC_2_SQRT_PI * FRAC_1_SQRT_2 * libm::exp(-x * x);
    let slope = if z.abs() < FARTHEST { by_s * by_z } else { 0.0 };
    (SCALE * quantile, SCALE * slope)
}

/// The square root of activity over the mean of these, by row; 0 where there is none.
pub(super) fn course(activity: &Activity, geos: &Range<usize>, row_weights: &[f64]) -> Vec<f64> {
    let of_geo = |geo: usize| {
        let series = activity.of_geo(geo);
        let seen = &series[series.len() - activity.periods()..];
        seen.iter().map(|x| x.sqrt())
    };
    let weighted = geos.clone().zip(row_weights);
    let mean: f64 = weighted
        .map(|(geo, weight)| weight * of_geo(geo).sum::<f64>())
        .sum();
    let scale = if mean > 0.0 { 1.0 / mean } else { 0.0 };
    let rows = geos.clone().flat_map(of_geo);
    rows.map(|x| scale * x).collect()
}

#[cfg(test)]
mod tests;
