//! Which saturation curve to search over, with its default priors.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::transform::parameter::{Prior, TransformParameter};
use crate::mix::transform::saturation::curve::SaturationCurve;
use crate::mix::transform::saturation::exponential::{LogisticSaturation, Tanh};
use crate::mix::transform::saturation::hill::{Hill, RobynHill};
use crate::mix::transform::saturation::power::{Log, Root};
use crate::mix::transform::saturation::rational::MichaelisMenten;

/// Which saturation curve to search over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SaturationFamily {
    /// The response is the carried-over spend itself.
    None,
    /// [`Hill`].
    Hill,
    /// [`RobynHill`].
    RobynHill,
    /// [`LogisticSaturation`].
    Logistic,
    /// [`Tanh`].
    Tanh,
    /// [`MichaelisMenten`].
    MichaelisMenten,
    /// [`Root`].
    Root,
    /// [`Log`].
    Log,
}

impl SaturationFamily {
    /// All families by name.
    pub const ALL: [(&'static str, Self); 8] = [
        ("none", Self::None),
        ("hill", Self::Hill),
        ("robyn-hill", Self::RobynHill),
        ("logistic", Self::Logistic),
        ("tanh", Self::Tanh),
        ("michaelis-menten", Self::MichaelisMenten),
        ("root", Self::Root),
        ("log", Self::Log),
    ];

    /// The parameters with their default priors, for spend in units of its largest value.
    pub fn parameters(self) -> Vec<TransformParameter> {
        let log = |name, median, deviation, low, high| {
            let prior = Prior::LogNormal {
                median,
                deviation,
                low,
                high,
            };
            TransformParameter::new(name, prior)
        };
        let uniform = |name, low, high| TransformParameter::new(name, Prior::Uniform { low, high });
        match self {
            Self::None => vec![],
            Self::Hill => vec![
                log("half_saturation", 0.5, 1.0, 0.01, 20.0),
                log("slope", 1.0, 0.5, 0.05, 10.0),
            ],
            // The ranges Robyn recommends.
            Self::RobynHill => vec![uniform("alpha", 0.5, 3.0), uniform("gamma", 0.3, 1.0)],
            Self::Logistic => vec![log("lambda", 2.0, 1.0, 0.05, 100.0)],
            Self::Tanh => vec![log("scale", 0.5, 1.0, 0.01, 20.0)],
            Self::MichaelisMenten => vec![log("half_saturation", 0.5, 1.0, 0.01, 20.0)],
            Self::Root => vec![uniform("exponent", 0.02, 1.0)],
            Self::Log => vec![log("scale", 0.3, 1.2, 0.005, 20.0)],
        }
    }

    /// The curve with the given parameters; `max` is the largest carried-over spend, for
    /// [`RobynHill`].
    pub(crate) fn curve(self, p: &[f64], max: f64) -> SaturationCurve {
        match self {
            Self::None => SaturationCurve::None,
            Self::Hill => SaturationCurve::Hill(Hill::raw(p[0], p[1])),
            Self::RobynHill => SaturationCurve::RobynHill(RobynHill::raw(p[0], p[1], max)),
            Self::Logistic => SaturationCurve::Logistic(LogisticSaturation::raw(p[0])),
            Self::Tanh => SaturationCurve::Tanh(Tanh::raw(p[0])),
            Self::MichaelisMenten => SaturationCurve::MichaelisMenten(MichaelisMenten::raw(p[0])),
            Self::Root => SaturationCurve::Root(Root::raw(p[0])),
            Self::Log => SaturationCurve::Log(Log::raw(p[0])),
        }
    }
}

impl std::str::FromStr for SaturationFamily {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let names = Self::ALL.map(|(name, _)| name).join(", ");
        Self::ALL
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, f)| *f)
            .ok_or_else(|| Error::setting("saturation", name, names))
    }
}
