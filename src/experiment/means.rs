//! A/B tests on means.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::stats::student::Student;
use crate::stats::{ConfidenceLevel, Difference, Interval};

/// The values of an arm of a test, as their count, mean and variance.
///
/// ```
/// use mixtouch::experiment::Sample;
///
/// let revenue = Sample::from_values(&[20.0, 22.0, 27.0])?;
/// assert_eq!(revenue, Sample::new(3, 23.0, 13.0)?);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Sample {
    count: u64,
    mean: f64,
    variance: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    count: u64,
    mean: f64,
    variance: f64,
}

impl TryFrom<Fields> for Sample {
    type Error = Error;

    fn try_from(f: Fields) -> Result<Self> {
        Self::new(f.count, f.mean, f.variance)
    }
}

impl Sample {
    /// A sample by its count (2 or more), mean and unbiased variance (divided by count - 1).
    ///
    /// # Errors
    /// If the count is below 2, the mean is not finite, or the variance is negative or not finite.
    pub fn new(count: u64, mean: f64, variance: f64) -> Result<Self> {
        if count < 2 {
            return Err(Error::setting(
                "number of values in an arm",
                count,
                "at least 2",
            ));
        }
        if !mean.is_finite() {
            return Err(Error::setting("mean of an arm", mean, "a finite number"));
        }
        if !(variance.is_finite() && variance >= 0.0) {
            return Err(Error::setting(
                "variance of an arm",
                variance,
                "a finite number, 0 or more",
            ));
        }
        Ok(Self {
            count,
            mean,
            variance,
        })
    }

    /// The sample of an arm's values, one for each person.
    ///
    /// # Errors
    /// If there are fewer than two values or one is not finite.
    pub fn from_values(values: &[f64]) -> Result<Self> {
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(Error::setting("value in an arm", value, "a finite number"));
        }
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count.max(1.0);
        let squares: f64 = values
            .iter()
            .map(|value| (value - mean) * (value - mean))
            .sum();
        Self::new(values.len() as u64, mean, squares / (count - 1.0).max(1.0))
    }

    /// The mean.
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// Squared standard error of the mean.
    pub(crate) fn squared_error(&self) -> f64 {
        self.variance / self.count as f64
    }
}

/// Compares two means, treatment minus control, by Welch's t test (1947), which lets the arms'
/// variances differ.
///
/// ```
/// use mixtouch::experiment::{Sample, compare_means};
/// use mixtouch::stats::ConfidenceLevel;
///
/// let control = Sample::from_values(&[21.0, 19.5, 24.0, 20.0, 18.5])?;
/// let treatment = Sample::from_values(&[25.5, 23.0, 27.0, 24.5, 26.0])?;
/// let difference = compare_means(control, treatment, ConfidenceLevel::P95)?;
/// assert!((difference.estimate - 4.6).abs() < 1e-12 && difference.p_value < 0.01);
/// # Ok::<(), mixtouch::Error>(())
/// ```
///
/// # Errors
/// If neither arm varies, so that nothing separates a difference from chance, or the means are so
/// large that their difference is not finite.
pub fn compare_means(
    control: Sample,
    treatment: Sample,
    level: ConfidenceLevel,
) -> Result<Difference> {
    let arm = |arm: Sample| Arm {
        mean: arm.mean,
        squared_error: arm.squared_error(),
        count: arm.count,
    };
    welch(arm(control), arm(treatment), level)
}

/// An arm's mean by person with its squared error.
pub(crate) struct Arm {
    pub(crate) mean: f64,
    pub(crate) squared_error: f64,
    /// Persons, 2 or more.
    pub(crate) count: u64,
}

/// Welch's test of two means, however their errors were found.
pub(crate) fn welch(control: Arm, treatment: Arm, level: ConfidenceLevel) -> Result<Difference> {
    let squared = control.squared_error + treatment.squared_error;
    if squared <= 0.0 {
        return Err(Error::setting(
            "variance of both arms",
            0,
            "> 0 in at least one arm",
        ));
    }
    if !(squared + (treatment.mean - control.mean).abs()).is_finite() {
        return Err(Error::setting(
            "difference of the means",
            treatment.mean - control.mean,
            "numbers whose sums and squares stay finite",
        ));
    }
    let part = |arm: &Arm| (arm.squared_error / squared).powi(2) / (arm.count - 1) as f64;
    let student = Student::new(1.0 / (part(&control) + part(&treatment)));
    let (estimate, standard_error) = (treatment.mean - control.mean, squared.sqrt());
    let half = student.quantile(level.upper()) * standard_error;
    Ok(Difference {
        control: control.mean,
        treatment: treatment.mean,
        estimate,
        standard_error,
        interval: Interval::new(estimate - half, estimate + half, level)?,
        p_value: student.two_sided(estimate / standard_error),
    })
}

