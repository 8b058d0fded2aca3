//! Adstock: how spend in one period works on in the following ones.
//!
//! Carried-over spend is a_t = sum over lags l of w_l x_(t-l), with nothing before the first
//! period. Normalised weights sum to 1, so that carried-over spend keeps the unit and the total of
//! spend; unnormalised ones make the first lag (or the peak) 1.

pub(crate) mod binomial;
pub(crate) mod delayed;
pub(crate) mod geometric;
#[cfg(test)]
mod tests;
pub(crate) mod weibull;

use crate::mix::transform::adstock::binomial::Binomial;
use crate::mix::transform::adstock::delayed::Delayed;
use crate::mix::transform::adstock::geometric::Geometric;
use crate::mix::transform::adstock::geometric::RobynGeometric;
use crate::mix::transform::adstock::weibull::WeibullCdf;
use crate::mix::transform::adstock::weibull::WeibullPdf;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::transform::parameter::{Prior, TransformParameter};

/// The longest window, in periods.
pub(crate) const LONGEST: usize = 1000;

/// How effects of spend are spread over the periods that follow it.
///
/// A complete adstock of one's own: a share at once, the rest in the next period.
///
/// ```
/// use mixtouch::mix::transform::Adstock;
///
/// struct NextPeriod {
///     share: f64,
/// }
///
/// impl Adstock for NextPeriod {
///     fn weights(&self, weights: &mut [f64]) {
///         for (lag, weight) in weights.iter_mut().enumerate() {
///             *weight = match lag {
///                 0 => 1.0 - self.share,
///                 1 => self.share,
///                 _ => 0.0,
///             };
///         }
///     }
///
///     fn window(&self) -> Option<usize> {
///         Some(2)
///     }
///
///     fn parameters(&self) -> Vec<(&'static str, f64)> {
///         vec![("share", self.share)]
///     }
///
///     fn gradient(&self, _: usize, gradient: &mut [f64]) {
///         for (lag, cell) in gradient.iter_mut().enumerate() {
///             *cell = [-1.0, 1.0].get(lag).copied().unwrap_or(0.0);
///         }
///     }
/// }
///
/// let mut carried = [0.0; 3];
/// NextPeriod { share: 0.25 }.carry(&[100.0, 0.0, 40.0], &mut carried);
/// assert_eq!(carried, [75.0, 25.0, 30.0]);
/// ```
pub trait Adstock: Send + Sync {
    /// Fills in the weights of lags 0, 1, ..; lags beyond the window get 0.
    fn weights(&self, weights: &mut [f64]);

    /// The number of lags with weight, or none if the effect never ends.
    fn window(&self) -> Option<usize>;

    /// The parameters, named, in the order of [`Adstock::gradient`].
    fn parameters(&self) -> Vec<(&'static str, f64)>;

    /// Fills in the derivative of each weight by one parameter.
    fn gradient(&self, parameter: usize, gradient: &mut [f64]);

    /// Carried-over spend of a series whose past is zero; the two slices have equal length.
    fn carry(&self, spend: &[f64], carried: &mut [f64]) {
        let mut weights = vec![0.0; self.window().unwrap_or(spend.len()).min(spend.len())];
        self.weights(&mut weights);
        convolve(spend, &weights, carried);
    }
}

/// carried_t = sum over l of weights_l spend_(t-l), one pass per lag so that the inner loop is
/// contiguous.
pub(crate) fn convolve(spend: &[f64], weights: &[f64], carried: &mut [f64]) {
    carried.fill(0.0);
    for (lag, &weight) in weights.iter().enumerate().take(spend.len()) {
        if weight != 0.0 {
            carried[lag..]
                .iter_mut()
                .zip(spend)
                .for_each(|(c, s)| *c += weight * s);
        }
    }
}

/// How many periods the weights reach, and whether they are divided by their sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "WindowFields")]
pub struct LagWindow {
    length: usize,
    normalised: bool,
}

#[derive(Deserialize)]
struct WindowFields {
    length: usize,
    normalised: bool,
}

impl TryFrom<WindowFields> for LagWindow {
    type Error = Error;

