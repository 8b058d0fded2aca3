//! Wilson's score interval.

use crate::stats::confidence::ConfidenceLevel;
use crate::stats::interval::Interval;

/// Wilson's score interval (1927) of a rate from a number > 0 of independent trials, which need not
/// be whole; it holds the rate and keeps within 0 to 1.
pub(crate) fn wilson(rate: f64, trials: f64, level: ConfidenceLevel) -> Interval {
    let z = level.z();
    let centre = (rate + z * z / (2.0 * trials)) / (1.0 + z * z / trials);
    let half = z / (1.0 + z * z / trials)
        * (rate * (1.0 - rate) / trials + z * z / (4.0 * trials * trials)).sqrt();
    Interval::from_ends(
        (centre - half).clamp(0.0, rate),
        (centre + half).clamp(rate, 1.0),
        level,
    )
}
