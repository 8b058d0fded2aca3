//! A panel from CSV: one row per period, or per period and geo.

use std::io::Read;
use std::path::Path;

use crate::error::{Error, Result};
use crate::io::csv::table;
use crate::io::csv::table::Table;
use crate::mix::panel::build::Panel;
use crate::mix::panel::period::Frequency;
use crate::mix::panel::reach_columns::ReachColumns;
use crate::mix::panel::rules::{expected, is_allowed};
use crate::mix::panel::weekdays::other_weekday;
use crate::time::Day;

/// Which columns of a table make the panel. Rows may come in any order; geos are put in the order
/// of their names.
///
/// ```
/// use mixtouch::mix::panel::PanelColumns;
///
/// let csv = "week,geo,tv,sales\n2024-01-08,north,3,9\n2024-01-01,north,5,8\n2024-01-01,south,0,4\n2024-01-08,south,1,5\n";
/// let panel = PanelColumns::new("week", "sales").channel("tv").geo("geo").read(csv.as_bytes())?;
/// assert_eq!(panel.kpi(), [8.0, 9.0, 4.0, 5.0]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelColumns {
    pub(super) date: String,
    pub(super) kpi: Option<String>,
    pub(super) period: Option<Frequency>,
    pub(super) channels: Vec<(String, Option<String>)>,
    /// Channels without spend.
    pub(super) organic: Vec<String>,
    pub(super) reaches: Vec<ReachColumns>,
    pub(super) controls: Vec<String>,
    pub(super) events: Vec<String>,
    pub(super) geo: Option<String>,
    pub(super) population: Option<String>,
    pub(super) revenue_per_kpi: Option<String>,
    pub(super) weight: Option<String>,
}

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
    /// The columns of the periods' dates (`YYYY-MM-DD`) and of the KPI. Dates are first days, but
    /// for months and quarters whose every date is the last day of a month.
    pub fn new(date: impl Into<String>, kpi: impl Into<String>) -> Self {
        Self {
            date: date.into(),
            kpi: Some(kpi.into()),
            period: None,
            channels: vec![],
            organic: vec![],
            reaches: vec![],
            controls: vec![],
            events: vec![],
            geo: None,
            population: None,
            revenue_per_kpi: None,
            weight: None,
        }
    }

    /// The length of the periods, where it is not to be found from the dates.
    #[must_use]
    pub fn period(mut self, period: Frequency) -> Self {
        self.period = Some(period);
        self
    }

    /// One more channel, measured in spend.
    #[must_use]
    pub fn channel(mut self, spend: impl Into<String>) -> Self {
        self.channels.push((spend.into(), None));
        self
    }

    /// One more channel, measured in exposures and named after their column, with its spend in
    /// another column.
    #[must_use]
    pub fn channel_with_exposures(
        mut self,
        exposure: impl Into<String>,
        spend: impl Into<String>,
    ) -> Self {
        self.channels.push((exposure.into(), Some(spend.into())));
        self
    }

    /// One more channel without spend, measured in its activity (see
    /// [`Panel::with_organic_channel`]).
    #[must_use]
    pub fn organic_channel(mut self, activity: impl Into<String>) -> Self {
        self.organic.push(activity.into());
        self
    }

    /// One more channel, measured in the persons reached and how often each of them saw it (see
    /// [`Panel::with_reach_frequency`]), with a column of its spend where there is one. Such channels
    /// come after all others.
    #[must_use]
    pub fn channel_with_reach(
        mut self,
        name: impl Into<String>,
        reach: impl Into<String>,
        frequency: impl Into<String>,
        spend: Option<&str>,
    ) -> Self {
        let columns = [reach.into(), frequency.into()];
        let spend = spend.map(Into::into);
        self.reaches
            .push(ReachColumns::new(name.into(), columns, spend));
        self
    }

    /// One more control.
    #[must_use]
    pub fn control(mut self, column: impl Into<String>) -> Self {
        self.controls.push(column.into());
        self
    }

    /// A column of event names: each name but the empty one, `na` and `none` becomes a control of
    /// ones and zeros, `column=name` (see [`Panel::with_event`]).
    #[must_use]
    pub fn events(mut self, column: impl Into<String>) -> Self {
        self.events.push(column.into());
        self
    }

    /// The column of geo names.
    #[must_use]
    pub fn geo(mut self, column: impl Into<String>) -> Self {
        self.geo = Some(column.into());
        self
    }

    /// The column of populations; each geo's first row counts.
    #[must_use]
    pub fn population(mut self, column: impl Into<String>) -> Self {
        self.population = Some(column.into());
        self
    }

    /// The column of revenue per unit of the KPI.
    #[must_use]
    pub fn revenue_per_kpi(mut self, column: impl Into<String>) -> Self {
        self.revenue_per_kpi = Some(column.into());
        self
    }

    /// The column of weights: how much a row counts in the fit, 0 where its KPI is not to be looked
    /// at; spend in it works on all the same.
    #[must_use]
    pub fn weight(mut self, column: impl Into<String>) -> Self {
        self.weight = Some(column.into());
        self
    }

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
    /// name the row.
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

    /// The columns of numbers with what they may hold: KPI, spend and exposures of each channel,
    /// controls, then the optional ones.
    pub(super) fn numbers(&self) -> Vec<(&str, bool)> {
        let channels = self.channels.iter().flat_map(|(column, spend)| {
            [
                Some((column.as_str(), true)),
                spend.as_deref().map(|s| (s, true)),
            ]
        });
        let optional = [&self.population, &self.revenue_per_kpi, &self.weight]
            .into_iter()
            .map(|c| c.as_deref().map(|c| (c, true)));
        let organic = self.organic.iter().map(|c| Some((c.as_str(), true)));
        let reaches = self.reaches.iter().flat_map(ReachColumns::columns);
        let reaches = reaches.map(|column| Some((column, true)));
        let controls = self.controls.iter().map(|c| Some((c.as_str(), false)));
        [self.kpi.as_deref().map(|kpi| (kpi, false))]
            .into_iter()
            .chain(channels)
            .chain(organic)
            .chain(reaches)
            .chain(controls)
            .chain(optional)
            .flatten()
            .collect()
    }

    /// An error if a column has two roles.
    fn check_roles(&self) -> Result<()> {
        let numbers = self.numbers().into_iter().map(|(name, _)| name);
        let mut seen: Vec<&str> = vec![];
        for name in [self.date.as_str()]
            .into_iter()
            .chain(self.geo.as_deref())
            .chain(numbers)
            .chain(self.events.iter().map(String::as_str))
        {
            if seen.contains(&name) {
                return Err(Error::setting(
                    "column",
                    format!("{name:?} in two roles"),
                    "one role for each column",
                ));
            }
            seen.push(name);
        }
        Ok(())
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
        if self.weight.is_some() || absent.contains(&true) {
            let weights = self
                .weight
                .as_deref()
                .map_or_else(|| vec![1.0; rows.len()], &column);
            let weights = weights.iter().zip(absent);
            let weights = weights.map(|(weight, absent)| if *absent { 0.0 } else { *weight });
            panel = panel.with_weights(weights.collect())?;
        }
        Ok(panel)
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

fn with_events(mut panel: Panel, column: &str, labels: Vec<&str>) -> Result<Panel> {
    let mut names: Vec<&str> = labels
        .iter()
        .copied()
        .filter(|l| !matches!(l.to_ascii_lowercase().as_str(), "" | "na" | "none"))
        .collect();
    names.sort_unstable();
    names.dedup();
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
