//! What was cleaned, by time, so that a report tells what is of its period.

use crate::event::cleaned_rows::CleanedRows;
use crate::time::TimeRange;
use crate::time::limits::DAY;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts by the days in UTC they are of: the day of a row or, of values that are counted a batch at
/// a time, the first and the last day of the batch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Stretch>", into = "Vec<Stretch>")]
pub(crate) struct CleanedDays(BTreeMap<(u32, u32), CleanedRows>);

/// The first and the last day, and what is of them.
type Stretch = (u32, u32, CleanedRows);

impl From<Vec<Stretch>> for CleanedDays {
    fn from(stretches: Vec<Stretch>) -> Self {
        let mut days = Self::default();
        for (first, last, counts) in stretches {
            days.0.entry((first, last)).or_default().add(counts);
        }
        days
    }
}

impl From<CleanedDays> for Vec<Stretch> {
    fn from(days: CleanedDays) -> Self {
        let stretches = days.0.into_iter();
        stretches
            .map(|((first, last), counts)| (first, last, counts))
            .collect()
    }
}

impl CleanedDays {
    /// Counts of which nobody knows when they were made.
    pub(crate) fn undated(counts: CleanedRows) -> Self {
        let mut days = Self::default();
        days.add(0, u32::MAX, counts);
        days
    }

    /// Adds what is of rows between two seconds.
    pub(crate) fn add(&mut self, first: u32, last: u32, counts: CleanedRows) {
        if counts != CleanedRows::default() {
            let days = (first / DAY, last / DAY);
            self.0.entry(days).or_default().add(counts);
        }
    }

    pub(crate) fn append(&mut self, other: Self) {
        for (days, counts) in other.0 {
            self.0.entry(days).or_default().add(counts);
        }
    }

    /// What is of a day that the period touches.
    pub(crate) fn within(&self, period: TimeRange) -> CleanedRows {
        let mut sum = CleanedRows::default();
        let (first, last) = (period.first() / DAY, period.last() / DAY);
        for (&(from, to), &counts) in &self.0 {
            if from <= last && first <= to {
                sum.add(counts);
            }
        }
        sum
    }

    /// Drops what is of days before a second.
    pub(crate) fn forget_before(&mut self, second: u32) {
        self.0.retain(|&(_, last), _| last >= second / DAY);
    }

    /// The first and the last second of the days with counts, if there are any.
    pub(crate) fn extent(&self) -> Option<(u32, u32)> {
        let first = self.0.keys().map(|&(first, _)| first).min()?;
        let last = self.0.keys().map(|&(_, last)| last).max()?;
        Some((first * DAY, last.saturating_mul(DAY)))
    }
}
