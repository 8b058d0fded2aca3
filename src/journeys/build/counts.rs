//! What is counted while journeys are cut.

use std::collections::BTreeMap;

/// Rows that were merged, left out or changed on the way to journeys.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowCounts {
    pub(crate) repeated_orders: u64,
    pub(crate) repeated_value: f64,
    pub(crate) order_lines: u64,
    pub(crate) returned_conversions: u64,
    pub(crate) unmatched_returns: u64,
    pub(crate) capped_persons: u64,
    pub(crate) capped_touches: u64,
    pub(crate) capped_conversions: u64,
    pub(crate) most_capped: u64,
    /// Conversions of the period by the code of their goal.
    pub(crate) goals: BTreeMap<u32, u64>,
}

impl RowCounts {
    /// Counts conversions by goal, given the goal of each.
    pub(crate) fn count_goals(&mut self, goals: &mut [u32]) {
        goals.sort_unstable();
        for same in goals.chunk_by(|left, right| left == right) {
            *self.goals.entry(same[0]).or_default() += same.len() as u64;
        }
    }

    pub(crate) fn add(&mut self, later: &Self) {
        self.repeated_orders += later.repeated_orders;
        self.repeated_value += later.repeated_value;
        self.order_lines += later.order_lines;
        self.returned_conversions += later.returned_conversions;
        self.unmatched_returns += later.unmatched_returns;
        self.capped_persons += later.capped_persons;
        self.capped_touches += later.capped_touches;
        self.capped_conversions += later.capped_conversions;
        self.most_capped = self.most_capped.max(later.most_capped);
        for (&goal, conversions) in &later.goals {
            *self.goals.entry(goal).or_default() += conversions;
        }
    }
}
