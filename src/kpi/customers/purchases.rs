//! Purchases person by person.

use std::ops::Range;

use crate::channel::ChannelId;
use crate::error::{Error, Result};
use crate::event::PersonKey;
use crate::journeys::Accumulator;
use crate::journeys::Journey;
use crate::journeys::arena::{Block, Journeys};
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
/// let purchases = Purchases::new(&journeys)?;
/// let ann = purchases.customers().next().unwrap();
/// assert_eq!((ann.len(), ann.value(), ann.first_channel()), (2, 80.0, Some("social")));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Purchases<'a> {
    pub(crate) journeys: &'a Journeys,
    window: TimeRange,
    pub(crate) columns: Columns,
    pub(crate) unmatched_returns: u64,
}

/// Columns by customer and by purchase.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns {
    pub(crate) persons: Vec<u32>,
    /// Where each customer's purchases end.
    ends: Vec<usize>,
    /// The first and the last touch of the first purchase's journey.
    acquired: Vec<[ChannelId; 2]>,
    pub(crate) times: Vec<u32>,
    pub(crate) values: Vec<f64>,
    pub(crate) margins: Vec<f64>,
    conversions: f64,
}

impl<'a> Purchases<'a> {
    /// The purchases of the journeys' period.
    ///
    /// # Errors
    /// If journeys have no persons and times, like those of a path table, no touch and no
    /// conversion, or 2^32 persons or more.
    pub fn new(journeys: &'a Journeys) -> Result<Self> {
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

    /// Sets the share of value that is margin, 0 to 1, for purchases without a margin of their own
    /// ([`Purchases::with_margins`]).
    ///
    /// # Errors
    /// If the share is not 0 to 1.
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

    /// The range reported.
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

    /// All conversions, as attribution counts them. Several in one second are one purchase.
    pub fn conversions(&self) -> f64 {
        self.columns.conversions
    }

    /// Returns of persons without an earlier purchase; no value is reduced by them.
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

impl Columns {
    pub(crate) fn range(&self, customer: usize) -> Range<usize> {
        let start = if customer == 0 {
            0
        } else {
            self.ends[customer - 1]
        };
        start..self.ends[customer]
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

/// One customer's purchases, oldest first.
///
/// ```
/// use mixtouch::kpi::customers::Purchases;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for (person, day) in [("ann", 5), ("bob", 9), ("ann", 40)] {
///     log.push(Event::conversion(person, 1_767_225_600 + day * 86_400).with_value(20.0))?;
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let purchases = Purchases::new(&journeys)?;
/// let ann = purchases.customers().find(|customer| customer.len() == 2).expect("ann came back");
/// assert_eq!((ann.value(), ann.is_new()), (40.0, true));
/// assert_eq!(ann.intervals().collect::<Vec<_>>(), [35 * 86_400]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
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
    /// The customer's key.
    pub fn person(&self) -> PersonKey<'a> {
        self.journeys
            .person_key(self.person)
            .expect("a customer is a person of the journeys")
    }

    /// Number of purchases, 1 or more.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there is no purchase; always false, as customers have one at least.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Time of each purchase, in seconds since 1970-01-01 UTC.
    pub fn times(&self) -> &'a [u32] {
        self.times
    }

    /// Value of each purchase, less refunds.
    pub fn values(&self) -> &'a [f64] {
        self.values
    }

    /// Margin of each purchase, less refunds.
    pub fn margins(&self) -> &'a [f64] {
        self.margins
    }

    /// Value of all purchases, less refunds.
    pub fn value(&self) -> f64 {
        self.values.iter().sum()
    }

    /// Margin of all purchases, less refunds.
    pub fn margin(&self) -> f64 {
        self.margins.iter().sum()
    }

    /// Whether the first purchase is the first ever: none came before the journeys' period.
    pub fn is_new(&self) -> bool {
        !self.journeys.bought_before(self.person)
    }

    /// The channel of the first touch before the first purchase ever; none if no touch led to it or
    /// the first purchase is unknown.
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

    /// The segment of the person's first row, where journeys are cut by segment.
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
