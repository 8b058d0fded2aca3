//! A treatment's effect in percent of the control.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::experiment::means::Sample;
use crate::stats::{ConfidenceLevel, Interval, Proportion, RatioSums};

/// The relative difference of two arms, treatment / control - 1, with its interval.
///
/// The interval is Fieller's (1954): it knows that the control is an estimate too, which dividing
/// the interval of the difference by the control does not. With means a (control) and b (treatment)
/// and squared errors A and B it holds the ratios r with (b - r a)^2 <= z^2 (B + r^2 A). There is
/// none where the control itself may be 0: every lift would be possible then.
///
/// ```
/// use mixtouch::experiment::RelativeLift;
/// use mixtouch::stats::{ConfidenceLevel, Proportion};
///
/// let (control, treatment) = (Proportion::new(480, 10_000)?, Proportion::new(560, 10_000)?);
/// let lift = RelativeLift::of_proportions(control, treatment, ConfidenceLevel::P95)?;
/// assert!((lift.estimate - 1.0 / 6.0).abs() < 1e-12);
/// let interval = lift.interval.unwrap();
/// assert!(interval.low() > 0.03 && interval.high() < 0.32);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RelativeLift {
    /// Treatment / control - 1; 0.1 is ten percent more.
    pub estimate: f64,
    /// None where the control may be 0 at this level.
    pub interval: Option<Interval>,
}

impl RelativeLift {
    /// The lift of a share, such as of persons who convert.
    ///
    /// # Errors
    /// If an arm has no population, or nobody of the control succeeded.
    pub fn of_proportions(
        control: Proportion,
        treatment: Proportion,
        level: ConfidenceLevel,
    ) -> Result<Self> {
        let arm = |arm: Proportion| {
            let rate = arm.rate?;
            Some((rate, rate * (1.0 - rate) / arm.population as f64))
        };
        Self::of(arm(control), arm(treatment), level)
    }

    /// The lift of a mean by person.
    ///
    /// # Errors
    /// If the control's mean is 0.
    pub fn of_means(control: Sample, treatment: Sample, level: ConfidenceLevel) -> Result<Self> {
        let arm = |arm: Sample| Some((arm.mean(), arm.squared_error()));
        Self::of(arm(control), arm(treatment), level)
    }

    /// The lift of a ratio of sums over persons.
    ///
    /// # Errors
    /// If an arm has fewer than two persons or a lower sum of 0, or the control's ratio is 0.
    pub fn of_ratios(
        control: &RatioSums,
        treatment: &RatioSums,
        level: ConfidenceLevel,
    ) -> Result<Self> {
        let arm = |arm: &RatioSums| Some((arm.ratio()?, arm.standard_error()?.powi(2)));
        Self::of(arm(control), arm(treatment), level)
    }

    /// The lift of arms given as their mean and its squared error.
    fn of(
        control: Option<(f64, f64)>,
        treatment: Option<(f64, f64)>,
        level: ConfidenceLevel,
    ) -> Result<Self> {
        let (Some((a, a_error)), Some((b, b_error))) = (control, treatment) else {
            return Err(Error::Empty {
                what: "arm of the test".into(),
                expected: "persons to compare".into(),
            });
        };
        if a == 0.0 {
            return Err(Error::setting(
                "control of a relative lift",
                0,
                "other than 0",
            ));
        }
        Ok(Self {
            estimate: b / a - 1.0,
            interval: fieller((a, a_error), (b, b_error), level),
        })
    }
}

/// The ends are the roots of (a^2 - z^2 A) r^2 - 2 a b r + (b^2 - z^2 B), less 1.
fn fieller(
    (a, a_error): (f64, f64),
    (b, b_error): (f64, f64),
    level: ConfidenceLevel,
) -> Option<Interval> {
    let z = level.z();
    let square = a * a - z * z * a_error;
    let constant = b * b - z * z * b_error;
    let under = a * a * b * b - square * constant;
    if !(square > 0.0 && under >= 0.0) {
        return None;
    }
    let ends = [-1.0, 1.0].map(|sign| (a * b + sign * under.sqrt()) / square - 1.0);
    Interval::new(ends[0], ends[1], level).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    #[test]
    fn ends_solve_fiellers_equation() {
        let arms = [Sample::new(50, 10.0, 90.0), Sample::new(60, 12.0, 80.0)];
        let [control, treatment] = arms.map(Result::unwrap);
        let lift = RelativeLift::of_means(control, treatment, ConfidenceLevel::P90).unwrap();
        let interval = lift.interval.unwrap();
        let z = ConfidenceLevel::P90.z();
        for end in [interval.low(), interval.high()] {
            let ratio = 1.0 + end;
            let z_there = (12.0 - ratio * 10.0).abs()
                / (80.0 / 60.0 + ratio * ratio * 90.0 / 50.0_f64).sqrt();
            assert!((z_there - z).abs() < 1e-9, "{end}: {z_there}");
        }
        assert!(interval.contains(lift.estimate));
    }

    #[test]
    fn intervals_hold_their_level() {
        let covered = (0..500).filter(|&seed| {
            let mut random = Random::new(seed);
            let mut arm = |mean: f64| {
                let values: Vec<f64> = (0..40).map(|_| mean + 4.0 * random.normal()).collect();
                Sample::from_values(&values).unwrap()
            };
            let (control, treatment) = (arm(4.0), arm(5.0));
            let lift = RelativeLift::of_means(control, treatment, ConfidenceLevel::P95).unwrap();
            lift.interval.is_none_or(|interval| interval.contains(0.25))
        });
        let share = covered.count() as f64 / 500.0;
        assert!((0.92..=0.98).contains(&share), "{share}");
    }

    #[test]
    fn a_control_near_0_has_no_interval() {
        let control = Proportion::new(2, 100).unwrap();
        let treatment = Proportion::new(9, 100).unwrap();
        let lift = RelativeLift::of_proportions(control, treatment, ConfidenceLevel::P95).unwrap();
        assert!((lift.estimate - 3.5).abs() < 1e-12 && lift.interval.is_none());
        let none = Proportion::new(0, 100).unwrap();
        assert!(RelativeLift::of_proportions(none, treatment, ConfidenceLevel::P95).is_err());
    }
}
