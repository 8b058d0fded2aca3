//! Every definition of a quantile that the library uses, in one place.
//!
//! | data | function | definition (Hyndman and Fan 1996) |
//! |---|---|---|
//! | a sample of values | [`of_sample`] | type 7, the default of R and NumPy |
//! | bootstrap replicates | [`of_replicates`] | type 6, wider with few replicates |
//! | weighted draws of a model | [`weighted`] | type 1, the inverse distribution function |
//!
//! The order-statistic interval of a sample's quantile is [`Quantile::interval`]. Durations counted
//! in bins have a rule of their own, beside their bins (`kpi::map::durations`).

use serde::{Deserialize, Serialize};
use statrs::distribution::{Binomial, DiscreteCDF};

use crate::stats::confidence::ConfidenceLevel;
use crate::stats::interval::Interval;

/// A value below which a given share of a sample lies.
///
/// ```
/// use mixtouch::stats::{ConfidenceLevel, Quantile};
///
/// let days: Vec<f64> = (1..=10).map(f64::from).collect();
/// let median = Quantile::from_sorted(&days, 0.5, ConfidenceLevel::default()).unwrap();
/// assert_eq!(median.value, 5.5);
/// let interval = median.interval.unwrap();
/// assert_eq!((interval.low(), interval.high()), (2.0, 9.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Quantile {
    /// The share, 0 to 1.
    pub probability: f64,
    /// The value, interpolated between its neighbours: type 7 of Hyndman and Fan (1996), the
    /// default of R and NumPy.
    pub value: f64,
    /// The interval between two order statistics whose level the binomial distribution gives;
    /// `None` where the values are too few.
    pub interval: Option<Interval>,
}

impl Quantile {
    /// The quantile of values in ascending order; `None` without values.
    ///
    /// A probability outside 0 to 1 counts as the nearer of the two.
    pub fn from_sorted(sorted: &[f64], probability: f64, level: ConfidenceLevel) -> Option<Self> {
        let probability = probability.clamp(0.0, 1.0);
        (!sorted.is_empty()).then(|| Self {
            probability,
            value: of_sample(sorted, probability),
            interval: order_interval(sorted, probability, level),
        })
    }
}

/// Type 7 of Hyndman and Fan (1996), of at least one value in ascending order: linear between the
/// order statistics at (n - 1) p.
pub(crate) fn of_sample(sorted: &[f64], probability: f64) -> f64 {
    let at = probability * (sorted.len() - 1) as f64;
    let (below, part) = (at.floor() as usize, at.fract());
    let above = sorted[(below + 1).min(sorted.len() - 1)];
    sorted[below] + part * (above - sorted[below])
}

/// Type 6 of Hyndman and Fan (1996), of at least one bootstrap replicate in ascending order: linear
/// between the order statistics at (n + 1) p.
///
/// One more replicate falls below the k-th of n with probability k / (n + 1), so few replicates do
/// not make intervals too narrow. At 100 replicates type 7 held the truth a point less often than
/// it said.
pub(crate) fn of_replicates(sorted: &[f64], probability: f64) -> f64 {
    let last = (sorted.len() - 1) as f64;
    let place = (probability * (sorted.len() + 1) as f64 - 1.0).clamp(0.0, last);
    let below = sorted[place.floor() as usize];
    let above = sorted[place.ceil() as usize];
    below + (above - below) * (place - place.floor())
}

/// Draws with their weights, in ascending order.
///
/// The sort is stable, so that equal draws stay in their order and sums of weights in their bits.
pub(crate) fn sorted_draws(draws: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut sorted: Vec<(f64, f64)> = draws.collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    sorted
}

/// Rounding of a sum of weights, as a part of the whole weight.
const ROUNDING: f64 = 1e-12;

/// The smallest draw at which the weight so far reaches a share of all weight, of `(draw, weight)`
/// in ascending order; 0 without draws.
///
/// The comparison allows for rounding: of 40 draws of weight 1/40 the second is the 5 % quantile,
/// although twice 1/40 may lie a rounding error below 5 % of the sum.
pub(crate) fn weighted(sorted: &[(f64, f64)], probability: f64) -> f64 {
    let total: f64 = sorted.iter().map(|(_, weight)| weight).sum();
    let wanted = (probability - ROUNDING) * total;
    let mut so_far = 0.0;
    for &(draw, weight) in sorted {
        so_far += weight;
        if so_far >= wanted {
            return draw;
        }
    }
    sorted.last().map_or(0.0, |last| last.0)
}

/// The l-th to the u-th smallest value: the true quantile lies below the first when fewer than l
/// values fall under it, and their number is binomial.
fn order_interval(sorted: &[f64], probability: f64, level: ConfidenceLevel) -> Option<Interval> {
    let below = Binomial::new(probability, sorted.len() as u64).ok()?;
    let tail = level.tail();
    let low = (below.inverse_cdf(tail) as usize).checked_sub(1)?;
    let high = below.inverse_cdf(1.0 - tail) as usize;
    Interval::new(sorted[low], *sorted.get(high)?, level).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIGURES: [f64; 5] = [1.0, 2.0, 4.0, 8.0, 16.0];

    #[test]
    fn replicates_have_type_6() {
        // R: quantile(c(1, 2, 4, 8, 16), c(.05, .25, .5, .7, .95, 0, 1), type = 6)
        for (part, expected) in [
            (0.05, 1.0),
            (0.25, 1.5),
            (0.5, 4.0),
            (0.7, 9.6),
            (0.95, 16.0),
            (0.0, 1.0),
            (1.0, 16.0),
        ] {
            assert!((of_replicates(&FIGURES, part) - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn samples_have_type_7() {
        // R: quantile(c(1, 2, 4, 8, 16), c(.05, .25, .5, .7, .95, 0, 1)) has type 7.
        for (part, expected) in [
            (0.05, 1.2),
            (0.25, 2.0),
            (0.5, 4.0),
            (0.7, 7.2),
            (0.95, 14.4),
            (0.0, 1.0),
            (1.0, 16.0),
        ] {
            assert!((of_sample(&FIGURES, part) - expected).abs() < 1e-12);
        }
        assert_eq!(
            Quantile::from_sorted(&[], 0.5, ConfidenceLevel::default()),
            None
        );
    }

    /// Draws 1, 2, .., each of the weight 1 / count.
    fn even(count: u32) -> Vec<(f64, f64)> {
        (1..=count)
            .map(|at| (f64::from(at), 1.0 / f64::from(count)))
            .collect()
    }

    #[test]
    fn rounding_of_weights_does_not_move_a_quantile_by_a_draw() {
        // 5 % of n draws are the (n / 20)-th: sums of 1 / n may fall short of it by rounding.
        for count in [20, 40, 60, 100, 200, 500] {
            assert_eq!(
                weighted(&even(count), 0.05),
                f64::from(count / 20),
                "{count}"
            );
            assert_eq!(
                weighted(&even(count), 0.95),
                f64::from(count * 19 / 20),
                "{count}"
            );
        }
    }

    #[test]
    fn weights_need_not_sum_to_1() {
        let draws = [(1.0, 1.0), (2.0, 6.0), (3.0, 1.0)];
        assert_eq!(
            [0.1, 0.2, 0.9].map(|p| weighted(&draws, p)),
            [1.0, 2.0, 3.0]
        );
        assert_eq!(weighted(&[], 0.5), 0.0);
    }
}
