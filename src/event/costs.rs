//! Costs of channels by day.

use crate::error::{Error, Result};
use crate::time::limits::{DAY, LARGEST, second};
use crate::time::{Day, TimeRange, TimeZone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Costs by channel and day, for channels whose touches do not state them, such as TV.
///
/// Stored, it is a list of channel, first second of the day and cost; read again, it takes further
/// days in UTC.
///
/// ```
/// let mut costs = mixtouch::CostTable::new();
/// costs.push("tv", "2026-01-05".parse()?, 12_000.0)?;
/// costs.push("tv", "2026-01-12".parse()?, 8_000.0)?;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Row>", into = "Vec<Row>")]
pub struct CostTable {
    zone: TimeZone,
    rows: Vec<Row>,
}

/// Channel, the day's first second, cost.
type Row = (String, i64, f64);

impl TryFrom<Vec<Row>> for CostTable {
    type Error = Error;

    fn try_from(rows: Vec<Row>) -> Result<Self> {
        rows.iter()
            .try_for_each(|(channel, _, cost)| check(channel, *cost))?;
        let zone = TimeZone::default();
        Ok(Self { zone, rows })
    }
}

impl From<CostTable> for Vec<Row> {
    fn from(table: CostTable) -> Self {
        table.rows
    }
}

impl CostTable {
    /// An empty table whose days are in UTC.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty table whose days are in a time zone.
    #[must_use]
    pub fn in_zone(zone: TimeZone) -> Self {
        Self {
            zone,
            rows: Vec::new(),
        }
    }

    /// Adds the cost of a channel on a day, in the log's currency.
    ///
    /// # Errors
    /// If the channel is empty, or if the cost is not within 0 to 10^15.
    pub fn push(&mut self, channel: &str, day: Day, cost: f64) -> Result<()> {
        check(channel, cost)?;
        self.rows
            .push((channel.to_owned(), self.zone.start_of(day)?, cost));
        Ok(())
    }

    /// Adds the cost of a channel on a day in UTC, the day counted from 1970-01-01.
    pub(crate) fn add(&mut self, channel: &str, day: u32, cost: f64) {
        let start = i64::from(day) * i64::from(DAY);
        self.rows.push((channel.to_owned(), start, cost));
    }

    /// Adds all costs of another table.
    pub fn append(&mut self, mut later: Self) {
        self.rows.append(&mut later.rows);
    }

    /// The channel of each row.
    pub fn channels(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|(channel, _, _)| channel.as_str())
    }

    /// Cost by channel over the days that begin in the period; rows are summed in order of day and
    /// size, so that their order in the file does not matter.
    pub(crate) fn by_channel(&self, period: TimeRange) -> BTreeMap<&str, f64> {
        let inside = |start: i64| second(start).is_some_and(|start| period.includes(start));
        let mut rows: Vec<_> = self.rows.iter().filter(|row| inside(row.1)).collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2)));
        let mut costs: BTreeMap<&str, f64> =
            self.channels().map(|channel| (channel, 0.0)).collect();
        for (channel, _, cost) in rows {
            *costs.entry(channel).or_default() += cost;
        }
        costs
    }
}

fn check(channel: &str, cost: f64) -> Result<()> {
    if channel.is_empty() {
        return Err(Error::setting("channel", "empty", "any text"));
    }
    if !(0.0..=LARGEST).contains(&cost) {
        return Err(Error::setting("cost", cost, format!("0 to {LARGEST}")));
    }
    Ok(())
}
