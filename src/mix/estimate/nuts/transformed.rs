//! Series transformed by a curve, with what the way back needs.

use crate::linalg::dot::dot;
use crate::mix::transform::activity::Activity;
use crate::mix::transform::adstock::carry::convolve;
use crate::mix::transform::{AdstockKernel, ChannelCurve, Order, Saturation, SaturationCurve};

/// One geo's activity with its history, and its frequency where it is reach.
#[derive(Debug, Clone, Copy)]
pub(super) struct Series<'a> {
    pub(super) activity: &'a [f64],
    pub(super) frequency: Option<&'a [f64]>,
}

impl<'a> Series<'a> {
    /// That of a geo.
    pub(super) fn of_geo(activity: &'a Activity, geo: usize) -> Self {
        Self {
            activity: activity.of_geo(geo),
            frequency: activity.frequency_of(geo),
        }
    }

    /// What saturates before it is carried over; none where activity is carried first.
    fn saturated_first(self, curve: &ChannelCurve) -> Option<&'a [f64]> {
        match (self.frequency, curve.order()) {
            (Some(frequency), _) => Some(frequency),
            (None, Order::SaturationFirst) => Some(self.activity),
            (None, Order::AdstockFirst) => None,
        }
    }

    /// The response to what saturates first, times reach where that is frequency.
    fn saturated(self, curve: &ChannelCurve, seen: &[f64]) -> Vec<f64> {
        let mut saturated = seen.to_vec();
        curve.saturation().apply(&mut saturated);
        if self.frequency.is_some() {
            let cells = saturated.iter_mut().zip(self.activity);
            cells.for_each(|(cell, reach)| *cell *= reach);
        }
        saturated
    }
}

/// Transformed series, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Transformed {
    /// What the saturation sees: carried activity; or, with its history, activity where saturation
    /// comes first and frequency where activity is reach.
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
        series: Series<'_>,
        periods: usize,
    ) {
        let from = self.response.len();
        self.response.resize(from + periods, 0.0);
        match series.saturated_first(curve) {
            None => {
                self.before.resize(from + periods, 0.0);
                self.carry(curve.adstock(), weights, series.activity, from);
                self.saturate(curve.saturation(), from);
            }
            Some(seen) => {
                self.before.extend_from_slice(seen);
                let saturated = series.saturated(curve, seen);
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
        (series, at): (Series<'_>, usize),
        adjoint: &[f64],
        sums: &mut Sums,
    ) {
        let periods = adjoint.len();
        let rows = at * periods..(at + 1) * periods;
        match series.saturated_first(curve) {
            None => {
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
                    sums.add_lags(series.activity, &by_carried);
                } else {
                    sums.by_alpha += dot(&by_carried, &self.by_alpha[rows]);
                }
            }
            Some(seen) => {
                sums.add_lags(&series.saturated(curve, seen), adjoint);
                let history = seen.len() - periods;
                for (t, x) in seen.iter().enumerate() {
                    let later = weights.iter().enumerate().filter_map(|(lag, weight)| {
                        let period = (t + lag).checked_sub(history)?;
                        Some(weight * adjoint.get(period)?)
                    });
                    let h: f64 = later.sum();
                    let reach = series.frequency.map_or(1.0, |_| series.activity[t]);
                    sums.saturation(curve, *x, h * reach);
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
