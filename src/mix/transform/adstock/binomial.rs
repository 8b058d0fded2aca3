//! Binomial adstock: a decay that reaches zero at the window's end.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::transform::adstock::carry::Adstock;
use crate::mix::transform::adstock::window::LagWindow;

/// Binomial: w_l = (1 - l / (L + 1))^(1 / alpha - 1) with the window's length L; Meridian's form
/// divides by L instead of L + 1.
///
/// Source: `binomial_adstock` of PyMC-Marketing, the binomial decay of Meridian.
///
/// ```
/// use mixtouch::mix::transform::{Adstock, Binomial, LagWindow};
///
/// let adstock = Binomial::new(0.5, LagWindow::new(3, false)?)?;
/// let mut weights = [0.0; 3];
/// adstock.weights(&mut weights);
/// assert_eq!(weights, [1.0, 0.75, 0.5]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Binomial {
    alpha: f64,
    window: LagWindow,
    meridian: bool,
}

#[derive(Deserialize)]
struct Fields {
    alpha: f64,
    window: LagWindow,
    #[serde(default)]
    meridian: bool,
}

impl TryFrom<Fields> for Binomial {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        Ok(Self {
            meridian: fields.meridian,
            ..Self::new(fields.alpha, fields.window)?
        })
    }
}

impl Binomial {
    /// PyMC-Marketing's form.
    ///
    /// # Errors
    /// If `alpha` is not > 0 and at most 1.
    pub fn new(alpha: f64, window: LagWindow) -> Result<Self> {
        let allowed = alpha > 0.0 && alpha <= 1.0;
        if allowed {
            Ok(Self::raw(alpha, window))
        } else {
            Err(Error::setting("alpha", alpha, "> 0 and at most 1"))
        }
    }

    /// Meridian's form.
    ///
    /// # Errors
    /// If `alpha` is not > 0 and at most 1.
    pub fn meridian(alpha: f64, window: LagWindow) -> Result<Self> {
        Ok(Self {
            meridian: true,
            ..Self::new(alpha, window)?
        })
    }

    pub(crate) const fn raw(alpha: f64, window: LagWindow) -> Self {
        Self {
            alpha,
            window,
            meridian: false,
        }
    }

    fn base(&self, lag: usize) -> f64 {
        1.0 - lag as f64 / (self.window.length() + usize::from(!self.meridian)) as f64
    }
}

impl Adstock for Binomial {
    fn weights(&self, weights: &mut [f64]) {
        self.window.fill(weights, |lag| {
            libm::pow(self.base(lag), 1.0 / self.alpha - 1.0)
        });
    }

    fn window(&self) -> Option<usize> {
        Some(self.window.length())
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        vec![("alpha", self.alpha)]
    }

    fn gradient(&self, _: usize, gradient: &mut [f64]) {
        self.window.fill_gradient(gradient, |lag| {
            let weight = libm::pow(self.base(lag), 1.0 / self.alpha - 1.0);
            // Divided twice, as the square of a tiny alpha would underflow.
            let derivative = if weight > 0.0 {
                -weight * libm::log(self.base(lag)) / self.alpha / self.alpha
            } else {
                0.0
            };
            (weight, derivative)
        });
    }
}