/// A difference of means, adjusted for what was known before the test.
///
/// ```
/// use mixtouch::experiment::compare_adjusted_means;
/// use mixtouch::stats::ConfidenceLevel;
///
/// // Each person's revenue before and during the test.
/// let control = [(10.0, 11.0), (20.0, 20.5), (30.0, 31.5), (40.0, 40.0)];
/// let treatment = [(12.0, 17.0), (22.0, 26.5), (31.0, 36.0), (41.0, 46.5)];
/// let adjusted = compare_adjusted_means(&control, &treatment, ConfidenceLevel::P95)?;
/// assert!(adjusted.variance_reduction > 0.99);
/// assert!(adjusted.difference.interval.contains(4.5));
/// assert!(adjusted.difference.p_value < 0.001);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AdjustedDifference {
    /// Treatment minus control of the adjusted outcomes.
    pub difference: Difference,
    /// Outcome per unit of the covariate, within the arms; 0 where the covariate does not vary.
    pub slope: f64,
    /// The share of the estimate's variance that the covariate took away; negative where it added
    /// some.
    pub variance_reduction: f64,
}

/// Compares two means with a covariate from before the test, each arm given as
/// `(covariate, outcome)` by person.
///
/// CUPED (Deng, Xu, Kohavi and Walker 2013): every outcome becomes y - slope (x - mean x), with the
/// slope of y on x within the arms and the mean of x over both, and the adjusted outcomes are
/// compared by Welch's test. As the covariate dates from before the test, the treatment cannot have
/// moved it and the estimate stays unbiased.
///
/// # Errors
/// As for [`compare_means`] and [`Sample::from_values`].
pub fn compare_adjusted_means(
    control: &[(f64, f64)],
    treatment: &[(f64, f64)],
    level: ConfidenceLevel,
) -> Result<AdjustedDifference> {
    let plain = compare_means(outcomes(control)?, outcomes(treatment)?, level)?;
    let (control_moments, treatment_moments) = (moments(control)?, moments(treatment)?);
    let squares = control_moments.1 + treatment_moments.1;
    let slope = if squares > 0.0 {
        (control_moments.2 + treatment_moments.2) / squares
    } else {
        0.0
    };
    let count = (control.len() + treatment.len()) as f64;
    let centre = (control_moments.0 * control.len() as f64
        + treatment_moments.0 * treatment.len() as f64)
        / count;
    let adjusted = |arm: &[(f64, f64)]| {
        Sample::from_values(
            &arm.iter()
                .map(|(x, y)| y - slope * (x - centre))
                .collect::<Vec<_>>(),
        )
    };
    let difference = compare_means(adjusted(control)?, adjusted(treatment)?, level)?;
    let variance_reduction = 1.0 - (difference.standard_error / plain.standard_error).powi(2);
    Ok(AdjustedDifference {
        difference,
        slope,
        variance_reduction,
    })
}

fn outcomes(arm: &[(f64, f64)]) -> Result<Sample> {
    Sample::from_values(&arm.iter().map(|pair| pair.1).collect::<Vec<_>>())
}

