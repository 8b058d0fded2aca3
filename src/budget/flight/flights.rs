//! Curves by period of several members, and the best spend for them.

use crate::budget::ascent::Optimum;
use crate::budget::curve::ResponseCurve;
use crate::budget::ensemble::normalise;
use crate::budget::ensemble::parts;
use crate::budget::flight::ascent::{FlightProblem, outcome};
use crate::budget::flight::curve::FlightCurve;
use crate::budget::tree::Tree;
use crate::error::{Error, Result};

/// The channels' curves by period, of several members with weights (such as a posterior's draws).
///
/// A channel has one curve, or several whose outcomes add up (such as geos').
/// [`Budget::plan_flights`](crate::budget::Budget::plan_flights) plans with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Flights<G> {
    members: Vec<(f64, Vec<Vec<FlightCurve<G>>>)>,
    periods: usize,
}

impl<G: ResponseCurve> Flights<G> {
    /// A weight (> 0) for each member and its curves by channel. Weights need not sum to 1.
    ///
    /// # Errors
    /// If there is no member, channel or curve, members differ in their number of channels, curves
    /// in their number of periods, or a weight is not finite and > 0.
    pub fn new(mut members: Vec<(f64, Vec<Vec<FlightCurve<G>>>)>) -> Result<Self> {
        let channels = members.first().map_or(0, |(_, channels)| channels.len());
        let mut lengths = members
            .iter()
            .flat_map(|(_, channels)| channels.iter().flatten().map(FlightCurve::periods));
        let periods = lengths.next().unwrap_or(0);
        let same = lengths.all(|length| length == periods)
            && members.iter().all(|(_, of)| of.len() == channels);
        if channels == 0 || periods == 0 || !same {
            return Err(Error::Empty {
                what: "curves by period".into(),
                expected: "as many channels for each member, and as many periods for each curve"
                    .into(),
            });
        }
        normalise(&mut members)?;
        Ok(Self { members, periods })
    }

    /// How many periods are planned.
    pub const fn periods(&self) -> usize {
        self.periods
    }

    pub(crate) fn problem<'a>(
        &'a self,
        tree: &'a Tree,
        cost: f64,
        part: impl Fn(usize) -> bool,
    ) -> FlightProblem<'a, G> {
        let members = self.members.iter().enumerate().filter(|(at, _)| part(*at));
        let mut members: Vec<(f64, &[Vec<FlightCurve<G>>])> = members
            .map(|(_, (weight, channels))| (*weight, channels.as_slice()))
            .collect();
        let sum: f64 = members.iter().map(|(weight, _)| weight).sum();
        members.iter_mut().for_each(|(weight, _)| *weight /= sum);
        FlightProblem {
            members,
            tree,
            periods: self.periods,
            cost,
        }
    }

    /// Each member's weight and outcome.
    pub(crate) fn outcomes(&self, spend: &[f64]) -> Vec<(f64, f64)> {
        let members = self.members.iter();
        members
            .map(|(weight, channels)| (*weight, outcome(channels, spend, self.periods)))
            .collect()
    }

    /// The number of channels.
    pub(crate) fn channels(&self) -> usize {
        self.members
            .first()
            .map_or(0, |(_, channels)| channels.len())
    }

    /// The best spend by channel and period for the mean of all members, and the gain over the
    /// spend now that each member judges of the best spend for those of other parts.
    pub(crate) fn best(&self, tree: &Tree, cost: f64, now: &[f64]) -> (Optimum, Vec<(f64, f64)>) {
        let before = self.outcomes(now);
        let gains_of = |spend: &[f64]| -> Vec<(f64, f64)> {
            let after = self.outcomes(spend).into_iter().zip(&before);
            after.map(|((weight, b), (_, a))| (weight, b - a)).collect()
        };
        let optimum = best_of(&self.problem(tree, cost, |_| true), now);
        let mut gains = gains_of(&optimum.spend);
        let parts = parts(gains.len());
        for part in 0..parts {
            let others = self.problem(tree, cost, |at| at % parts != part);
            let judged = gains_of(&best_of(&others, now).spend);
            let judged = gains.iter_mut().zip(judged).enumerate();
            judged
                .filter(|(at, _)| at % parts == part)
                .for_each(|(_, (gain, other))| *gain = other);
        }
        (optimum, gains)
    }
}

/// The best end of climbs from the spend now, an even layout and pulses.
fn best_of<G: ResponseCurve>(problem: &FlightProblem<'_, G>, now: &[f64]) -> Optimum {
    let pulses = |offset: usize| -> Vec<f64> {
        let cells = now.iter().enumerate();
        let on = |cell: usize| (cell % problem.periods) % 2 == offset;
        cells
            .map(|(at, x)| if on(at) { 2.0 * x } else { 0.0 })
            .collect()
    };
    let middle = problem.tree.high.iter().map(|high| 0.5 * high).collect();
    let starts = [now.to_vec(), middle, pulses(0), pulses(1)];
    let ends = starts.iter().map(|start| problem.climb(start));
    let higher = |best: Optimum, next: Optimum| {
        if next.value > best.value + 1e-12 * best.value.abs() {
            next
        } else {
            best
        }
    };
    ends.reduce(higher).expect("there are four starts")
}
