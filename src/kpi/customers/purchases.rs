//! Purchases person by person.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use crate::channel::ChannelId;
use crate::error::{Error, Result};
use crate::event::PersonKey;
use crate::event::{Event, Kind};
use crate::journeys::Accumulator;
use crate::journeys::Journey;
use crate::journeys::arena::{Block, Journeys};
use crate::kpi::timelines::{PersonTimeline, PersonTimelines};
use crate::time::TimeRange;

/// The purchases of every customer, oldest first: the conversions of [`Journeys`], those of one
/// second as one purchase.
///
/// Customers are the persons with a purchase in the period; they stand in the journeys' fixed
/// order. Journeys should reach back to the log's beginning: of customers who bought before their
/// period the first purchase, and so cohort and acquisition, is unknown. In memory: 24 bytes a
/// purchase, 16 a customer.
///
/// ```
/// use mixtouch::kpi::customers::Purchases;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_225_800).with_value(50.0))?;
/// log.push(Event::conversion("ann", 1_769_904_000).with_value(30.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let purchases = Purchases::of(&journeys)?;
/// let ann = purchases.customers().next().unwrap();
/// assert_eq!((ann.len(), ann.value(), ann.first_channel()), (2, 80.0, Some("social")));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Purchases<'a> {
    journeys: &'a Journeys,
    window: TimeRange,
    columns: Columns,
    unmatched_returns: u64,
}

/// Columns by customer and by purchase.
#[derive(Debug, Clone, Default)]
struct Columns {
    persons: Vec<u32>,
    /// Where each customer's purchases end.
    ends: Vec<usize>,
    /// The first and the last touch of the first purchase's journey.
    acquired: Vec<[ChannelId; 2]>,
    times: Vec<u32>,
    values: Vec<f64>,
    margins: Vec<f64>,
    conversions: f64,
}

impl<'a> Purchases<'a> {
    /// Those of the journeys' period.
    ///
    /// # Errors
    /// Journeys without persons and times, as those of a path table, or without any touch or
    /// conversion; 2^32 persons or more.
    pub fn of(journeys: &'a Journeys) -> Result<Self> {
        let window = journeys.observed_range()?;
        let persons = journeys.converting_persons();
        u32::try_from(persons)
            .map_err(|_| Error::setting("customers", persons, "fewer than 2^32"))?;
        let gathered = journeys.accumulate_converting(|| Gathering {
            journeys,
            columns: Columns::default(),
        })?;
        Ok(Self {
            journeys,
            window,
            columns: gathered.columns,
            unmatched_returns: 0,
        })
    }

    /// Every purchase with this share of its value as margin, where [`Purchases::with_margins`]
    /// says nothing else.
    ///
    /// # Errors
    /// A share outside 0 to 1.
    pub fn with_margin(mut self, share: f64) -> Result<Self> {
        if !(0.0..=1.0).contains(&share) {
            return Err(Error::setting("margin", share, "0 to 1"));
        }
        self.columns.margins = self
            .columns
            .values
            .iter()
            .map(|value| share * value)
            .collect();
        Ok(self)
    }

    /// Margins from a text column of the log's conversions: an amount for each row, empty where it
    /// is the general share of the value. A purchase's margin is that of all conversions of its
    /// person and second. Comes before [`Purchases::with_returns`], which takes off in proportion.
    ///
    /// # Errors
    /// A log without that column; a text in it that is no finite number.
    pub fn with_margins(mut self, log: &PersonTimelines<'_>, column: &str) -> Result<Self> {
        log.check_column(Some(column))?;
        let mut found = Vec::new();
        self.each_known(log, |history, first, columns| {
            for (row, event) in history
                .rows()
                .zip(history.events())
                .filter(|(_, event)| event.kind() == Kind::Conversion)
            {
                let text = history.text(row, column).unwrap_or("");
                if let Some(purchase) = columns
                    .find(first.clone(), event.time())
                    .filter(|_| !text.is_empty())
                {
                    found.push((purchase, row, text, event.value()));
                }
            }
        });
        let read = |(purchase, row, text, value): (usize, usize, &str, f64)| {
            let margin = text.parse().ok().filter(|margin: &f64| margin.is_finite());
            let margin = margin.ok_or_else(|| {
                Error::field(row as u64 + 1, column, text, "a finite number, or nothing")
            })?;
            Ok((purchase, margin, value))
        };
        let found = found.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        for (purchase, margin, value) in found {
            let share = share(
                self.columns.margins[purchase],
                self.columns.values[purchase],
            );
            self.columns.margins[purchase] += margin - share * value;
        }
        Ok(self)
    }

