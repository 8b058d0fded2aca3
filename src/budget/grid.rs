//! Where to start: the best plan on a coarse grid.
//!
//! S-shaped curves have many optima. Spending in equal steps turns the plan into a knapsack, which
//! dynamic programming over the tree of groups solves exactly, so that the climb begins in the
//! right valley.

use rayon::prelude::*;

use crate::budget::curve::ResponseCurve;
use crate::budget::ensemble::Ensemble;
use crate::budget::tree::{Node, Tree};

/// How many steps the range of the total is cut into.
const STEPS: usize = 120;

/// Every channel's response at every step, which all goals and totals share.
pub(crate) struct Responses {
    unit: f64,
    /// By channel and steps above the lower bound; not a number beyond the upper one.
    values: Vec<Vec<f64>>,
}

impl Responses {
    /// Asks the curves. `None` where the bounds leave nothing to choose.
    pub(crate) fn new<C: ResponseCurve>(curves: &Ensemble<C>, tree: &Tree) -> Option<Self> {
        let floor: f64 = tree.low.iter().sum();
        let (_, most) = tree.span(0).ok()?;
        let unit = (most - floor) / STEPS as f64;
        if unit <= 0.0 || !unit.is_finite() {
            return None;
        }
        let value = |cell: usize| {
            let (channel, steps) = (cell / (STEPS + 1), cell % (STEPS + 1));
            let spend = tree.low[channel] + steps as f64 * unit;
            if spend <= tree.high[channel] + 1e-9 * unit {
                curves.response(channel, spend)
            } else {
                f64::NAN
            }
        };
        // Each cell stands for itself, so the order of work cannot show.
        let cells: Vec<f64> = (0..tree.low.len() * (STEPS + 1))
            .into_par_iter()
            .with_min_len(256)
            .map(value)
            .collect();
        Some(Self {
            unit,
            values: cells.chunks(STEPS + 1).map(<[f64]>::to_vec).collect(),
        })
    }
}

/// The best value for every number of steps spent within a node, and where the steps went.
pub(crate) struct Table {
    /// Value by steps spent; minus infinity where bounds forbid it.
    best: Vec<f64>,
    parts: Parts,
}

enum Parts {
    Nothing,
    Channel(usize),
    /// Two tables, and how many steps the second took for each number of steps in all.
    Pair(Box<Table>, Box<Table>, Vec<usize>),
}

/// The tables of the whole tree.
pub(crate) struct Grid<'a> {
    table: Table,
    low: &'a [f64],
    unit: f64,
}

impl<'a> Grid<'a> {
    /// Fills the tables for the bounds of a tree, at a cost for each unit of spend.
    pub(crate) fn new(responses: &Responses, tree: &'a Tree, cost: f64) -> Self {
        Self {
            table: node_table(responses, tree, cost, 0),
            low: &tree.low,
            unit: responses.unit,
        }
    }

    /// The best spend of all, within a step of what the bounds on sums ask for.
    pub(crate) fn best(&self) -> Option<Vec<f64>> {
        let reached = (0..=STEPS).filter(|&steps| self.table.best[steps].is_finite());
        reached
            .max_by(|&a, &b| self.table.best[a].total_cmp(&self.table.best[b]))
            .map(|steps| self.spend(steps))
    }

    /// The largest total on the grid that returns the target, outcome per unit of spend.
    pub(crate) fn largest_returning(&self, target: f64) -> Option<f64> {
        let floor: f64 = self.low.iter().sum();
        let total = |steps: usize| floor + steps as f64 * self.unit;
        (0..=STEPS)
            .rev()
            .find(|&steps| self.table.best[steps] >= target * total(steps))
            .map(total)
    }

    fn spend(&self, steps: usize) -> Vec<f64> {
        let mut spend = self.low.to_vec();
        add_steps(&self.table, steps, self.unit, &mut spend);
        spend
    }
}

fn add_steps(table: &Table, steps: usize, unit: f64, spend: &mut [f64]) {
    match &table.parts {
        Parts::Nothing => {}
        Parts::Channel(channel) => spend[*channel] += steps as f64 * unit,
        Parts::Pair(first, second, taken) => {
            add_steps(first, steps - taken[steps], unit, spend);
            add_steps(second, taken[steps], unit, spend);
        }
    }
}

fn node_table(responses: &Responses, tree: &Tree, cost: f64, node: usize) -> Table {
    let Node {
        low,
        high,
        channels,
        groups,
        ..
    } = &tree.nodes[node];
    let unit = responses.unit;
    let mut best = vec![f64::NEG_INFINITY; STEPS + 1];
    best[0] = 0.0;
    let parts = channels
        .iter()
        .map(|&channel| channel_table(responses, tree, cost, channel));
    let parts = parts.chain(
        groups
            .iter()
            .map(|&group| node_table(responses, tree, cost, group)),
    );
    let mut table = parts.fold(
        Table {
            best,
            parts: Parts::Nothing,
        },
        join,
    );
    let floor = tree.sum(node, &tree.low);
    for (steps, value) in table.best.iter_mut().enumerate() {
        let spent = floor + steps as f64 * unit;
        // A step below the lower bound is near enough to start from, and narrow bounds need not
        // hold a step.
        if spent <= low - unit || spent > high + 1e-9 * unit {
            *value = f64::NEG_INFINITY;
        }
    }
    table
}

fn channel_table(responses: &Responses, tree: &Tree, cost: f64, channel: usize) -> Table {
    let value = |(steps, response): (usize, &f64)| {
        let value = response - cost * (tree.low[channel] + steps as f64 * responses.unit);
        if value.is_finite() {
            value
        } else {
            f64::NEG_INFINITY
        }
    };
    Table {
        best: responses.values[channel]
            .iter()
            .enumerate()
            .map(value)
            .collect(),
        parts: Parts::Channel(channel),
    }
}

/// Two tables as one: for each number of steps the best way to share them.
fn join(first: Table, second: Table) -> Table {
    let share = |steps: usize| {
        let value = |taken: usize| first.best[steps - taken] + second.best[taken];
        (0..=steps)
            .map(|taken| (value(taken), taken))
            .fold((f64::NEG_INFINITY, 0), |most, next| {
                if next.0 > most.0 { next } else { most }
            })
    };
    let (best, taken) = (0..=STEPS).map(share).unzip();
    Table {
        best,
        parts: Parts::Pair(Box::new(first), Box::new(second), taken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::curve::shapes::Shape;

    #[test]
    fn finds_the_channel_worth_a_leap() {
        // Neither S-curve is worth a half of the budget, each is worth the whole of it, the first
        // most.
        let hill = |top| Shape::Hill {
            top,
            half: 60.0,
            steepness: 6.0,
        };
        let curves = Ensemble::single(vec![hill(10.0), hill(9.0)]).unwrap();
        let tree = Tree::new(vec![0.0; 2], vec![100.0; 2], &[])
            .unwrap()
            .with_total(80.0, 80.0);
        let responses = Responses::new(&curves, &tree).unwrap();
        let best = Grid::new(&responses, &tree, 0.0).best().unwrap();
        assert!(best[0] > 75.0, "{best:?}");
    }
}
