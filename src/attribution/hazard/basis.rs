//! How the effect of a touch may depend on its age.

use crate::attribution::hazard::decay::{DAY, Decay};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Functions of a touch's age whose weighted sum is its effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub(super) enum Basis {
    /// Where bins of age end, in seconds: the first begins at 0, each holds `lo <= age < hi`, the
    /// last `age = hi` too.
    Bins(Vec<u32>),
    /// Densities `exp(-age / tau) / tau`, tau in days.
    Exponential(Vec<Decay>),
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Fields {
    Bins(Vec<u32>),
    Exponential(Vec<f64>),
}

impl TryFrom<Fields> for Basis {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        match fields {
            Fields::Bins(ends) => Self::bins(ends),
            Fields::Exponential(taus) => Self::exponential(taus),
        }
    }
}

impl From<Basis> for Fields {
    fn from(basis: Basis) -> Self {
        match basis {
            Basis::Bins(ends) => Self::Bins(ends),
            Basis::Exponential(decays) => {
                Self::Exponential(decays.iter().map(Decay::tau).collect())
            }
        }
    }
}

/// The most functions a basis may have.
const MOST: usize = 64;

impl Default for Basis {
    fn default() -> Self {
        Self::Bins(
            [1, 24, 72, 168, 336, 720]
                .map(|hours| hours * 3600)
                .to_vec(),
        )
    }
}

/// The time constants of exponentials, in days, where there are fewer conversions than bins need.
const FEW: ([f64; 2], f64) = ([0.5, 5.0], 500.0);

impl Basis {
    /// The functions for few conversions.
    pub(super) fn few() -> Self {
        Self::exponential(FEW.0.to_vec()).unwrap_or_default()
    }

    /// The functions that so many conversions can tell apart.
    pub(super) fn of_conversions(conversions: f64) -> Self {
        if conversions < FEW.1 {
            Self::few()
        } else {
            Self::default()
        }
    }

    pub(super) fn bins(ends: Vec<u32>) -> Result<Self> {
        let rising = ends.first().is_some_and(|&first| first > 0)
            && ends.windows(2).all(|pair| pair[0] < pair[1]);
        if rising && ends.len() <= MOST {
            return Ok(Self::Bins(ends));
        }
        Err(Error::setting(
            "the ends of bins of age",
            format!("{ends:?} s"),
            "1 to 64 rising numbers of seconds > 0",
        ))
    }

    pub(super) fn exponential(taus: Vec<f64>) -> Result<Self> {
        let rising =
            taus.windows(2).all(|pair| pair[0] < pair[1]) && (1..=MOST).contains(&taus.len());
        let decays = if rising {
            taus.iter().map(|&tau| Decay::new(tau)).collect()
        } else {
            None
        };
        if let Some(decays) = decays {
            return Ok(Self::Exponential(decays));
        }
        Err(Error::setting(
            "the time constants of exponentials",
            format!("{taus:?} d"),
            "1 to 64 rising numbers of days > 0",
        ))
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Bins(ends) => ends.len(),
            Self::Exponential(decays) => decays.len(),
        }
    }

    /// The age in seconds beyond which a touch has no effect.
    pub(super) fn horizon(&self) -> u32 {
        match self {
            Self::Bins(ends) => *ends.last().expect("a basis has a bin"),
            Self::Exponential(decays) => decays.last().expect("a basis has an exponential").reach(),
        }
    }

    /// The functions that are not 0 at an age within the horizon, with their values.
    #[inline]
    pub(super) fn at(&self, age: u32, mut each: impl FnMut(usize, f64)) {
        match self {
            Self::Bins(ends) => each(
                ends[..ends.len() - 1]
                    .iter()
                    .filter(|&&end| age >= end)
                    .count(),
                1.0,
            ),
            Self::Exponential(decays) => {
                for (at, decay) in decays
                    .iter()
                    .enumerate()
                    .filter(|(_, decay)| age <= decay.reach())
                {
                    each(at, decay.at(age) / decay.tau());
                }
            }
        }
    }

    /// What the functions' integral over the ages `from..to` is counted in, as a part of what their
    /// value times a day is.
    pub(super) fn unit(&self) -> f64 {
        match self {
            Self::Bins(_) => 1.0 / DAY,
            Self::Exponential(_) => 1.0,
        }
    }

    /// Adds each function's integral over the ages `from..to`, `weight` times. Bins count in
    /// seconds, exponentials in multiples of 2^-30: such sums are exact in any order.
    #[inline]
    pub(super) fn integrate(&self, from: u32, to: u32, weight: f64, into: &mut [f64]) {
        match self {
            Self::Bins(ends) => {
                let mut start = 0;
                for (sum, &end) in into.iter_mut().zip(ends) {
                    let overlap = to.min(end).saturating_sub(from.max(start));
                    *sum += weight * f64::from(overlap);
                    start = end;
                }
            }
            Self::Exponential(decays) => {
                for (sum, decay) in into
                    .iter_mut()
                    .zip(decays)
                    .filter(|(_, decay)| from < to.min(decay.reach()))
                {
                    *sum += weight * rounded(decay.at(from) - decay.at(to.min(decay.reach())));
                }
            }
        }
    }
}

