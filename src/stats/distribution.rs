//! A distribution in a few numbers.

use std::fmt;

use serde::{Deserialize, Serialize};
use statrs::distribution::{Binomial, DiscreteCDF};

use crate::stats::figures::{ConfidenceLevel, Interval, Mean};

/// Probabilities of the quantiles a report gives.
const PROBABILITIES: [f64; 5] = [0.1, 0.25, 0.5, 0.75, 0.9];

/// The mean and some quantiles of a number of values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Distribution {
    /// What the values are in, such as days.
    pub unit: String,
    /// How many there are, and their mean.
    pub mean: Mean,
    /// The smallest; none of no value.
    pub smallest: Option<f64>,
    /// The largest.
    pub largest: Option<f64>,
    /// The 10th, 25th, 50th, 75th and 90th percentile; nothing of no value.
    pub quantiles: Vec<Quantile>,
}

/// A value below which a share of all values lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Quantile {
    /// The share, 0 to 1.
    pub probability: f64,
    /// The value, interpolated between its neighbours (Hyndman and Fan 1996, definition 7, as R and
    /// NumPy by default).
    pub value: f64,
    /// From one order statistic to another, so that a binomial says how sure; none where the values
    /// are too few.
    pub interval: Option<Interval>,
}

impl Distribution {
    /// Of these values in any order; those that are not finite are left out.
    pub fn of(mut values: Vec<f64>, unit: &str, level: ConfidenceLevel) -> Self {
        values.retain(|value| value.is_finite());
        values.sort_unstable_by(f64::total_cmp);
        let quantiles = if values.is_empty() {
            &[]
        } else {
            &PROBABILITIES[..]
        };
        Self {
            unit: unit.to_owned(),
            mean: Mean::of(&values, level),
            smallest: values.first().copied(),
            largest: values.last().copied(),
            quantiles: quantiles
                .iter()
                .map(|&probability| Quantile::of(&values, probability, level))
                .collect(),
        }
    }

    /// The value of one of the quantiles.
    pub fn quantile(&self, probability: f64) -> Option<f64> {
        self.quantiles
            .iter()
            .find(|quantile| quantile.probability == probability)
            .map(|quantile| quantile.value)
    }
}

impl Quantile {
    /// Of values in order, of which there is at least one.
    fn of(sorted: &[f64], probability: f64, level: ConfidenceLevel) -> Self {
        let at = probability * (sorted.len() - 1) as f64;
        let (below, part) = (at.floor() as usize, at.fract());
        let above = sorted[(below + 1).min(sorted.len() - 1)];
        let value = sorted[below] + part * (above - sorted[below]);
        Self {
            probability,
            value,
            interval: order_interval(sorted, probability, level),
        }
    }
}

/// The l-th to the u-th smallest value: the true quantile lies below the first when fewer than l
/// values fall under it, and their number is binomial.
fn order_interval(sorted: &[f64], probability: f64, level: ConfidenceLevel) -> Option<Interval> {
    let below = Binomial::new(probability, sorted.len() as u64).ok()?;
    let tail = 0.5 * (1.0 - level.get());
    let low = (below.inverse_cdf(tail) as usize).checked_sub(1)?;
    let high = below.inverse_cdf(1.0 - tail) as usize;
    Interval::new(sorted[low], *sorted.get(high)?, level).ok()
}

impl fmt::Display for Distribution {
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
        let all = Distribution::of(
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
        let one = Distribution::of(vec![3.0, f64::NAN], "days", ConfidenceLevel::default());
        assert_eq!((one.quantile(0.1), one.mean.population), (Some(3.0), 1));
        let none = Distribution::of(vec![], "days", ConfidenceLevel::default());
        assert_eq!(
            (
                none.quantiles.len(),
                none.mean.mean,
                none.to_string().as_str()
            ),
            (0, None, "mean none (of 0) days")
        );
    }

    #[test]
    fn intervals_of_quantiles_hold_their_level() {
        // Exponential values: the true quartile is -ln(3 / 4).
        let truth = -libm::log(0.75);
        let covered = (0..500).filter(|&seed| {
            let mut random = Random::new(seed);
            let values = (0..80).map(|_| random.exponential(1.0)).collect();
            let interval = Distribution::of(values, "s", ConfidenceLevel::default()).quantiles[1]
                .interval
                .unwrap();
            interval.low() <= truth && truth <= interval.high()
        });
        let share = covered.count() as f64 / 500.0;
        assert!((0.93..=0.995).contains(&share), "{share}");
    }
}
