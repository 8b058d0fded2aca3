//! The best spend for each channel and period.
//!
//! Carry-over ties a channel's periods together, so the Hessian is no longer diagonal. The step
//! maximises a separable quadratic whose curvatures bound the Hessian (by the sums of its rows),
//! within all bounds; it grows as long as it need not be shortened.

use crate::budget::ascent::Optimum;
use crate::budget::curve::ResponseCurve;
use crate::budget::flight::curve::FlightCurve;
use crate::budget::tree::{Assignment, Quadratic, Tree};

const STEPS: usize = 2000;
/// The largest multiple of a bounded step.
const LONGEST: f64 = 64.0;

/// The outcome of spend by channel and period, less its cost, in the mean of members with weights.
pub(crate) struct FlightProblem<'a, G> {
    pub(crate) members: Vec<(f64, &'a [Vec<FlightCurve<G>>])>,
    pub(crate) tree: &'a Tree,
    pub(crate) periods: usize,
    pub(crate) cost: f64,
}

impl<G: ResponseCurve> FlightProblem<'_, G> {
    /// Outcome less cost.
    pub(crate) fn value(&self, spend: &[f64]) -> f64 {
        let outcomes = self.members.iter();
        let outcome: f64 = outcomes
            .map(|(weight, channels)| weight * outcome(channels, spend, self.periods))
            .sum();
        outcome - self.cost * spend.iter().sum::<f64>()
    }

    /// Climbs from a spend, which need not keep the bounds.
    pub(crate) fn climb(&self, start: &[f64]) -> Optimum {
        let flat = Quadratic {
            at: start,
            gradient: &vec![0.0; start.len()],
            curvature: &vec![1.0; start.len()],
        };
        let mut spend = self.tree.maximise(&flat).spend;
        let mut value = self.value(&spend);
        let mut length = 1.0;
        let mut step = self.step(&spend, length);
        for _ in 0..STEPS {
            if step.residual <= 1e-10 {
                break;
            }
            let next = step.target.spend.clone();
            let reached = self.value(&next);
            if reached > value {
                (spend, value) = (next, reached);
                length = (1.5 * length).min(LONGEST);
            } else if length > 1e-9 {
                length *= 0.3;
            } else {
                break;
            }
            step = self.step(&spend, length);
        }
        Optimum {
            spend,
            value,
            price: step.target.price,
            residual: step.residual,
        }
    }

    /// The step from a spend, as a multiple of the one that the curvatures' bounds allow.
    fn step(&self, spend: &[f64], length: f64) -> Step {
        let (mut gradient, mut curvature) = (vec![0.0; spend.len()], vec![0.0; spend.len()]);
        for (weight, channels) in &self.members {
            let cells = gradient
                .chunks_mut(self.periods)
                .zip(curvature.chunks_mut(self.periods))
                .zip(spend.chunks(self.periods));
            for (geos, ((gradient, curvature), spend)) in channels.iter().zip(cells) {
                for curve in geos {
                    curve.add_slopes(*weight, spend, gradient, curvature);
                }
            }
        }
        let steepest = gradient
            .iter()
            .fold(self.cost, |most, slope| most.max(slope.abs()))
            .max(f64::MIN_POSITIVE);
        gradient.iter_mut().for_each(|slope| *slope -= self.cost);
        for (cell, bend) in curvature.iter_mut().enumerate() {
            let width = (self.tree.high[cell] - self.tree.low[cell]).max(f64::MIN_POSITIVE);
            *bend = (*bend / length).max(1e-6 * steepest / width);
        }
        let target = self.tree.maximise(&Quadratic {
            at: spend,
            gradient: &gradient,
            curvature: &curvature,
        });
        let residual = self.residual(spend, &gradient, &target) / steepest;
        Step { target, residual }
    }

    /// By how much the conditions of Karush, Kuhn and Tucker fail at most.
    fn residual(&self, spend: &[f64], gradient: &[f64], target: &Assignment) -> f64 {
        let failure = |cell: usize| {
            let (low, high) = (self.tree.low[cell], self.tree.high[cell]);
            let excess = gradient[cell] - target.price[cell];
            let near = 1e-9 * (high - low);
            match (spend[cell] - low <= near, high - spend[cell] <= near) {
                (true, true) => 0.0,
                (true, false) => excess.max(0.0),
                (false, true) => (-excess).max(0.0),
                (false, false) => excess.abs(),
            }
        };
        (0..spend.len()).map(failure).fold(0.0, f64::max)
    }
}

struct Step {
    target: Assignment,
    residual: f64,
}

/// What one member's channels bring in all.
pub(crate) fn outcome<G: ResponseCurve>(
    channels: &[Vec<FlightCurve<G>>],
    spend: &[f64],
    periods: usize,
) -> f64 {
    let channels = channels.iter().zip(spend.chunks(periods));
    channels
        .flat_map(|(geos, spend)| geos.iter().map(|curve| curve.response(spend)))
        .sum()
}
