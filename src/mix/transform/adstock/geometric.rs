//! Geometric adstock, windowed and as Robyn's recursion.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::transform::adstock::carry::Adstock;
use crate::mix::transform::adstock::window::LagWindow;

#[cfg(feature = "bayes")]
pub(crate) mod recursion;

/// A rate in [0, 1).
fn rate(name: &'static str, value: f64) -> Result<f64> {
    if (0.0..1.0).contains(&value) {
        Ok(value)
    } else {
        Err(Error::setting(name, value, "0 or above and below 1"))
    }
}

/// Geometric: w_l = alpha^l for l below the window's length.
///
/// Source: `geometric_adstock` of PyMC-Marketing, `AdstockTransformer` of Meridian; the form goes
/// back to Broadbent (1979).
///
/// ```
/// use mixtouch::mix::transform::{Adstock, Geometric, LagWindow};
///
/// let adstock = Geometric::new(0.5, LagWindow::new(3, false)?)?;
/// let mut carried = [0.0; 4];
/// adstock.carry(&[8.0, 0.0, 0.0, 0.0], &mut carried);
/// assert_eq!(carried, [8.0, 4.0, 2.0, 0.0]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Geometric {
    alpha: f64,
    window: LagWindow,
}

#[derive(Deserialize)]
struct Fields {
    alpha: f64,
    window: LagWindow,
}

impl TryFrom<Fields> for Geometric {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        Self::new(fields.alpha, fields.window)
    }
}

impl Geometric {
    /// The share `alpha` of an effect that remains after one period.
    ///
    /// # Errors
    /// If `alpha` is not in [0, 1).
    pub fn new(alpha: f64, window: LagWindow) -> Result<Self> {
        Ok(Self::raw(rate("alpha", alpha)?, window))
    }

    pub(crate) const fn raw(alpha: f64, window: LagWindow) -> Self {
        Self { alpha, window }
    }
}

/// base^lag by repeated multiplication: exact at lag 0, also for base 0.
fn power(base: f64, lag: usize) -> f64 {
    (0..lag).fold(1.0, |product, _| product * base)
}

impl Adstock for Geometric {
    fn weights(&self, weights: &mut [f64]) {
        let length = self.window.length();
        let total = if self.window.normalised() {
            (0..length)
                .fold((0.0, 1.0), |(s, w), _| (s + w, w * self.alpha))
                .0
        } else {
            1.0
        };
        let mut weight = 1.0 / total;
        for (lag, cell) in weights.iter_mut().enumerate() {
            *cell = if lag < length { weight } else { 0.0 };
            weight *= self.alpha;
        }
    }

    fn window(&self) -> Option<usize> {
        Some(self.window.length())
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        vec![("alpha", self.alpha)]
    }

    fn gradient(&self, _: usize, gradient: &mut [f64]) {
        self.window.fill_gradient(gradient, |lag| {
            let derivative = if lag == 0 {
                0.0
            } else {
                lag as f64 * power(self.alpha, lag - 1)
            };
            (power(self.alpha, lag), derivative)
        });
    }
}

/// Robyn's geometric adstock: the recursion a_t = x_t + theta a_(t-1), unnormalised and without an
/// end.
///
/// Source: `adstock_geometric` of Robyn.
///
/// ```
/// use mixtouch::mix::transform::{Adstock, RobynGeometric};
///
/// let mut carried = [0.0; 3];
/// RobynGeometric::new(0.5)?.carry(&[8.0, 0.0, 1.0], &mut carried);
/// assert_eq!(carried, [8.0, 4.0, 3.0]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RobynFields")]
pub struct RobynGeometric {
    theta: f64,
}

#[derive(Deserialize)]
struct RobynFields {
    theta: f64,
}

impl TryFrom<RobynFields> for RobynGeometric {
    type Error = Error;

    fn try_from(fields: RobynFields) -> Result<Self> {
        Self::new(fields.theta)
    }
}

impl RobynGeometric {
    /// The share `theta` of an effect that remains after one period.
    ///
    /// # Errors
    /// If `theta` is not in [0, 1).
    pub fn new(theta: f64) -> Result<Self> {
        Ok(Self::raw(rate("theta", theta)?))
    }

    pub(crate) const fn raw(theta: f64) -> Self {
        Self { theta }
    }
}

impl Adstock for RobynGeometric {
    fn weights(&self, weights: &mut [f64]) {
        let mut weight = 1.0;
        for cell in weights {
            *cell = weight;
            weight *= self.theta;
        }
    }

    fn window(&self) -> Option<usize> {
        None
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        vec![("theta", self.theta)]
    }

    fn gradient(&self, _: usize, gradient: &mut [f64]) {
        let mut power = 1.0;
        for (lag, cell) in gradient.iter_mut().enumerate() {
            *cell = if lag == 0 { 0.0 } else { lag as f64 * power };
            power *= if lag == 0 { 1.0 } else { self.theta };
        }
    }

    fn carry(&self, spend: &[f64], carried: &mut [f64]) {
        let (history, spend) = spend.split_at(spend.len() - carried.len());
        let mut stock = history.iter().fold(0.0, |stock, x| x + self.theta * stock);
        for (cell, x) in carried.iter_mut().zip(spend) {
            stock = x + self.theta * stock;
            *cell = stock;
        }
    }
}
