//! Whether the arms of a test have the sizes they were planned with.

use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::error::{Error, Result};

/// The p value below which arms of unplanned size make a test worthless: .001, as is usual for a
/// check made on every test (Fabijan and co-authors 2019).
pub(crate) const LEAST_P_VALUE: f64 = 0.001;

/// The check of a test's arms against their planned shares (sample ratio mismatch).
///
/// chi2 = sum over arms of (persons - all x share)^2 / (all x share)
///
/// Persons lost on one side alone, by a redirect that fails or a filter that hits one arm, differ
/// from those who stay: what is compared then is not what the treatment did. No estimate mends that;
/// look for the cause first.
///
/// ```
/// use mixtouch::experiment::SampleRatio;
///
/// let fine = SampleRatio::new(&[5_021, 4_979], &[0.5, 0.5])?;
/// assert!(fine.is_as_planned());
/// let lost = SampleRatio::new(&[5_210, 4_790], &[0.5, 0.5])?;
/// assert!(!lost.is_as_planned() && lost.p_value < 1e-4);
/// assert!(lost.check().unwrap_err().to_string().contains("4790"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SampleRatio {
    /// Persons by arm.
    pub persons: Vec<u64>,
    /// Persons to expect by arm.
    pub expected: Vec<f64>,
    /// The statistic chi2.
    pub chi_square: f64,
    /// The probability of arms so far from their plan by chance.
    pub p_value: f64,
}

impl SampleRatio {
    /// The check of `persons` by arm against the arms' planned `shares`, in any unit.
    ///
    /// # Errors
    /// If there are fewer than two arms, not one share each, a share that is not > 0, or no persons.
    pub fn new(persons: &[u64], shares: &[f64]) -> Result<Self> {
        if persons.len() < 2 || persons.len() != shares.len() {
            return Err(Error::setting(
                "shares of a test's arms",
                format!("{} for {} arms", shares.len(), persons.len()),
                "one for each of two or more arms",
            ));
        }
        let usable = |share: f64| share > 0.0 && share.is_finite();
        if let Some(share) = shares.iter().find(|share| !usable(**share)) {
            return Err(Error::setting("planned share of an arm", share, "> 0"));
        }
        let all: u64 = persons.iter().sum();
        if all == 0 {
            return Err(Error::Empty {
                what: "test".into(),
                expected: "persons in its arms".into(),
            });
        }
        let whole: f64 = shares.iter().sum();
        let expected: Vec<f64> = shares
            .iter()
            .map(|share| all as f64 * share / whole)
            .collect();
        let chi_square: f64 = persons
            .iter()
            .zip(&expected)
            .map(|(&persons, expected)| (persons as f64 - expected).powi(2) / expected)
            .sum();
        let freedom = (persons.len() - 1) as f64;
        let chance = ChiSquared::new(freedom).expect("one or more degrees of freedom");
        Ok(Self {
            persons: persons.to_vec(),
            expected,
            chi_square,
            p_value: chance.sf(chi_square),
        })
    }

    /// Whether chance may explain the arms' sizes: the p value is .001 or more.
    pub fn is_as_planned(&self) -> bool {
        self.p_value >= LEAST_P_VALUE
    }

    /// An error where the arms are not as planned, for code that goes on with the comparison.
    ///
    /// # Errors
    /// If the p value is below .001.
    pub fn check(&self) -> Result<()> {
        if self.is_as_planned() {
            return Ok(());
        }
        let list =
            |numbers: &mut dyn Iterator<Item = String>| numbers.collect::<Vec<_>>().join(", ");
        Err(Error::setting(
            "persons by arm",
            list(&mut self.persons.iter().map(u64::to_string)),
            format!(
                "about {} (chi-square {:.1}, p below .001): find out who is missing first",
                list(&mut self.expected.iter().map(|number| format!("{number:.0}"))),
                self.chi_square
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chi_square_by_hand() {
        // 821,588 and 815,482 persons planned half and half (Kohavi, Tang and Xu, Trustworthy Online
        // Controlled Experiments, 2020, chapter 21): p = 1.8e-6.
        let got = SampleRatio::new(&[821_588, 815_482], &[1.0, 1.0]).unwrap();
        let half = 0.5 * (821_588.0 + 815_482.0);
        assert!((got.chi_square - 2.0 * (821_588.0_f64 - half).powi(2) / half).abs() < 1e-9);
        assert!((got.p_value / 1.8e-6 - 1.0).abs() < 0.05, "{got:?}");
        assert!(got.check().is_err());
    }

    #[test]
    fn arms_are_checked() {
        for (persons, shares) in [
            (&[1, 2][..], &[1.0][..]),
            (&[1], &[1.0]),
            (&[1, 2], &[1.0, 0.0]),
            (&[1, 2], &[f64::NAN, 1.0]),
            (&[0, 0], &[1.0, 1.0]),
        ] {
            assert!(
                SampleRatio::new(persons, shares).is_err(),
                "{persons:?} {shares:?}"
            );
        }
    }
}