    /// Takes the refunds of a log that keeps returns off the purchases. A return belongs to the
    /// purchase of its `order_id`, or else to the person's latest purchase up to it; margins shrink
    /// in proportion. What was sent back stays a purchase: the customer was there. A refund above
    /// the purchase's value leaves a negative one. Returns behind the end of the journeys' period
    /// are left out.
    #[must_use]
    pub fn with_returns(mut self, log: &PersonTimelines<'_>) -> Self {
        let (mut refunds, mut matched) = (Vec::new(), 0);
        let end = self.journeys.observation().to.map_or(i64::MAX, i64::from);
        let is_return = |event: &Event<'_>| event.time() < end;
        self.each_known(log, |history, first, columns| {
            let mut orders = None;
            for event in history.of_kind(Kind::Return).filter(is_return) {
                let sold = event.order_id().and_then(|order| {
                    orders
                        .get_or_insert_with(|| order_times(&history))
                        .get(order)
                        .copied()
                });
                let purchase = sold.and_then(|time| columns.find(first.clone(), time));
                if let Some(purchase) =
                    purchase.or_else(|| columns.latest(first.clone(), event.time()))
                {
                    refunds.push((purchase, event.value().abs()));
                    matched += 1;
                }
            }
        });
        self.unmatched_returns =
            log.of_kind(Kind::Return).filter(is_return).count() as u64 - matched;
        for (purchase, refund) in refunds {
            let share = share(
                self.columns.margins[purchase],
                self.columns.values[purchase],
            );
            self.columns.values[purchase] -= refund;
            self.columns.margins[purchase] -= share * refund;
        }
        self
    }

    /// Calls `visit` with the rows and the purchases of every customer the log knows. PersonTimelines
    /// stand in the order of ranks, customers in that of the arena, which is another one.
    fn each_known<'h>(
        &self,
        log: &'h PersonTimelines<'_>,
        mut visit: impl FnMut(PersonTimeline<'h>, Range<usize>, &Columns),
    ) {
        let rank = |customer: usize| {
            self.journeys
                .person_rank(self.columns.persons[customer] as usize)
        };
        let mut customers: Vec<usize> = (0..self.len()).collect();
        customers.par_sort_unstable_by_key(|&customer| rank(customer));
        let mut ranked = customers.into_iter().peekable();
        for history in log.iter() {
            let sought = Some((log.rank(&history), history.person()));
            while ranked
                .next_if(|&customer| rank(customer) < sought)
                .is_some()
            {}
            if let Some(customer) = ranked.next_if(|&customer| rank(customer) == sought) {
                visit(history, self.columns.range(customer), &self.columns);
            }
        }
    }

    /// The time reported.
    pub fn window(&self) -> TimeRange {
        self.window
    }

    /// How many customers there are.
    pub fn len(&self) -> usize {
        self.columns.persons.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All conversions, as attribution counts them: several of one second are one purchase.
    pub fn conversions(&self) -> f64 {
        self.columns.conversions
    }

    /// Returns of persons without a purchase to take them off.
    pub fn unmatched_returns(&self) -> u64 {
        self.unmatched_returns
    }

    /// The customers in order.
    pub fn customers(&self) -> impl ExactSizeIterator<Item = CustomerPurchases<'_>> {
        (0..self.len()).map(|at| self.customer(at))
    }

