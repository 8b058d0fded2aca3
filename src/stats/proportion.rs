//! Proportions.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::stats::confidence::ConfidenceLevel;
use crate::stats::interval::Interval;

/// A proportion with its denominator.
///
/// ```
/// use mixtouch::stats::{ConfidenceLevel, Proportion};
///
/// let converted = Proportion::new(3, 12)?;
/// assert_eq!(converted.rate, Some(0.25));
/// assert_eq!(converted.to_string(), "25.00 % (95 % interval 8.89 to 53.23; 3 of 12)");
/// let narrower = converted.with_level(ConfidenceLevel::P90).interval.unwrap();
/// assert!(narrower.low() > 0.1 && narrower.high() < 0.5);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Proportion {
    /// The number of those counted, such as journeys that converted.
    pub count: u64,
    /// The number of all among whom they are counted: the denominator.
    pub population: u64,
    /// `count / population`, 0 to 1; `None` where the population is 0.
    pub rate: Option<f64>,
    /// The rate's score interval (Wilson 1927), which holds its level near 0 and 1 too; `None`
    /// where the population is 0.
    pub interval: Option<Interval>,
}

impl Proportion {
    /// `count` of `population`, with an interval at the level 0.95.
    ///
    /// # Errors
    /// If the count is above the population.
    pub fn new(count: u64, population: u64) -> Result<Self> {
        if count > population {
            return Err(Error::setting(
                "count of a proportion",
                count,
                format!("at most its population {population}"),
            ));
        }
        Ok(Self::from_counts(
            count,
            population,
            ConfidenceLevel::default(),
        ))
    }

    /// `count` of `population` with an interval of this level; a count above the population counts
    /// as the population.
    pub fn from_counts(count: u64, population: u64, level: ConfidenceLevel) -> Self {
        let count = count.min(population);
        let rate = (population > 0).then(|| count as f64 / population as f64);
        Self {
            count,
            population,
            rate,
            interval: rate.map(|rate| wilson(rate, population, level)),
        }
    }

    /// The same proportion with an interval at another level.
    #[must_use]
    pub fn with_level(&self, level: ConfidenceLevel) -> Self {
        Self::from_counts(self.count, self.population, level)
    }

    /// Another count of the same population.
    pub(crate) fn with_count(&self, count: u64) -> Self {
        Self::from_counts(count, self.population, self.level().unwrap_or_default())
    }

    /// The proportion in two populations together.
    pub(crate) fn merged(&self, other: &Self) -> Self {
        Self::from_counts(
            self.count + other.count,
            self.population + other.population,
            self.level().or(other.level()).unwrap_or_default(),
        )
    }

    /// The interval's level.
    fn level(&self) -> Option<ConfidenceLevel> {
        self.interval.map(|interval| interval.level())
    }
}

/// Wilson's score interval (1927) of a rate; it holds the rate and keeps within 0 to 1.
fn wilson(rate: f64, population: u64, level: ConfidenceLevel) -> Interval {
    wilson_at(rate, population as f64, level)
}

/// Wilson's interval of a rate from a number > 0 of independent trials, which need not be whole.
pub(crate) fn wilson_at(rate: f64, trials: f64, level: ConfidenceLevel) -> Interval {
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

impl fmt::Display for Proportion {
    /// The rate in percent, its interval and the two counts.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn proportion(count: u64, population: u64) -> Proportion {
        Proportion::new(count, population).unwrap()
    }

    #[test]
    fn proportions_by_hand() {
        // Wilson for 3 of 12 at z 1.959964: centre (0.25 + 0.160061) / 1.320122 = 0.310623, half
        // width 0.221886.
        let rate = proportion(3, 12);
        let interval = rate.interval.unwrap();
        assert!(
            (interval.low() - 0.088_937).abs() < 1e-5 && (interval.high() - 0.532_309).abs() < 1e-5,
            "{interval:?}"
        );
        assert_eq!(rate.merged(&proportion(1, 4)), proportion(4, 16));
        assert_eq!(rate.with_count(20), proportion(12, 12));
    }

    #[test]
    fn an_empty_population_has_no_rate() {
        let nobody = proportion(0, 0);
        assert_eq!((nobody.rate, nobody.interval), (None, None));
        assert_eq!(nobody.to_string(), "none (0 of 0)");
        assert_eq!(nobody.merged(&proportion(1, 4)), proportion(1, 4));
        assert!(Proportion::new(2, 1).is_err());
    }
}
