//! What the planner returns.

use serde::Serialize;

use crate::stats::{ConfidenceLevel, Interval, quantile};

/// Which bound holds a spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Bound {
    /// The smallest spend allowed.
    Lower,
    /// The largest spend allowed.
    Upper,
    /// Both, for they are one: the spend was not to change.
    Fixed,
}

impl Bound {
    /// The bound that a spend stands at, if any.
    pub(crate) fn of(spend: f64, low: f64, high: f64) -> Option<Self> {
        let near = 1e-9 * (high - low);
        match (spend - low <= near, high - spend <= near) {
            (true, true) => Some(Self::Fixed),
            (true, false) => Some(Self::Lower),
            (false, true) => Some(Self::Upper),
            (false, false) => None,
        }
    }
}

/// A channel's part in a [`Plan`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PlannedChannel {
    /// The channel's name.
    pub channel: String,
    /// Its spend now.
    pub now: f64,
    /// Its spend in the plan.
    pub planned: f64,
    /// The outcome of its spend now.
    pub outcome_now: f64,
    /// The outcome of its planned spend.
    pub outcome_planned: f64,
    /// The outcome that one more unit of spend would bring in the plan.
    pub marginal_return: f64,
    /// The bound that holds its planned spend.
    pub at_bound: Option<Bound>,
}

/// A group's part in a [`Plan`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PlannedGroup {
    /// The group's name.
    pub group: String,
    /// What its channels spend together in the plan.
    pub planned: f64,
    /// The bound that holds it.
    pub at_bound: Option<Bound>,
}

/// How to spend, and what it brings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    pub(crate) channels: Vec<PlannedChannel>,
    pub(crate) groups: Vec<PlannedGroup>,
    pub(crate) total: f64,
    pub(crate) outcome_now: f64,
    pub(crate) outcome_planned: f64,
    pub(crate) marginal_return: f64,
    pub(crate) kkt_residual: f64,
    pub(crate) gains: Vec<(f64, f64)>,
}

impl Plan {
    /// The channels, in the budget's order.
    pub fn channels(&self) -> &[PlannedChannel] {
        &self.channels
    }

    /// The groups, in the budget's order.
    pub fn groups(&self) -> &[PlannedGroup] {
        &self.groups
    }

    /// What the plan spends in all.
    pub const fn total(&self) -> f64 {
        self.total
    }

    /// The outcome of the spend now (for an ensemble, its weighted mean).
    pub const fn outcome_now(&self) -> f64 {
        self.outcome_now
    }

    /// The outcome of the plan (for an ensemble, its weighted mean).
    pub const fn outcome_planned(&self) -> f64 {
        self.outcome_planned
    }

    /// Outcome of the plan minus outcome now.
    pub fn gain(&self) -> f64 {
        self.outcome_planned - self.outcome_now
    }

    /// Outcome per unit of spend in the plan: its return on investment in the outcome's units; 0
    /// where nothing is spent.
    pub fn roi(&self) -> f64 {
        if self.total > 0.0 {
            self.outcome_planned / self.total
        } else {
            0.0
        }
    }

    /// The outcome that one more unit of total budget would bring, spent as well as it can be: the
    /// price of the total's constraint.
    ///
    /// Every channel inside its bounds, and in no group that holds it, returns this at the margin.
    pub const fn marginal_return(&self) -> f64 {
        self.marginal_return
    }

    /// By how much the plan fails the conditions of Karush, Kuhn and Tucker, relative to the
    /// steepest marginal return.
    ///
    /// About 1e-8 or below says that no small change within the bounds betters the plan.
    pub const fn kkt_residual(&self) -> f64 {
        self.kkt_residual
    }

    /// Each member's weight and the gain it sees in the plan.
    pub fn gains(&self) -> &[(f64, f64)] {
        &self.gains
    }

    /// The interval that holds the gain for the middle of the ensemble's weight, such as 90 % of it;
    /// `None` for a single model.
    pub fn gain_interval(&self, level: ConfidenceLevel) -> Option<Interval> {
        if self.gains.len() < 2 {
            return None;
        }
        let draws = self.gains.iter().map(|&(weight, gain)| (gain, weight));
        let sorted = quantile::sorted_draws(draws);
        let tail = level.tail();
        Some(Interval::of_draws(
            quantile::weighted(&sorted, tail),
            quantile::weighted(&sorted, 1.0 - tail),
            level,
        ))
    }
}
