//! How plausible the values of an answer are before the data speak.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::stats::normal;
#[cfg(any(test, feature = "bayes"))]
use crate::util::Random;

/// How plausible the values of a figure are before the data speak. All figures are above 0; what of
/// a distribution lies below is cut off.
///
/// As text: `normal(1.5,0.4)`, `log-normal(1.5,0.5)` by median and standard deviation of the
/// logarithm, `beta(2,8)`, `half-normal(2)`, `uniform(0.5,4)`, `fixed(1.2)`, and `between(0.5,4)`
/// or
/// `between(0.5,4,0.9)` for a log-normal with so much of it between two values.
///
/// ```
/// use mixtouch::mix::specification::Belief;
///
/// // Between .5 and 4 with 90 %.
/// let belief = Belief::between(0.5, 4.0, 0.9)?;
/// let Belief::LogNormal { median, deviation } = belief else { panic!() };
/// assert!((median - 2.0_f64.sqrt()).abs() < 1e-12 && (deviation - 0.632).abs() < 1e-3);
/// assert_eq!("between(0.5,4)".parse::<Belief>()?, belief);
/// assert!("beta(0,1)".parse::<Belief>().is_err());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Belief {
    /// Normal, cut at 0.
    Normal {
        /// The mean before the cut.
        mean: f64,
        /// The standard deviation before the cut, > 0.
        deviation: f64,
    },
    /// Normal in the logarithm.
    LogNormal {
        /// The value in the middle, > 0.
        median: f64,
        /// The standard deviation of the logarithm, > 0.
        deviation: f64,
    },
    /// Beta, for shares.
    Beta {
        /// The weight of large shares, > 0.
        a: f64,
        /// The weight of small shares, > 0.
        b: f64,
    },
    /// The upper half of a normal about 0.
    HalfNormal {
        /// The standard deviation of the whole normal, > 0.
        scale: f64,
    },
    /// Uniform between two values.
    Uniform {
        /// The lowest value, 0 or more.
        low: f64,
        /// The highest value.
        high: f64,
    },
    /// Known, > 0.
    Fixed(f64),
}

impl Belief {
    /// A log-normal that has the share `level` of its weight between two values, and as much below
    /// as above.
    ///
    /// # Errors
    /// If not 0 < `low` < `high`, both finite, or `level` is not above 0 and below 1.
    pub fn between(low: f64, high: f64, level: f64) -> Result<Self> {
        if !(low > 0.0 && low < high && high.is_finite()) {
            let range = format!("{low} to {high}");
            return Err(Error::setting("belief", range, "0 < low < high"));
        }
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::setting(
                "level of a belief",
                level,
                "above 0, below 1",
            ));
        }
        let width = libm::log(high / low);
        Ok(Self::LogNormal {
            median: (low * high).sqrt(),
            deviation: 0.5 * width / normal::quantile(0.5 + 0.5 * level),
        })
    }

    /// An error if it is no distribution of figures above 0.
    pub(super) fn check(&self) -> Result<()> {
        let positive = |x: f64| x > 0.0 && x.is_finite();
        let (sound, expected) = match *self {
            Self::Normal { mean, deviation } => (
                mean.is_finite() && positive(deviation) && mean > -5.0 * deviation,
                "a mean not far below 0 and a standard deviation > 0",
            ),
            Self::LogNormal { median, deviation } => (
                positive(median) && positive(deviation),
                "a median and a deviation > 0",
            ),
            Self::Beta { a, b } => (positive(a) && positive(b), "two weights > 0"),
            Self::HalfNormal { scale } => (positive(scale), "a scale > 0"),
            Self::Uniform { low, high } => (
                low >= 0.0 && low < high && high.is_finite(),
                "0 or more below a finite high",
            ),
            Self::Fixed(value) => (positive(value), "a finite number > 0"),
        };
        if sound {
            Ok(())
        } else {
            Err(Error::setting("belief", self, expected))
        }
    }

    /// A value in the middle.
    #[cfg(feature = "bayes")]
    pub(crate) fn middle(&self) -> f64 {
        match *self {
            Self::Normal { mean, deviation } => mean.max(0.5 * deviation),
            Self::LogNormal { median, .. } => median,
            Self::Beta { a, b } => a / (a + b),
            Self::HalfNormal { scale } => 0.674 * scale,
            Self::Uniform { low, high } => 0.5 * (low + high),
            Self::Fixed(value) => value,
        }
    }

    /// A value drawn from it.
    #[cfg(any(test, feature = "bayes"))]
    pub(crate) fn draw(&self, random: &mut Random) -> f64 {
        let value = match *self {
            Self::Normal { mean, deviation } => {
                let ends = (0.0, mean + 40.0 * deviation);
                normal::truncated(mean, deviation, ends, random.between(1e-12, 1.0))
            }
            Self::LogNormal { median, deviation } => {
                median * libm::exp(deviation * random.normal())
            }
            Self::Beta { a, b } => {
                let (x, y) = (random.gamma(a), random.gamma(b));
                x / (x + y)
            }
            Self::HalfNormal { scale } => scale * random.normal().abs(),
            Self::Uniform { low, high } => random.between(low, high),
            Self::Fixed(value) => value,
        };
        value.max(f64::MIN_POSITIVE)
    }
}

