//! What is counted while rows are mapped.

use crate::io::mapping::currency::code;
use crate::io::mapping::names::Names;
use crate::io::mapping::tolerance::Skips;
use crate::io::mapping::total::Total;
use std::collections::BTreeMap;

/// The names kept apart in one list; further ones count as one.
const NAMES: usize = 10_000;

/// Counts of the rows of a log, or of a piece of one.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) rows: u64,
    /// Rows that state events.
    pub(super) used: u64,
    /// The events that they state.
    pub(super) stated: u64,
    /// Rows left out by a condition.
    pub(super) dropped: Names,
    /// Rows of events without a rule, or with one that ignores them.
    pub(super) passed_over: Names,
    /// Rows that would be touches, had they a source.
    pub(super) without_source: u64,
    /// Rows that would be touches, had they a channel.
    pub(super) unassigned: u64,
    pub(super) skipped: Skips,
    /// Touches that no rule named, by source and medium.
    pub(super) unmatched: Names,
    pub(super) currencies: BTreeMap<String, Amounts>,
}

/// Amounts in one currency, as the rows state them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Amounts {
    pub(super) rows: u64,
    pub(super) value: Total,
    pub(super) cost: Total,
}

impl Tally {
    pub(super) fn amount(&mut self, currency: &str, value: f64, cost: f64) {
        let amounts = self.currencies.entry(code(currency)).or_default();
        amounts.rows += 1;
        amounts.value.add(value);
        amounts.cost.add(cost);
    }

    /// Adds the counts of the rows that follow.
    pub(super) fn append(&mut self, later: Self) {
        self.rows += later.rows;
        self.used += later.used;
        self.stated += later.stated;
        self.without_source += later.without_source;
        self.unassigned += later.unassigned;
        self.skipped.append(later.skipped);
        self.dropped.append(later.dropped, NAMES);
        self.passed_over.append(later.passed_over, NAMES);
        self.unmatched.append(later.unmatched, NAMES);
        for (currency, amounts) in later.currencies {
            self.currencies.entry(currency).or_default().append(amounts);
        }
    }
}

impl Amounts {
    fn append(&mut self, other: Self) {
        self.rows += other.rows;
        self.value.append(other.value);
        self.cost.append(other.cost);
    }
}
