//! The Michaelis-Menten curve.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::transform::saturation::response::{Saturation, positive};

/// Michaelis-Menten: x / (k + x), half of its ceiling at x = k; the Hill curve with slope 1.
///
/// Source: Michaelis and Menten (1913); `michaelis_menten` of PyMC-Marketing.
///
/// ```
/// use mixtouch::mix::transform::{MichaelisMenten, Saturation};
///
/// let curve = MichaelisMenten::new(3.0)?;
/// assert_eq!(curve.response(9.0), 0.75);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct MichaelisMenten {
    half_saturation: f64,
}

#[derive(Deserialize)]
struct Fields {
    half_saturation: f64,
}

impl TryFrom<Fields> for MichaelisMenten {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        Self::new(fields.half_saturation)
    }
}

impl MichaelisMenten {
    /// The curve that reaches half of its ceiling at `half_saturation`, in the unit of x.
    ///
    /// # Errors
    /// If it is not a finite number > 0.
    pub fn new(half_saturation: f64) -> Result<Self> {
        Ok(Self::raw(positive("half_saturation", half_saturation)?))
    }

    pub(crate) const fn raw(half_saturation: f64) -> Self {
        Self { half_saturation }
    }
}

impl Saturation for MichaelisMenten {
    #[inline]
    fn response(&self, x: f64) -> f64 {
        x / (self.half_saturation + x)
    }

    fn slope(&self, x: f64) -> f64 {
        let sum = self.half_saturation + x;
        self.half_saturation / sum / sum
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        vec![("half_saturation", self.half_saturation)]
    }

    fn gradient(&self, x: f64, gradient: &mut [f64]) {
        let sum = self.half_saturation + x;
        gradient[0] = -x / sum / sum;
    }
}
