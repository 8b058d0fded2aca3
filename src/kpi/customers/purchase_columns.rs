//! Purchases as columns, in the order of customers.

use std::ops::Range;

use crate::channel::ChannelId;
use crate::error::Result;
use crate::journeys::arena::{Block, Journeys};
use crate::journeys::{Accumulator, Journey};
use crate::time::TimeZone;

/// Columns by customer and by purchase.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns {
    pub(crate) persons: Vec<u32>,
    /// Where each customer's purchases end.
    pub(crate) ends: Vec<usize>,
    /// The first and the last touch of the first purchase's journey.
    pub(crate) acquired: Vec<[ChannelId; 2]>,
    pub(crate) times: Vec<u32>,
    pub(crate) values: Vec<f64>,
    pub(crate) margins: Vec<f64>,
    pub(crate) conversions: f64,
}

impl Columns {
    /// The conversions of journeys, those of one second as one purchase.
    pub(crate) fn gathered(journeys: &Journeys) -> Result<Self> {
        let gathered = journeys.accumulate_converting(|| Gathering {
            journeys,
            columns: Self::default(),
        })?;
        Ok(gathered.columns)
    }

    pub(crate) fn range(&self, customer: usize) -> Range<usize> {
        let start = if customer == 0 {
            0
        } else {
            self.ends[customer - 1]
        };
        start..self.ends[customer]
    }

    /// Leaves out purchases from a second on, and customers without any before it.
    pub(crate) fn forget_from(&mut self, end: i64) {
        let mut kept = Self {
            conversions: self.conversions,
            ..Self::default()
        };
        for customer in 0..self.persons.len() {
            let range = self.range(customer);
            let times = &self.times[range.clone()];
            let count = times.partition_point(|&time| i64::from(time) < end);
            if count > 0 {
                let bought = range.start..range.start + count;
                kept.times.extend_from_slice(&self.times[bought.clone()]);
                kept.values.extend_from_slice(&self.values[bought.clone()]);
                kept.margins.extend_from_slice(&self.margins[bought]);
                kept.close_customer(self, customer);
            }
        }
        *self = kept;
    }

    /// Purchases of one local day as one.
    pub(crate) fn by_day(&self, zone: &TimeZone) -> Self {
        let mut merged = Self {
            conversions: self.conversions,
            ..Self::default()
        };
        for customer in 0..self.persons.len() {
            let mut day = None;
            for at in self.range(customer) {
                let today = zone.day_of(i64::from(self.times[at])).ok();
                let last = merged.times.len().wrapping_sub(1);
                if day.is_some() && day == Some(today) {
                    merged.values[last] += self.values[at];
                    merged.margins[last] += self.margins[at];
                } else {
                    day = Some(today);
                    merged.times.push(self.times[at]);
                    merged.values.push(self.values[at]);
                    merged.margins.push(self.margins[at]);
                }
            }
            merged.close_customer(self, customer);
        }
        merged
    }

    /// Ends the purchases of a customer of other columns.
    fn close_customer(&mut self, of: &Self, customer: usize) {
        self.persons.push(of.persons[customer]);
        self.acquired.push(of.acquired[customer]);
        self.ends.push(self.times.len());
    }

    /// The purchase of that second.
    pub(crate) fn find(&self, range: Range<usize>, time: i64) -> Option<usize> {
        self.latest(range, time)
            .filter(|&at| i64::from(self.times[at]) == time)
    }

    /// The last purchase up to that second.
    pub(crate) fn latest(&self, range: Range<usize>, time: i64) -> Option<usize> {
        self.times[range.clone()]
            .partition_point(|&other| i64::from(other) <= time)
            .checked_sub(1)
            .map(|at| range.start + at)
    }
}

/// Purchases on their way into columns, in the order of persons.
struct Gathering<'a> {
    journeys: &'a Journeys,
    columns: Columns,
}

impl Accumulator for Gathering<'_> {
    fn observe(&mut self, _: Journey<'_>) {}

    fn observe_block(&mut self, block: Block<'_>) {
        for person in block
            .people()
            .take_while(|person| person.number() < self.journeys.converting_persons())
        {
            let before = self.columns.times.len();
            for (_, journey) in person
                .journeys()
                .filter(|(_, journey)| journey.outcome().conversions() > 0.0)
            {
                if self.columns.times.len() == before {
                    let end =
                        |channel: Option<&ChannelId>| channel.copied().unwrap_or(ChannelId::NONE);
                    self.columns.acquired.push([
                        end(journey.channels().first()),
                        end(journey.channels().last()),
                    ]);
                }
                self.columns.times.push(journey.close());
                self.columns.values.push(journey.outcome().value());
                self.columns.margins.push(journey.outcome().value());
                self.columns.conversions += journey.outcome().conversions();
            }
            if self.columns.times.len() > before {
                self.columns.persons.push(person.number() as u32);
                self.columns.ends.push(self.columns.times.len());
            }
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        let (columns, later) = (&mut self.columns, later.columns);
        let base = columns.times.len();
        columns.persons.extend(later.persons);
        columns.ends.extend(later.ends.iter().map(|end| base + end));
        columns.acquired.extend(later.acquired);
        columns.times.extend(later.times);
        columns.values.extend(later.values);
        columns.margins.extend(later.margins);
        columns.conversions += later.conversions;
        Ok(())
    }
}