impl fmt::Display for Belief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Normal { mean, deviation } => write!(f, "normal({mean},{deviation})"),
            Self::LogNormal { median, deviation } => write!(f, "log-normal({median},{deviation})"),
            Self::Beta { a, b } => write!(f, "beta({a},{b})"),
            Self::HalfNormal { scale } => write!(f, "half-normal({scale})"),
            Self::Uniform { low, high } => write!(f, "uniform({low},{high})"),
            Self::Fixed(value) => write!(f, "fixed({value})"),
        }
    }
}

impl FromStr for Belief {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = text
            .strip_suffix(')')
            .and_then(|text| text.split_once('('))
            .and_then(|(name, list)| {
                let numbers = list.split(',').map(|n| n.trim().parse::<f64>().ok());
                Some((name, numbers.collect::<Option<Vec<f64>>>()?))
            });
        let parts = parts.as_ref().map(|(name, n)| (*name, n.as_slice()));
        let belief = match parts {
            Some(("normal", &[mean, deviation])) => Self::Normal { mean, deviation },
            Some(("log-normal", &[median, deviation])) => Self::LogNormal { median, deviation },
            Some(("beta", &[a, b])) => Self::Beta { a, b },
            Some(("half-normal", &[scale])) => Self::HalfNormal { scale },
            Some(("uniform", &[low, high])) => Self::Uniform { low, high },
            Some(("fixed", &[value])) => Self::Fixed(value),
            Some(("between", &[low, high])) => return Self::between(low, high, 0.9),
            Some(("between", &[low, high, level])) => return Self::between(low, high, level),
            _ => {
                let expected = "normal(mean,deviation), log-normal(median,deviation), beta(a,b), \
                    half-normal(scale), uniform(low,high), fixed(value) or between(low,high)";
                return Err(Error::setting("belief", text, expected));
            }
        };
        belief.check().map(|()| belief)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_and_bad_beliefs_are_refused() {
        for text in [
            "normal(1.5,0.4)",
            "log-normal(2,0.5)",
            "beta(2,8)",
            "half-normal(2)",
            "uniform(0,4)",
            "fixed(1.2)",
        ] {
            assert_eq!(text.parse::<Belief>().unwrap().to_string(), text);
        }
        for text in [
            "normal(1,0)",
            "normal(-9,1)",
            "log-normal(0,1)",
            "beta(1)",
            "half-normal(NaN)",
            "uniform(-1,2)",
            "uniform(2,2)",
            "fixed(inf)",
            "between(4,0.5)",
            "between(0.5,4,1)",
            "normal 1 2",
            "",
        ] {
            assert!(text.parse::<Belief>().is_err(), "{text}");
        }
    }

    #[test]
    fn draws_are_those_of_the_belief() {
        let mut random = Random::new(1);
        let mut share = |belief: &str, below: f64| {
            let belief: Belief = belief.parse().unwrap();
            let draws = (0..4_000).filter(|_| belief.draw(&mut random) < below);
            draws.count() as f64 / 4_000.0
        };
        // 90 % within, so 5 % below and 95 % below the upper end.
        assert!((share("between(0.5,4)", 0.5) - 0.05).abs() < 0.015);
        assert!((share("between(0.5,4)", 4.0) - 0.95).abs() < 0.015);
        assert!((share("uniform(1,3)", 1.5) - 0.25).abs() < 0.03);
        // Half of a half-normal lies below .6745 of its scale; a normal about 0 cut there is one.
        assert!((share("half-normal(2)", 1.349) - 0.5).abs() < 0.03);
        assert!((share("normal(0,2)", 1.349) - 0.5).abs() < 0.03);
        // Beta(1, 1) is uniform.
        assert!((share("beta(1,1)", 0.3) - 0.3).abs() < 0.03);
    }
}
