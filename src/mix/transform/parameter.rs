//! Transform parameters and where the search looks for them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::stats::normal;

/// How plausible a parameter's values are before the data speak. The search moves in the prior's
/// quantiles, so that equal steps are equally plausible and a prior is a range with a shape.
///
/// ```
/// use mixtouch::mix::transform::Prior;
///
/// let half_saturation = Prior::LogUniform { low: 0.1, high: 10.0 };
/// assert!((half_saturation.quantile(0.5) - 1.0).abs() < 1e-12);
/// assert!((half_saturation.share_below(10.0_f64.sqrt()) - 0.75).abs() < 1e-12);
/// let carry_over = Prior::ScaledBeta { high: 0.95, b: 3.0 };
/// assert!(carry_over.quantile(0.5) < 0.2, "small rates are more plausible");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Prior {
    /// Uniform between two values.
    Uniform {
        /// The lowest value.
        low: f64,
        /// The highest value.
        high: f64,
    },
    /// Uniform in the logarithm, for scales.
    LogUniform {
        /// The lowest value, > 0.
        low: f64,
        /// The highest value.
        high: f64,
    },
    /// Normal in the logarithm about `median`, cut to a range: for scales of which one size is
    /// likely.
    LogNormal {
        /// The value in the middle, > 0.
        median: f64,
        /// The standard deviation of the logarithm, > 0.
        deviation: f64,
        /// The lowest value, > 0.
        low: f64,
        /// The highest value.
        high: f64,
    },
    /// Beta(1, b) times `high`: density falling from 0, for carry-over rates (PyMC-Marketing's
    /// default is b = 3).
    ScaledBeta {
        /// The upper end.
        high: f64,
        /// How steeply the density falls.
        b: f64,
    },
}

impl Prior {
    /// The value below which the share `u` of the prior lies, `u` in [0, 1].
    pub fn quantile(&self, u: f64) -> f64 {
        match *self {
            Self::Uniform { low, high } => low + (high - low) * u,
            Self::LogUniform { low, high } => (low * libm::pow(high / low, u)).clamp(low, high),
            Self::LogNormal {
                median,
                deviation,
                low,
                high,
            } => {
                let ends = (libm::log(low), libm::log(high));
                let log = normal::truncated(libm::log(median), deviation, ends, u);
                libm::exp(log).clamp(low, high)
            }
            Self::ScaledBeta { high, b } => high * (1.0 - libm::pow(1.0 - u, 1.0 / b)),
        }
    }

    /// The share of the prior below a value: the inverse of [`Prior::quantile`], held within [0,
    /// 1].
    pub fn share_below(&self, value: f64) -> f64 {
        let share = match *self {
            Self::Uniform { low, high } => (value - low) / (high - low),
            Self::LogUniform { low, high } => {
                libm::log((value / low).max(1e-300)) / libm::log(high / low)
            }
            Self::LogNormal {
                median,
                deviation,
                low,
                high,
            } => {
                let below = |x: f64| normal::below(libm::log(x.max(1e-300) / median) / deviation);
                (below(value) - below(low)) / (below(high) - below(low))
            }
            Self::ScaledBeta { high, b } => 1.0 - libm::pow((1.0 - value / high).max(0.0), b),
        };
        if share.is_nan() {
            0.5
        } else {
            share.clamp(0.0, 1.0)
        }
    }

    /// An error if it is no distribution.
    pub(crate) fn check(&self) -> Result<()> {
        let ordered = |low: f64, high: f64| low < high && low.is_finite() && high.is_finite();
        let (sound, expected) = match *self {
            Self::Uniform { low, high } => (ordered(low, high), "low below high"),
            Self::LogUniform { low, high } => (low > 0.0 && ordered(low, high), "0 < low < high"),
            Self::LogNormal {
                median,
                deviation,
                low,
                high,
            } => (
                low > 0.0 && ordered(low, high) && ordered(0.0, median) && ordered(0.0, deviation),
                "a median and deviation > 0, 0 < low < high",
            ),
            Self::ScaledBeta { high, b } => (
                ordered(0.0, high) && ordered(0.0, b),
                "an upper end and b > 0",
            ),
        };
        if sound {
            Ok(())
        } else {
            Err(Error::setting("prior", self, expected))
        }
    }

    /// The same kind of prior between other bounds.
    pub(crate) fn between(&self, low: f64, high: f64) -> Self {
        match *self {
            Self::LogUniform { .. } if low > 0.0 => Self::LogUniform { low, high },
            Self::LogNormal {
                median, deviation, ..
            } if low > 0.0 => Self::LogNormal {
                median,
                deviation,
                low,
                high,
            },
            _ => Self::Uniform { low, high },
        }
    }
}

impl fmt::Display for Prior {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uniform { low, high } => write!(f, "uniform({low},{high})"),
            Self::LogUniform { low, high } => write!(f, "log-uniform({low},{high})"),
            Self::LogNormal {
                median,
                deviation,
                low,
                high,
            } => write!(f, "log-normal({median},{deviation},{low},{high})"),
            Self::ScaledBeta { high, b } => write!(f, "beta(1,{b},{high})"),
        }
    }
}

