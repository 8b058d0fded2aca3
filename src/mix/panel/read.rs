//! A panel from CSV: one row per period, or per period and geo.

use std::io::Read;
use std::path::Path;

use crate::error::{Error, Result};
use crate::io::csv::table;
use crate::io::csv::table::Table;
use crate::mix::panel::build::Panel;
use crate::mix::panel::columns::PanelColumns;
use crate::mix::panel::period::Frequency;
use crate::mix::panel::rules::{expected, is_allowed};
use crate::mix::panel::weekdays::other_weekday;
use crate::time::Day;

const DATE: &str = "a date YYYY-MM-DD";

/// One row of the table: line, period, geo, then the numbers in the order of
/// [`PanelColumns::numbers`], then event labels.
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) date: Day,
    pub(super) geo: String,
    pub(super) numbers: Vec<f64>,
    pub(super) labels: Vec<String>,
}

impl PanelColumns {
    /// Reads a file.
    ///
    /// # Errors
    /// Like [`PanelColumns::read`], naming the file.
    pub fn read_path(&self, path: impl AsRef<Path>) -> Result<Panel> {
        let path = path.as_ref();
        let file = std::fs::File::open(path).map_err(|e| Error::from(e).in_file(path))?;
        self.read(std::io::BufReader::new(file))
            .map_err(|e| e.in_file(path))
    }

    /// Reads a table with a header.
    ///
    /// # Errors
    /// If a column is missing or has two roles, there are no rows, a field is no date or number,
    /// spend is negative, a geo has a period twice, or the periods have a gap; errors
    /// name the row. Also if a column of events has more than 1,000 different labels.
    pub fn read(&self, reader: impl Read) -> Result<Panel> {
        self.check_roles()?;
        let mut rows = self.rows(reader)?;
        rows.sort_by(|a, b| (&a.geo, a.date, a.line).cmp(&(&b.geo, b.date, b.line)));
        for pair in rows.windows(2) {
            if pair[0].geo == pair[1].geo && pair[0].date == pair[1].date {
                let expected = format!(
                    "one row per period and geo; row {} has it already",
                    pair[0].line
                );
                return Err(Error::field(
                    pair[1].line,
                    &self.date,
                    pair[1].date.to_string(),
                    expected,
                ));
            }
        }
        let mut dates: Vec<Day> = rows.iter().map(|r| r.date).collect();
        dates.sort_unstable();
        dates.dedup();
        let mut geos: Vec<String> = rows.iter().map(|r| r.geo.clone()).collect();
        geos.dedup();
        self.same_weekday(&rows)?;
        self.in_step(&rows, &dates)?;
        let absent = self.fill(&mut rows, &dates, &geos);
        self.assemble(&rows, &absent, dates, geos)
    }

    fn rows(&self, reader: impl Read) -> Result<Vec<Row>> {
        let mut table = Table::trimmed("the panel", reader)?;
        let date = table.column(&self.date)?;
        let geo = self
            .geo
            .as_deref()
            .map(|name| table.column(name))
            .transpose()?;
        let numbers = self
            .numbers()
            .into_iter()
            .map(|(name, positive)| Ok((table.column(name)?, positive)))
            .collect::<Result<Vec<_>>>()?;
        let events = self
            .events
            .iter()
            .map(|name| table.column(name))
            .collect::<Result<Vec<_>>>()?;
        let mut rows = vec![];
        while let Some(row) = table.next_row()? {
            if let Some(column) = geo.filter(|&column| row.text(column).is_empty()) {
                return Err(row.fault(column, "a geo's name"));
            }
            rows.push(Row {
                line: row.line,
                date: day(row.text(date)).ok_or_else(|| row.fault(date, DATE))?,
                geo: geo.map_or_else(|| "all".into(), |column| row.text(column).to_owned()),
                numbers: numbers
                    .iter()
                    .map(|&(column, positive)| number(&row, column, positive))
                    .collect::<Result<_>>()?,
                labels: events
                    .iter()
                    .map(|&column| row.text(column).to_owned())
                    .collect(),
            });
        }
        Ok(rows)
    }

    /// An error if the weeks of two geos begin on different weekdays, naming both.
    fn same_weekday(&self, rows: &[Row]) -> Result<()> {
        let geos: Vec<&[Row]> = rows.chunk_by(|a, b| a.geo == b.geo).collect();
        let dates = |rows: &[Row]| rows.iter().map(|row| row.date).collect();
        let named = geos.iter().map(|rows| (rows[0].geo.as_str(), dates(rows)));
        let named: Vec<(&str, Vec<Day>)> = named.collect();
        other_weekday(&named, self.period).map_or(Ok(()), |(at, expected)| {
            let row = &geos[at][0];
            let value = row.date.to_string();
            Err(Error::field(row.line, &self.date, value, expected))
        })
    }

