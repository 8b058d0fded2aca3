//! Means.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::stats::confidence::ConfidenceLevel;
use crate::stats::interval::Interval;
use crate::stats::ratio_sums::RatioSums;
use crate::stats::student::Student;

/// A mean with the number of values it is taken over.
///
/// ```
/// use mixtouch::stats::{ConfidenceLevel, Mean};
///
/// let basket = Mean::from_values(&[40.0, 55.0, 61.0, 48.0], ConfidenceLevel::default());
/// assert_eq!((basket.mean, basket.population), (Some(51.0), 4));
/// assert!(basket.interval.unwrap().contains(51.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Mean {
    /// The number of values.
    pub population: u64,
    /// Their mean; `None` without values.
    pub mean: Option<f64>,
    /// Student's t interval of the mean; `None` with fewer than two values, or the values of one
    /// person.
    pub interval: Option<Interval>,
}

impl Mean {
    /// The mean of values; `None` where one of them is not finite.
    pub fn from_values(values: &[f64], level: ConfidenceLevel) -> Self {
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

    /// The mean of values of which persons have several, such as their answers: the ratio of the
    /// sum of a person's values to their number, with the interval of [`RatioSums::interval`].
    ///
    /// ```
    /// use mixtouch::stats::{ConfidenceLevel, Mean, RatioSums};
    ///
    /// let mut answers = RatioSums::default();
    /// for (sum, count) in [(9.0, 2.0), (2.0, 1.0), (12.0, 3.0)] {
    ///     answers.add(sum, count)?;
    /// }
    /// let effort = Mean::clustered(&answers, ConfidenceLevel::P95);
    /// assert_eq!((effort.population, effort.mean), (6, Some(23.0 / 6.0)));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn clustered(sums: &RatioSums, level: ConfidenceLevel) -> Self {
        Self {
            population: sums.totals().1 as u64,
            mean: sums.ratio().filter(|mean| mean.is_finite()),
            interval: sums.interval(level),
        }
    }

    /// From the values' number, mean and unbiased variance.
    pub(crate) fn from_moments(
        population: u64,
        mean: f64,
        variance: f64,
        level: ConfidenceLevel,
    ) -> Self {
        Self {
            population,
            mean: Some(mean).filter(|mean| population > 0 && mean.is_finite()),
            interval: student_interval(population, mean, variance, level),
        }
    }
}

fn student_interval(
    population: u64,
    mean: f64,
    variance: f64,
    level: ConfidenceLevel,
) -> Option<Interval> {
    if population < 2 {
        return None;
    }
    let t = Student::new(population as f64 - 1.0).quantile(level.upper());
    let half = t * (variance / population as f64).sqrt();
    Interval::new(mean - half, mean + half, level).ok()
}

impl fmt::Display for Mean {
    /// The mean, its interval and the number of values.
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
    fn means_by_hand() {
        // 1, 2, 6: mean 3, variance (4 + 1 + 9) / 2 = 7, t 4.302653 with 2 degrees: half width
        // 4.302653 x sqrt(7 / 3) = 6.572411.
        let level = ConfidenceLevel::default();
        let mean = Mean::from_values(&[1.0, 2.0, 6.0], level);
        let interval = mean.interval.unwrap();
        assert_eq!(mean.mean, Some(3.0));
        assert!(
            (interval.low() + 3.572_411).abs() < 1e-5 && (interval.high() - 9.572_411).abs() < 1e-5,
            "{interval:?}"
        );
        assert_eq!(Mean::from_values(&[4.0], level).interval, None);
        assert_eq!(Mean::from_values(&[], level).mean, None);
        assert_eq!(Mean::from_values(&[1.0, f64::NAN], level).mean, None);
    }
}
