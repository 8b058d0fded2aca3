//! How much more often one group uses a term than another.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::stats::{ConfidenceLevel, Interval, normal};

/// The log-odds of a term in one group less those in another, with an informative Dirichlet prior
/// (Monroe, Colaresi and Quinn 2008, "Fightin' Words", equations 15, 16, 19, 20 and 22).
///
/// With y of n uses in each group, a prior of a uses of the term among A of all terms:
///
/// d = ln((y1 + a) / (n1 + A - y1 - a)) - ln((y2 + a) / (n2 + A - y2 - a)),
/// variance = 1 / (y1 + a) + 1 / (y2 + a), z = d / sqrt(variance).
///
/// The prior draws terms that are rare to no difference, and words that all use have none.
///
/// ```
/// use mixtouch::kpi::verbatims::LogOdds;
/// use mixtouch::stats::ConfidenceLevel;
///
/// // 30 of 100 against 10 of 100, and a prior of 2 among 10
/// let odds = LogOdds::new([30.0, 10.0], [100.0, 100.0], (2.0, 10.0), ConfidenceLevel::P95)?;
/// // ln(32 / 78) - ln(12 / 98), and its standard error sqrt(1 / 32 + 1 / 12)
/// assert!((odds.value - 1.209_088).abs() < 1e-6);
/// assert!((odds.z - 3.571_882).abs() < 1e-6);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LogOdds {
    /// Above 0 where the first group uses the term more often; 1 is 2.7 times the odds.
    pub value: f64,
    /// The interval: value and z standard errors of the level.
    #[serde(flatten)]
    pub interval: Interval,
    /// The value in standard errors.
    pub z: f64,
    /// Two-sided p value of no difference.
    pub p_value: f64,
}

impl LogOdds {
    /// Of the uses in each group, all uses of any term there, and the prior: uses of the term among
    /// all.
    ///
    /// # Errors
    /// If a number is not finite, uses are negative or more than all, or the prior is not above 0 and
    /// below that of all terms.
    pub fn new(
        uses: [f64; 2],
        all: [f64; 2],
        (prior, all_priors): (f64, f64),
        level: ConfidenceLevel,
    ) -> Result<Self> {
        for (uses, all) in uses.into_iter().zip(all) {
            if !(0.0 <= uses && uses <= all && all.is_finite()) {
                let expected = format!("0 to all uses, {all}");
                return Err(Error::setting("uses of a term", uses, expected));
            }
        }
        if !(prior > 0.0 && prior < all_priors && all_priors.is_finite()) {
            let expected = format!("above 0 and below that of all terms, {all_priors}");
            return Err(Error::setting("the prior of a term", prior, expected));
        }
        let of = |at: usize| {
            let others = all[at] + all_priors - uses[at] - prior;
            libm::log((uses[at] + prior) / others)
        };
        let value = of(0) - of(1);
        let error = (1.0 / (uses[0] + prior) + 1.0 / (uses[1] + prior)).sqrt();
        let half = level.z() * error;
        Ok(Self {
            value,
            interval: Interval::new(value - half, value + half, level)?,
            z: value / error,
            p_value: normal::two_sided(value / error),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    const P95: ConfidenceLevel = ConfidenceLevel::P95;

    #[test]
    fn without_a_prior_it_is_the_log_odds_ratio_of_a_table_of_two_by_two() {
        let odds = LogOdds::new([30.0, 10.0], [100.0, 100.0], (1e-9, 1e-8), P95).unwrap();
        // ln((30 / 70) / (10 / 90))
        assert!((odds.value - 1.349_926_717).abs() < 1e-6);
        let turned = LogOdds::new([10.0, 30.0], [100.0, 100.0], (1e-9, 1e-8), P95).unwrap();
        assert_eq!(turned.value, -odds.value);
        assert_eq!(turned.p_value, odds.p_value);
    }

    #[test]
    fn a_prior_draws_rare_terms_to_nothing() {
        let of = |prior: f64| {
            LogOdds::new(
                [2.0, 0.0],
                [1_000.0, 1_000.0],
                (prior, 1_000.0 * prior),
                P95,
            )
            .unwrap()
        };
        assert!(of(0.5).z.abs() > of(5.0).z.abs() && of(5.0).z.abs() > of(50.0).z.abs());
    }

    #[test]
    fn intervals_hold_their_level() {
        let shares = [0.06, 0.02];
        let truth = libm::log(shares[0] / (1.0 - shares[0])) - libm::log(shares[1] / 0.98);
        let held = (0..1_000).filter(|&seed| {
            let mut random = Random::new(seed);
            let uses = shares.map(|share| (0..1_500).filter(|_| random.chance(share)).count());
            let uses = uses.map(|uses| uses as f64);
            // as informative as 50 uses: little beside 3,000
            let share = (uses[0] + uses[1]) / 3_000.0;
            let odds = LogOdds::new(uses, [1_500.0; 2], (50.0 * share, 50.0), P95).unwrap();
            odds.interval.contains(truth)
        });
        let share = held.count() as f64 / 1_000.0;
        assert!((0.925..=0.975).contains(&share), "{share}");
    }

    #[test]
    fn numbers_are_checked() {
        let of = |uses: f64, all: f64, prior: (f64, f64)| {
            LogOdds::new([uses, 1.0], [all, 9.0], prior, P95)
        };
        assert!(of(1.0, 9.0, (1.0, 2.0)).is_ok());
        for (uses, all) in [
            (-1.0, 9.0),
            (10.0, 9.0),
            (f64::NAN, 9.0),
            (1.0, f64::INFINITY),
        ] {
            assert!(of(uses, all, (1.0, 2.0)).is_err(), "{uses} {all}");
        }
        for prior in [
            (0.0, 2.0),
            (2.0, 2.0),
            (f64::NAN, 2.0),
            (1.0, f64::INFINITY),
        ] {
            assert!(of(1.0, 9.0, prior).is_err(), "{prior:?}");
        }
    }
}