/// To multiples of 2^-30: beside 2^22 a number of 0 to 1 has no lower bits.
fn rounded(part: f64) -> f64 {
    const TALL: f64 = (1u64 << 22) as f64;
    (part + TALL) - TALL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_closed_on_the_left_and_the_last_on_both_sides() {
        let basis = Basis::bins(vec![10, 20, 30]).unwrap();
        let bin = |age| {
            let mut found = Vec::new();
            basis.at(age, |at, value| found.push((at, value)));
            found
        };
        assert_eq!(
            [0, 9, 10, 19, 20, 30].map(|age| bin(age)[0]),
            [(0, 1.0), (0, 1.0), (1, 1.0), (1, 1.0), (2, 1.0), (2, 1.0)]
        );
        let mut sums = [0.0; 3];
        basis.integrate(5, 25, 2.0, &mut sums);
        assert_eq!(sums, [10.0, 20.0, 10.0]);
    }

    #[test]
    fn exponentials_integrate_to_what_their_values_add_up_to() {
        let basis = Basis::exponential(vec![0.3, 3.0]).unwrap();
        let (mut sums, mut exact) = ([0.0; 2], [0.0; 2]);
        for minute in 0..2 * 1440 {
            basis.at(3600 + minute * 60 + 30, |at, value| {
                sums[at] += value / 1440.0
            });
        }
        basis.integrate(3600, 3600 + 2 * 86_400, 1.0, &mut exact);
        sums.iter()
            .zip(exact)
            .for_each(|(sum, exact)| approx::assert_relative_eq!(*sum, exact, max_relative = 1e-6));
    }

    #[test]
    fn parts_are_rounded_to_multiples() {
        let unit = 0.5f64.powi(30);
        for (part, multiple) in [
            (0.0, 0.0),
            (0.4, 0.0),
            (0.6, 1.0),
            (1e9 + 0.3, 1e9),
            (1.0 / unit, 1.0 / unit),
        ] {
            assert_eq!(rounded(part * unit), multiple * unit);
        }
    }

    #[test]
    fn bad_bases_are_refused() {
        assert!(
            Basis::bins(vec![]).is_err()
                && Basis::bins(vec![0, 5]).is_err()
                && Basis::bins(vec![5, 5]).is_err()
        );
        for taus in [
            vec![],
            vec![0.0],
            vec![f64::NAN],
            vec![1.0, 1.0],
            vec![1.0, f64::INFINITY],
            vec![1e6],
        ] {
            assert!(Basis::exponential(taus).is_err());
        }
        assert!(serde_json::from_str::<Basis>(r#"{"bins": [3, 2]}"#).is_err());
    }
}
