//! Which adstock to search over, with its default priors.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::transform::adstock::binomial::Binomial;
use crate::mix::transform::adstock::delayed::Delayed;
use crate::mix::transform::adstock::geometric::{Geometric, RobynGeometric};
use crate::mix::transform::adstock::kernel::AdstockKernel;
use crate::mix::transform::adstock::weibull::{WeibullCdf, WeibullPdf};
use crate::mix::transform::adstock::window::LagWindow;
use crate::mix::transform::parameter::{Prior, TransformParameter};

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
        let falling = |name, b| TransformParameter::new(name, Prior::ScaledBeta { high: 0.98, b });
        let log = |name, low, high| TransformParameter::new(name, Prior::LogUniform { low, high });
        let uniform = |name, low, high| TransformParameter::new(name, Prior::Uniform { low, high });
        let length = window.max(2) as f64;
        match self {
            Self::None => vec![],
            Self::Geometric => vec![falling("alpha", 3.0)],
            Self::RobynGeometric => vec![falling("theta", 2.0)],
            Self::Delayed => vec![
                uniform("alpha", 0.01, 0.98),
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
