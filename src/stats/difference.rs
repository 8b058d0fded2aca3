//! A difference between two arms, with how sure it is.

use std::f64::consts::SQRT_2;
use std::fmt;

use serde::{Deserialize, Serialize};
use statrs::distribution::{Continuous, ContinuousCDF, Normal, StudentsT};

use crate::error::{Error, Result};

/// Treatment minus control, with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Difference {
    /// The control arm's value.
    pub control: f64,
    /// The treatment arm's value.
    pub treatment: f64,
    /// Treatment minus control.
    pub estimate: f64,
    /// Standard error of the estimate.
    pub standard_error: f64,
    /// Lower end of the confidence interval.
    pub low: f64,
    /// Upper end of the confidence interval.
    pub high: f64,
    /// The interval's level, such as 0.95.
    pub level: f64,
    /// Two-sided p value of no difference.
    pub p_value: f64,
}

impl Difference {
    /// The difference relative to the control's value; `None` where that is 0.
    pub fn relative(&self) -> Option<f64> {
        (self.control != 0.0).then(|| self.estimate / self.control)
    }

    /// The same in another unit, `factor` (above 0) of which make one.
    pub(crate) fn scaled(self, factor: f64) -> Self {
        let Self {
            control,
            treatment,
            estimate,
            standard_error,
            low,
            high,
            ..
        } = self;
        let [control, treatment, estimate] =
            [control, treatment, estimate].map(|value| factor * value);
        Self {
            control,
            treatment,
            estimate,
            standard_error: factor * standard_error,
            low: factor * low,
            high: factor * high,
            ..self
        }
    }
}

impl fmt::Display for Difference {
    /// The estimate, its interval and p value, with the formatter's precision.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (
            digits,
            Self {
                estimate,
                low,
                high,
                level,
                p_value,
                ..
            },
        ) = (formatter.precision().unwrap_or(4), self);
        write!(
            formatter,
            "{estimate:+.digits$} ({:.0} % interval {low:+.digits$} to {high:+.digits$}, ",
            100.0 * level
        )?;
        write!(formatter, "{})", p_text(*p_value))
    }
}

/// A p value as text: none is 0.
pub(crate) fn p_text(p_value: f64) -> String {
    if p_value < 0.000_05 {
        "p < 0.0001".to_owned()
    } else {
        format!("p = {p_value:.4}")
    }
}

/// A level of confidence between 0 and 1.
pub(crate) fn check_level(level: f64) -> Result<()> {
    let fits = level > 0.0 && level < 1.0;
    if fits {
        Ok(())
    } else {
        Err(Error::setting(
            "level of confidence",
            level,
            "between 0 and 1",
        ))
    }
}

/// The z below which a standard normal falls with a probability inside (0, 1).
pub(crate) fn normal_quantile(probability: f64) -> f64 {
    let normal = Normal::standard();
    let z = normal.inverse_cdf(probability);
    // The series behind it is good to some 1e-10; one step of Newton on libm's error function makes
    // it exact.
    let step = (0.5 * libm::erfc(-z / SQRT_2) - probability) / normal.pdf(z);
    if step.is_finite() { z - step } else { z }
}

/// Chance that a standard normal falls beyond |z| on either side.
pub(crate) fn normal_two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / SQRT_2)
}

/// The distribution of Student with so many degrees of freedom (above 0), or the normal, its limit,
/// where they are so many that the two agree to 1e-9.
pub(crate) struct Student(Option<StudentsT>);

impl Student {
    pub(crate) fn new(freedom: f64) -> Self {
        Self(
            (freedom < 1e9)
                .then(|| StudentsT::new(0.0, 1.0, freedom).expect("degrees of freedom above 0")),
        )
    }

    /// The t below which it falls with a probability inside (0, 1).
    pub(crate) fn quantile(&self, probability: f64) -> f64 {
        let Some(student) = &self.0 else {
            return normal_quantile(probability);
        };
        let mut t = student.inverse_cdf(probability);
        // The inverse of the incomplete beta loses digits with many degrees of freedom; Newton on
        // the distribution restores them.
        for _ in 0..3 {
            let step = (student.cdf(t) - probability) / student.pdf(t);
            t -= if step.is_finite() { step } else { 0.0 };
        }
        t
    }

    /// Chance of falling beyond |t| on either side.
    pub(crate) fn two_sided(&self, t: f64) -> f64 {
        self.0
            .as_ref()
            .map_or_else(|| normal_two_sided(t), |student| 2.0 * student.sf(t.abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_written_with_the_precision_asked_for() {
        let mut difference = Difference {
            control: 1.0,
            treatment: 1.25,
            estimate: 0.25,
            standard_error: 0.1,
            low: 0.054,
            high: 0.446,
            level: 0.95,
            p_value: 0.0124,
        };
        assert_eq!(
            difference.to_string(),
            "+0.2500 (95 % interval +0.0540 to +0.4460, p = 0.0124)"
        );
        difference.p_value = 1e-9;
        assert_eq!(
            format!("{difference:.1}"),
            "+0.2 (95 % interval +0.1 to +0.4, p < 0.0001)"
        );
    }

    #[test]
    fn quantiles_and_p_values_are_exact() {
        // Student's distribution has a closed form for even degrees of freedom and for 1 (Cauchy);
        // evaluated with 40 digits.
        let quantiles = [
            (1.0, 12.706_204_736_174_7),
            (2.0, 4.302_652_729_749_46),
            (10.0, 2.228_138_851_986_27),
            (100.0, 1.983_971_518_523_55),
        ];
        for (freedom, want) in quantiles
            .into_iter()
            .chain([(f64::INFINITY, 1.959_963_984_540_05)])
        {
            let got = Student::new(freedom).quantile(0.975);
            assert!(
                (got / want - 1.0).abs() < 1e-12,
                "{freedom}: {got}, not {want}"
            );
            assert!((Student::new(freedom).quantile(0.025) + got).abs() < 1e-9);
        }
        for (freedom, t, want) in [
            (10.0, 0.1, 0.922_320_718_564_408_3),
            (10.0, 4.0, 0.002_518_332_624_736_692_4),
            (1000.0, 1.5, 0.133_930_038_822_086_18),
            (100_000.0, 0.1, 0.920_344_525_906_726_2),
            (100_000.0, 1.5, 0.133_617_559_522_830_6),
            (1_000_000.0, 0.1, 0.920_344_345_492_043_1),
            (1_000_000.0, 4.0, 6.334_703_401_004_81e-5),
        ] {
            let got = Student::new(freedom).two_sided(t);
            assert!(
                (got - want).abs() < 1e-9,
                "{freedom} {t}: {got}, not {want}"
            );
        }
        assert!((normal_two_sided(1.959_963_984_540_054) - 0.05).abs() < 1e-15);
    }
}
