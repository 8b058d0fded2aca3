//! A/B tests on proportions.

use crate::error::{Error, Result};
use crate::stats::proportion::wilson;
use crate::stats::{ConfidenceLevel, Difference, Interval, Proportion, normal};

/// Compares two proportions: treatment minus control.
///
/// The interval is Newcombe's (1998, method 10), from the two arms' Wilson intervals, which keeps
/// its level with few successes. The p value is that of the z test with the pooled rate. Where
/// nobody, or everybody, of both arms succeeded, the difference is 0 and its p value 1; the
/// interval still tells how far apart the rates may be.
///
/// The arms' own intervals play no part: `level` alone counts.
///
/// ```
/// use mixtouch::experiment::compare_proportions;
/// use mixtouch::stats::{ConfidenceLevel, Proportion};
///
/// let (control, treatment) = (Proportion::new(480, 10_000)?, Proportion::new(560, 10_000)?);
/// let difference = compare_proportions(control, treatment, ConfidenceLevel::P95)?;
/// assert!((difference.estimate - 0.008).abs() < 1e-12);
/// assert!(difference.interval.low() > 0.0 && difference.p_value < 0.02);
/// # Ok::<(), mixtouch::Error>(())
/// ```
///
/// # Errors
/// If the population of an arm is 0.
pub fn compare_proportions(
    control: Proportion,
    treatment: Proportion,
    level: ConfidenceLevel,
) -> Result<Difference> {
    let (p, q) = (rate(control)?, rate(treatment)?);
    let control_interval = wilson(p, control.population, level);
    let treatment_interval = wilson(q, treatment.population, level);
    let estimate = q - p;
    let down =
        ((q - treatment_interval.low()).powi(2) + (control_interval.high() - p).powi(2)).sqrt();
    let up =
        ((treatment_interval.high() - q).powi(2) + (p - control_interval.low()).powi(2)).sqrt();
    let variance = |rate: f64, arm: Proportion| rate * (1.0 - rate) / arm.population as f64;
    Ok(Difference {
        control: p,
        treatment: q,
        estimate,
        standard_error: (variance(p, control) + variance(q, treatment)).sqrt(),
        interval: Interval::new(estimate - down, estimate + up, level)?,
        p_value: pooled_p_value(estimate, control, treatment),
    })
}

fn rate(arm: Proportion) -> Result<f64> {
    arm.rate.ok_or_else(|| Error::Empty {
        what: "arm of the test".into(),
        expected: "at least one trial".into(),
    })
}

/// The two-sided p value of the z test with the pooled rate.
fn pooled_p_value(estimate: f64, control: Proportion, treatment: Proportion) -> f64 {
    let (control_trials, treatment_trials) =
        (control.population as f64, treatment.population as f64);
    let pooled =
        (control.count as f64 + treatment.count as f64) / (control_trials + treatment_trials);
    let error = (pooled * (1.0 - pooled) * (1.0 / control_trials + 1.0 / treatment_trials)).sqrt();
    if error > 0.0 {
        normal::two_sided(estimate / error)
    } else {
        1.0
    }
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
            let got =
                compare_proportions(arm(control), arm(treatment), ConfidenceLevel::P95).unwrap();
            assert!(
                (got.interval.low() - low).abs() < 5e-5
                    && (got.interval.high() - high).abs() < 5e-5,
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
            ConfidenceLevel::P95,
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
        let got = compare_proportions(none, none, ConfidenceLevel::P95).unwrap();
        assert_eq!(
            (got.estimate, got.p_value, got.standard_error),
            (0.0, 1.0, 0.0)
        );
        assert!(got.interval.low() < 0.0 && got.interval.high() > 0.0 && got.relative().is_none());
        let empty = Proportion::new(0, 0).unwrap();
        let error = compare_proportions(none, empty, ConfidenceLevel::P95).unwrap_err();
        assert!(matches!(error, Error::Empty { .. }));
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
            let got = compare_proportions(control, treatment, ConfidenceLevel::P95).unwrap();
            got.interval.contains(q - p)
        });
        let share = covered.count() as f64 / 500.0;
        assert!((0.92..=0.98).contains(&share), "{share}");
    }
}
