//! Curves that approach their ceiling exponentially.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::transform::saturation::response::{Saturation, positive};

/// Logistic: (1 - e^(-lambda x)) / (1 + e^(-lambda x)), which is tanh(lambda x / 2).
///
/// Source: `logistic_saturation` of PyMC-Marketing.
///
/// ```
/// use mixtouch::mix::transform::{LogisticSaturation, Saturation};
///
/// let curve = LogisticSaturation::new(4.0)?;
/// assert!((curve.response(0.5) - 0.761_594_155_955_765).abs() < 1e-15);
/// assert_eq!(curve.slope(0.0), 2.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "LogisticFields")]
pub struct LogisticSaturation {
    lambda: f64,
}

#[derive(Deserialize)]
struct LogisticFields {
    lambda: f64,
}

impl TryFrom<LogisticFields> for LogisticSaturation {
    type Error = Error;

    fn try_from(fields: LogisticFields) -> Result<Self> {
        Self::new(fields.lambda)
    }
}

impl LogisticSaturation {
    /// The curve with the given rate, per unit of x.
    ///
    /// # Errors
    /// If it is not a finite number > 0.
    pub fn new(lambda: f64) -> Result<Self> {
        Ok(Self::raw(positive("lambda", lambda)?))
    }

    pub(crate) const fn raw(lambda: f64) -> Self {
        Self { lambda }
    }
}

impl Saturation for LogisticSaturation {
    #[inline]
    fn response(&self, x: f64) -> f64 {
        libm::tanh(0.5 * self.lambda * x)
    }

    fn slope(&self, x: f64) -> f64 {
        let f = self.response(x);
        0.5 * self.lambda * (1.0 - f * f)
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        vec![("lambda", self.lambda)]
    }

    fn gradient(&self, x: f64, gradient: &mut [f64]) {
        let f = self.response(x);
        // Where the curve is flat to the last bit, x may be as large as it likes.
        gradient[0] = if f < 1.0 {
            0.5 * x * (1.0 - f * f)
        } else {
            0.0
        };
    }
}

/// Hyperbolic tangent: tanh(x / scale).
///
/// Source: `tanh_saturation` of PyMC-Marketing, whose b c is the scale here.
///
/// ```
/// use mixtouch::mix::transform::{Saturation, Tanh};
///
/// let curve = Tanh::new(0.5)?;
/// assert_eq!(curve.response(0.0), 0.0);
/// assert!((curve.response(0.5) - 1.0_f64.tanh()).abs() < 1e-15);
/// assert!((curve.slope(0.0) - 2.0).abs() < 1e-15);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "TanhFields")]
pub struct Tanh {
    scale: f64,
}

#[derive(Deserialize)]
struct TanhFields {
    scale: f64,
}

impl TryFrom<TanhFields> for Tanh {
    type Error = Error;

    fn try_from(fields: TanhFields) -> Result<Self> {
        Self::new(fields.scale)
    }
}

impl Tanh {
    /// The curve with the given scale, in the unit of x.
    ///
    /// # Errors
    /// If it is not a finite number > 0.
    pub fn new(scale: f64) -> Result<Self> {
        Ok(Self::raw(positive("scale", scale)?))
    }

    pub(crate) const fn raw(scale: f64) -> Self {
        Self { scale }
    }
}

impl Saturation for Tanh {
    #[inline]
    fn response(&self, x: f64) -> f64 {
        libm::tanh(x / self.scale)
    }

    fn slope(&self, x: f64) -> f64 {
        let f = self.response(x);
        (1.0 - f * f) / self.scale
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        vec![("scale", self.scale)]
    }

    fn gradient(&self, x: f64, gradient: &mut [f64]) {
        let f = self.response(x);
        gradient[0] = if f < 1.0 {
            -(x / self.scale) * (1.0 - f * f) / self.scale
        } else {
            0.0
        };
    }
}
