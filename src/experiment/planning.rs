//! How large a test has to be.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::stats::{ConfidenceLevel, normal};

/// The difference that a test is to find.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Effect {
    /// Between two rates.
    Rates {
        /// The control's rate, between 0 and 1.
        control: f64,
        /// The treatment's rate, between 0 and 1.
        treatment: f64,
    },
    /// Between two means whose values vary with a standard deviation.
    Means {
        /// Treatment minus control.
        difference: f64,
        /// Standard deviation of a person's value.
        deviation: f64,
    },
}

impl Effect {
    fn check(self) -> Result<()> {
        let (name, value, fits, expected) = match self {
            Self::Rates { control, .. } if !(control > 0.0 && control < 1.0) => {
                ("control's rate", control, false, "between 0 and 1")
            }
            Self::Rates { treatment, .. } if !(treatment > 0.0 && treatment < 1.0) => {
                ("treatment's rate", treatment, false, "between 0 and 1")
            }
            Self::Rates { control, treatment } => (
                "difference of the rates",
                treatment - control,
                treatment != control,
                "other than 0",
            ),
            Self::Means { deviation, .. } if !(deviation > 0.0 && deviation.is_finite()) => (
                "standard deviation",
                deviation,
                false,
                "a finite number above 0",
            ),
            Self::Means { difference, .. } => (
                "difference of the means",
                difference,
                difference.is_finite() && difference != 0.0,
                "a finite number other than 0",
            ),
        };
        if fits {
            Ok(())
        } else {
            Err(Error::setting(name, value, expected))
        }
    }

    /// Size of the difference, and the deviation of a pair's difference if there is none and if
    /// there is.
    fn scale(self) -> (f64, f64, f64) {
        match self {
            Self::Rates { control, treatment } => {
                let mean = 0.5 * (control + treatment);
                let apart = control * (1.0 - control) + treatment * (1.0 - treatment);
                (
                    (treatment - control).abs(),
                    (2.0 * mean * (1.0 - mean)).sqrt(),
                    apart.sqrt(),
                )
            }
            Self::Means {
                difference,
                deviation,
            } => (
                difference.abs(),
                deviation * std::f64::consts::SQRT_2,
                deviation * std::f64::consts::SQRT_2,
            ),
        }
    }

    /// Persons that Student's distribution asks for beyond the normal's count (Guenther 1981); none
    /// for rates.
    fn surplus(self, z: f64) -> f64 {
        if matches!(self, Self::Means { .. }) {
            0.25 * z * z
        } else {
            0.0
        }
    }
}

/// Persons needed in each of two equal arms, to find an effect with a chance of `power` in a
/// two-sided test at `significance`.
///
/// n = (z(1 - significance / 2) s0 + z(power) s1)^2 / difference^2, rounded up, with s0 and s1 the
/// deviations without and with the effect (Fleiss, without continuity correction); for means with
/// Guenther's correction for Student's distribution.
///
/// ```
/// use mixtouch::experiment::{Effect, sample_size};
///
/// assert_eq!(sample_size(Effect::Rates { control: 0.10, treatment: 0.12 }, 0.8, 0.05)?, 3841);
/// # Ok::<(), mixtouch::Error>(())
/// ```
///
/// # Errors
/// If the effect is none or out of range, or the power or the significance is not between 0 and 1
/// with power above significance.
pub fn sample_size(effect: Effect, power: f64, significance: f64) -> Result<u64> {
    effect.check()?;
    ConfidenceLevel::new(1.0 - significance)?;
    if !(power > significance && power < 1.0) {
        return Err(Error::setting(
            "power",
            power,
            format!("between the significance {significance} and 1"),
        ));
    }
    let (difference, without, with) = effect.scale();
    let z = normal::quantile(1.0 - 0.5 * significance);
    let root = (z * without + normal::quantile(power) * with) / difference;
    Ok(((root * root + effect.surplus(z)).ceil() as u64).max(2))
}

/// The chance that a two-sided test at `significance`, with so many persons in each of two equal
/// arms, finds an effect.
///
/// The same approximation as [`sample_size`], of which it is the inverse.
///
/// # Errors
/// If the effect is none or out of range, an arm has fewer than two persons, or the significance is
/// not between 0 and 1.
pub fn power(effect: Effect, persons: u64, significance: f64) -> Result<f64> {
    effect.check()?;
    ConfidenceLevel::new(1.0 - significance)?;
    if persons < 2 {
        return Err(Error::setting("persons in an arm", persons, "at least 2"));
    }
    let (difference, without, with) = effect.scale();
    let z = normal::quantile(1.0 - 0.5 * significance);
    let root = (persons as f64 - effect.surplus(z)).max(0.0).sqrt();
    let reach = (root * difference - z * without) / with;
    Ok(normal::below(reach))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: Effect = Effect::Rates {
        control: 0.10,
        treatment: 0.12,
    };
    const MEANS: Effect = Effect::Means {
        difference: 0.5,
        deviation: 1.0,
    };

    #[test]
    fn sizes_are_those_of_r() {
        // R 4: power.prop.test(p1 = .1, p2 = .12, power = .8) has n = 3840.847; power.t.test(delta
        // = .5, power = .8) n = 63.76576, power.t.test(delta = .5, power = .9) n = 85.03128.
        assert_eq!(sample_size(RATES, 0.8, 0.05).unwrap(), 3841);
        assert_eq!(sample_size(MEANS, 0.8, 0.05).unwrap(), 64);
        assert_eq!(sample_size(MEANS, 0.9, 0.05).unwrap(), 86);
    }

    #[test]
    fn power_inverts_size() {
        for effect in [RATES, MEANS] {
            for wanted in [0.5, 0.8, 0.95] {
                let persons = sample_size(effect, wanted, 0.05).unwrap();
                assert!(
                    power(effect, persons, 0.05).unwrap() >= wanted
                        && power(effect, persons - 1, 0.05).unwrap() < wanted
                );
            }
        }
    }

    #[test]
    fn effects_that_are_none_are_refused() {
        let refused =
            |effect| sample_size(effect, 0.8, 0.05).is_err() && power(effect, 100, 0.05).is_err();
        assert!(
            refused(Effect::Rates {
                control: 0.1,
                treatment: 0.1
            }) && refused(Effect::Rates {
                control: 0.0,
                treatment: 0.1
            })
        );
        assert!(
            refused(Effect::Means {
                difference: 0.0,
                deviation: 1.0
            }) && refused(Effect::Means {
                difference: 1.0,
                deviation: f64::NAN
            })
        );
        assert!(
            sample_size(RATES, 1.0, 0.05).is_err()
                && sample_size(RATES, 0.8, 0.0).is_err()
                && power(RATES, 1, 0.05).is_err()
        );
    }
}
