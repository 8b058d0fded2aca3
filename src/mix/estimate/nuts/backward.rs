//! From the derivative by each transformed value to the derivative by a channel's parameters.

use crate::mix::estimate::nuts::forward::Forward;
use crate::mix::transform::{Adstock, Order, Saturation};

/// Gathers a channel's derivatives over series of activity.
pub(super) struct Backward<'a> {
    forward: &'a Forward,
    /// By lag: the derivative by the adstock's weight.
    by_weight: Vec<f64>,
    /// By parameter of the saturation.
    by_shape: Vec<f64>,
    shape: Vec<f64>,
    scratch: Vec<f64>,
}

impl<'a> Backward<'a> {
    pub(super) fn new(forward: &'a Forward) -> Self {
        let shapes = forward.curve.saturation().parameters().len();
        Self {
            forward,
            by_weight: vec![0.0; forward.weights.len()],
            by_shape: vec![0.0; shapes],
            shape: vec![0.0; shapes],
            scratch: Vec::new(),
        }
    }

    /// Adds one geo's series, history first: `before` is what the saturation saw and `adjoint` the
    /// derivative by the transformed value of each of the last periods.
    pub(super) fn add(&mut self, series: &[f64], before: &[f64], adjoint: &[f64]) {
        match self.forward.curve.order() {
            Order::AdstockFirst => {
                let mut by_carried = std::mem::take(&mut self.scratch);
                by_carried.clear();
                for (x, h) in before.iter().zip(adjoint) {
                    by_carried.push(self.saturation(*x, *h));
                }
                self.add_lags(series, &by_carried);
                self.scratch = by_carried;
            }
            Order::SaturationFirst => {
                let mut saturated = before.to_vec();
                self.forward.curve.saturation().apply(&mut saturated);
                self.add_lags(&saturated, adjoint);
                let history = series.len() - adjoint.len();
                for (t, x) in before.iter().enumerate() {
                    let weights = self.forward.weights.iter().enumerate();
                    let later = weights.filter_map(|(lag, weight)| {
                        let period = (t + lag).checked_sub(history)?;
                        Some(weight * adjoint.get(period)?)
                    });
                    let h: f64 = later.sum();
                    self.saturation(*x, h);
                }
            }
        }
    }

    /// Adds the derivative by the curve's shape at x, and gives that by x. Where nothing ran, x
    /// moves with no parameter.
    fn saturation(&mut self, x: f64, h: f64) -> f64 {
        if x == 0.0 || h == 0.0 {
            return 0.0;
        }
        let slope = self.forward.curve.saturation().jet(x, &mut self.shape);
        for (sum, part) in self.by_shape.iter_mut().zip(&self.shape) {
            *sum += h * part;
        }
        h * slope
    }

    /// The derivative by the weight of a lag is the sum of that by each carried value times the
    /// value so long before.
    fn add_lags(&mut self, series: &[f64], by_carried: &[f64]) {
        let history = series.len() - by_carried.len();
        for (lag, sum) in self.by_weight.iter_mut().enumerate() {
            let from = lag.saturating_sub(history);
            let source = &series[history + from - lag..];
            *sum += source
                .iter()
                .zip(&by_carried[from..])
                .map(|(x, d)| x * d)
                .sum::<f64>();
        }
    }

    /// Adds the derivatives by the numbers of the channel's parameters.
    pub(super) fn finish(self, gradient: &mut [f64]) {
        let adstock = self.forward.curve.adstock();
        let count = self.forward.parameters.len() - self.by_shape.len();
        let mut by_parameter = vec![0.0; self.by_weight.len()];
        for (p, cell) in gradient.iter_mut().enumerate() {
            let derivative = if p < count {
                adstock.gradient(p, &mut by_parameter);
                let pairs = by_parameter.iter().zip(&self.by_weight);
                pairs.map(|(weight, sum)| weight * sum).sum::<f64>()
            } else {
                self.by_shape[p - count]
            };
            *cell += derivative * self.forward.parameters[p].slope;
        }
    }
}
