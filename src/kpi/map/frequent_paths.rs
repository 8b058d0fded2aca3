//! The paths that most journeys take.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::report::{Cell, Report, Section, Table};
use crate::stats::Proportion;
use crate::time::TimeRange;

/// The paths most journeys took, step by step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FrequentPaths {
    /// The time reported.
    pub window: TimeRange,
    /// Journeys, those without a step included.
    pub population: u64,
    /// Different paths.
    pub distinct: u64,
    /// The most frequent ones, the first first; equal ones in the order of their steps.
    pub paths: Vec<FrequentPath>,
}

/// One path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FrequentPath {
    /// Its steps; none where a conversion followed on no touch.
    pub steps: Vec<String>,
    /// Whether it is many paths that begin with these steps and go on.
    pub goes_on: bool,
    /// Persons who took it.
    pub persons: u64,
    /// Its share of all journeys.
    pub share: Proportion,
    /// Of those who took it, the journeys that converted.
    pub conversion: Proportion,
    /// What these were worth.
    pub value: f64,
}

impl FrequentPaths {
    /// The most steps of a path: longer ones are counted by their first ten.
    pub const LONGEST: usize = 10;
}

impl fmt::Display for FrequentPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = if self.steps.is_empty() {
            "(no touch)".to_owned()
        } else {
            self.steps.join(" > ")
        };
        f.pad(&format!(
            "{steps}{}",
            if self.goes_on { " > .." } else { "" }
        ))
    }
}

impl Report for FrequentPaths {
    fn title(&self) -> String {
        let Self {
            window,
            population,
            distinct,
            ..
        } = self;
        format!("paths, {window}: {population} journeys on {distinct} different ones")
    }

    fn sections(&self) -> Vec<Section> {
        let row = |path: &FrequentPath| {
            [
                Cell::text(path.to_string()),
                Cell::count(path.share.count),
                Cell::percent(path.share.rate, 2),
                Cell::percent(path.conversion.rate, 2),
                Cell::number(path.value, 2),
            ]
        };
        let table = Table::new(["path", "journeys", "share", "converted", "value"]);
        vec![Section::new().with_table(table.with_rows(self.paths.iter().map(row)))]
    }
}

impl fmt::Display for FrequentPaths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
