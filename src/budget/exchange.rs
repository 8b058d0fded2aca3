//! Moves of spend between channels, for objectives that have no slope everywhere.

use crate::budget::ascent::Problem;
use crate::budget::curve::ResponseCurve;
use crate::budget::risk::Risk;

/// Part of a channel's range that moves at first and at last.
const PARTS: (f64, f64) = (0.25, 1e-6);

/// Improves a spend by moving amounts between two channels, or to and from one where the total is
/// free.
pub(crate) struct Exchange<'a, C> {
    problem: &'a Problem<'a, C>,
    risk: Risk,
}

impl<'a, C: ResponseCurve> Exchange<'a, C> {
    pub(crate) const fn new(problem: &'a Problem<'a, C>, risk: Risk) -> Self {
        Self { problem, risk }
    }

    /// What counts of the outcome, less the cost of the spend.
    pub(crate) fn value(&self, spend: &[f64]) -> f64 {
        let outcomes = self.problem.curves.outcomes(spend);
        self.risk.value(&outcomes) - self.problem.cost * spend.iter().sum::<f64>()
    }

    /// The best spend that moves reach. Moves halve when none of them gains.
    pub(crate) fn improve(&self, mut spend: Vec<f64>) -> Vec<f64> {
        let mut responses = self.problem.curves.responses(&spend);
        let mut value = self.value_of(&responses, &spend);
        let mut part = PARTS.0;
        while part > PARTS.1 {
            let before = value;
            for from in 0..spend.len() {
                for to in 0..spend.len() {
                    self.move_between((from, to), part, &mut spend, &mut responses, &mut value);
                }
            }
            if value <= before + 1e-9 * before.abs() {
                part *= 0.5;
            }
        }
        spend
    }

    /// Moves an amount if that gains: from one channel to another, or with `from` = `to` up or
    /// down.
    fn move_between(
        &self,
        (from, to): (usize, usize),
        part: f64,
        spend: &mut [f64],
        responses: &mut [Vec<f64>],
        value: &mut f64,
    ) {
        let tree = self.problem.tree;
        let width = |channel: usize| tree.high[channel] - tree.low[channel];
        let amounts = if from == to {
            [part * width(from), -part * width(from)]
        } else {
            [part * width(from).min(width(to)), 0.0]
        };
        for amount in amounts.into_iter().filter(|amount| *amount != 0.0) {
            let old = (spend[from], spend[to]);
            if from == to {
                spend[to] = (old.1 + amount).clamp(tree.low[to], tree.high[to]);
            } else {
                let moved = amount
                    .min(old.0 - tree.low[from])
                    .min(tree.high[to] - old.1);
                if moved <= 0.0 {
                    continue;
                }
                (spend[from], spend[to]) = (old.0 - moved, old.1 + moved);
            }
            let kept = tree.allows(spend).then(|| {
                let changed = [from, to].map(|c| self.problem.curves.responses_of(c, spend[c]));
                let kept = [from, to].map(|c| responses[c].clone());
                let [a, b] = changed;
                responses[from] = a;
                responses[to] = b;
                kept
            });
            let gained =
                kept.is_some() && self.value_of(responses, spend) > *value + 1e-13 * value.abs();
            if gained {
                *value = self.value_of(responses, spend);
                continue;
            }
            (spend[from], spend[to]) = old;
            if let Some([a, b]) = kept {
                responses[from] = a;
                responses[to] = b;
            }
        }
    }

    fn value_of(&self, responses: &[Vec<f64>], spend: &[f64]) -> f64 {
        let weights = self.problem.curves.weights();
        let outcomes: Vec<(f64, f64)> = weights
            .enumerate()
            .map(|(member, weight)| (weight, responses.iter().map(|of| of[member]).sum()))
            .collect();
        self.risk.value(&outcomes) - self.problem.cost * spend.iter().sum::<f64>()
    }
}
