//! A/B tests on proportions.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::stats::difference::normal_two_sided;
use crate::stats::{Difference, check_level, normal_quantile};

/// So many successes in so many trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Proportion {
    successes: u64,
    trials: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    successes: u64,
    trials: u64,
}

impl TryFrom<Fields> for Proportion {
    type Error = Error;

    fn try_from(f: Fields) -> Result<Self> {
        Self::new(f.successes, f.trials)
    }
}

impl Proportion {
    /// An arm's successes and trials.
    ///
    /// # Errors
    /// If there are no trials, or more successes than trials.
    pub fn new(successes: u64, trials: u64) -> Result<Self> {
        if trials == 0 {
            return Err(Error::Empty {
                what: "arm of the test".into(),
                expected: "at least one trial".into(),
            });
        }
        if successes > trials {
            return Err(Error::setting(
                "successes",
                successes,
                format!("at most the {trials} trials"),
            ));
        }
        Ok(Self { successes, trials })
    }

    /// Successes per trial.
    pub fn rate(self) -> f64 {
        self.successes as f64 / self.trials as f64
    }

    /// The score interval of Wilson (1927), which holds its level near 0 and 1 too.
    ///
    /// # Errors
    /// If the level is not between 0 and 1.
    pub fn interval(self, level: f64) -> Result<(f64, f64)> {
        check_level(level)?;
        let (rate, trials) = (self.rate(), self.trials as f64);
        let z = normal_quantile(0.5 + 0.5 * level);
        let centre = (rate + z * z / (2.0 * trials)) / (1.0 + z * z / trials);
        let half = z / (1.0 + z * z / trials)
            * (rate * (1.0 - rate) / trials + z * z / (4.0 * trials * trials)).sqrt();
        Ok((
            (centre - half).clamp(0.0, rate),
            (centre + half).clamp(rate, 1.0),
        ))
    }

    fn variance(self) -> f64 {
        self.rate() * (1.0 - self.rate()) / self.trials as f64
    }
}

/// Compares two proportions: treatment minus control.
///
/// The interval is Newcombe's (1998, method 10), from the two arms' Wilson intervals, which keeps
/// its level with few successes; the p value is that of the z test with the pooled rate. Where
/// neither or every trial of both arms succeeded, the difference is 0, its p value 1, and the
/// interval still tells how far apart the rates may be.
///
/// ```
/// use mixtouch::experiment::{Proportion, compare_proportions};
///
/// let (control, treatment) = (Proportion::new(480, 10_000)?, Proportion::new(560, 10_000)?);
/// let difference = compare_proportions(control, treatment, 0.95)?;
/// assert!((difference.estimate - 0.008).abs() < 1e-12);
/// assert!(difference.low > 0.0 && difference.p_value < 0.02);
/// # Ok::<(), mixtouch::Error>(())
/// ```
///
/// # Errors
/// If the level is not between 0 and 1.
pub fn compare_proportions(
    control: Proportion,
    treatment: Proportion,
    level: f64,
) -> Result<Difference> {
    let ((control_low, control_high), (treatment_low, treatment_high)) =
        (control.interval(level)?, treatment.interval(level)?);
    let (p, q) = (control.rate(), treatment.rate());
    let estimate = q - p;
    let down = ((q - treatment_low).powi(2) + (control_high - p).powi(2)).sqrt();
    let up = ((treatment_high - q).powi(2) + (p - control_low).powi(2)).sqrt();
    let pooled = (control.successes as f64 + treatment.successes as f64)
        / (control.trials as f64 + treatment.trials as f64);
    let error =
        (pooled * (1.0 - pooled) * (1.0 / control.trials as f64 + 1.0 / treatment.trials as f64))
            .sqrt();
    Ok(Difference {
        control: p,
        treatment: q,
        estimate,
        standard_error: (control.variance() + treatment.variance()).sqrt(),
        low: estimate - down,
        high: estimate + up,
        level,
        p_value: if error > 0.0 {
            normal_two_sided(estimate / error)
        } else {
            1.0
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    #[test]
    fn newcombes_examples() {
        // Newcombe (1998), Statistics in Medicine 17, table II, method 10: 56/70 against 48/80
        // gives 0.0524 to 0.3339, 9/10 against 3/10 gives 0.1705 to 0.8090, 10/10 against 0/10
        // gives 0.6075 to 1.
        for (treatment, control, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((10, 10), (0, 10), 0.6075, 1.0),
        ] {
            let arm = |(successes, trials)| Proportion::new(successes, trials).unwrap();
            let got = compare_proportions(arm(control), arm(treatment), 0.95).unwrap();
            assert!(
                (got.low - low).abs() < 5e-5 && (got.high - high).abs() < 5e-5,
                "{got:?}"
            );
        }
    }

    #[test]
    fn p_value_by_hand() {
        // 48/80 and 56/70: pooled 104/150, z = 0.2 / sqrt(104/150 * 46/150 * (1/80 + 1/70)) =
        // 2.6501.
        let got = compare_proportions(
            Proportion::new(48, 80).unwrap(),
            Proportion::new(56, 70).unwrap(),
            0.95,
        )
        .unwrap();
        let z = 0.2 / (104.0 / 150.0 * 46.0 / 150.0 * (1.0 / 80.0 + 1.0 / 70.0_f64)).sqrt();
        assert!(
            (got.p_value - libm::erfc(z / std::f64::consts::SQRT_2)).abs() < 1e-12,
            "{got:?}"
        );
        assert!((got.standard_error - (0.24 / 80.0 + 0.16 / 70.0_f64).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn arms_without_variance_have_a_result_and_empty_ones_an_error() {
        let none = Proportion::new(0, 50).unwrap();
        let got = compare_proportions(none, none, 0.95).unwrap();
        assert_eq!(
            (got.estimate, got.p_value, got.standard_error),
            (0.0, 1.0, 0.0)
        );
        assert!(got.low < 0.0 && got.high > 0.0 && got.relative().is_none());
        assert!(matches!(Proportion::new(0, 0), Err(Error::Empty { .. })));
        assert!(Proportion::new(2, 1).is_err());
        assert!(compare_proportions(none, none, 1.0).is_err());
        assert!(serde_json::from_str::<Proportion>("{\"successes\":3,\"trials\":2}").is_err());
    }

    #[test]
    fn intervals_hold_their_level() {
        let covered = (0..500).filter(|&seed| {
            let mut random = Random::new(seed);
            let (p, q) = (random.between(0.02, 0.2), random.between(0.02, 0.2));
            let mut arm = |rate: f64, trials: u64| {
                Proportion::new(
                    (0..trials).filter(|_| random.chance(rate)).count() as u64,
                    trials,
                )
                .unwrap()
            };
            let (control, treatment) = (arm(p, 400), arm(q, 700));
            let got = compare_proportions(control, treatment, 0.95).unwrap();
            got.low <= q - p && q - p <= got.high
        });
        let share = covered.count() as f64 / 500.0;
        assert!((0.92..=0.98).contains(&share), "{share}");
    }
}