    fn try_from(fields: WindowFields) -> Result<Self> {
        Self::new(fields.length, fields.normalised)
    }
}

impl LagWindow {
    /// A window of `length` periods, the spend's own included.
    ///
    /// # Errors
    /// If `length` is 0 or above 1000.
    pub fn new(length: usize, normalised: bool) -> Result<Self> {
        if (1..=LONGEST).contains(&length) {
            Ok(Self { length, normalised })
        } else {
            Err(Error::setting(
                "adstock window",
                length,
                format!("1 to {LONGEST} periods"),
            ))
        }
    }

    /// Number of periods.
    pub const fn length(&self) -> usize {
        self.length
    }

    /// Whether the weights are divided by their sum.
    pub const fn normalised(&self) -> bool {
        self.normalised
    }

    /// Fills `weights` with `raw` inside the window, divides by the sum if so set, and zeroes the
    /// rest.
    fn fill(&self, weights: &mut [f64], raw: impl Fn(usize) -> f64) {
        let total = if self.normalised {
            (0..self.length).map(&raw).sum()
        } else {
            1.0
        };
        for (lag, weight) in weights.iter_mut().enumerate() {
            *weight = if lag < self.length {
                raw(lag) / total
            } else {
                0.0
            };
        }
    }

    /// The same for a derivative: `raw` gives a weight and its derivative.
    fn fill_gradient(&self, gradient: &mut [f64], raw: impl Fn(usize) -> (f64, f64)) {
        let (total, slope) = if self.normalised {
            (0..self.length)
                .map(&raw)
                .fold((0.0, 0.0), |(w, d), (weight, derivative)| {
                    (w + weight, d + derivative)
                })
        } else {
            (1.0, 0.0)
        };
        for (lag, cell) in gradient.iter_mut().enumerate() {
            *cell = if lag < self.length {
                let (weight, derivative) = raw(lag);
                (derivative - weight / total * slope) / total
            } else {
                0.0
            };
        }
    }
}

/// Which adstock to search over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AdstockFamily {
    /// No carry-over.
    None,
    /// [`Geometric`], normalised.
    Geometric,
    /// [`RobynGeometric`].
    RobynGeometric,
    /// [`Delayed`], normalised.
    Delayed,
    /// [`WeibullPdf`], normalised.
    WeibullPdf,
    /// [`WeibullCdf`], normalised.
    WeibullCdf,
    /// [`Binomial`], normalised.
    Binomial,
}

impl AdstockFamily {
    /// All families by name.
    pub const ALL: [(&'static str, Self); 7] = [
        ("none", Self::None),
        ("geometric", Self::Geometric),
        ("robyn-geometric", Self::RobynGeometric),
        ("delayed", Self::Delayed),
        ("weibull-pdf", Self::WeibullPdf),
        ("weibull-cdf", Self::WeibullCdf),
        ("binomial", Self::Binomial),
    ];

    /// The parameters with their default priors, for a window of `window` periods.
    pub fn parameters(self, window: usize) -> Vec<TransformParameter> {
        let falling = |name, b| TransformParameter::new(name, Prior::ScaledBeta { high: 0.95, b });
        let log = |name, low, high| TransformParameter::new(name, Prior::LogUniform { low, high });
        let uniform = |name, low, high| TransformParameter::new(name, Prior::Uniform { low, high });
        let length = window.max(2) as f64;
        match self {
            Self::None => vec![],
            Self::Geometric => vec![falling("alpha", 3.0)],
            Self::RobynGeometric => vec![falling("theta", 2.0)],
            Self::Delayed => vec![
                uniform("alpha", 0.01, 0.95),
                uniform("theta", 0.0, (length - 1.0).min(4.0)),
            ],
            Self::WeibullPdf | Self::WeibullCdf => {
                vec![log("shape", 0.5, 8.0), log("scale", 0.5, length)]
            }
            Self::Binomial => vec![uniform("alpha", 0.05, 0.95)],
        }
    }

    /// The adstock with the given parameters.
    pub(crate) fn kernel(self, p: &[f64], window: LagWindow) -> AdstockKernel {
        match self {
            Self::None => AdstockKernel::None,
            Self::Geometric => AdstockKernel::Geometric(Geometric::raw(p[0], window)),
            Self::RobynGeometric => AdstockKernel::RobynGeometric(RobynGeometric::raw(p[0])),
            Self::Delayed => AdstockKernel::Delayed(Delayed::raw(p[0], p[1], window)),
            Self::WeibullPdf => AdstockKernel::WeibullPdf(WeibullPdf::raw(p[0], p[1], window)),
            Self::WeibullCdf => AdstockKernel::WeibullCdf(WeibullCdf::raw(p[0], p[1], window)),
            Self::Binomial => AdstockKernel::Binomial(Binomial::raw(p[0], window)),
        }
    }
}

impl std::str::FromStr for AdstockFamily {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let names = Self::ALL.map(|(name, _)| name).join(", ");
        Self::ALL
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, f)| *f)
            .ok_or_else(|| Error::setting("adstock", name, names))
    }
}

