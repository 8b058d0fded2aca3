//! What was read, what was left out and why.

use crate::event::{CleanedRows, Events, Kind};
use crate::io::mapping::files_read::FilesRead;
use crate::io::mapping::heaviest::heaviest;
use crate::io::mapping::settle::Settled;
use crate::io::mapping::tally::{Amounts, Tally};
use crate::io::mapping::tolerance::SkippedRows;
use crate::report::{Cell, Document, Report, Section, Table};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The sources and persons that a report names.
const NAMED: usize = 20;
const PERSONS: usize = 5;

/// What was read from a log by a mapping, what was left out, and why. A new mapping is judged by
/// it. Shown as text it has a table for each part that has something to say.
///
/// Nothing goes missing uncounted:
///
/// - `rows` is `used`, `without_source`, `unassigned`, the rows of `skipped`, and all of `dropped`
///   and `other_events`.
/// - `stated` is all of `kinds` and `counted_once`, `repeated`, `within_sessions`, and the unknown
///   touches and others of `cleaned_rows`. Conversions of unknown persons are kept.
/// - What the used rows' conversions are worth is `value` and `left_out_value`.
/// - What the used rows' touches cost is `cost`, `further_cost` and `left_out_cost`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ReadingReport {
    /// The files. Stored, its fields stand beside the others.
    #[serde(flatten)]
    pub files: FilesRead,
    /// Rows of the files.
    pub rows: u64,
    /// Rows that state events.
    pub used: u64,
    /// The events that they state: a row can state a touch and a conversion.
    pub stated: u64,
    /// Events by kind, as kept. A row can be a touch and a conversion.
    pub kinds: BTreeMap<String, u64>,
    /// What the conversions are worth.
    pub value: f64,
    /// What the conversions are worth that are left out: those among `repeated` and `counted_once`.
    pub left_out_value: f64,
    /// What the touches cost.
    pub cost: f64,
    /// What further touches of a session and those of unknown persons cost: journeys count it, as
    /// it was spent.
    pub further_cost: f64,
    /// What the touches cost that are among `repeated` and `counted_once`.
    pub left_out_cost: f64,
    /// Touches by channel, as kept.
    pub channels: BTreeMap<String, u64>,
    /// Touches that no rule named a channel for, by `source / medium`, the most frequent first.
    pub unmatched: Vec<Counted>,
    /// How many further pairs there are.
    pub further_unmatched: u64,
    /// Rows of events that the mapping does not use, by name of the event.
    pub other_events: BTreeMap<String, u64>,
    /// Rows that conditions left out, by condition.
    pub dropped: BTreeMap<String, u64>,
    /// Rows that would be touches, had they a source.
    pub without_source: u64,
    /// Rows that would be touches, had they a channel: no rule names one, and the mapping leaves
    /// such touches out.
    pub unassigned: u64,
    /// Events that repeat another in the columns of `drop.same`.
    pub repeated: u64,
    /// Events that count once and came before, by name of the event's rule.
    pub counted_once: BTreeMap<String, u64>,
    /// Touches of a session, or of a source, that stand behind the one that is kept.
    pub within_sessions: u64,
    /// Rows whose person is missing or was cleaned.
    pub cleaned_rows: CleanedRows,
    /// Rows that could not be read.
    pub skipped: SkippedRows,
    /// The first and the last second of the events, since 1970-01-01T00:00:00Z.
    pub first: Option<u32>,
    /// See `first`.
    pub last: Option<u32>,
    /// The currency of values and costs, where one is stated or converted to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Rows and amounts by currency, before conversion.
    pub currencies: BTreeMap<String, CurrencyTotal>,
    /// The persons with the most events.
    pub heaviest: Vec<Counted>,
}

/// 0 of no amounts, where `Iterator::sum` gives -0.
fn sum(amounts: impl Iterator<Item = f64>) -> f64 {
    amounts.fold(0.0, |sum, amount| sum + amount)
}

/// A name and how often it occurs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The name.
    pub name: String,
    /// How often it occurs.
    pub rows: u64,
}

/// The amounts in one currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct CurrencyTotal {
    /// Rows with an amount.
    pub rows: u64,
    /// The sum of their values.
    pub value: f64,
    /// The sum of their costs.
    pub cost: f64,
}

impl From<Amounts> for CurrencyTotal {
    fn from(amounts: Amounts) -> Self {
        Self {
            rows: amounts.rows,
            value: amounts.value.value(),
            cost: amounts.cost.value(),
        }
    }
}

