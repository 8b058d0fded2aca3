//! A/B tests on proportions.

use crate::error::{Error, Result};
use crate::stats::{ConfidenceLevel, Difference, Interval, Proportion, normal};

/// Compares two proportions: treatment minus control.
///
/// The p value is that of the z test with the pooled rate. The interval holds the differences that
/// the same test, the score test, does not reject (Mee 1984; method 5 of Newcombe 1998): its ends
/// and the p value never contradict each other. Where nobody, or everybody, of both arms succeeded,
/// the difference is 0 and its p value 1; the interval still tells how far apart the rates may be.
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
    let estimate = q - p;
    let test = ScoreTest {
        control: counts(control),
        treatment: counts(treatment),
        estimate,
    };
    let variance = |rate: f64, arm: Proportion| rate * (1.0 - rate) / arm.population as f64;
    Ok(Difference {
        control: p,
        treatment: q,
        estimate,
        standard_error: (variance(p, control) + variance(q, treatment)).sqrt(),
        interval: test.interval(level)?,
        p_value: normal::two_sided(test.z(0.0)),
    })
}

fn rate(arm: Proportion) -> Result<f64> {
    arm.rate.ok_or_else(|| Error::Empty {
        what: "arm of the test".into(),
        expected: "at least one trial".into(),
    })
}

/// Successes and failures.
fn counts(arm: Proportion) -> [f64; 2] {
    [arm.count, arm.population - arm.count].map(|count| count as f64)
}

/// Halvings after which a number between -1 and 1 is known to the last bit that counts.
const HALVINGS: usize = 60;

/// The score test of a difference of two rates.
struct ScoreTest {
    control: [f64; 2],
    treatment: [f64; 2],
    estimate: f64,
}

impl ScoreTest {
    /// The distance of the estimate from `difference`, in standard errors at the most likely rates
    /// that differ by so much.
    fn z(&self, difference: f64) -> f64 {
        let rate = self.control_rate(difference);
        let variance = |rate: f64, [successes, failures]: [f64; 2]| {
            (rate * (1.0 - rate)).max(0.0) / (successes + failures)
        };
        let error =
            (variance(rate, self.control) + variance(rate + difference, self.treatment)).sqrt();
        let distance = self.estimate - difference;
        match distance {
            0.0 => 0.0,
            _ => distance / error,
        }
    }

    /// The control's most likely rate where the treatment's is higher by `difference`: the
    /// likelihood is concave, so its slope falls through 0 there.
    fn control_rate(&self, difference: f64) -> f64 {
        let slope_of = |rate: f64, [successes, failures]: [f64; 2]| {
            let up = if successes > 0.0 {
                successes / rate
            } else {
                0.0
            };
            let down = if failures > 0.0 {
                failures / (1.0 - rate)
            } else {
                0.0
            };
            up - down
        };
        let slope =
            |rate: f64| slope_of(rate, self.control) + slope_of(rate + difference, self.treatment);
        crossing(
            (-difference).max(0.0),
            (1.0 - difference).min(1.0),
            |rate| slope(rate) > 0.0,
        )
    }

    fn interval(&self, level: ConfidenceLevel) -> Result<Interval> {
        let z = level.z();
        let low = crossing(-1.0, self.estimate, |difference| self.z(difference) > z);
        let high = crossing(self.estimate, 1.0, |difference| self.z(difference) >= -z);
        Interval::new(low, high, level)
    }
}

/// Where, between two numbers, something ceases to hold.
fn crossing(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    fn arm((successes, trials): (u64, u64)) -> Proportion {
        Proportion::new(successes, trials).unwrap()
    }

    #[test]
    fn newcombes_examples() {
        // Newcombe (1998), Statistics in Medicine 17, table II, method 5 (Mee): 56/70 against 48/80
        // gives 0.0533 to 0.3377, 9/10 against 3/10 gives 0.1821 to 0.8370, 10/10 against 0/20
        // gives 0.7225 to 1.
        for (treatment, control, low, high) in [
            ((56, 70), (48, 80), 0.0533, 0.3377),
            ((9, 10), (3, 10), 0.1821, 0.8370),
            ((10, 10), (0, 20), 0.7225, 1.0),
        ] {
            let got =
                compare_proportions(arm(control), arm(treatment), ConfidenceLevel::P95).unwrap();
            assert!(
                (got.interval.low() - low).abs() < 6e-5
                    && (got.interval.high() - high).abs() < 6e-5,
                "{got:?}"
            );
        }
    }

    #[test]
    fn p_value_and_interval_agree() {
        // 0/71 against 8/145 had p = 0.0437 beside an interval from -0.0028 to 0.1051.
        let got = compare_proportions(arm((0, 71)), arm((8, 145)), ConfidenceLevel::P95).unwrap();
        assert!(
            (got.p_value - 0.0437).abs() < 5e-5 && got.interval.low() > 0.0,
            "{got:?}"
        );
        for seed in 0..3_000 {
            let mut random = Random::new(seed);
            let mut any = || {
                let trials = 2 + random.index(300);
                (random.index(trials + 1), trials)
            };
            let (control, treatment) = (any(), any());
            let got = compare_proportions(arm(control), arm(treatment), ConfidenceLevel::P95);
            let got = got.unwrap();
            assert_eq!(
                got.p_value < 0.05,
                !got.interval.contains(0.0),
                "{control:?} {treatment:?} {got:?}"
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
