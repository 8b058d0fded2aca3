//! Shares and means with how sure they are.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::experiment::Proportion;
use crate::stats::difference::{Student, check_level, normal_quantile};

/// A level of confidence between 0 and 1; 0.95 by default.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct ConfidenceLevel(f64);

impl Default for ConfidenceLevel {
    fn default() -> Self {
        Self(0.95)
    }
}

impl ConfidenceLevel {
    /// That level.
    ///
    /// # Errors
    /// If it is not between 0 and 1.
    pub fn new(level: f64) -> Result<Self> {
        check_level(level).map(|()| Self(level))
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// How many standard errors the normal interval reaches on either side.
    pub(crate) fn z(self) -> f64 {
        normal_quantile(0.5 + 0.5 * self.0)
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

/// A confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Ends")]
pub struct Interval {
    low: f64,
    high: f64,
    level: ConfidenceLevel,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ends {
    low: f64,
    high: f64,
    level: ConfidenceLevel,
}

impl TryFrom<Ends> for Interval {
    type Error = Error;

    fn try_from(ends: Ends) -> Result<Self> {
        Self::new(ends.low, ends.high, ends.level)
    }
}

impl Interval {
    /// From the one end to the other.
    ///
    /// # Errors
    /// Ends that are not finite or out of order.
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

    /// The same in another unit, `factor` (above 0) of which make one.
    pub(crate) fn scaled(self, factor: f64) -> Self {
        Self {
            low: self.low * factor,
            high: self.high * factor,
            ..self
        }
    }
}

impl fmt::Display for Interval {
    /// Both ends and the level, with the formatter's precision.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(4);
        write!(
            f,
            "{:.0} % interval {:.digits$} to {:.digits$}",
            100.0 * self.level.0,
            self.low,
            self.high
        )
    }
}

/// A share: so many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rate {
    /// How many of them.
    pub count: u64,
    /// Of how many.
    pub population: u64,
    /// The share, 0 to 1; none of nobody.
    pub rate: Option<f64>,
    /// Wilson's score interval of the share.
    pub interval: Option<Interval>,
}

impl Rate {
    /// `count` of `population`. More than all of them is taken as all: what is counted is among the
    /// population.
    pub fn new(count: u64, population: u64, level: ConfidenceLevel) -> Self {
        let count = count.min(population);
        let proportion = Proportion::new(count, population).ok();
        let interval = proportion.and_then(|proportion| proportion.interval(level.0).ok());
        let interval = interval.and_then(|(low, high)| Interval::new(low, high, level).ok());
        Self {
            count,
            population,
            rate: proportion.map(Proportion::rate),
            interval,
        }
    }

    /// Another number of the same population.
    pub(crate) fn with_count(&self, count: u64) -> Self {
        Self::new(
            count,
            self.population,
            self.interval
                .map_or_else(ConfidenceLevel::default, |interval| interval.level),
        )
    }

    /// The same of two populations together.
    pub(crate) fn merged(&self, other: &Self) -> Self {
        let level = self
            .interval
            .or(other.interval)
            .map_or_else(ConfidenceLevel::default, |interval| interval.level);
        Self::new(
            self.count + other.count,
            self.population + other.population,
            level,
        )
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.rate, self.interval) {
            (Some(rate), Some(interval)) => {
                write!(
                    f,
                    "{:.2} % ({:.2}; {} of {})",
                    100.0 * rate,
                    interval.scaled(100.0),
                    self.count,
                    self.population
                )
            }
            _ => write!(f, "none ({} of {})", self.count, self.population),
        }
    }
}

/// A mean.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Mean {
    /// How many values.
    pub population: u64,
    /// Their mean; none of no value.
    pub mean: Option<f64>,
    /// Student's t interval of the mean, from two values on.
    pub interval: Option<Interval>,
}

impl Mean {
    /// The mean of these values; none where one is not finite.
    pub fn of(values: &[f64], level: ConfidenceLevel) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count.max(1.0);
        let squares: f64 = values
            .iter()
            .map(|value| (value - mean) * (value - mean))
            .sum();
        Self::from_moments(
            values.len() as u64,
            mean,
            squares / (count - 1.0).max(1.0),
            level,
        )
    }

    /// From the values' number, mean and unbiased variance.
    pub(crate) fn from_moments(
        population: u64,
        mean: f64,
        variance: f64,
        level: ConfidenceLevel,
    ) -> Self {
        let half = || {
            Student::new(population as f64 - 1.0).quantile(0.5 + 0.5 * level.0)
                * (variance / population as f64).sqrt()
        };
        let interval = if population >= 2 {
            Interval::new(mean - half(), mean + half(), level).ok()
        } else {
            None
        };
        Self {
            population,
            mean: Some(mean).filter(|mean| population > 0 && mean.is_finite()),
            interval,
        }
    }
}

impl fmt::Display for Mean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.mean, self.interval) {
            (Some(mean), Some(interval)) => {
                write!(f, "{mean:.2} ({interval:.2}; of {})", self.population)
            }
            (Some(mean), None) => write!(f, "{mean:.2} (of {})", self.population),
            _ => write!(f, "none (of {})", self.population),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_by_hand() {
        // Wilson for 3 of 12 at z 1.959964: centre (0.25 + 0.160061) / 1.320122 = 0.310623, half
        // width 0.221886.
        let rate = Rate::new(3, 12, ConfidenceLevel::default());
        let interval = rate.interval.unwrap();
        assert!(
            (interval.low() - 0.088_937).abs() < 1e-5 && (interval.high() - 0.532_309).abs() < 1e-5,
            "{interval:?}"
        );
        assert_eq!(
            rate.to_string(),
            "25.00 % (95 % interval 8.89 to 53.23; 3 of 12)"
        );
        assert_eq!(
            rate.merged(&Rate::new(1, 4, ConfidenceLevel::default())),
            Rate::new(4, 16, ConfidenceLevel::default())
        );
        let nobody = Rate::new(0, 0, ConfidenceLevel::default());
        assert_eq!(
            (nobody.rate, nobody.interval, nobody.to_string().as_str()),
            (None, None, "none (0 of 0)")
        );
    }

    #[test]
    fn means_by_hand() {
        // 1, 2, 6: mean 3, variance (4 + 1 + 9) / 2 = 7, t 4.302653 with 2 degrees: half width
        // 4.302653 x sqrt(7 / 3) = 6.572411.
        let mean = Mean::of(&[1.0, 2.0, 6.0], ConfidenceLevel::default());
        let interval = mean.interval.unwrap();
        assert_eq!(mean.mean, Some(3.0));
        assert!(
            (interval.low() + 3.572_411).abs() < 1e-5 && (interval.high() - 9.572_411).abs() < 1e-5,
            "{interval:?}"
        );
        assert_eq!(Mean::of(&[4.0], ConfidenceLevel::default()).interval, None);
        assert_eq!(Mean::of(&[], ConfidenceLevel::default()).mean, None);
        assert_eq!(
            Mean::of(&[1.0, f64::NAN], ConfidenceLevel::default()).mean,
            None
        );
        assert!(ConfidenceLevel::new(1.0).is_err() && ConfidenceLevel::new(f64::NAN).is_err());
        assert!(
            serde_json::from_str::<Interval>(r#"{"low": 2.0, "high": 1.0, "level": 0.9}"#).is_err()
        );
    }
}
