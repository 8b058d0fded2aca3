//! Moves of spend between channels, for objectives that have no slope everywhere.

use crate::budget::ascent::Problem;
use crate::budget::curve::ResponseCurve;
use crate::budget::risk::Risk;

/// Part of a channel's range that moves at first and at last.
const PARTS: (f64, f64) = (0.25, 1e-6);
/// Weights that differ by no more are the same; as in [`Risk::tail`].
const SPENT: f64 = 1e-12;
/// Sums of the same outcomes in another order differ by less, relative to their size.
const ROUNDING: f64 = 1e-14;

/// Improves a spend by moving amounts between two channels, or to and from one where the total is
/// free.
pub(crate) struct Exchange<'a, C> {
    problem: &'a Problem<'a, C>,
    risk: Risk,
}

/// A spend, and what each member brings with it.
struct Standing {
    spend: Vec<f64>,
    /// Responses by member, then channel.
    responses: Vec<Vec<f64>>,
    /// The members' weights and outcomes.
    outcomes: Vec<(f64, f64)>,
    /// The members by rising outcome.
    order: Vec<usize>,
    value: f64,
}

impl<'a, C: ResponseCurve> Exchange<'a, C> {
    pub(crate) const fn new(problem: &'a Problem<'a, C>, risk: Risk) -> Self {
        Self { problem, risk }
    }

    /// What counts of the outcome, less the cost of the spend.
    pub(crate) fn value(&self, spend: &[f64]) -> f64 {
        self.value_of(&self.problem.curves.outcomes(spend), spend)
    }

    /// The best spend that moves reach. Moves halve when none of them gains.
    pub(crate) fn improve(&self, spend: Vec<f64>) -> Vec<f64> {
        let mut at = self.standing(spend);
        let mut part = PARTS.0;
        while part > PARTS.1 {
            let before = at.value;
            for from in 0..at.spend.len() {
                for to in 0..at.spend.len() {
                    self.move_between((from, to), part, &mut at);
                }
            }
            if at.value <= before + 1e-9 * before.abs() {
                part *= 0.5;
            }
        }
        at.spend
    }

    fn standing(&self, spend: Vec<f64>) -> Standing {
        let members = self.problem.curves.members().iter();
        let responses = members.map(|(_, curves)| {
            let cells = curves.iter().zip(&spend);
            cells.map(|(curve, &x)| curve.response(x)).collect()
        });
        let responses: Vec<Vec<f64>> = responses.collect();
        let weights = self.problem.curves.weights();
        let cells = weights.zip(&responses);
        let outcomes = cells.map(|(weight, of)| (weight, of.iter().sum()));
        let outcomes: Vec<(f64, f64)> = outcomes.collect();
        Standing {
            value: self.value_of(&outcomes, &spend),
            order: by_outcome(&outcomes),
            spend,
            responses,
            outcomes,
        }
    }

    /// Moves an amount if that gains: from one channel to another, or with `from` = `to` up or
    /// down.
    fn move_between(&self, (from, to): (usize, usize), part: f64, at: &mut Standing) {
        let tree = self.problem.tree;
        let width = |channel: usize| tree.high[channel] - tree.low[channel];
        let amounts = if from == to {
            [part * width(from), -part * width(from)]
        } else {
            [part * width(from).min(width(to)), 0.0]
        };
        for amount in amounts.into_iter().filter(|amount| *amount != 0.0) {
            let old = (at.spend[from], at.spend[to]);
            if from == to {
                at.spend[to] = (old.1 + amount).clamp(tree.low[to], tree.high[to]);
            } else {
                let moved = amount
                    .min(old.0 - tree.low[from])
                    .min(tree.high[to] - old.1);
                if moved <= 0.0 {
                    continue;
                }
                (at.spend[from], at.spend[to]) = (old.0 - moved, old.1 + moved);
            }
            let gained = tree.allows(&at.spend) && self.take_if_better((from, to), at);
            if !gained {
                (at.spend[from], at.spend[to]) = old;
            }
        }
    }

