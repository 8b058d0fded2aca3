//! Costs of channels by day.

use crate::error::{Error, Result};
use crate::time::limits::{DAY, LARGEST, second};
use crate::time::{Day, TimeRange, TimeZone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Costs by channel and day, for channels whose touches do not state them, such as TV.
///
/// Stored, it is a list of rows: channel, first second of the day, cost; read again, it takes further
/// days in UTC.
///
/// ```
/// let mut costs = mixtouch::CostTable::new();
/// costs.push("tv", "2026-01-05".parse()?, 12_000.0)?;
/// costs.push("tv", "2026-01-12".parse()?, 8_000.0)?;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<CostRow>", into = "Vec<CostRow>")]
pub struct CostTable {
    zone: TimeZone,
    rows: Vec<CostRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CostRow {
    channel: String,
    /// The day's first second.
    start: i64,
    cost: f64,
    /// Whether it was spent on touches that a log stated and that were left out since.
    #[serde(default)]
    of_touches: bool,
    /// What it was spent on below the channel, such as `google / cpc` and the campaign.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    levels: Vec<String>,
}

impl TryFrom<Vec<CostRow>> for CostTable {
    type Error = Error;

    fn try_from(rows: Vec<CostRow>) -> Result<Self> {
        rows.iter()
            .try_for_each(|row| check(&row.channel, row.cost))?;
        let zone = TimeZone::default();
        Ok(Self { zone, rows })
    }
}

impl From<CostTable> for Vec<CostRow> {
    fn from(table: CostTable) -> Self {
        table.rows
    }
}

/// Where the costs of a channel come from that states them both on touches and in a table.
///
/// ```
/// use mixtouch::event::CostSource;
/// use mixtouch::JourneyOptions;
///
/// // the ad platform's bill is right, its costs a click are estimates
/// let options = JourneyOptions::default().with_cost_source(CostSource::Table);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostSource {
    /// The costs on touches.
    Touches,
    /// The costs of the table.
    Table,
    /// Both, as they are different costs: their sum.
    Sum,
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
    /// If the channel is empty, or if the cost is not within 0 to 10^15. Blanks around the channel
    /// do not count.
    pub fn push(&mut self, channel: &str, day: Day, cost: f64) -> Result<()> {
        self.push_at(channel, &[], day, cost)
    }

    /// Adds the cost of a channel on a day, and what it was spent on at each level below the
    /// channel, such as its campaign: see [`CostTable::by_level`].
    ///
    /// # Errors
    /// If [`CostTable::push`] fails.
    pub fn push_at(&mut self, channel: &str, levels: &[&str], day: Day, cost: f64) -> Result<()> {
        let channel = channel.trim();
        check(channel, cost)?;
        self.rows.push(CostRow {
            channel: channel.to_owned(),
            start: self.zone.start_of(day)?,
            cost,
            of_touches: false,
            levels: levels.iter().map(|&level| level.to_owned()).collect(),
        });
        Ok(())
    }

    /// The costs of the days that begin in the period, by channel and the levels below it; a cost
    /// without levels stands under its channel alone.
    ///
    /// ```
    /// use mixtouch::CostTable;
    /// use mixtouch::time::TimeRange;
    ///
    /// let mut costs = CostTable::new();
    /// costs.push_at("search", &["brand"], "2026-01-05".parse()?, 120.0)?;
    /// costs.push_at("search", &["brand"], "2026-01-06".parse()?, 80.0)?;
    /// let brand = ["search".to_owned(), "brand".to_owned()];
    /// assert_eq!(costs.by_level(TimeRange::default())[brand.as_slice()], 200.0);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn by_level(&self, period: TimeRange) -> BTreeMap<Vec<String>, f64> {
        let mut costs = BTreeMap::new();
        for row in self.in_order(period) {
            let levels = row.levels.iter().cloned();
            let path = std::iter::once(row.channel.clone()).chain(levels).collect();
            *costs.entry(path).or_default() += row.cost;
        }
        costs
    }

    /// Adds what left out touches of a channel cost on a day in UTC, counted from 1970-01-01.
    pub(crate) fn add(&mut self, channel: &str, day: u32, cost: f64) {
        self.rows.push(CostRow {
            channel: channel.to_owned(),
            start: i64::from(day) * i64::from(DAY),
            cost,
            of_touches: true,
            levels: Vec::new(),
        });
    }

    /// Adds all costs of another table.
    pub fn append(&mut self, mut later: Self) {
        self.rows.append(&mut later.rows);
    }

    /// Writes all channels in small letters, as [`Events::fold_channels`](crate::Events) does.
    pub fn fold_channels(&mut self) {
        for row in &mut self.rows {
            row.channel = row.channel.to_lowercase();
        }
    }

    /// The channel of each row.
    pub fn channels(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|row| row.channel.as_str())
    }

    /// Cost by channel over the days that begin in the period; rows are summed in order of day and
    /// size, so that their order in the file does not matter.
    pub(crate) fn by_channel(&self, period: TimeRange) -> BTreeMap<&str, ChannelCosts> {
        let none = |channel| (channel, ChannelCosts::default());
        let mut costs: BTreeMap<&str, ChannelCosts> = self.channels().map(none).collect();
        for row in self.in_order(period) {
            let channel = costs.entry(&row.channel).or_default();
            if row.of_touches {
                channel.of_touches += row.cost;
            } else {
                channel.stated += row.cost;
            }
        }
        costs
    }

    /// The rows of the days that begin in the period, in order of channel, day and size.
    fn in_order(&self, period: TimeRange) -> Vec<&CostRow> {
        let inside = |start: i64| second(start).is_some_and(|start| period.includes(start));
        let mut rows: Vec<_> = self.rows.iter().filter(|row| inside(row.start)).collect();
        rows.sort_by(|a, b| {
            let places = a.channel.cmp(&b.channel).then(a.start.cmp(&b.start));
            places.then(a.cost.total_cmp(&b.cost))
        });
        rows
    }
}

/// What a channel cost.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ChannelCosts {
    /// By the rows of the table.
    pub(crate) stated: f64,
    /// On touches that were left out.
    pub(crate) of_touches: f64,
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
