//! Series transformed by a curve, with what the way back needs.

use std::ops::Range;

use crate::linalg::dot::dot;
use crate::linalg::wide::dots;
use crate::mix::transform::activity::Activity;
use crate::mix::transform::adstock::carry::convolve;
use crate::mix::transform::adstock::geometric::recursion::Recursion;
use crate::mix::transform::saturation::hill::rows::Rows;
use crate::mix::transform::{
    Adstock, AdstockKernel, ChannelCurve, Hill, Order, Saturation, SaturationCurve,
};

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

/// A curve with what all series need of it, worked out once.
#[derive(Debug, Clone)]
pub(super) struct Kernel {
    pub(super) curve: ChannelCurve,
    /// Weights by lag, up to the last that counts; none where a recursion does without.
    pub(super) weights: Vec<f64>,
    /// For geometric adstock that comes first.
    recursion: Option<Recursion>,
}

/// Weights below this at the end of the window count as nothing, as in a fitted model.
const NEXT_TO_NOTHING: f64 = 1e-13;

impl Kernel {
    /// For series of at most `longest` periods.
    pub(super) fn new(curve: ChannelCurve, longest: usize, is_reach: bool) -> Self {
        let recursion = match (curve.adstock(), curve.order()) {
            (AdstockKernel::Geometric(geometric), Order::AdstockFirst) if !is_reach => {
                Some(geometric.recursion())
            }
            _ => None,
        };
        let weights = match recursion {
            None => weights(&curve, longest),
            Some(_) => vec![],
        };
        Self {
            curve,
            weights,
            recursion,
        }
    }
}

/// Geos whose rows fit the nearest memory together; a multiple of those that a recursion works on at
/// once.
const fn geos_together(periods: usize) -> usize {
    const ROWS: usize = 1024;
    4 * if periods < ROWS / 4 {
        ROWS / 4 / periods
    } else {
        1
    }
}

impl Kernel {
    /// How many rows of geos with so many periods may go back at once: a recursion does not need
    /// to tell series apart.
    pub(super) fn rows_together(&self, periods: usize) -> usize {
        match self.recursion {
            Some(_) => geos_together(periods) * periods,
            None => periods,
        }
    }
}

fn weights(curve: &ChannelCurve, length: usize) -> Vec<f64> {
    let lags = curve.adstock().window().unwrap_or(length).min(length);
    let mut weights = vec![0.0; lags];
    curve.adstock().weights(&mut weights);
    let last = weights.iter().rposition(|weight| *weight > NEXT_TO_NOTHING);
    weights.truncate(last.map_or(0, |last| last + 1));
    weights
}

/// Room for so many values; those that are there stay.
fn lengthen(values: &mut Vec<f64>, length: usize) {
    if values.len() < length {
        values.resize(length, 0.0);
    }
}

/// Transformed series, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Transformed {
    /// Periods added.
    filled: usize,
    /// What the saturation sees where activity is carried first. A Hill curve's way back does not
    /// look at it: only the last rows added are there, which stay in the nearest memory.
    before: Vec<f64>,
    /// Responses, by series, then period.
    pub(super) response: Vec<f64>,
    /// For Hill curves: derivatives of responses by half saturation and by slope.
    by_shape: [Vec<f64>; 2],
    /// How carried activity, or the response of a Hill curve to it, moves with alpha where a recursion
    /// carries; elsewhere how the response of a Hill curve moves with carried activity.
    moves: Vec<f64>,
    room: Vec<f64>,
}

impl Transformed {
    /// None, in the room of others.
    pub(super) fn emptied(mut self) -> Self {
        self.filled = 0;
        self
    }

    /// Adds all geos of a channel, several at a time where a recursion carries.
    pub(super) fn add_all(&mut self, kernel: &Kernel, activity: &Activity) {
        let periods = activity.periods();
        if kernel.recursion.is_none() {
            for geo in 0..activity.geos() {
                self.add(kernel, Series::of_geo(activity, geo), periods);
            }
            return;
        }
        let (series, length) = activity.all();
        for series in series.chunks(geos_together(periods) * length) {
            let rows = self.filled..self.filled + series.len() / length * periods;
            self.carry_first(kernel, (series, length), periods, rows);
        }
    }

    /// Adds a series, of which the last `periods` are transformed; what comes first is history.
    pub(super) fn add(&mut self, kernel: &Kernel, series: Series<'_>, periods: usize) {
        let rows = self.filled..self.filled + periods;
        match series.saturated_first(&kernel.curve) {
            None => {
                let activity = series.activity;
                self.carry_first(kernel, (activity, activity.len()), periods, rows);
            }
            Some(seen) => {
                self.filled = rows.end;
                lengthen(&mut self.response, rows.end);
                let saturated = series.saturated(&kernel.curve, seen);
                convolve(&saturated, &kernel.weights, &mut self.response[rows]);
            }
        }
    }

