//! Curves without a ceiling: roots and the logarithm.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::transform::fast_pow::power;
use crate::mix::transform::saturation::response::{CHORD, Saturation, positive};

/// Root: x^a with 0 < a <= 1, a constant elasticity of a; x is in units of the largest spend.
///
/// Source: `root_saturation` of PyMC-Marketing.
///
/// ```
/// use mixtouch::mix::transform::{Root, Saturation};
///
/// let curve = Root::new(0.5)?;
/// assert_eq!(curve.response(4.0), 2.0);
/// assert!((curve.slope(0.0) - 1000.0).abs() < 1e-9);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RootFields")]
pub struct Root {
    exponent: f64,
}

#[derive(Deserialize)]
struct RootFields {
    exponent: f64,
}

impl TryFrom<RootFields> for Root {
    type Error = Error;

    fn try_from(fields: RootFields) -> Result<Self> {
        Self::new(fields.exponent)
    }
}

impl Root {
    /// The curve with the given exponent.
    ///
    /// # Errors
    /// If it is not > 0 and at most 1.
    pub fn new(exponent: f64) -> Result<Self> {
        let allowed = exponent > 0.0 && exponent <= 1.0;
        if allowed {
            Ok(Self::raw(exponent))
        } else {
            Err(Error::setting("exponent", exponent, "> 0 and at most 1"))
        }
    }

    pub(crate) const fn raw(exponent: f64) -> Self {
        Self { exponent }
    }

    fn chord(&self) -> f64 {
        power(CHORD, self.exponent)
    }
}

impl Saturation for Root {
    #[inline]
    fn response(&self, x: f64) -> f64 {
        if x < CHORD {
            return if x <= 0.0 {
                0.0
            } else {
                self.chord() * x / CHORD
            };
        }
        power(x.min(1e300), self.exponent)
    }

    fn slope(&self, x: f64) -> f64 {
        if x < CHORD {
            self.chord() / CHORD
        } else {
            self.exponent * self.response(x) / x
        }
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        vec![("exponent", self.exponent)]
    }

    fn gradient(&self, x: f64, gradient: &mut [f64]) {
        gradient[0] = self.response(x) * libm::log(x.max(CHORD));
    }
}

/// Logarithm: ln(1 + x / scale).
///
/// ```
/// use mixtouch::mix::transform::{Log, Saturation};
///
/// let curve = Log::new(0.5)?;
/// assert_eq!((curve.response(0.0), curve.slope(0.0)), (0.0, 2.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "LogFields")]
pub struct Log {
    scale: f64,
}

#[derive(Deserialize)]
struct LogFields {
    scale: f64,
}

impl TryFrom<LogFields> for Log {
    type Error = Error;

    fn try_from(fields: LogFields) -> Result<Self> {
        Self::new(fields.scale)
    }
}

impl Log {
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

impl Saturation for Log {
    #[inline]
    fn response(&self, x: f64) -> f64 {
        libm::log1p(x / self.scale)
    }

    fn slope(&self, x: f64) -> f64 {
        1.0 / (self.scale + x)
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        vec![("scale", self.scale)]
    }

    fn gradient(&self, x: f64, gradient: &mut [f64]) {
        gradient[0] = -(x / self.scale) / (self.scale + x);
    }
}
