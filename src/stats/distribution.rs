//! A sample in a few numbers.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::stats::confidence::ConfidenceLevel;
use crate::stats::mean::Mean;
use crate::stats::quantile::Quantile;

/// Probabilities of the quantiles a report gives.
const PROBABILITIES: [f64; 5] = [0.1, 0.25, 0.5, 0.75, 0.9];

/// The mean and five quantiles of a sample.
///
/// ```
/// use mixtouch::stats::{ConfidenceLevel, Distribution};
///
/// let days = (1..=10).map(f64::from).collect();
/// let to_purchase = Distribution::from_values(days, "days", ConfidenceLevel::default());
/// assert_eq!(to_purchase.quantile(0.5), Some(5.5));
/// assert_eq!(to_purchase.mean.mean, Some(5.5));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Distribution {
    /// The unit of the values, such as `days`.
    pub unit: String,
    /// Their number and mean.
    pub mean: Mean,
    /// The smallest value; `None` without values.
    pub smallest: Option<f64>,
    /// The largest value; `None` without values.
    pub largest: Option<f64>,
    /// The 10th, 25th, 50th, 75th and 90th percentile; empty without values.
    pub quantiles: Vec<Quantile>,
}

impl Distribution {
    /// The distribution of values in any order, without those that are not finite.
    pub fn from_values(mut values: Vec<f64>, unit: &str, level: ConfidenceLevel) -> Self {
        values.retain(|value| value.is_finite());
        values.sort_unstable_by(f64::total_cmp);
        Self {
            unit: unit.to_owned(),
            mean: Mean::from_values(&values, level),
            smallest: values.first().copied(),
            largest: values.last().copied(),
            quantiles: PROBABILITIES
                .iter()
                .filter_map(|&probability| Quantile::from_sorted(&values, probability, level))
                .collect(),
        }
    }

    /// The value of one of the five quantiles, by its probability.
    pub fn quantile(&self, probability: f64) -> Option<f64> {
        self.quantiles
            .iter()
            .find(|quantile| quantile.probability == probability)
            .map(|quantile| quantile.value)
    }
}

impl fmt::Display for Distribution {
    /// The mean and the quantiles on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mean {} {}", self.mean, self.unit)?;
        self.quantiles.iter().try_for_each(|quantile| {
            write!(
                f,
                ", p{:.0} {:.2}",
                100.0 * quantile.probability,
                quantile.value
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    #[test]
    fn quantiles_by_hand() {
        // 1 to 10: the median lies half-way between the 5th and 6th. Of 10, Binomial(10, 1/2) has
        // P(<= 1) = 11 / 1024 and P(<= 2) = 56 / 1024 = 0.055 > 0.025: from the 2nd to the 9th
        // smallest, which hold the median with 97.9 %.
        let all = Distribution::from_values(
            (1..=10).rev().map(f64::from).collect(),
            "days",
            ConfidenceLevel::default(),
        );
        assert_eq!(
            (
                all.quantile(0.5),
                all.quantile(0.9),
                all.smallest,
                all.largest
            ),
            (Some(5.5), Some(9.1), Some(1.0), Some(10.0))
        );
        let interval = all.quantiles[2].interval.unwrap();
        assert_eq!((interval.low(), interval.high()), (2.0, 9.0));
        assert_eq!(
            all.quantiles[4].interval, None,
            "ten values say too little about the 90th percentile"
        );
    }

    #[test]
    fn few_values_have_what_they_support() {
        let level = ConfidenceLevel::default();
        let one = Distribution::from_values(vec![3.0, f64::NAN], "days", level);
        assert_eq!((one.quantile(0.1), one.mean.population), (Some(3.0), 1));
        let none = Distribution::from_values(vec![], "days", level);
        assert_eq!((none.quantiles.len(), none.mean.mean), (0, None));
        assert_eq!(none.to_string(), "mean none (of 0) days");
    }

    #[test]
    fn intervals_of_quantiles_hold_their_level() {
        // Exponential values: the true quartile is -ln(3 / 4).
        let truth = -libm::log(0.75);
        let covered = (0..500).filter(|&seed| {
            let mut random = Random::new(seed);
            let values = (0..80).map(|_| random.exponential(1.0)).collect();
            let sample = Distribution::from_values(values, "s", ConfidenceLevel::default());
            sample.quantiles[1].interval.unwrap().contains(truth)
        });
        let share = covered.count() as f64 / 500.0;
        assert!((0.93..=0.995).contains(&share), "{share}");
    }
}
