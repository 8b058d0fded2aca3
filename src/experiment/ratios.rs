//! A/B tests on ratios of sums.

use crate::error::{Error, Result};
use crate::experiment::means::{Arm, welch};
use crate::stats::{ConfidenceLevel, Difference, RatioSums};

/// Compares two ratios of sums over persons, such as clicks a view or revenue a session: treatment
/// minus control.
///
/// Errors are the delta method's by person ([`RatioSums`]), since the test assigned persons, and
/// one person's events resemble each other. Degrees of freedom as in
/// [`compare_means`](crate::experiment::compare_means).
///
/// ```
/// use mixtouch::experiment::compare_ratios;
/// use mixtouch::stats::{ConfidenceLevel, RatioSums};
///
/// let (mut control, mut treatment) = (RatioSums::default(), RatioSums::default());
/// for person in 0..200 {
///     let views = f64::from(1 + person % 7);
///     control.add(f64::from(person % 2), views)?;
///     treatment.add(f64::from(person % 3 + person % 2) / 2.0, views)?;
/// }
/// let clicks = compare_ratios(&control, &treatment, ConfidenceLevel::P95)?;
/// assert!(clicks.interval.low() > 0.0 && clicks.p_value < 0.001);
/// # Ok::<(), mixtouch::Error>(())
/// ```
///
/// # Errors
/// If an arm has fewer than two persons or a lower sum of 0, or neither arm varies.
pub fn compare_ratios(
    control: &RatioSums,
    treatment: &RatioSums,
    level: ConfidenceLevel,
) -> Result<Difference> {
    welch(figures(control)?, figures(treatment)?, level)
}

fn figures(arm: &RatioSums) -> Result<Arm> {
    let Some((mean, error)) = arm.ratio().zip(arm.standard_error()) else {
        return Err(Error::setting(
            "persons of an arm",
            arm.persons(),
            "at least 2, and a lower sum > 0",
        ));
    };
    Ok(Arm {
        mean,
        squared_error: error * error,
        count: arm.persons(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Sample, compare_means};
    use crate::util::Random;

    /// Sessions of persons whose revenue a session is their own; both arms alike.
    fn arm(random: &mut Random, sessions_apart: &mut Vec<f64>) -> RatioSums {
        let mut sums = RatioSums::default();
        for _ in 0..120 {
            let level = random.normal();
            let sessions = 1 + random.index(12);
            let values: Vec<f64> = (0..sessions).map(|_| level + random.normal()).collect();
            sums.add(values.iter().sum(), sessions as f64).unwrap();
            sessions_apart.extend(values);
        }
        sums
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        let (mut by_person, mut by_session) = (0, 0);
        for seed in 0..400 {
            let mut random = Random::new(seed);
            let (mut control_sessions, mut treatment_sessions) = (vec![], vec![]);
            let control = arm(&mut random, &mut control_sessions);
            let treatment = arm(&mut random, &mut treatment_sessions);
            let got = compare_ratios(&control, &treatment, ConfidenceLevel::P95).unwrap();
            by_person += u32::from(got.p_value < 0.05);
            let samples =
                [control_sessions, treatment_sessions].map(|s| Sample::from_values(&s).unwrap());
            let naive = compare_means(samples[0], samples[1], ConfidenceLevel::P95).unwrap();
            by_session += u32::from(naive.p_value < 0.05);
        }
        assert!((8..=32).contains(&by_person), "{by_person} of 400");
        assert!(by_session > 80, "{by_session} of 400");
    }

    #[test]
    fn one_event_each_is_welchs_test() {
        let values = [[1.0, 2.0, 4.0, 3.5], [2.0, 4.0, 5.0, 4.5]];
        let sums = values.map(|arm| {
            let mut sums = RatioSums::default();
            arm.iter().for_each(|&y| sums.add(y, 1.0).unwrap());
            sums
        });
        let samples = values.map(|arm| Sample::from_values(&arm).unwrap());
        let got = compare_ratios(&sums[0], &sums[1], ConfidenceLevel::P95).unwrap();
        let welch = compare_means(samples[0], samples[1], ConfidenceLevel::P95).unwrap();
        assert!((got.estimate - welch.estimate).abs() < 1e-12);
        assert!((got.standard_error - welch.standard_error).abs() < 1e-12);
        assert!((got.p_value - welch.p_value).abs() < 1e-9);
    }

    #[test]
    fn arms_that_say_nothing_are_refused() {
        let empty = RatioSums::default();
        assert!(compare_ratios(&empty, &empty, ConfidenceLevel::P95).is_err());
        let mut flat = RatioSums::default();
        flat.add(1.0, 2.0).unwrap();
        flat.add(2.0, 4.0).unwrap();
        assert!(compare_ratios(&flat, &flat, ConfidenceLevel::P95).is_err());
    }
}
