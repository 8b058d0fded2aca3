//! What was read from spend tables, what was left out and why.

use crate::event::CostTable;
use crate::io::file::guess::Guess;
use crate::io::mapping::currency::code;
use crate::io::mapping::tolerance::SkippedRows;
use crate::report::{Cell, Document, Report, Section, Table, figure};
use crate::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The costs of a click that are believable, in units of a currency: outside of them the unit is
/// probably wrong.
const COST_PER_CLICK: std::ops::RangeInclusive<f64> = 0.001..=1_000.0;

/// Costs read by a mapping, and the report of what was read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SpendReading {
    /// The costs by channel and day, and below the channel by source / medium and campaign.
    pub costs: CostTable,
    /// What was read, what was left out and why.
    pub report: SpendReport,
}

/// What was read from spend tables by a mapping, what was left out, and why. `rows` is `used`,
/// `left_out`, `unassigned`, `totals` and the rows of `skipped`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SpendReport {
    /// The files, in order.
    pub files: Vec<String>,
    /// The lines above their headers, which are no rows.
    pub titles: Vec<String>,
    /// What was guessed about them, where the mapping says `auto`.
    pub guesses: Vec<Guess>,
    /// Rows of the files.
    pub rows: u64,
    /// Rows whose costs are in the table.
    pub used: u64,
    /// The sum of the costs, in the currency converted to.
    pub cost: f64,
    /// The clicks, where the tables have them.
    pub clicks: f64,
    /// Costs by channel.
    pub channels: BTreeMap<String, f64>,
    /// Rows that no rule names a channel for.
    pub unmatched: u64,
    /// The first day.
    pub first: Option<Day>,
    /// The last day.
    pub last: Option<Day>,
    /// Costs by currency, before conversion.
    pub currencies: BTreeMap<String, f64>,
    /// Rows that conditions left out, and lines of totals that were not compared.
    pub left_out: u64,
    /// Rows that no rule names a channel for, where the mapping leaves such rows out.
    pub unassigned: u64,
    /// What these cost, in the currency converted to.
    pub unassigned_cost: f64,
    /// Lines of totals that were compared with the sum of the rows.
    pub totals: u64,
    /// What was wrong with those that differ.
    pub wrong_totals: Vec<String>,
    /// Columns of the mapping that the files lack.
    pub missing_columns: Vec<String>,
    /// Rows that could not be read.
    pub skipped: SkippedRows,
}

impl SpendReport {
    pub(super) fn cost(
        &mut self,
        channel: &str,
        day: Day,
        cost: f64,
        clicks: f64,
        is_matched: bool,
    ) {
        self.used += 1;
        self.cost += cost;
        self.clicks += clicks;
        match self.channels.get_mut(channel) {
            Some(sum) => *sum += cost,
            None => {
                self.channels.insert(channel.to_owned(), cost);
            }
        }
        self.unmatched += u64::from(!is_matched);
        self.first = Some(self.first.map_or(day, |first| first.min(day)));
        self.last = self.last.max(Some(day));
    }

    pub(super) fn currency(&mut self, currency: &str, cost: f64) {
        *self.currencies.entry(code(currency)).or_default() += cost;
    }

    /// What a click cost, where the tables have clicks.
    pub fn cost_per_click(&self) -> Option<f64> {
        (self.clicks > 0.0).then(|| self.cost / self.clicks)
    }

    /// A sentence if a click costs what no click costs, as when micros are read as units.
    pub fn doubtful_unit(&self) -> Option<String> {
        let each = self.cost_per_click().filter(|each| *each > 0.0)?;
        (!COST_PER_CLICK.contains(&each)).then(|| {
            format!("a click costs {each:.6}: is the unit of the costs right (micros are 1e-6)?")
        })
    }
}

impl Report for SpendReport {
    fn title(&self) -> String {
        let files = match self.files.as_slice() {
            [] => String::new(),
            [file] => format!(" of {file}"),
            files => format!(" of {} files", files.len()),
        };
        format!("{} rows{files}", figure(self.rows as f64, 0))
    }

    fn sections(&self) -> Vec<Section> {
        let days = self.first.zip(self.last);
        let count = |count: u64, what: &str| (count > 0).then(|| format!("{what}: {count}"));
        let lines = [
            Some(format!("cost: {}", figure(self.cost, 2))),
            days.map(|(first, last)| format!("days: {first} to {last}")),
            self.cost_per_click()
                .map(|each| format!("a click: {}", figure(each, 4))),
            self.doubtful_unit(),
            count(
                self.totals,
                "totals of the files, compared with the sum of their rows",
            ),
            count(self.left_out, "rows left out by conditions"),
            (self.unassigned > 0).then(|| {
                let (rows, cost) = (self.unassigned, figure(self.unassigned_cost, 2));
                format!("rows that no rule names a channel for, left out: {rows}, cost {cost}")
            }),
            count(self.unmatched, "rows that no rule names a channel for"),
            count(self.skipped.rows, "rows that cannot be read, skipped"),
            (!self.missing_columns.is_empty())
                .then(|| format!("columns not found: {}", self.missing_columns.join(", "))),
        ];
        let titles = self
            .titles
            .iter()
            .map(|title| format!("above the header: {title}"));
        let guesses = self.guesses.iter().map(ToString::to_string);
        let guesses = titles.chain(guesses);
        let wrong = self.wrong_totals.iter().chain(&self.skipped.first).cloned();
        let head = Section::new().with_lines(lines.into_iter().flatten().chain(guesses));
        let mut sections = vec![head.with_lines(wrong)];
        for (heading, name, costs) in [
            ("cost by channel", "channel", &self.channels),
            ("cost as stated", "currency", &self.currencies),
        ] {
            let named = |name: &str| if name.is_empty() { "(none)" } else { name }.to_owned();
            let rows = costs.iter();
            let rows = rows.map(|(name, cost)| [Cell::text(named(name)), Cell::number(*cost, 2)]);
            if !costs.is_empty() {
                let table = Table::new([name, "cost"]).with_rows(rows);
                sections.push(Section::new().with_heading(heading).with_table(table));
            }
        }
        sections
    }
}

impl fmt::Display for SpendReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Document {
            title: self.title(),
            sections: self.sections(),
        }
        .fmt(f)
    }
}