    /// An error if the periods are not of one length or have a gap, naming the first row after it.
    fn in_step(&self, rows: &[Row], dates: &[Day]) -> Result<()> {
        let row = |at: usize| {
            rows.iter()
                .filter(|r| r.date == dates[at])
                .map(|r| r.line)
                .min()
                .expect("every date has a row")
        };
        let fault = |at: usize, expected| {
            Error::field(row(at), &self.date, dates[at].to_string(), expected)
        };
        let period = match self.period {
            Some(period) => period,
            None if dates.len() < 2 => Frequency::from_dates(dates)?,
            None => Frequency::from_dates(dates).map_err(|_| {
                let spans = format!(
                    "a day, 1, 2 or 4 weeks, a month or a quarter after {}, as the first two periods \
                     tell how long all are",
                    dates[0]
                );
                fault(1, spans)
            })?,
        };
        period
            .misstep(dates)
            .map_or(Ok(()), |(at, expected)| Err(fault(at, expected)))
    }

    /// The panel from rows that are sorted and complete.
    fn assemble(
        &self,
        rows: &[Row],
        absent: &[bool],
        dates: Vec<Day>,
        geos: Vec<String>,
    ) -> Result<Panel> {
        let periods = dates.len();
        let numbers = self.numbers();
        let column = |name: &str| -> Vec<f64> {
            let at = numbers
                .iter()
                .position(|(n, _)| *n == name)
                .expect("every named column is read");
            rows.iter().map(|r| r.numbers[at]).collect()
        };
        let kpi = self
            .kpi
            .as_deref()
            .map_or_else(|| vec![0.0; rows.len()], &column);
        let mut panel = Panel::new(self.period, dates, geos, kpi)?;
        for (name, spend) in &self.channels {
            let values = column(name);
            panel = match spend {
                Some(spend) => panel.with_exposures(name, column(spend), values)?,
                None => panel.with_channel(name, values)?,
            };
        }
        for name in &self.organic {
            panel = panel.with_organic_channel(name, column(name))?;
        }
        for channel in &self.reaches {
            panel = channel.add_to(panel, &column)?;
        }
        for name in &self.controls {
            panel = panel.with_control(name, column(name))?;
        }
        for (i, name) in self.events.iter().enumerate() {
            panel = with_events(
                panel,
                name,
                rows.iter().map(|r| r.labels[i].as_str()).collect(),
            )?;
        }
        if let Some(name) = &self.population {
            panel = panel.with_population(column(name).into_iter().step_by(periods).collect())?;
        }
        if let Some(name) = &self.revenue_per_kpi {
            panel = panel.with_revenue_per_kpi(column(name))?;
        }
        weighted(panel, self.weight.as_deref().map(column), absent)
    }
}

/// A day, with or without a time after it.
fn day(text: &str) -> Option<Day> {
    let (day, time) = text.split_at_checked(10)?;
    day.parse()
        .ok()
        .filter(|_| time.is_empty() || time.starts_with([' ', 'T']))
}

fn number(row: &table::Row<'_>, column: usize, not_negative: bool) -> Result<f64> {
    let low = if not_negative { 0.0 } else { f64::NEG_INFINITY };
    let value = row
        .text(column)
        .parse()
        .ok()
        .filter(|v: &f64| is_allowed(*v, low));
    value.ok_or_else(|| row.fault(column, expected(low)))
}

/// The panel with its weights, if it has any, and the rows that it lacks.
fn weighted(panel: Panel, weights: Option<Vec<f64>>, absent: &[bool]) -> Result<Panel> {
    let panel = match weights {
        Some(weights) => panel.with_weights(weights)?,
        None => panel,
    };
    match absent.contains(&true) {
        true => panel.with_absent_rows(absent.to_vec()),
        false => Ok(panel),
    }
}

/// The most different labels of a column of events.
const MOST_LABELS: usize = 1_000;

fn with_events(mut panel: Panel, column: &str, labels: Vec<&str>) -> Result<Panel> {
    let mut names: Vec<&str> = labels
        .iter()
        .copied()
        .filter(|l| !matches!(l.to_ascii_lowercase().as_str(), "" | "na" | "none"))
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.len() > MOST_LABELS {
        let expected = format!("at most {MOST_LABELS}, as each is a column");
        let what = format!("the number of different labels in {column}");
        return Err(Error::setting(what, names.len(), expected));
    }
    for name in names {
        panel = panel.with_event(
            format!("{column}={name}"),
            labels
                .iter()
                .map(|l| f64::from(u8::from(*l == name)))
                .collect(),
        )?;
    }
    Ok(panel)
}