    /// Takes the spend of two channels, which has changed, if what counts of the outcome gains by
    /// it; false if not. Members are asked worst first, and no further once those asked show that
    /// nothing is gained.
    fn take_if_better(&self, (from, to): (usize, usize), at: &mut Standing) -> bool {
        let cost = self.problem.cost * at.spend.iter().sum::<f64>();
        let margin = 1e-13 * at.value.abs();
        let mut tally = Tally::new(self.risk, at.value + margin + cost);
        let mut changed = vec![(0.0, 0.0); at.order.len()];
        let mut outcomes = at.outcomes.clone();
        for &member in &at.order {
            let (weight, curves) = &self.problem.curves.members()[member];
            let [a, b] = [from, to].map(|c| curves[c].response(at.spend[c]));
            let of = &mut at.responses[member];
            let before = (of[from], of[to]);
            (of[from], of[to]) = (a, b);
            let outcome = of.iter().sum();
            (of[from], of[to]) = before;
            changed[member] = (a, b);
            outcomes[member].1 = outcome;
            if tally.shows_no_gain_with(*weight, outcome) {
                return false;
            }
        }
        let value = self.value_of(&outcomes, &at.spend);
        if value <= at.value + margin {
            return false;
        }
        for (of, (a, b)) in at.responses.iter_mut().zip(changed) {
            (of[from], of[to]) = (a, b);
        }
        (at.value, at.order, at.outcomes) = (value, by_outcome(&outcomes), outcomes);
        true
    }

    fn value_of(&self, outcomes: &[(f64, f64)], spend: &[f64]) -> f64 {
        self.risk.value(outcomes) - self.problem.cost * spend.iter().sum::<f64>()
    }
}

/// Members by rising outcome.
fn by_outcome(outcomes: &[(f64, f64)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..outcomes.len()).collect();
    order.sort_by(|&a, &b| outcomes[a].1.total_cmp(&outcomes[b].1).then(a.cmp(&b)));
    order
}

/// What new outcomes of some members, asked in any order, say of a risk's value.
///
/// A quantile is at most a figure where members of enough weight are. The mean of the worst is at
/// most the mean of any members of as much weight: it is taken of those that are asked first.
struct Tally {
    risk: Risk,
    /// What the value has to exceed.
    least: f64,
    /// The weight that is missing, of the weight that counts.
    left: f64,
    all: f64,
    sum: f64,
}

impl Tally {
    const fn new(risk: Risk, least: f64) -> Self {
        let all = match risk {
            Risk::Mean => 1.0,
            Risk::Quantile { probability } => probability,
            Risk::TailMean { share } => share,
        };
        Self {
            risk,
            least,
            left: all,
            all,
            sum: 0.0,
        }
    }

    /// Whether the value cannot exceed what it has to, with one more member known.
    fn shows_no_gain_with(&mut self, weight: f64, outcome: f64) -> bool {
        if self.left <= SPENT {
            return false;
        }
        if let Risk::Quantile { .. } = self.risk {
            self.left -= if outcome <= self.least { weight } else { 0.0 };
            return self.left <= SPENT;
        }
        let taken = weight.min(self.left);
        self.sum += taken * outcome;
        self.left -= taken;
        let most = (self.least - ROUNDING * self.least.abs()) * (self.all - self.left);
        self.left <= SPENT && self.sum <= most
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    /// Whatever members are asked first, no value that exceeds the figure is taken for one that does
    /// not; and of members asked worst first a few suffice where little changes.
    #[test]
    fn no_gain_is_shown_only_where_there_is_none() {
        let mut random = Random::new(3);
        let (mut shown, mut asked) = (0, 0);
        for at in 0..400 {
            let risk = match at % 3 {
                0 => Risk::Quantile { probability: 0.1 },
                1 => Risk::TailMean { share: 0.2 },
                _ => Risk::Quantile { probability: 0.37 },
            };
            let outcomes: Vec<(f64, f64)> = (0..60)
                .map(|_| (1.0 / 60.0, 10.0 + random.normal()))
                .collect();
            let least = risk.value(&outcomes) + 0.02 * random.normal();
            let mut tally = Tally::new(risk, least);
            let order = by_outcome(&outcomes);
            let stop = order.iter().position(|&member| {
                let (weight, outcome) = outcomes[member];
                tally.shows_no_gain_with(weight, outcome)
            });
            if let Some(stop) = stop {
                assert!(risk.value(&outcomes) <= least);
                (shown, asked) = (shown + 1, asked + stop + 1);
            }
        }
        assert!(shown > 150 && asked < 30 * shown, "{shown} {asked}");
    }
}
