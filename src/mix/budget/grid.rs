//! Where to start: the best plan on a coarse grid.
//!
//! S-shaped curves have many summits. Spending in equal steps turns the plan into a knapsack, which dynamic programming over the
//! tree of groups solves exactly, so that the climb begins in the right valley.

use super::ascent::Problem;
use super::curve::ResponseCurve;
use super::tree::Node;

/// How many steps the range of the total is cut into.
const STEPS: usize = 100;

/// The best value for every number of steps spent within a node, and where the steps went.
pub(super) struct Table {
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
pub(super) struct Grid {
    table: Table,
    low: Vec<f64>,
    unit: f64,
}

impl Grid {
    /// Fills the tables. `None` where the bounds leave nothing to choose or a curve is no number somewhere on the grid.
    pub(super) fn new<C: ResponseCurve>(problem: &Problem<'_, C>) -> Option<Self> {
        let tree = problem.tree;
        let floor: f64 = tree.low.iter().sum();
        let (_, most) = tree.span(0).ok()?;
        let unit = (most - floor) / STEPS as f64;
        if unit <= 0.0 || !unit.is_finite() {
            return None;
        }
        let table = node_table(problem, 0, unit);
        Some(Self { table, low: tree.low.clone(), unit })
    }

    /// The best spend of all.
    pub(super) fn best(&self) -> Option<Vec<f64>> {
        let reached = (0..=STEPS).filter(|&steps| self.table.best[steps].is_finite());
        reached.max_by(|&a, &b| self.table.best[a].total_cmp(&self.table.best[b])).map(|steps| self.spend(steps))
    }

    fn spend(&self, steps: usize) -> Vec<f64> {
        let mut spend = self.low.clone();
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

fn node_table<C: ResponseCurve>(problem: &Problem<'_, C>, node: usize, unit: f64) -> Table {
    let Node { low, high, channels, groups, .. } = &problem.tree.nodes[node];
    let mut best = vec![f64::NEG_INFINITY; STEPS + 1];
    best[0] = 0.0;
    let parts = channels.iter().map(|&channel| channel_table(problem, channel, unit));
    let parts = parts.chain(groups.iter().map(|&group| node_table(problem, group, unit)));
    let mut table = parts.fold(Table { best, parts: Parts::Nothing }, join);
    let floor = problem.tree.sum(node, &problem.tree.low);
    for (steps, value) in table.best.iter_mut().enumerate() {
        let spent = floor + steps as f64 * unit;
        if spent < low - 1e-9 * unit || spent > high + 1e-9 * unit {
            *value = f64::NEG_INFINITY;
        }
    }
    table
}

fn channel_table<C: ResponseCurve>(problem: &Problem<'_, C>, channel: usize, unit: f64) -> Table {
    let (low, high) = (problem.tree.low[channel], problem.tree.high[channel]);
    let value = |steps: usize| {
        let spend = low + steps as f64 * unit;
        let value = if spend <= high + 1e-9 * unit { problem.curves.response(channel, spend) - problem.cost * spend } else { f64::NAN };
        if value.is_finite() { value } else { f64::NEG_INFINITY }
    };
    Table { best: (0..=STEPS).map(value).collect(), parts: Parts::Channel(channel) }
}

/// Two tables as one: for each number of steps the best way to share them.
fn join(first: Table, second: Table) -> Table {
    let share = |steps: usize| {
        let value = |taken: usize| first.best[steps - taken] + second.best[taken];
        (0..=steps).map(|taken| (value(taken), taken)).fold((f64::NEG_INFINITY, 0), |most, next| if next.0 > most.0 { next } else { most })
    };
    let (best, taken) = (0..=STEPS).map(share).unzip();
    Table { best, parts: Parts::Pair(Box::new(first), Box::new(second), taken) }
}

#[cfg(test)]
mod tests {
    use super::super::curve::shapes::Shape;
    use super::super::ensemble::Ensemble;
    use super::super::tree::Tree;
    use super::*;

    #[test]
    fn finds_the_channel_worth_a_leap() {
        // Neither S-curve is worth a half of the budget, each is worth the whole of it, the first most.
        let hill = |top| Shape::Hill { top, half: 60.0, steepness: 6.0 };
        let curves = Ensemble::single(vec![hill(10.0), hill(9.0)]).unwrap();
        let tree = Tree::new(vec![0.0; 2], vec![100.0; 2], &[]).unwrap().with_total(80.0, 80.0);
        let best = Grid::new(&Problem { curves: &curves, tree: &tree, cost: 0.0 }).and_then(|grid| grid.best()).unwrap();
        assert!(best[0] > 75.0, "{best:?}");
    }
}
