//! The Hill curve, as it is written in pharmacology and as Robyn writes it.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::transform::fast_pow::power;
use crate::mix::transform::saturation::response::{CHORD, Saturation, positive};

#[cfg(feature = "bayes")]
pub(crate) mod rows;

/// Hill: x^s / (k^s + x^s), half of its ceiling at x = k, S-shaped for s > 1.
///
/// Source: Hill (1910); `hill_function` of PyMC-Marketing, `HillTransformer` of Meridian.
///
/// ```
/// use mixtouch::mix::transform::{Hill, Saturation};
///
/// let curve = Hill::new(200.0, 0.7)?;
/// assert_eq!(curve.response(200.0), 0.5);
/// assert!(curve.slope(0.0).is_finite());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Hill {
    half_saturation: f64,
    slope: f64,
}

#[derive(Deserialize)]
struct Fields {
    half_saturation: f64,
    slope: f64,
}

impl TryFrom<Fields> for Hill {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        Self::new(fields.half_saturation, fields.slope)
    }
}

impl Hill {
    /// The curve that reaches half of its ceiling at `half_saturation` (in the unit of x), with the
    /// exponent `slope`.
    ///
    /// # Errors
    /// If either is not a finite number > 0.
    pub fn new(half_saturation: f64, slope: f64) -> Result<Self> {
        Ok(Self::raw(
            positive("half_saturation", half_saturation)?,
            positive("slope", slope)?,
        ))
    }

    pub(crate) const fn raw(half_saturation: f64, slope: f64) -> Self {
        Self {
            half_saturation,
            slope,
        }
    }

    /// The response at the end of the chord, as a share of the ceiling.
    fn chord(&self) -> f64 {
        saturated(power(CHORD, self.slope))
    }

    /// The response, given [`Hill::chord`].
    #[inline(always)]
    fn response_with(&self, chord: f64, x: f64) -> f64 {
        let ratio = x / self.half_saturation;
        let beyond = saturated(power(ratio.clamp(CHORD, LARGEST), self.slope));
        if ratio < CHORD {
            chord * ratio.max(0.0) / CHORD
        } else {
            beyond
        }
    }

    /// Every x replaced by its response.
    pub(crate) fn apply(&self, xs: &mut [f64]) {
        let chord = self.chord();
        xs.iter_mut()
            .for_each(|x| *x = self.response_with(chord, *x));
    }
}

/// Ratios beyond are held: the response is 1 to the last bit long before.
const LARGEST: f64 = 1e300;

/// p / (1 + p), also where p is infinite.
#[inline(always)]
fn saturated(p: f64) -> f64 {
    1.0 - 1.0 / (1.0 + p)
}

impl Saturation for Hill {
    #[inline]
    fn response(&self, x: f64) -> f64 {
        self.response_with(self.chord(), x)
    }

    fn slope(&self, x: f64) -> f64 {
        if x / self.half_saturation < CHORD {
            return self.chord() / (CHORD * self.half_saturation);
        }
        let f = self.response(x);
        self.slope * f * (1.0 - f) / x
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        vec![
            ("half_saturation", self.half_saturation),
            ("slope", self.slope),
        ]
    }

    fn gradient(&self, x: f64, gradient: &mut [f64]) {
        let ratio = x / self.half_saturation;
        let (by_k, by_slope) = if ratio < CHORD {
            let (f, ratio) = (self.chord(), ratio.max(0.0));
            (
                -f * ratio / (CHORD * self.half_saturation),
                f * (1.0 - f) * libm::log(CHORD) * ratio / CHORD,
            )
        } else {
            let f = self.response(x);
            (
                -self.slope * f * (1.0 - f) / self.half_saturation,
                f * (1.0 - f) * libm::log(ratio.min(f64::MAX)),
            )
        };
        gradient[0] = by_k;
        gradient[1] = by_slope;
    }
}

/// Robyn's Hill: x^alpha / (x^alpha + inflexion^alpha) with inflexion = gamma x max, `max` the
/// largest carried-over spend in the data.
///
/// Source: `saturation_hill` of Robyn.
///
/// ```
/// use mixtouch::mix::transform::{RobynHill, Saturation};
///
/// // Half the effect at 0.4 of the largest carried-over spend, 500.
/// let curve = RobynHill::new(2.0, 0.4, 500.0)?;
/// assert!((curve.response(200.0) - 0.5).abs() < 1e-12);
/// assert!((curve.response(400.0) - 0.8).abs() < 1e-12);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RobynFields")]
pub struct RobynHill {
    alpha: f64,
    gamma: f64,
    max: f64,
}

#[derive(Deserialize)]
struct RobynFields {
    alpha: f64,
    gamma: f64,
    max: f64,
}

impl TryFrom<RobynFields> for RobynHill {
    type Error = Error;

    fn try_from(fields: RobynFields) -> Result<Self> {
        Self::new(fields.alpha, fields.gamma, fields.max)
    }
}

impl RobynHill {
    /// The curve with exponent `alpha` and its inflexion at `gamma` times `max`.
    ///
    /// # Errors
    /// If any is not a finite number > 0.
    pub fn new(alpha: f64, gamma: f64, max: f64) -> Result<Self> {
        let hill = Self {
            alpha: positive("alpha", alpha)?,
            gamma: positive("gamma", gamma)?,
            max: positive("max", max)?,
        };
        positive("gamma x max", gamma * max)?;
        Ok(hill)
    }

    pub(crate) const fn raw(alpha: f64, gamma: f64, max: f64) -> Self {
        Self { alpha, gamma, max }
    }

    pub(crate) fn hill(&self) -> Hill {
        Hill::raw(self.gamma * self.max, self.alpha)
    }
}

impl Saturation for RobynHill {
    #[inline]
    fn response(&self, x: f64) -> f64 {
        self.hill().response(x)
    }

    fn slope(&self, x: f64) -> f64 {
        self.hill().slope(x)
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        vec![("alpha", self.alpha), ("gamma", self.gamma)]
    }

    fn gradient(&self, x: f64, gradient: &mut [f64]) {
        let mut by = [0.0; 2];
        self.hill().gradient(x, &mut by);
        gradient[0] = by[1];
        gradient[1] = by[0] * self.max;
    }
}
