//! Intervals that hold however often one looks.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::stats::{Difference, Interval};

/// A difference judged while its test still runs: an interval and a p value that hold at every look
/// together.
///
/// Who looks every day and stops at the first p value below .05 of a test made for one look finds
/// effects that do not exist: in 25 % of tests after 20 looks. This interval holds the truth at all
/// looks at once with its level (a mixture of sequential probability ratios, Robbins 1970; for A/B
/// tests Johari, Pekelis and Walsh 2015). With k = (expected effect / standard error)^2 and alpha =
/// 1 - level its half width is
///
/// standard error x sqrt((1 + 1 / k) log((k + 1) / alpha^2))
///
/// It is about half as wide again as that of one look, most so far from the expected effect.
///
/// ```
/// use mixtouch::experiment::{AlwaysValid, compare_proportions};
/// use mixtouch::stats::{ConfidenceLevel, Proportion};
///
/// // On day 3 of a test that is to find half a percentage point.
/// let (control, treatment) = (Proportion::new(240, 5_000)?, Proportion::new(290, 5_000)?);
/// let today = compare_proportions(control, treatment, ConfidenceLevel::P95)?;
/// assert!(today.p_value < 0.05);
/// let at_any_time = AlwaysValid::new(&today, 0.005)?;
/// assert!(at_any_time.p_value > 0.05 && at_any_time.interval.contains(0.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AlwaysValid {
    /// Treatment minus control.
    pub estimate: f64,
    /// Holds the true difference at all looks together, with its level.
    #[serde(flatten)]
    pub interval: Interval,
    /// The test may stop as soon as it falls below 1 - level.
    pub p_value: f64,
}

impl AlwaysValid {
    /// What `difference` says however often one has looked.
    ///
    /// `expected_effect` is the size of difference that the test was made to find, in the unit of
    /// the difference. Choose it before the test: any choice is valid, a good one is narrower.
    ///
    /// # Errors
    /// If the expected effect or the standard error is not a finite number > 0.
    pub fn new(difference: &Difference, expected_effect: f64) -> Result<Self> {
        let error = difference.standard_error;
        for (what, value) in [
            ("expected effect", expected_effect),
            ("standard error of a difference", error),
        ] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::setting(what, value, "a finite number > 0"));
            }
        }
        let (level, estimate) = (difference.interval.level(), difference.estimate);
        let k = (expected_effect / error).powi(2);
        let half = error * half_width(k, 1.0 - level.get());
        Ok(Self {
            estimate,
            interval: Interval::new(estimate - half, estimate + half, level)?,
            p_value: p_value(k, estimate / error),
        })
    }
}

/// In standard errors.
fn half_width(k: f64, alpha: f64) -> f64 {
    ((1.0 + 1.0 / k) * (libm::log1p(k) - 2.0 * libm::log(alpha))).sqrt()
}

/// One over the mixture's likelihood ratio.
fn p_value(k: f64, z: f64) -> f64 {
    ((1.0 + k).sqrt() * libm::exp(-0.5 * z * z * k / (1.0 + k))).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Sample, compare_means};
    use crate::stats::ConfidenceLevel;
    use crate::util::Random;

    #[test]
    fn interval_and_p_value_agree() {
        for k in [1e-3, 0.1, 1.0, 7.0, 1e4] {
            for level in [ConfidenceLevel::P90, ConfidenceLevel::P99] {
                let alpha = 1.0 - level.get();
                let half = half_width(k, alpha);
                assert!((p_value(k, half) - alpha).abs() < 1e-12, "{k} {alpha}");
            }
        }
    }

    #[test]
    fn looking_twenty_times_finds_little_where_there_is_nothing() {
        let (mut once, mut always, tests) = (0, 0, 1_000);
        for seed in 0..tests {
            let mut random = Random::new(seed);
            let (mut control, mut treatment) = (vec![], vec![]);
            let (mut found_once, mut found_always) = (false, false);
            for _ in 0..20 {
                control.extend((0..50).map(|_| random.normal()));
                treatment.extend((0..50).map(|_| random.normal()));
                let arms = [&control, &treatment].map(|arm| Sample::from_values(arm).unwrap());
                let now = compare_means(arms[0], arms[1], ConfidenceLevel::P95).unwrap();
                found_once |= now.p_value < 0.05;
                found_always |= AlwaysValid::new(&now, 0.1).unwrap().p_value < 0.05;
            }
            once += u64::from(found_once);
            always += u64::from(found_always);
        }
        // 24.9 % and 1.1 % expected.
        assert!(
            (205..295).contains(&once) && always < 30,
            "{once} {always} of {tests}"
        );
    }

    #[test]
    fn effects_of_0_are_refused() {
        let arms = [0.0, 1.0].map(|mean| Sample::new(100, mean, 1.0).unwrap());
        let difference = compare_means(arms[0], arms[1], ConfidenceLevel::P95).unwrap();
        for effect in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(AlwaysValid::new(&difference, effect).is_err(), "{effect}");
        }
    }
}