    /// Adds series of the same length one after the other, one where there is no recursion, whose
    /// activity is carried before it saturates.
    fn carry_first(
        &mut self,
        kernel: &Kernel,
        (series, length): (&[f64], usize),
        periods: usize,
        rows: Range<usize>,
    ) {
        self.filled = rows.end;
        lengthen(&mut self.response, rows.end);
        lengthen(&mut self.moves, rows.end);
        let saturation = kernel.curve.saturation();
        let seen = match saturation {
            SaturationCurve::Hill(_) => 0..rows.len(),
            _ => rows.clone(),
        };
        lengthen(&mut self.before, seen.end);
        let before = &mut self.before[seen];
        let moves = &mut self.moves[rows.clone()];
        if let Some(recursion) = kernel.recursion {
            let cells = (&mut *before, &mut *moves);
            recursion.carry((series, length), periods, cells, &mut self.room);
        } else {
            convolve(series, &kernel.weights, before);
            moves.fill(1.0);
        }
        self.saturate(saturation, rows);
    }

    /// Responses to the last rows added.
    fn saturate(&mut self, saturation: &SaturationCurve, rows: Range<usize>) {
        let response = &mut self.response[rows.clone()];
        if let SaturationCurve::Hill(hill) = saturation {
            let before = &self.before[..rows.len()];
            let moves = &mut self.moves[rows.clone()];
            let [by_half_saturation, by_slope] = self.by_shape.each_mut().map(|by| {
                lengthen(by, rows.end);
                &mut by[rows.clone()]
            });
            let rows = Rows {
                response,
                by_half_saturation,
                by_slope,
                moves,
            };
            hill.respond(before, rows);
        } else {
            response.copy_from_slice(&self.before[rows]);
            saturation.apply(response);
        }
    }

    /// Adds the derivatives by a curve's parameters for a series, or several if a recursion carries,
    /// whose rows begin at `first`: `adjoint` is the derivative by each of its responses.
    pub(super) fn way_back(
        &self,
        kernel: &Kernel,
        (series, first): (Series<'_>, usize),
        adjoint: &[f64],
        sums: &mut Sums,
    ) {
        let periods = adjoint.len();
        let rows = first..first + periods;
        let curve = &kernel.curve;
        match series.saturated_first(curve) {
            None => match curve.saturation() {
                SaturationCurve::Hill(hill) => {
                    self.hill_way_back(kernel, hill, (series, rows), adjoint, sums);
                }
                _ => {
                    let mut by_carried = std::mem::take(&mut sums.by_carried);
                    lengthen(&mut by_carried, periods);
                    let before = self.before[rows.clone()].iter();
                    let cells = before.zip(adjoint).zip(&mut by_carried);
                    cells.for_each(|((x, h), cell)| *cell = sums.saturation(curve, *x, *h));
                    if kernel.recursion.is_none() {
                        sums.add_lags(series.activity, &by_carried[..periods]);
                    } else {
                        sums.by_alpha += dot(&by_carried[..periods], &self.moves[rows]);
                    }
                    sums.by_carried = by_carried;
                }
            },
            Some(seen) => {
                sums.add_lags(&series.saturated(curve, seen), adjoint);
                let history = seen.len() - periods;
                for (t, x) in seen.iter().enumerate() {
                    let later = kernel
                        .weights
                        .iter()
                        .enumerate()
                        .filter_map(|(lag, weight)| {
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

    /// The way back through a Hill curve, whose derivatives are there already.
    fn hill_way_back(
        &self,
        kernel: &Kernel,
        hill: &Hill,
        (series, rows): (Series<'_>, Range<usize>),
        adjoint: &[f64],
        sums: &mut Sums,
    ) {
        let units = hill.units();
        let [by_half_saturation, by_slope] = &self.by_shape;
        let moves = &self.moves[rows.clone()];
        let derivatives = [&by_half_saturation[rows.clone()], &by_slope[rows], moves];
        let found = dots(adjoint, derivatives);
        sums.by_shape[0] += units[0] * found[0];
        sums.by_shape[1] += units[1] * found[1];
        if kernel.recursion.is_some() {
            sums.by_alpha += units[2] * found[2];
        } else {
            let by_carried = adjoint.iter().zip(moves).map(|(h, by)| units[2] * h * by);
            sums.add_lags(series.activity, &by_carried.collect::<Vec<_>>());
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
    /// Room for derivatives by carried values.
    by_carried: Vec<f64>,
}

impl Sums {
    pub(super) fn new(lags: usize, shapes: usize) -> Self {
        Self {
            by_weight: vec![0.0; lags],
            by_alpha: 0.0,
            by_shape: vec![0.0; shapes],
            shape: vec![0.0; shapes],
            by_carried: vec![],
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
