//! Any one of the adstocks.

use serde::{Deserialize, Serialize};

use crate::mix::transform::adstock::binomial::Binomial;
use crate::mix::transform::adstock::carry::{Adstock, convolve};
use crate::mix::transform::adstock::delayed::Delayed;
use crate::mix::transform::adstock::geometric::{Geometric, RobynGeometric};
use crate::mix::transform::adstock::weibull::{WeibullCdf, WeibullPdf};
use crate::mix::transform::adstock::window::LONGEST;

/// Weights from which on, to the end of the window, an adstock counts as over.
const NEXT_TO_NOTHING: f64 = 1e-13;

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
            Self::None => carried.copy_from_slice(&spend[spend.len() - carried.len()..]),
            Self::RobynGeometric(kernel) => kernel.carry(spend, carried),
            _ => {
                buffer.resize(self.window().unwrap_or(spend.len()), 0.0);
                self.weights(buffer);
                let lasting = buffer.iter().rposition(|weight| *weight > NEXT_TO_NOTHING);
                convolve(
                    spend,
                    &buffer[..lasting.map_or(0, |last| last + 1)],
                    carried,
                );
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
