//! How far an adstock reaches.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The longest window, in periods.
pub(crate) const LONGEST: usize = 1000;

/// How many periods the weights reach, and whether they are divided by their sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "WindowFields")]
pub struct LagWindow {
    length: usize,
    normalised: bool,
}

#[derive(Deserialize)]
struct WindowFields {
    length: usize,
    normalised: bool,
}

impl TryFrom<WindowFields> for LagWindow {
    type Error = Error;

    fn try_from(fields: WindowFields) -> Result<Self> {
        Self::new(fields.length, fields.normalised)
    }
}

impl LagWindow {
    /// A window of `length` periods, the spend's own included.
    ///
    /// # Errors
    /// If `length` is 0 or above 1000.
    pub fn new(length: usize, normalised: bool) -> Result<Self> {
        if (1..=LONGEST).contains(&length) {
            Ok(Self { length, normalised })
        } else {
            Err(Error::setting(
                "adstock window",
                length,
                format!("1 to {LONGEST} periods"),
            ))
        }
    }

    /// Number of periods.
    pub const fn length(&self) -> usize {
        self.length
    }

    /// Whether the weights are divided by their sum.
    pub const fn normalised(&self) -> bool {
        self.normalised
    }

    /// Fills `weights` with `raw` inside the window, divides by the sum if so set, and zeroes the
    /// rest.
    pub(crate) fn fill(&self, weights: &mut [f64], raw: impl Fn(usize) -> f64) {
        let total = if self.normalised {
            (0..self.length).map(&raw).sum()
        } else {
            1.0
        };
        for (lag, weight) in weights.iter_mut().enumerate() {
            *weight = if lag < self.length {
                raw(lag) / total
            } else {
                0.0
            };
        }
    }

    /// The same for a derivative: `raw` gives a weight and its derivative.
    pub(crate) fn fill_gradient(&self, gradient: &mut [f64], raw: impl Fn(usize) -> (f64, f64)) {
        let (total, slope) = if self.normalised {
            (0..self.length)
                .map(&raw)
                .fold((0.0, 0.0), |(w, d), (weight, derivative)| {
                    (w + weight, d + derivative)
                })
        } else {
            (1.0, 0.0)
        };
        for (lag, cell) in gradient.iter_mut().enumerate() {
            *cell = if lag < self.length {
                let (weight, derivative) = raw(lag);
                (derivative - weight / total * slope) / total
            } else {
                0.0
            };
        }
    }
}
