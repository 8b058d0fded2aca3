//! Student's t distribution.

use statrs::distribution::{Continuous, ContinuousCDF, StudentsT};

use crate::stats::normal;

/// Student's distribution with given degrees of freedom (> 0).
///
/// From 1e9 degrees on it is the normal distribution, its limit: the two agree to 1e-9 there.
pub(crate) struct Student(Option<StudentsT>);

impl Student {
    pub(crate) fn new(freedom: f64) -> Self {
        Self(
            (freedom < 1e9)
                .then(|| StudentsT::new(0.0, 1.0, freedom).expect("degrees of freedom > 0")),
        )
    }

    /// The t below which it falls with a probability between 0 and 1.
    pub(crate) fn quantile(&self, probability: f64) -> f64 {
        let Some(student) = &self.0 else {
            return normal::quantile(probability);
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

    /// The probability of falling beyond |t| on either side.
    pub(crate) fn two_sided(&self, t: f64) -> f64 {
        self.0
            .as_ref()
            .map_or_else(|| normal::two_sided(t), |student| 2.0 * student.sf(t.abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
