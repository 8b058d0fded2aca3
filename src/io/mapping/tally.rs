//! What is counted while rows are mapped.

use crate::event::Kind;
use crate::io::mapping::currency::code;
use crate::io::mapping::tolerance::SkippedRows;
use std::collections::BTreeMap;

/// The names kept apart in one list; further ones count as one.
const NAMES: usize = 10_000;

/// What further names count as.
const FURTHER: &str = "(further ones)";

/// Counts of the rows of a log, or of a piece of one.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) rows: u64,
    /// Rows left out by a condition.
    pub(super) dropped: BTreeMap<String, u64>,
    /// Rows of events without a rule, or with one that ignores them.
    pub(super) passed_over: BTreeMap<String, u64>,
    /// Rows that would be touches, had they a source.
    pub(super) without_source: u64,
    pub(super) skipped: SkippedRows,
    /// Touches that no rule named, by source and medium.
    pub(super) unmatched: BTreeMap<String, u64>,
    pub(super) currencies: BTreeMap<String, Amounts>,
    pub(super) first: Option<u32>,
    pub(super) last: Option<u32>,
}

/// Amounts in one currency, as the rows state them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Amounts {
    pub(super) rows: u64,
    pub(super) value: f64,
    pub(super) cost: f64,
}

impl Tally {
    pub(super) fn dropped(&mut self, condition: &str) {
        count(&mut self.dropped, condition, 1);
    }

    pub(super) fn passed_over(&mut self, event: &str) {
        count(&mut self.passed_over, event, 1);
    }

    pub(super) fn kept(&mut self, time: u32) {
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.last = self.last.max(Some(time));
    }

    /// Counts a touch that no rule names.
    pub(super) fn unmatched(&mut self, source_medium: &str) {
        count(&mut self.unmatched, source_medium, 1);
    }

    pub(super) fn amount(&mut self, currency: &str, value: f64, cost: f64) {
        let amounts = self.currencies.entry(code(currency)).or_default();
        amounts.add(Amounts {
            rows: 1,
            value,
            cost,
        });
    }

    /// Adds the counts of the rows that follow.
    pub(super) fn append(&mut self, later: Self) {
        self.rows += later.rows;
        self.without_source += later.without_source;
        self.skipped.append(later.skipped);
        for (counts, others) in [
            (&mut self.dropped, later.dropped),
            (&mut self.passed_over, later.passed_over),
            (&mut self.unmatched, later.unmatched),
        ] {
            for (name, rows) in others {
                count(counts, &name, rows);
            }
        }
        for (currency, amounts) in later.currencies {
            self.currencies.entry(currency).or_default().add(amounts);
        }
        self.first = [self.first, later.first].into_iter().flatten().min();
        self.last = self.last.max(later.last);
    }
}

impl Amounts {
    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.value += other.value;
        self.cost += other.cost;
    }
}

/// Adds to the count of a name.
fn count(counts: &mut BTreeMap<String, u64>, name: &str, rows: u64) {
    if let Some(known) = counts.get_mut(name) {
        *known += rows;
        return;
    }
    let name = if counts.len() < NAMES { name } else { FURTHER };
    *counts.entry(name.to_owned()).or_default() += rows;
}

/// The kinds of events, for counting.
pub(super) fn kind_name(kind: Kind) -> &'static str {
    let found = Kind::ALL.iter().find(|(_, known)| *known == kind);
    found.map_or("", |(name, _)| name)
}
