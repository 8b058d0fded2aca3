//! Series transformed by a curve, with what the way back needs.

use crate::linalg::dot::dot;
use crate::mix::transform::adstock::carry::convolve;
use crate::mix::transform::{AdstockKernel, ChannelCurve, Order, Saturation, SaturationCurve};

/// Transformed series, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Transformed {
    /// What the saturation sees: carried activity; or activity with its history where saturation
    /// comes first.
    before: Vec<f64>,
    /// Responses, by series, then period.
    pub(super) response: Vec<f64>,
    /// For Hill curves: logarithms of `before` in units of the half saturation.
    logs: Vec<f64>,
    /// For geometric adstock: derivatives of carried activity by alpha.
    by_alpha: Vec<f64>,
}

impl Transformed {
    /// Adds a series, of which the last `periods` are transformed; what comes first is history.
    pub(super) fn add(
        &mut self,
        curve: &ChannelCurve,
        weights: &[f64],
        series: &[f64],
        periods: usize,
    ) {
        let from = self.response.len();
        self.response.resize(from + periods, 0.0);
        match curve.order() {
            Order::AdstockFirst => {
                self.before.resize(from + periods, 0.0);
                self.carry(curve.adstock(), weights, series, from);
                self.saturate(curve.saturation(), from);
            }
            Order::SaturationFirst => {
                self.before.extend_from_slice(series);
                let mut saturated = series.to_vec();
                curve.saturation().apply(&mut saturated);
                convolve(&saturated, weights, &mut self.response[from..]);
            }
        }
    }

    fn carry(&mut self, adstock: &AdstockKernel, weights: &[f64], series: &[f64], from: usize) {
        let carried = &mut self.before[from..];
        if let AdstockKernel::Geometric(geometric) = adstock {
            self.by_alpha.resize(from + carried.len(), 0.0);
            geometric.carry_with_slope(series, carried, &mut self.by_alpha[from..]);
        } else {
            convolve(series, weights, carried);
        }
    }

    fn saturate(&mut self, saturation: &SaturationCurve, from: usize) {
        let (before, response) = (&self.before[from..], &mut self.response[from..]);
        if let SaturationCurve::Hill(hill) = saturation {
            self.logs.resize(from + before.len(), 0.0);
            hill.respond(before, response, &mut self.logs[from..]);
        } else {
            response.copy_from_slice(before);
            saturation.apply(response);
        }
    }

    /// Adds the derivatives by a curve's parameters for the series at number `at` of as many with
    /// `periods` periods: `adjoint` is the derivative by each of its responses.
    pub(super) fn way_back(
        &self,
        curve: &ChannelCurve,
        weights: &[f64],
        (series, at): (&[f64], usize),
        adjoint: &[f64],
        sums: &mut Sums,
    ) {
        let periods = adjoint.len();
        let rows = at * periods..(at + 1) * periods;
        match curve.order() {
            Order::AdstockFirst => {
                let mut by_carried = vec![0.0; periods];
                let before = &self.before[rows.clone()];
                if let SaturationCurve::Hill(hill) = curve.saturation() {
                    let seen = (
                        before,
                        &self.response[rows.clone()],
                        &self.logs[rows.clone()],
                    );
                    let by_shape = hill.way_back(seen, adjoint, &mut by_carried);
                    sums.add_shape(&by_shape);
                } else {
                    let cells = before.iter().zip(adjoint).zip(&mut by_carried);
                    cells.for_each(|((x, h), cell)| *cell = sums.saturation(curve, *x, *h));
                }
                if self.by_alpha.is_empty() {
                    sums.add_lags(series, &by_carried);
                } else {
                    sums.by_alpha += dot(&by_carried, &self.by_alpha[rows]);
                }
            }
            Order::SaturationFirst => {
                let before = &self.before[at * series.len()..(at + 1) * series.len()];
                let mut saturated = before.to_vec();
                curve.saturation().apply(&mut saturated);
                sums.add_lags(&saturated, adjoint);
                let history = series.len() - periods;
                for (t, x) in before.iter().enumerate() {
                    let later = weights.iter().enumerate().filter_map(|(lag, weight)| {
                        let period = (t + lag).checked_sub(history)?;
                        Some(weight * adjoint.get(period)?)
                    });
                    let h: f64 = later.sum();
                    sums.saturation(curve, *x, h);
                }
            }
        }
    }
}

/// Derivatives summed over series.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    /// By lag: the derivative by the adstock's weight.
    pub(super) by_weight: Vec<f64>,
    /// That by alpha, where the recursion gives it at once.
    pub(super) by_alpha: f64,
    /// By parameter of the saturation.
    pub(super) by_shape: Vec<f64>,
    shape: Vec<f64>,
}

impl Sums {
    pub(super) fn new(lags: usize, shapes: usize) -> Self {
        Self {
            by_weight: vec![0.0; lags],
            by_alpha: 0.0,
            by_shape: vec![0.0; shapes],
            shape: vec![0.0; shapes],
        }
    }

    fn add_shape(&mut self, by_shape: &[f64]) {
        for (sum, part) in self.by_shape.iter_mut().zip(by_shape) {
            *sum += part;
        }
    }

    /// Adds the derivative by the curve's shape at x, and gives that by x. Where nothing ran, x
    /// moves with no parameter.
    fn saturation(&mut self, curve: &ChannelCurve, x: f64, h: f64) -> f64 {
        if x == 0.0 || h == 0.0 {
            return 0.0;
        }
        curve.saturation().gradient(x, &mut self.shape);
        for (sum, part) in self.by_shape.iter_mut().zip(&self.shape) {
            *sum += h * part;
        }
        h * curve.saturation().slope(x)
    }

    /// The derivative by the weight of a lag is the sum of that by each carried value times the
    /// value so long before.
    fn add_lags(&mut self, series: &[f64], by_carried: &[f64]) {
        let history = series.len() - by_carried.len();
        for (lag, sum) in self.by_weight.iter_mut().enumerate() {
            let from = lag.saturating_sub(history);
            *sum += dot(
                &series[history + from - lag..][..by_carried.len() - from],
                &by_carried[from..],
            );
        }
    }
}