impl ReadingReport {
    /// The report of all that was read; files and what was found about them are filled in already.
    pub(super) fn filled(self, events: &Events, tally: Tally, settled: Settled) -> Self {
        let (unmatched, further_unmatched) = most_frequent(tally.unmatched.into_counts());
        let ignored = events.ignored_rows();
        let mut report = Self {
            rows: tally.rows,
            used: tally.used,
            stated: tally.stated,
            unmatched,
            further_unmatched,
            other_events: tally.passed_over.into_counts(),
            dropped: tally.dropped.into_counts(),
            without_source: tally.without_source,
            unassigned: tally.unassigned,
            left_out_value: settled.value,
            left_out_cost: settled.cost,
            further_cost: events.unknown_cost(),
            repeated: settled.repeated,
            counted_once: settled.counted_once,
            within_sessions: settled.within_sessions,
            cleaned_rows: events.cleaned_rows(),
            skipped: tally.skipped.into(),
            first: events.times().iter().copied().min(),
            last: events.times().iter().copied().max(),
            currencies: tally
                .currencies
                .into_iter()
                .map(|(name, amounts)| (name, amounts.into()))
                .collect(),
            heaviest: heaviest_persons(events),
            value: sum(events.conversions().iter().map(|sale| sale.value)),
            cost: sum(events.costs().iter().copied()),
            ..self
        };
        if ignored.total() > 0 {
            let rows = ignored.total();
            let others = &mut report.other_events;
            *others
                .entry("(kinds that only KPIs use)".into())
                .or_default() += rows;
        }
        report.count(events);
        report
    }

    /// Counts events by kind, and touches by channel.
    fn count(&mut self, events: &Events) {
        let names = events.channel_names();
        let mut channels = vec![0_u64; names.len()];
        let mut kinds = [0_u64; Kind::ALL.len()];
        for (&(kind, _), &channel) in events.kinds().iter().zip(events.channel_ids()) {
            kinds[kind as usize] += 1;
            if kind == Kind::Touch {
                channels[channel.index()] += 1;
            }
        }
        for (name, kind) in Kind::ALL {
            if kinds[kind as usize] > 0 {
                self.kinds.insert(name.to_owned(), kinds[kind as usize]);
            }
        }
        let counted = names
            .iter()
            .zip(channels)
            .filter(|(_, touches)| *touches > 0);
        self.channels = counted
            .map(|(name, touches)| (name.to_owned(), touches))
            .collect();
    }
}

/// The most frequent names, and how many further ones there are.
fn most_frequent(counts: BTreeMap<String, u64>) -> (Vec<Counted>, u64) {
    let mut all: Vec<Counted> = counts
        .into_iter()
        .map(|(name, rows)| Counted { name, rows })
        .collect();
    all.sort_by(|a, b| b.rows.cmp(&a.rows).then(a.name.cmp(&b.name)));
    let further = all.len().saturating_sub(NAMED) as u64;
    all.truncate(NAMED);
    (all, further)
}

/// The persons with the most events.
fn heaviest_persons(events: &Events) -> Vec<Counted> {
    let named = heaviest(events, PERSONS)
        .into_iter()
        .map(|(code, rows)| Counted {
            name: events.people().key(code).to_string(),
            rows,
        });
    named.collect()
}

impl Report for ReadingReport {
    fn title(&self) -> String {
        self.files.title(self.rows)
    }

    fn sections(&self) -> Vec<Section> {
        let mut sections = vec![self.head()];
        let unmatched = self.unmatched.iter().map(|of| (of.name.as_str(), of.rows));
        let heaviest = self.heaviest.iter().map(|of| (of.name.as_str(), of.rows));
        let touches = self.kinds.get("touch").copied().unwrap_or(0);
        let parts = [
            (
                "touches by channel",
                "channel",
                pairs(&self.channels),
                touches,
            ),
            (
                "no rule names a channel of",
                "source / medium",
                unmatched.collect(),
                touches,
            ),
            (
                "rows of other events",
                "event",
                pairs(&self.other_events),
                self.rows,
            ),
            (
                "rows left out by conditions",
                "condition",
                pairs(&self.dropped),
                self.rows,
            ),
            (
                "events that count once, repeated",
                "event",
                pairs(&self.counted_once),
                self.rows,
            ),
            (
                "rows that cannot be read",
                "reason",
                pairs(&self.skipped.reasons),
                self.rows,
            ),
            (
                "persons with the most events",
                "person",
                heaviest.collect(),
                0,
            ),
        ];
        let filled = parts.into_iter().filter(|(_, _, rows, _)| !rows.is_empty());
        sections.extend(filled.map(|(heading, name, rows, of)| part(heading, name, rows, of)));
        if !self.skipped.first.is_empty() {
            let first = Section::new().with_heading("the first of these");
            sections.push(first.with_lines(self.skipped.first.iter().cloned()));
        }
        if !self.currencies.is_empty() {
            sections.push(self.currency_section());
        }
        sections
    }
}

