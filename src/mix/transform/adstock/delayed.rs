//! Delayed adstock: the effect peaks some periods after the spend.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::transform::adstock::carry::Adstock;
use crate::mix::transform::adstock::window::LagWindow;

/// Delayed: w_l = alpha^((l - theta)^2), peaking at lag theta.
///
/// Source: Jin, Wang, Sun, Chan and Koehler (2017), `delayed_adstock` of PyMC-Marketing.
///
/// ```
/// use mixtouch::mix::transform::{Adstock, Delayed, LagWindow};
///
/// let adstock = Delayed::new(0.5, 1.0, LagWindow::new(3, false)?)?;
/// let mut weights = [0.0; 3];
/// adstock.weights(&mut weights);
/// assert_eq!(weights, [0.5, 1.0, 0.5]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Delayed {
    alpha: f64,
    theta: f64,
    window: LagWindow,
}

#[derive(Deserialize)]
struct Fields {
    alpha: f64,
    theta: f64,
    window: LagWindow,
}

impl TryFrom<Fields> for Delayed {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        Self::new(fields.alpha, fields.theta, fields.window)
    }
}

impl Delayed {
    /// Retention `alpha` and the peak's lag `theta`, in periods.
    ///
    /// # Errors
    /// If `alpha` is not > 0 and below 1, or `theta` not within the window.
    pub fn new(alpha: f64, theta: f64, window: LagWindow) -> Result<Self> {
        if !(alpha > 0.0 && alpha < 1.0) {
            return Err(Error::setting("alpha", alpha, "> 0 and below 1"));
        }
        if !(0.0..=(window.length() - 1) as f64).contains(&theta) {
            return Err(Error::setting(
                "theta",
                theta,
                format!("0 to {}, the window's last lag", window.length() - 1),
            ));
        }
        Ok(Self::raw(alpha, theta, window))
    }

    pub(crate) const fn raw(alpha: f64, theta: f64, window: LagWindow) -> Self {
        Self {
            alpha,
            theta,
            window,
        }
    }

    /// The square of the distance to the peak, less the smallest one where weights are normalised,
    /// so that they never all vanish.
    fn square(&self, lag: usize) -> f64 {
        let square = |lag: usize| (lag as f64 - self.theta) * (lag as f64 - self.theta);
        let nearest = if self.window.normalised() {
            square(libm::round(self.theta) as usize)
        } else {
            0.0
        };
        square(lag) - nearest
    }
}

impl Adstock for Delayed {
    fn weights(&self, weights: &mut [f64]) {
        self.window
            .fill(weights, |lag| libm::pow(self.alpha, self.square(lag)));
    }

    fn window(&self) -> Option<usize> {
        Some(self.window.length())
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        vec![("alpha", self.alpha), ("theta", self.theta)]
    }

    fn gradient(&self, parameter: usize, gradient: &mut [f64]) {
        self.window.fill_gradient(gradient, |lag| {
            let (square, distance) = (self.square(lag), lag as f64 - self.theta);
            let weight = libm::pow(self.alpha, square);
            // A common factor of all weights cancels when they are normalised, so the shift in
            // `square` needs no derivative.
            let derivative = if parameter == 0 {
                square / self.alpha
            } else {
                -2.0 * distance * libm::log(self.alpha)
            };
            (weight, weight * derivative)
        });
    }
}