/// Mean of the covariate, its sum of squares and its sum of products with the outcome, about the
/// arm's means.
fn moments(arm: &[(f64, f64)]) -> Result<(f64, f64, f64)> {
    if let Some((x, _)) = arm.iter().find(|(x, _)| !x.is_finite()) {
        return Err(Error::setting("covariate in an arm", x, "a finite number"));
    }
    let count = arm.len() as f64;
    let (x_mean, y_mean) = (
        arm.iter().map(|pair| pair.0).sum::<f64>() / count,
        arm.iter().map(|pair| pair.1).sum::<f64>() / count,
    );
    let squares = arm.iter().map(|(x, _)| (x - x_mean) * (x - x_mean)).sum();
    let products = arm.iter().map(|(x, y)| (x - x_mean) * (y - y_mean)).sum();
    Ok((x_mean, squares, products))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    #[test]
    fn welch_by_hand() {
        // Means 2 and 6, variances 1 and 4, counts 3 and 5: squared error 1/3 + 4/5 = 17/15, t = 4
        // / sqrt(17/15) = 3.757, degrees of freedom (17/15)^2 / ((1/3)^2 / 2 + (4/5)^2 / 4) =
        // 5.9458.
        let (control, treatment) = (
            Sample::from_values(&[1.0, 2.0, 3.0]).unwrap(),
            Sample::new(5, 6.0, 4.0).unwrap(),
        );
        let got = compare_means(control, treatment, ConfidenceLevel::P95).unwrap();
        let freedom =
            (17.0_f64 / 15.0).powi(2) / ((1.0 / 3.0_f64).powi(2) / 2.0 + 0.8_f64.powi(2) / 4.0);
        assert!((got.standard_error - (17.0_f64 / 15.0).sqrt()).abs() < 1e-12);
        assert!(
            (got.p_value - Student::new(freedom).two_sided(3.757_345_7)).abs() < 1e-6,
            "{got:?}"
        );
        assert!(
            got.interval.low() > 1.0
                && got.interval.high() < 7.0
                && (got.interval.low() + got.interval.high() - 8.0).abs() < 1e-12
        );
    }

    #[test]
    fn arms_that_say_nothing_are_refused() {
        assert!(
            Sample::from_values(&[]).is_err()
                && Sample::from_values(&[1.0]).is_err()
                && Sample::from_values(&[1.0, f64::NAN]).is_err()
        );
        let flat = Sample::from_values(&[3.0, 3.0, 3.0]).unwrap();
        assert!(
            compare_means(flat, flat, ConfidenceLevel::P95)
                .unwrap_err()
                .to_string()
                .starts_with("variance of both arms is 0")
        );
        assert!(
            compare_means(
                flat,
                Sample::from_values(&[1.0, 2.0]).unwrap(),
                ConfidenceLevel::P95
            )
            .is_ok()
        );
        assert!(
            compare_means(
                Sample::new(2, -1e308, 1.0).unwrap(),
                Sample::new(2, 1e308, 1.0).unwrap(),
                ConfidenceLevel::P95
            )
            .is_err()
        );
        assert!(
            compare_adjusted_means(
                &[(f64::NAN, 1.0), (0.0, 2.0)],
                &[(0.0, 1.0), (1.0, 2.0)],
                ConfidenceLevel::P90
            )
            .is_err()
        );
        assert!(
            compare_adjusted_means(&[], &[(0.0, 1.0), (1.0, 2.0)], ConfidenceLevel::P90).is_err()
        );
        assert!(serde_json::from_str::<Sample>("{\"count\":1,\"mean\":0,\"variance\":1}").is_err());
        // A covariate that does not vary adjusts nothing.
        let got = compare_adjusted_means(
            &[(1.0, 1.0), (1.0, 2.0)],
            &[(1.0, 3.0), (1.0, 5.0)],
            ConfidenceLevel::P90,
        )
        .unwrap();
        assert_eq!((got.slope, got.variance_reduction), (0.0, 0.0));
    }

    /// Outcomes around a personal level known from before, with an effect; log-normal, so skewed.
    fn arm(random: &mut Random, count: usize, effect: f64) -> Vec<(f64, f64)> {
        let person = |random: &mut Random| {
            let level = random.normal();
            (
                level + 0.3 * random.normal(),
                3.0 * level + libm::exp(0.5 * random.normal()) + effect,
            )
        };
        (0..count).map(|_| person(random)).collect()
    }

    #[test]
    fn intervals_hold_their_level_and_the_covariate_narrows_them() {
        let (mut plain, mut adjusted, mut reduction) = (0, 0, 0.0);
        for seed in 0..500 {
            let mut random = Random::new(seed).stream(2);
            let (control, treatment) = (arm(&mut random, 80, 0.0), arm(&mut random, 50, 0.4));
            let holds = |difference: &Difference| difference.interval.contains(0.4);
            plain += usize::from(holds(
                &compare_means(
                    outcomes(&control).unwrap(),
                    outcomes(&treatment).unwrap(),
                    ConfidenceLevel::P95,
                )
                .unwrap(),
            ));
            let got = compare_adjusted_means(&control, &treatment, ConfidenceLevel::P95).unwrap();
            adjusted += usize::from(holds(&got.difference));
            reduction += got.variance_reduction / 500.0;
        }
        assert!(
            (460..=490).contains(&plain) && (460..=490).contains(&adjusted),
            "{plain} {adjusted}"
        );
        // Variance 9 + 0.365, of which the covariate (correlation 1 / sqrt(1.09) with the level)
        // explains 9 / 1.09 = 8.257: 88 %.
        assert!((0.85..0.91).contains(&reduction), "{reduction}");
    }
}