impl ReadingReport {
    fn head(&self) -> Section {
        let count = |count: u64, what: &str| {
            (count > 0).then(|| format!("{what}: {}", crate::report::figure(count as f64, 0)))
        };
        let amount = |amount: f64, what: &str| {
            (amount > 0.0).then(|| format!("{what}: {}", crate::report::figure(amount, 2)))
        };
        let kinds = self
            .kinds
            .iter()
            .map(|(kind, rows)| format!("{kind} {}", crate::report::figure(*rows as f64, 0)));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        let cleaned = self.cleaned_rows;
        let lines = [
            Some(format!(
                "events: {}",
                if kinds.is_empty() { "none" } else { &kinds }
            )),
            self.first
                .zip(self.last)
                .map(|(first, last)| format!("from {} to {}", stamp(first), stamp(last))),
            amount(self.value, "worth"),
            amount(self.cost, "cost"),
            amount(
                self.further_cost,
                "cost of further touches of a session and of unknown persons",
            ),
            amount(self.left_out_cost, "cost of touches left out as repeated"),
            count(self.without_source, "rows that state no source"),
            count(
                self.unassigned,
                "touches that no rule names a channel for, left out",
            ),
            count(self.repeated, "events that repeat another"),
            amount(
                self.left_out_value,
                "worth of conversions left out as repeated",
            ),
            count(self.within_sessions, "further touches of a session"),
            count(cleaned.placeholders, "persons that are placeholders"),
            count(cleaned.unknown_touches, "touches without person, left out"),
            count(
                cleaned.unknown_conversions,
                "conversions without person, unattributed",
            ),
            count(
                cleaned.unknown_others,
                "other events without person, left out",
            ),
            count(cleaned.blanks, "values with blanks around them"),
        ];
        Section::new().with_lines(lines.into_iter().flatten().chain(self.files.lines()))
    }

    fn currency_section(&self) -> Section {
        let rows = self.currencies.iter().map(|(currency, total)| {
            let name = if currency.is_empty() {
                "(none)"
            } else {
                currency
            };
            [
                Cell::from(name),
                Cell::count(total.rows),
                Cell::number(total.value, 2),
                Cell::number(total.cost, 2),
            ]
        });
        let table = Table::new(["currency", "rows", "value", "cost"]).with_rows(rows);
        Section::new()
            .with_heading("amounts as stated")
            .with_table(table)
    }
}

fn pairs(counts: &BTreeMap<String, u64>) -> Vec<(&str, u64)> {
    let mut pairs: Vec<(&str, u64)> = counts.iter().map(|(name, rows)| (&**name, *rows)).collect();
    pairs.sort_by_key(|&(_, rows)| std::cmp::Reverse(rows));
    pairs
}

/// A table of counts, with shares of a whole where there is one.
fn part(heading: &str, name: &str, rows: Vec<(&str, u64)>, whole: u64) -> Section {
    let cells = rows.iter().take(NAMED).map(|&(name, rows)| {
        let share = (whole > 0).then(|| rows as f64 / whole as f64);
        let name = if name.is_empty() { "(none)" } else { name };
        let mut cells = vec![Cell::from(name), Cell::count(rows)];
        cells.extend(share.map(|share| Cell::percent(share, 1)));
        cells
    });
    let columns = [name, "rows", "share"];
    let table = Table::new(columns.into_iter().take(if whole > 0 { 3 } else { 2 }));
    let section = Section::new()
        .with_heading(heading)
        .with_table(table.with_rows(cells));
    match rows.len().checked_sub(NAMED) {
        Some(further) if further > 0 => section.with_line(format!("and {further} more")),
        _ => section,
    }
}

/// A second as RFC 3339.
fn stamp(second: u32) -> String {
    jiff::Timestamp::from_second(i64::from(second)).map_or(String::new(), |at| at.to_string())
}

impl fmt::Display for ReadingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Document {
            title: self.title(),
            sections: self.sections(),
        }
        .fmt(f)
    }
}
