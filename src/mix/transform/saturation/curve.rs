//! Any one of the saturation curves.

use serde::{Deserialize, Serialize};

use crate::mix::transform::saturation::exponential::{LogisticSaturation, Tanh};
use crate::mix::transform::saturation::hill::{Hill, RobynHill};
use crate::mix::transform::saturation::power::{Log, Root};
use crate::mix::transform::saturation::rational::MichaelisMenten;
use crate::mix::transform::saturation::response::Saturation;

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
