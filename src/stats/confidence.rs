//! How sure an interval is to be.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::stats::normal;

/// A level of confidence: a number between 0 and 1, both excluded; 0.95 by default.
///
/// An interval at the level 0.95 holds the true value in 95 of 100 repetitions of a study.
///
/// ```
/// use mixtouch::stats::ConfidenceLevel;
///
/// assert_eq!(ConfidenceLevel::default().get(), 0.95);
/// assert_eq!(ConfidenceLevel::new(0.9)?.get(), 0.9);
/// assert!(ConfidenceLevel::new(95.0).is_err());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct ConfidenceLevel(f64);

impl Default for ConfidenceLevel {
    fn default() -> Self {
        Self::P95
    }
}

impl ConfidenceLevel {
    /// The level 0.90.
    pub const P90: Self = Self(0.9);
    /// The level 0.95.
    pub const P95: Self = Self(0.95);
    /// The level 0.99.
    pub const P99: Self = Self(0.99);

    /// A level.
    ///
    /// # Errors
    /// If it is not between 0 and 1.
    pub fn new(level: f64) -> Result<Self> {
        let fits = level > 0.0 && level < 1.0;
        if fits {
            return Ok(Self(level));
        }
        Err(Error::setting(
            "level of confidence",
            level,
            "between 0 and 1",
        ))
    }

    /// The level as a number between 0 and 1.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The probability of lying below a two-sided interval, which is that of lying above it.
    pub(crate) fn tail(self) -> f64 {
        0.5 * (1.0 - self.0)
    }

    /// The probability of lying below the upper end of a two-sided interval.
    ///
    /// Not `1 - tail`: the two differ by rounding, and figures must not depend on which is used.
    pub(crate) fn upper(self) -> f64 {
        0.5 + 0.5 * self.0
    }

    /// How many standard errors the normal interval reaches on either side.
    pub(crate) fn z(self) -> f64 {
        normal::quantile(self.upper())
    }
}

impl TryFrom<f64> for ConfidenceLevel {
    type Error = Error;

    fn try_from(level: f64) -> Result<Self> {
        Self::new(level)
    }
}

impl From<ConfidenceLevel> for f64 {
    fn from(level: ConfidenceLevel) -> Self {
        level.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_lie_between_0_and_1() {
        assert!(ConfidenceLevel::new(0.0).is_err() && ConfidenceLevel::new(1.0).is_err());
        assert_eq!(
            ConfidenceLevel::new(f64::NAN).unwrap_err().to_string(),
            "level of confidence is NaN, expected: between 0 and 1"
        );
        assert!(serde_json::from_str::<ConfidenceLevel>("1.5").is_err());
        assert_eq!(
            serde_json::to_string(&ConfidenceLevel::P99).unwrap(),
            "0.99"
        );
    }
}
