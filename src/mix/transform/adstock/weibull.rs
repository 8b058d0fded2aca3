//! Weibull adstock: flexible shapes, immediate or delayed.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::transform::adstock::carry::Adstock;
use crate::mix::transform::adstock::window::LagWindow;

#[derive(Deserialize)]
struct Fields {
    shape: f64,
    scale: f64,
    window: LagWindow,
}

/// Within these limits no power of a ratio of lag and scale leaves the range of floating point.
fn limited(name: &'static str, value: f64, low: f64, high: f64) -> Result<f64> {
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(Error::setting(name, value, format!("{low} to {high}")))
    }
}

macro_rules! weibull {
    ($name:ident) => {
        impl TryFrom<Fields> for $name {
            type Error = Error;

            fn try_from(fields: Fields) -> Result<Self> {
                Self::new(fields.shape, fields.scale, fields.window)
            }
        }

        impl $name {
            /// Shape (above 1 the density peaks later than at once) and scale in periods.
            ///
            /// # Errors
            /// If the shape is not within 0.01 to 20 or the scale not within 0.01 to 10000.
            pub fn new(shape: f64, scale: f64, window: LagWindow) -> Result<Self> {
                Ok(Self::raw(
                    limited("shape", shape, 0.01, 20.0)?,
                    limited("scale", scale, 0.01, 1e4)?,
                    window,
                ))
            }

            pub(crate) const fn raw(shape: f64, scale: f64, window: LagWindow) -> Self {
                Self {
                    shape,
                    scale,
                    window,
                }
            }
        }
    };
}

/// Weibull density: the density at l + 1, shifted and scaled so that the window's smallest weight
/// is 0 and its largest 1.
///
/// Where the density is the same at all lags to the last bit (a window of one period, or a scale so
/// small that all has decayed), the whole effect falls in the first period. The scale is in
/// periods, where Robyn takes a quantile of the window.
///
/// Source: `adstock_weibull` of Robyn with type pdf, `weibull_adstock` of PyMC-Marketing.
///
/// ```
/// use mixtouch::mix::transform::{Adstock, WeibullPdf, LagWindow};
///
/// let mut weights = [0.0; 6];
/// WeibullPdf::new(3.0, 3.0, LagWindow::new(6, false)?)?.weights(&mut weights);
/// assert_eq!((weights[2], weights[5]), (1.0, 0.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct WeibullPdf {
    shape: f64,
    scale: f64,
    window: LagWindow,
}

weibull!(WeibullPdf);

impl WeibullPdf {
    /// The density at a lag and its derivatives by shape and scale.
    fn density(&self, lag: usize) -> (f64, [f64; 2]) {
        let log_ratio = libm::log((lag + 1) as f64 / self.scale);
        let power = libm::exp(self.shape * log_ratio);
        let density =
            libm::exp(libm::log(self.shape / self.scale) + (self.shape - 1.0) * log_ratio - power);
        if density == 0.0 {
            return (0.0, [0.0; 2]);
        }
        let by_shape = 1.0 / self.shape + log_ratio * (1.0 - power);
        let by_scale = self.shape / self.scale * (power - 1.0);
        (density, [density * by_shape, density * by_scale])
    }

    /// The lags of the smallest and of the largest density, and their difference.
    fn range(&self) -> (usize, usize, f64) {
        let value = |lag| self.density(lag).0;
        let (mut low, mut high) = (0, 0);
        for lag in 1..self.window.length() {
            if value(lag) < value(low) {
                low = lag;
            }
            if value(lag) > value(high) {
                high = lag;
            }
        }
        (low, high, value(high) - value(low))
    }
}

impl Adstock for WeibullPdf {
    fn weights(&self, weights: &mut [f64]) {
        let (low, _, range) = self.range();
        let floor = self.density(low).0;
        let at_once = |lag: usize| f64::from(u8::from(lag == 0));
        self.window.fill(weights, |lag| {
            if range > 0.0 {
                (self.density(lag).0 - floor) / range
            } else {
                at_once(lag)
            }
        });
    }

    fn window(&self) -> Option<usize> {
        Some(self.window.length())
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        vec![("shape", self.shape), ("scale", self.scale)]
    }

    fn gradient(&self, parameter: usize, gradient: &mut [f64]) {
        let (low, high, range) = self.range();
        let (floor, floor_slope) = self.density(low);
        let range_slope = self.density(high).1[parameter] - floor_slope[parameter];
        self.window.fill_gradient(gradient, |lag| {
            if range == 0.0 {
                return (f64::from(u8::from(lag == 0)), 0.0);
            }
            let (density, slope) = self.density(lag);
            let weight = (density - floor) / range;
            (
                weight,
                (slope[parameter] - floor_slope[parameter] - weight * range_slope) / range,
            )
        });
    }
}

/// Weibull survival: w_0 = 1, w_l = product over j = 1..l of 1 - F(j) = e^(-sum of (j /
/// scale)^shape).
///
/// Source: `adstock_weibull` of Robyn with type cdf, `weibull_adstock` of PyMC-Marketing.
///
/// ```
/// use mixtouch::mix::transform::{Adstock, WeibullCdf, LagWindow};
///
/// let mut weights = [0.0; 3];
/// WeibullCdf::new(1.0, 2.0, LagWindow::new(3, false)?)?.weights(&mut weights);
/// assert_eq!(weights[0], 1.0);
/// assert!((weights[2] - (-1.5_f64).exp()).abs() < 1e-15);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct WeibullCdf {
    shape: f64,
    scale: f64,
    window: LagWindow,
}

weibull!(WeibullCdf);

impl WeibullCdf {
    /// A weight and its derivatives by shape and scale.
    fn survival(&self, lag: usize) -> (f64, [f64; 2]) {
        let (mut hazard, mut slope) = (0.0, [0.0; 2]);
        for j in 1..=lag {
            let log_ratio = libm::log(j as f64 / self.scale);
            let power = libm::exp(self.shape * log_ratio);
            hazard += power;
            slope[0] -= power * log_ratio;
            slope[1] += power * self.shape / self.scale;
        }
        let weight = libm::exp(-hazard);
        if weight == 0.0 {
            (0.0, [0.0; 2])
        } else {
            (weight, slope.map(|d| weight * d))
        }
    }
}

impl Adstock for WeibullCdf {
    fn weights(&self, weights: &mut [f64]) {
        self.window.fill(weights, |lag| self.survival(lag).0);
    }

    fn window(&self) -> Option<usize> {
        Some(self.window.length())
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        vec![("shape", self.shape), ("scale", self.scale)]
    }

    fn gradient(&self, parameter: usize, gradient: &mut [f64]) {
        self.window.fill_gradient(gradient, |lag| {
            let (weight, slope) = self.survival(lag);
            (weight, slope[parameter])
        });
    }
}