    pub(crate) fn customer(&self, at: usize) -> CustomerPurchases<'_> {
        let range = self.columns.range(at);
        CustomerPurchases {
            journeys: self.journeys,
            person: self.columns.persons[at] as usize,
            acquired: self.columns.acquired[at],
            times: &self.columns.times[range.clone()],
            values: &self.columns.values[range.clone()],
            margins: &self.columns.margins[range],
        }
    }
}

/// The second of each order of a person; the first one's where rows repeat it.
fn order_times<'h>(history: &PersonTimeline<'h>) -> BTreeMap<&'h str, i64> {
    let mut times = BTreeMap::new();
    for sale in history.of_kind(Kind::Conversion) {
        if let Some(order) = sale.order_id() {
            times.entry(order).or_insert(sale.time());
        }
    }
    times
}

/// The share of a value that is margin; all of it where there is none.
fn share(margin: f64, value: f64) -> f64 {
    if value != 0.0 { margin / value } else { 1.0 }
}

impl Columns {
    fn range(&self, customer: usize) -> Range<usize> {
        let start = if customer == 0 {
            0
        } else {
            self.ends[customer - 1]
        };
        start..self.ends[customer]
    }

    /// The purchase of that second.
    fn find(&self, range: Range<usize>, time: i64) -> Option<usize> {
        self.latest(range, time)
            .filter(|&at| i64::from(self.times[at]) == time)
    }

    /// The last purchase up to that second.
    fn latest(&self, range: Range<usize>, time: i64) -> Option<usize> {
        self.times[range.clone()]
            .partition_point(|&other| i64::from(other) <= time)
            .checked_sub(1)
            .map(|at| range.start + at)
    }
}

/// One customer's purchases, oldest first.
#[derive(Debug, Clone, Copy)]
pub struct CustomerPurchases<'a> {
    journeys: &'a Journeys,
    person: usize,
    acquired: [ChannelId; 2],
    times: &'a [u32],
    values: &'a [f64],
    margins: &'a [f64],
}

impl<'a> CustomerPurchases<'a> {
    /// Who it is.
    pub fn person(&self) -> PersonKey<'a> {
        self.journeys
            .person_key(self.person)
            .expect("a customer is a person of the journeys")
    }

    /// How many purchases.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there is none; customers have one at least.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The second of each purchase.
    pub fn times(&self) -> &'a [u32] {
        self.times
    }

    /// What each was worth, less refunds.
    pub fn values(&self) -> &'a [f64] {
        self.values
    }

    /// The margin of each, less refunds.
    pub fn margins(&self) -> &'a [f64] {
        self.margins
    }

    /// What they were worth in all, less refunds.
    pub fn value(&self) -> f64 {
        self.values.iter().sum()
    }

    /// The margin of all, less refunds.
    pub fn margin(&self) -> f64 {
        self.margins.iter().sum()
    }

    /// Whether the first purchase is the first ever: none came before the journeys' period.
    pub fn is_new(&self) -> bool {
        !self.journeys.bought_before(self.person)
    }

    /// The channel of the first touch on the way to the first purchase ever; none where no touch
    /// led to it, or it is unknown.
    pub fn first_channel(&self) -> Option<&'a str> {
        self.channel(0)
    }

    /// The channel of the last touch before the first purchase ever.
    pub fn last_channel(&self) -> Option<&'a str> {
        self.channel(1)
    }

    fn channel(&self, end: usize) -> Option<&'a str> {
        let channel = self.acquired[end];
        (channel != ChannelId::NONE && self.is_new())
            .then(|| self.journeys.channels().name(channel))
    }

    /// The segment of the person's first row, where the journeys were told apart by segment.
    pub fn segment(&self) -> Option<&'a str> {
        self.journeys.person_segment(self.person)
    }

    /// Seconds between purchases that follow each other.
    pub fn intervals(&self) -> impl ExactSizeIterator<Item = u32> + use<'a> {
        self.times.windows(2).map(|pair| pair[1] - pair[0])
    }

    /// Whether a purchase lies in `from <= t < to`.
    pub(crate) fn bought(&self, from: i64, to: i64) -> bool {
        let before = |end: i64| self.times.partition_point(|&time| i64::from(time) < end);
        before(from) < before(to)
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