/// As text: `uniform(0,0.5)`, `log-uniform(0.1,3)`, `log-normal(1,0.5)` by median and standard
/// deviation of the logarithm, `beta(1,3)`; the last two take their range or their upper end besides.
impl FromStr for Prior {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = text.strip_suffix(')').and_then(|t| t.split_once('('));
        let numbers = |list: &str| -> Option<Vec<f64>> {
            list.split(',')
                .map(|n| n.trim().parse::<f64>().ok())
                .collect()
        };
        let parsed: Option<(&str, Vec<f64>)> =
            parts.and_then(|(name, list)| Some((name, numbers(list)?)));
        let prior = match parsed
            .as_ref()
            .map(|(name, numbers)| (*name, numbers.as_slice()))
        {
            Some(("uniform", [low, high])) => Self::Uniform {
                low: *low,
                high: *high,
            },
            Some(("log-uniform", [low, high])) => Self::LogUniform {
                low: *low,
                high: *high,
            },
            Some(("log-normal", [median, deviation])) => Self::LogNormal {
                median: *median,
                deviation: *deviation,
                low: median * libm::exp(-6.0 * deviation),
                high: median * libm::exp(6.0 * deviation),
            },
            Some(("log-normal", [median, deviation, low, high])) => Self::LogNormal {
                median: *median,
                deviation: *deviation,
                low: *low,
                high: *high,
            },
            Some(("beta", [1.0, b])) => Self::ScaledBeta { high: 0.98, b: *b },
            Some(("beta", [1.0, b, high])) => Self::ScaledBeta { high: *high, b: *b },
            _ => {
                let expected = "uniform(low,high), log-uniform(low,high), \
                    log-normal(median,deviation) or beta(1,b)";
                return Err(Error::setting("prior", text, expected));
            }
        };
        prior.check().map(|()| prior)
    }
}

/// A transform's parameter: its name and prior.
///
/// ```
/// use mixtouch::mix::transform::{AdstockFamily, Prior};
///
/// let parameters = AdstockFamily::Geometric.parameters(8);
/// assert_eq!(parameters[0].name(), "alpha");
/// assert_eq!(*parameters[0].prior(), Prior::ScaledBeta { high: 0.98, b: 3.0 });
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TransformParameter {
    name: &'static str,
    prior: Prior,
}

impl TransformParameter {
    pub(crate) const fn new(name: &'static str, prior: Prior) -> Self {
        Self { name, prior }
    }

    /// What the parameter is called.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Where the search looks for it.
    pub const fn prior(&self) -> &Prior {
        &self.prior
    }

    /// The least and the largest value that the parameter can mean anything at.
    fn limits(&self) -> (f64, f64) {
        if matches!(
            self.prior,
            Prior::LogUniform { .. } | Prior::LogNormal { .. }
        ) {
            (f64::MIN_POSITIVE, f64::MAX)
        } else {
            (self.prior.quantile(0.0), self.prior.quantile(1.0))
        }
    }

    /// The same parameter confined to the values from `low` to `high`.
    pub(crate) fn within(self, low: f64, high: f64) -> Result<Self> {
        let (least, most) = self.limits();
        if low.is_finite() && high.is_finite() && low <= high && low >= least && high <= most {
            Ok(Self {
                prior: self.prior.between(low, high),
                ..self
            })
        } else {
            Err(Error::setting(
                self.name,
                format!("{low}..{high}"),
                format!("a range within {:?}", (least, most)),
            ))
        }
    }

    /// The parameter with another prior, if its values can mean anything.
    pub(crate) fn with_prior(self, prior: Prior) -> Result<Self> {
        prior.check()?;
        let (least, most) = self.limits();
        if prior.quantile(0.0) >= least && prior.quantile(1.0) <= most {
            Ok(Self { prior, ..self })
        } else {
            Err(Error::setting(
                self.name,
                prior,
                format!("a prior within {:?}", (least, most)),
            ))
        }
    }

    /// A value given for the parameter, if it can mean anything.
    pub(crate) fn checked(&self, value: f64) -> Result<f64> {
        let (least, most) = self.limits();
        if value.is_finite() && value >= least && value <= most {
            Ok(value)
        } else {
            Err(Error::setting(
                self.name,
                value,
                format!("a number within {:?}", (least, most)),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_invert() {
        let priors = [
            Prior::Uniform {
                low: -1.0,
                high: 3.0,
            },
            Prior::LogUniform {
                low: 0.1,
                high: 10.0,
            },
            Prior::ScaledBeta { high: 0.95, b: 3.0 },
            Prior::LogNormal {
                median: 1.0,
                deviation: 0.5,
                low: 0.2,
                high: 9.0,
            },
        ];
        for prior in priors {
            for u in [0.0, 0.1, 0.5, 0.9, 1.0] {
                assert!(
                    (prior.share_below(prior.quantile(u)) - u).abs() < 1e-12,
                    "{prior:?} {u}"
                );
            }
        }
        assert_eq!(
            Prior::LogUniform {
                low: 0.1,
                high: 10.0
            }
            .quantile(0.5),
            1.0
        );
    }

    #[test]
    fn ranges_outside_the_meaning_are_refused() {
        let alpha = TransformParameter::new("alpha", Prior::ScaledBeta { high: 0.95, b: 3.0 });
        assert!(alpha.within(0.2, 0.4).is_ok());
        assert!(alpha.within(0.4, 0.2).is_err());
        assert!(alpha.within(-0.1, 0.2).is_err());
        assert!(alpha.within(0.1, f64::NAN).is_err());
    }
}