/// Any one of the adstocks, as a fitted model keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AdstockKernel {
    /// No carry-over.
    None,
    /// See [`Geometric`].
    Geometric(Geometric),
    /// See [`RobynGeometric`].
    RobynGeometric(RobynGeometric),
    /// See [`Delayed`].
    Delayed(Delayed),
    /// See [`WeibullPdf`].
    WeibullPdf(WeibullPdf),
    /// See [`WeibullCdf`].
    WeibullCdf(WeibullCdf),
    /// See [`Binomial`].
    Binomial(Binomial),
}

/// The kernel inside, or the second expression for none.
macro_rules! each {
    ($kernel:expr, $inner:ident => $body:expr, $none:expr) => {
        match $kernel {
            AdstockKernel::None => $none,
            AdstockKernel::Geometric($inner) => $body,
            AdstockKernel::RobynGeometric($inner) => $body,
            AdstockKernel::Delayed($inner) => $body,
            AdstockKernel::WeibullPdf($inner) => $body,
            AdstockKernel::WeibullCdf($inner) => $body,
            AdstockKernel::Binomial($inner) => $body,
        }
    };
}

impl AdstockKernel {
    /// The family's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Geometric(_) => "geometric",
            Self::RobynGeometric(_) => "robyn-geometric",
            Self::Delayed(_) => "delayed",
            Self::WeibullPdf(_) => "weibull-pdf",
            Self::WeibullCdf(_) => "weibull-cdf",
            Self::Binomial(_) => "binomial",
        }
    }

    /// Periods after the peak until the weight has fallen to half of it, interpolated between lags
    /// in the logarithm (for geometric adstock ln 2 / -ln alpha); none if it does not fall that far
    /// within the window.
    pub fn half_life(&self) -> Option<f64> {
        let mut weights = vec![0.0; self.window().unwrap_or(LONGEST) + 1];
        self.weights(&mut weights);
        let peak = (0..weights.len()).fold(0, |best, lag| {
            if weights[lag] > weights[best] {
                lag
            } else {
                best
            }
        });
        let half = weights[peak] / 2.0;
        let after = (peak + 1..weights.len()).find(|&lag| weights[lag] <= half)?;
        let (above, below) = (weights[after - 1], weights[after]);
        let part = if below > 0.0 {
            libm::log(above / half) / libm::log(above / below)
        } else {
            0.0
        };
        let beyond_window = self.window().is_some_and(|w| after >= w);
        if beyond_window && weights[after - 1] > half && peak + 1 < after {
            None
        } else {
            Some((after - 1 - peak) as f64 + part)
        }
    }

    /// [`Adstock::carry`] without allocation, with a buffer for the weights.
    pub(crate) fn carry_with(&self, spend: &[f64], buffer: &mut Vec<f64>, carried: &mut [f64]) {
        match self {
            Self::None => carried.copy_from_slice(spend),
            Self::RobynGeometric(kernel) => kernel.carry(spend, carried),
            _ => {
                buffer.resize(self.window().unwrap_or(spend.len()), 0.0);
                self.weights(buffer);
                convolve(spend, buffer, carried);
            }
        }
    }
}

impl Adstock for AdstockKernel {
    fn weights(&self, weights: &mut [f64]) {
        each!(self, kernel => kernel.weights(weights), {
            weights.fill(0.0);
            weights.iter_mut().take(1).for_each(|w| *w = 1.0);
        });
    }

    fn window(&self) -> Option<usize> {
        each!(self, kernel => kernel.window(), Some(1))
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        each!(self, kernel => kernel.parameters(), vec![])
    }

    fn gradient(&self, parameter: usize, gradient: &mut [f64]) {
        each!(self, kernel => kernel.gradient(parameter, gradient), gradient.fill(0.0));
    }

    fn carry(&self, spend: &[f64], carried: &mut [f64]) {
        self.carry_with(spend, &mut Vec::new(), carried);
    }
}
