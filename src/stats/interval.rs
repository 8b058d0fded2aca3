//! Intervals.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::stats::confidence::ConfidenceLevel;

/// An interval from `low` to `high`, both included, with its level.
///
/// ```
/// use mixtouch::stats::{ConfidenceLevel, Interval};
///
/// let interval = Interval::new(1.5, 4.0, ConfidenceLevel::P90)?;
/// assert!(interval.contains(2.0) && !interval.contains(0.0));
/// assert_eq!(interval.half_width(), 1.25);
/// assert_eq!(format!("{interval:.1}"), "90 % interval 1.5 to 4.0");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Interval {
    low: f64,
    high: f64,
    level: ConfidenceLevel,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    low: f64,
    high: f64,
    level: ConfidenceLevel,
}

impl TryFrom<Fields> for Interval {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        Self::new(fields.low, fields.high, fields.level)
    }
}

impl Interval {
    /// An interval from its two ends.
    ///
    /// # Errors
    /// If an end is not finite, or `low` is above `high`.
    pub fn new(low: f64, high: f64, level: ConfidenceLevel) -> Result<Self> {
        if low.is_finite() && high.is_finite() && low <= high {
            return Ok(Self { low, high, level });
        }
        Err(Error::setting(
            "interval",
            format!("{low} to {high}"),
            "two finite numbers in order",
        ))
    }

    /// An interval whose ends are in order by construction. Those of a model's draws may be
    /// infinite: some response curves have no tangent at 0.
    pub(crate) const fn from_ends(low: f64, high: f64, level: ConfidenceLevel) -> Self {
        Self { low, high, level }
    }

    /// The lower end.
    pub const fn low(&self) -> f64 {
        self.low
    }

    /// The upper end.
    pub const fn high(&self) -> f64 {
        self.high
    }

    /// The level of confidence.
    pub const fn level(&self) -> ConfidenceLevel {
        self.level
    }

    /// Whether a value lies in the interval, its ends included.
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Half the distance of the ends.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// The interval in another unit: both ends times `factor`, which is > 0.
    pub(crate) fn scaled(self, factor: f64) -> Self {
        Self {
            low: self.low * factor,
            high: self.high * factor,
            ..self
        }
    }
}

impl fmt::Display for Interval {
    /// Both ends and the level, with the formatter's precision (4 digits by default).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(4);
        write!(
            f,
            "{:.0} % interval {:.digits$} to {:.digits$}",
            100.0 * self.level.get(),
            self.low,
            self.high
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_finite_and_in_order() {
        let level = ConfidenceLevel::default();
        assert!(Interval::new(2.0, 1.0, level).is_err());
        assert!(Interval::new(1.0, f64::INFINITY, level).is_err());
        assert!(Interval::new(f64::NAN, 1.0, level).is_err());
        let json = r#"{"low": 2.0, "high": 1.0, "level": 0.9}"#;
        assert!(serde_json::from_str::<Interval>(json).is_err());
    }
}
