//! Geometric adstock, windowed and as Robyn's recursion.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::transform::adstock::carry::Adstock;
use crate::mix::transform::adstock::window::LagWindow;

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

#[cfg(feature = "bayes")]
impl Geometric {
    /// The adstock as a recursion.
    pub(crate) fn recursion(&self) -> Recursion {
        let (length, alpha) = (self.window.length(), self.alpha);
        let (total, by_alpha) = self.total();
        Recursion {
            alpha,
            length,
            leaving: power(alpha, length),
            leaving_by_alpha: length as f64 * power(alpha, length - 1),
            unit: 1.0 / total,
            unit_by_alpha: by_alpha / total,
        }
    }

    /// What weights are divided by, and its derivative by alpha.
    fn total(&self) -> (f64, f64) {
        if !self.window.normalised() {
            return (1.0, 0.0);
        }
        let (mut total, mut derivative) = (0.0, 0.0);
        for _ in 0..self.window.length() {
            derivative = total + self.alpha * derivative;
            total = 1.0 + self.alpha * total;
        }
        (total, derivative)
    }
}

/// a_t = x_t + alpha a_(t-1) - alpha^L x_(t-L), L the window's length, with what it needs of each
/// alpha worked out once.
#[cfg(feature = "bayes")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recursion {
    alpha: f64,
    length: usize,
    leaving: f64,
    leaving_by_alpha: f64,
    /// 1 / the sum of weights, and its relative fall with alpha.
    unit: f64,
    unit_by_alpha: f64,
}

#[cfg(feature = "bayes")]
impl Recursion {
    /// Carried-over spend of the last `periods` of each series, which have `length` periods each
    /// and lie one after the other, and its derivative by alpha. Where nothing ran within the
    /// window both are 0, not what rounding leaves.
    pub(crate) fn carry(
        &self,
        (spend, length): (&[f64], usize),
        periods: usize,
        carried: &mut [f64],
        slope: &mut [f64],
    ) {
        // Each period waits for the one before; a processor works on several series at once.
        const TOGETHER: usize = 4;
        let series = spend.chunks(TOGETHER * length);
        let cells = carried.chunks_mut(TOGETHER * periods);
        let cells = cells.zip(slope.chunks_mut(TOGETHER * periods));
        for (spend, (carried, slope)) in series.zip(cells) {
            if spend.len() == TOGETHER * length {
                self.together::<TOGETHER>(spend, length, carried, slope);
                continue;
            }
            let cells = carried.chunks_mut(periods).zip(slope.chunks_mut(periods));
            for (spend, (carried, slope)) in spend.chunks(length).zip(cells) {
                self.together::<1>(spend, length, carried, slope);
            }
        }
    }

    fn together<const SERIES: usize>(
        &self,
        spend: &[f64],
        length: usize,
        carried: &mut [f64],
        slope: &mut [f64],
    ) {
        let periods = carried.len() / SERIES;
        let history = length - periods;
        let mut stocks = [Stock::default(); SERIES];
        for t in 0..length {
            for (i, stock) in stocks.iter_mut().enumerate() {
                let at = i * length + t;
                let gone = if t >= self.length {
                    spend[at - self.length]
                } else {
                    0.0
                };
                let (value, by_alpha) = self.step(stock, spend[at], gone);
                if t >= history {
                    carried[i * periods + t - history] = value;
                    slope[i * periods + t - history] = by_alpha;
                }
            }
        }
    }

    /// The next period, in which x is spent and what was spent a window ago leaves.
    #[inline(always)]
    fn step(&self, stock: &mut Stock, x: f64, gone: f64) -> (f64, f64) {
        stock.idle = if x == 0.0 { stock.idle + 1 } else { 0 };
        // What does not wait for the period before comes first.
        let by_alpha = (stock.value - self.leaving_by_alpha * gone) + self.alpha * stock.by_alpha;
        let value = (x - self.leaving * gone) + self.alpha * stock.value;
        let runs = stock.idle < self.length;
        stock.value = if runs { value } else { 0.0 };
        stock.by_alpha = if runs { by_alpha } else { 0.0 };
        let value = stock.value * self.unit;
        (
            value,
            stock.by_alpha * self.unit - value * self.unit_by_alpha,
        )
    }
}

/// What is carried from period to period, before normalisation.
#[cfg(feature = "bayes")]
#[derive(Debug, Clone, Copy, Default)]
struct Stock {
    value: f64,
    by_alpha: f64,
    /// Periods since the last spend.
    idle: usize,
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

#[cfg(all(test, feature = "bayes"))]
mod tests {
    use super::*;

    #[test]
    fn the_recursion_is_the_window_and_forgets_all_of_it() {
        // Spend, then a pause of more than the window, then little.
        let mut spend = vec![3.0, 0.0, 5.5, 1e3, 0.1];
        spend.extend([0.0; 9]);
        spend.extend([1e-6, 0.0, 2.0]);
        for normalised in [false, true] {
            let window = LagWindow::new(6, normalised).unwrap();
            for (alpha, history) in [(0.0, 0), (0.3, 2), (0.9, 4)] {
                let adstock = |alpha: f64| {
                    let mut carried = vec![0.0; spend.len() - history];
                    let adstock = Geometric::raw(alpha, window);
                    adstock.carry(&spend, &mut carried);
                    carried
                };
                let (mut carried, mut slope) = (adstock(alpha), adstock(alpha));
                let recursion = Geometric::raw(alpha, window).recursion();
                recursion.carry(
                    (&spend, spend.len()),
                    carried.len(),
                    &mut carried,
                    &mut slope,
                );
                let (expected, above) = (adstock(alpha), adstock(alpha + 1e-7));
                for t in 0..carried.len() {
                    let error = (carried[t] - expected[t]).abs();
                    // What left the window leaves rounding behind until a whole window was quiet.
                    assert!(error <= 1e-9, "{alpha} {t}: {error}");
                    let difference = (above[t] - expected[t]) / 1e-7;
                    let error = (slope[t] - difference).abs();
                    assert!(
                        error <= 1e-5 * (1e3 + difference.abs()),
                        "{alpha} {t}: {error}"
                    );
                }
                assert_eq!((carried[13 - history], slope[13 - history]), (0.0, 0.0));
            }
        }
    }

    #[test]
    fn several_series_at_once_are_each_as_alone() {
        // Four go together, the fifth alone; each pauses for a while of its own.
        const SERIES: usize = 5;
        let (length, history) = (20, 3);
        let periods = length - history;
        let value = |at: usize| match (at % length) / (2 + at / length) % 2 {
            0 => 1.0 + (at * 7 % 11) as f64,
            _ => 0.0,
        };
        let spend: Vec<f64> = (0..SERIES * length).map(value).collect();
        let window = LagWindow::new(4, true).unwrap();
        let recursion = Geometric::raw(0.6, window).recursion();
        let carry = |spend: &[f64]| {
            let cells = spend.len() / length * periods;
            let (mut carried, mut slope) = (vec![0.0; cells], vec![0.0; cells]);
            recursion.carry((spend, length), periods, &mut carried, &mut slope);
            (carried, slope)
        };
        let (carried, slope) = carry(&spend);
        for (series, spend) in spend.chunks(length).enumerate() {
            let rows = series * periods..(series + 1) * periods;
            let alone = (carried[rows.clone()].to_vec(), slope[rows].to_vec());
            assert_eq!(alone, carry(spend), "series {series}");
        }
    }
}
