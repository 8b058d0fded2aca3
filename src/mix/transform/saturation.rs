//! Saturation: how the response to carried-over spend flattens.
//!
//! Every curve is a function of x >= 0 that starts at 0 and never falls; the size of the effect
//! stays in the regression. Curves, slopes and gradients are finite for every allowed parameter, at
//! zero spend too. Where the formula itself has an infinite slope at zero (Hill below slope 1,
//! roots), the curve is its own chord below a millionth of its scale, which changes no response by
//! more than that chord's height and keeps the slope the exact derivative of the curve.

pub(crate) mod exponential;
pub(crate) mod hill;
pub(crate) mod power;
pub(crate) mod rational;
#[cfg(test)]
mod tests;

use crate::mix::transform::saturation::exponential::LogisticSaturation;
use crate::mix::transform::saturation::exponential::Tanh;
use crate::mix::transform::saturation::hill::Hill;
use crate::mix::transform::saturation::hill::RobynHill;
use crate::mix::transform::saturation::power::Log;
use crate::mix::transform::saturation::power::Root;
use crate::mix::transform::saturation::rational::MichaelisMenten;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::transform::parameter::{Prior, TransformParameter};

/// Below this share of a curve's scale, curves with an infinite slope at zero are their chord.
pub(crate) const CHORD: f64 = 1e-6;

/// A saturation curve: response(0) = 0, non-decreasing, finite with its derivatives everywhere on x
/// >= 0.
///
/// A complete curve of one's own, f(x) = x / (scale + x)^(1/2), a line that turns into a root:
///
/// ```
/// use mixtouch::mix::transform::Saturation;
///
/// struct Bend {
///     scale: f64,
/// }
///
/// impl Saturation for Bend {
///     fn response(&self, x: f64) -> f64 {
///         x / (self.scale + x).sqrt()
///     }
///
///     fn slope(&self, x: f64) -> f64 {
///         (self.scale + x / 2.0) / (self.scale + x).powf(1.5)
///     }
///
///     fn parameters(&self) -> Vec<(&'static str, f64)> {
///         vec![("scale", self.scale)]
///     }
///
///     fn gradient(&self, x: f64, gradient: &mut [f64]) {
///         gradient[0] = -x / (2.0 * (self.scale + x).powf(1.5));
///     }
/// }
///
/// let curve = Bend { scale: 4.0 };
/// assert_eq!((curve.response(0.0), curve.response(5.0)), (0.0, 5.0 / 3.0));
/// let rise = (curve.response(5.001) - curve.response(4.999)) / 0.002;
/// assert!((rise - curve.slope(5.0)).abs() < 1e-6);
/// ```
pub trait Saturation: Send + Sync {
    /// The response at `x` >= 0.
    fn response(&self, x: f64) -> f64;

    /// The derivative of the response by `x`.
    fn slope(&self, x: f64) -> f64;

    /// The parameters, named, in the order of [`Saturation::gradient`].
    fn parameters(&self) -> Vec<(&'static str, f64)>;

    /// The derivative of the response by each parameter, written into one cell per parameter.
    fn gradient(&self, x: f64, gradient: &mut [f64]);
}

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
        let log = |name, low, high| TransformParameter::new(name, Prior::LogUniform { low, high });
        let uniform = |name, low, high| TransformParameter::new(name, Prior::Uniform { low, high });
        match self {
            Self::None => vec![],
            Self::Hill => vec![log("half_saturation", 0.1, 3.0), log("slope", 0.4, 3.0)],
            // The ranges Robyn recommends.
            Self::RobynHill => vec![uniform("alpha", 0.5, 3.0), uniform("gamma", 0.3, 1.0)],
            Self::Logistic => vec![log("lambda", 0.5, 10.0)],
            Self::Tanh => vec![log("scale", 0.1, 3.0)],
            Self::MichaelisMenten => vec![log("half_saturation", 0.05, 5.0)],
            Self::Root => vec![uniform("exponent", 0.1, 1.0)],
            Self::Log => vec![log("scale", 0.02, 5.0)],
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

/// Any one of the curves, as a fitted model keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SaturationCurve {
    /// The response is x itself.
    None,
    /// See [`Hill`].
    Hill(Hill),
    /// See [`RobynHill`].
    RobynHill(RobynHill),
    /// See [`LogisticSaturation`].
    Logistic(LogisticSaturation),
    /// See [`Tanh`].
    Tanh(Tanh),
    /// See [`MichaelisMenten`].
    MichaelisMenten(MichaelisMenten),
    /// See [`Root`].
    Root(Root),
    /// See [`Log`].
    Log(Log),
}

/// The curve inside, or the second expression for no curve.
macro_rules! each {
    ($curve:expr, $inner:ident => $body:expr, $none:expr) => {
        match $curve {
            SaturationCurve::None => $none,
            SaturationCurve::Hill($inner) => $body,
            SaturationCurve::RobynHill($inner) => $body,
            SaturationCurve::Logistic($inner) => $body,
            SaturationCurve::Tanh($inner) => $body,
            SaturationCurve::MichaelisMenten($inner) => $body,
            SaturationCurve::Root($inner) => $body,
            SaturationCurve::Log($inner) => $body,
        }
    };
}

impl SaturationCurve {
    /// The family's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Hill(_) => "hill",
            Self::RobynHill(_) => "robyn-hill",
            Self::Logistic(_) => "logistic",
            Self::Tanh(_) => "tanh",
            Self::MichaelisMenten(_) => "michaelis-menten",
            Self::Root(_) => "root",
            Self::Log(_) => "log",
        }
    }

    /// Every x replaced by its response; the choice of curve is made once, outside the loop.
    pub(crate) fn apply(&self, xs: &mut [f64]) {
        match self {
            // The default curve has a loop of its own that vectorises.
            Self::Hill(hill) => hill.apply(xs),
            Self::RobynHill(robyn) => robyn.hill().apply(xs),
            _ => each!(self, curve => xs.iter_mut().for_each(|x| *x = curve.response(*x)), ()),
        }
    }
}

impl Saturation for SaturationCurve {
    fn response(&self, x: f64) -> f64 {
        each!(self, curve => curve.response(x), x)
    }

    fn slope(&self, x: f64) -> f64 {
        each!(self, curve => curve.slope(x), 1.0)
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        each!(self, curve => curve.parameters(), vec![])
    }

    fn gradient(&self, x: f64, gradient: &mut [f64]) {
        each!(self, curve => curve.gradient(x, gradient), ());
    }
}

/// A parameter above zero and finite.
pub(crate) fn positive(name: &'static str, value: f64) -> Result<f64> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(Error::setting(name, value, "a finite number > 0"))
    }
}
