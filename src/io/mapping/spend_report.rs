//! What was read from spend tables, what was left out and why.

use crate::event::CostTable;
use crate::io::mapping::currency::code;
use crate::io::mapping::files_read::FilesRead;
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

/// What was read from spend tables by a mapping, what was left out, and why.
///
/// Nothing goes missing uncounted:
///
/// - `rows` is `used`, `left_out`, `unassigned`, `totals` and the rows of `skipped`.
/// - What the rows cost, lines of totals aside, is `cost`, `left_out_cost`, `unassigned_cost` and
///   `skipped_cost`: see [`SpendReport::read_cost`]. `unknown_costs` counts rows of which that
///   cannot be said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SpendReport {
    /// The files. Stored, its fields stand beside the others.
    #[serde(flatten)]
    pub files: FilesRead,
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
    /// The currency of the costs, where one is stated or converted to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Costs by currency, before conversion.
    pub currencies: BTreeMap<String, f64>,
    /// Rows that conditions left out, and lines of totals that were not compared.
    pub left_out: u64,
    /// What the rows cost that conditions left out, in the currency converted to.
    pub left_out_cost: f64,
    /// Rows that no rule names a channel for, where the mapping leaves such rows out.
    pub unassigned: u64,
    /// What these cost, in the currency converted to.
    pub unassigned_cost: f64,
    /// Lines of totals that were compared with the sum of the rows.
    pub totals: u64,
    /// What was wrong with those that differ.
    pub wrong_totals: Vec<String>,
    /// Rows that could not be read.
    pub skipped: SkippedRows,
    /// What these cost, as far as their costs could be read, in the currency converted to.
    pub skipped_cost: f64,
    /// Rows left out or skipped whose cost could not be read or converted.
    pub unknown_costs: u64,
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

    /// Counts what a row costs that was left out or skipped, if that is known.
    pub(super) fn lost(&mut self, cost: Option<f64>, is_skipped: bool) {
        match (cost, is_skipped) {
            (Some(cost), true) => self.skipped_cost += cost,
            (Some(cost), false) => self.left_out_cost += cost,
            (None, _) => self.unknown_costs += 1,
        }
    }

    pub(super) fn currency(&mut self, currency: &str, cost: f64) {
        *self.currencies.entry(code(currency)).or_default() += cost;
    }

    /// What all rows cost, lines of totals and `unknown_costs` aside: what is in the table, and what
    /// is not for one reason or another.
    ///
    /// ```
    /// use mixtouch::io::{CostReader, Mapping};
    ///
    /// let mapping = Mapping::from_toml(r#"
    ///     [spend]
    ///     date = "day"
    ///     cost = "cost"
    ///     channel = "channel"
    ///     skip = [{ campaign = "test" }]
    ///     campaign = "campaign"
    /// "#)?;
    /// let file = "day,cost,channel,campaign\n2026-01-05,20,tv,spring\n2026-01-05,5,tv,test\n";
    /// let report = CostReader::new(mapping).with_bytes(file).read()?.report;
    /// assert_eq!((report.cost, report.left_out_cost, report.read_cost()), (20.0, 5.0, 25.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn read_cost(&self) -> f64 {
        self.cost + self.left_out_cost + self.unassigned_cost + self.skipped_cost
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
        self.files.title(self.rows)
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
            lost(
                self.left_out,
                self.left_out_cost,
                "rows left out by conditions",
            ),
            lost(
                self.unassigned,
                self.unassigned_cost,
                "rows that no rule names a channel for, left out",
            ),
            count(self.unmatched, "rows that no rule names a channel for"),
            lost(
                self.skipped.rows,
                self.skipped_cost,
                "rows that cannot be read, skipped",
            ),
            count(
                self.unknown_costs,
                "of the rows left out or skipped, those whose cost is unknown",
            ),
        ];
        let wrong = self.wrong_totals.iter().chain(&self.skipped.first).cloned();
        let head = Section::new().with_lines(lines.into_iter().flatten().chain(self.files.lines()));
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

/// Rows that are not in the table, and what they cost where that is more than 0.
fn lost(rows: u64, cost: f64, what: &str) -> Option<String> {
    let cost = (cost > 0.0).then(|| format!(", cost {}", figure(cost, 2)));
    (rows > 0).then(|| format!("{what}: {rows}{}", cost.unwrap_or_default()))
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
