//! Estimates from draws.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::stats::confidence::ConfidenceLevel;
use crate::stats::interval::Interval;
use crate::stats::quantile;

/// A figure with its interval: the weighted mean of a model's draws and the range of the middle
/// ones.
///
/// As JSON it is `{"mean", "low", "high", "level"}`.
///
/// ```
/// use mixtouch::stats::{ConfidenceLevel, Estimate};
///
/// let revenue = [120.0, 80.0, 110.0, 90.0];
/// let estimate = Estimate::from_draws(&revenue, &[0.25; 4], ConfidenceLevel::P90);
/// assert_eq!(estimate.value(), 100.0);
/// assert_eq!((estimate.low(), estimate.high()), (80.0, 120.0));
/// assert_eq!(format!("{estimate:.0}"), "100 (90 % interval 80 to 120)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    #[serde(rename = "mean")]
    value: f64,
    #[serde(flatten)]
    interval: Interval,
}

impl Estimate {
    /// A value with its interval.
    pub const fn new(value: f64, interval: Interval) -> Self {
        Self { value, interval }
    }

    /// The mean of weighted draws, with the interval that leaves an equal weight of draws below and
    /// above.
    ///
    /// Weights need not sum to 1; draws without a weight are ignored. Without draws all numbers are
    /// 0.
    pub fn from_draws(draws: &[f64], weights: &[f64], level: ConfidenceLevel) -> Self {
        let total: f64 = weights.iter().sum();
        let mean = draws.iter().zip(weights).map(|(d, w)| d * w).sum::<f64>() / total;
        let sorted = quantile::sorted_draws(draws.iter().copied().zip(weights.iter().copied()));
        let tail = level.tail();
        Self {
            value: if draws.is_empty() { 0.0 } else { mean },
            interval: Interval::from_ends(
                quantile::weighted(&sorted, tail),
                quantile::weighted(&sorted, 1.0 - tail),
                level,
            ),
        }
    }

    /// The point estimate.
    pub const fn value(&self) -> f64 {
        self.value
    }

    /// The interval around it.
    pub const fn interval(&self) -> Interval {
        self.interval
    }

    /// The interval's lower end.
    pub const fn low(&self) -> f64 {
        self.interval.low()
    }

    /// The interval's upper end.
    pub const fn high(&self) -> f64 {
        self.interval.high()
    }

    /// Whether the data hardly inform the figure: its interval holds 0, or is wider than the
    /// figure's own size.
    pub fn is_weakly_identified(&self) -> bool {
        self.interval.contains(0.0) || self.high() - self.low() > self.value.abs()
    }
}

impl fmt::Display for Estimate {
    /// The value and its interval, with the formatter's precision (4 digits by default).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(4);
        write!(f, "{:.digits$} ({:.digits$})", self.value, self.interval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_draws_are_0() {
        let estimate = Estimate::from_draws(&[], &[], ConfidenceLevel::P90);
        assert_eq!(
            (estimate.value(), estimate.low(), estimate.high()),
            (0.0, 0.0, 0.0)
        );
    }

    #[test]
    fn documents_keep_their_fields() {
        let interval = Interval::new(1.0, 3.0, ConfidenceLevel::P90).unwrap();
        let estimate = Estimate::new(2.0, interval);
        let json = serde_json::to_string(&estimate).unwrap();
        assert_eq!(json, r#"{"mean":2.0,"low":1.0,"high":3.0,"level":0.9}"#);
        assert_eq!(serde_json::from_str::<Estimate>(&json).unwrap(), estimate);
        assert!(serde_json::from_str::<Estimate>(&json.replace("1.0", "5.0")).is_err());
    }

    #[test]
    fn draws_inform_a_figure_whose_interval_is_narrow_and_without_0() {
        let estimate = |value, low, high| {
            Estimate::new(
                value,
                Interval::new(low, high, ConfidenceLevel::P90).unwrap(),
            )
        };
        assert!(!estimate(5.0, 4.0, 7.0).is_weakly_identified());
        assert!(estimate(5.0, 0.0, 4.0).is_weakly_identified());
        assert!(estimate(5.0, 2.0, 8.0).is_weakly_identified());
    }
}
