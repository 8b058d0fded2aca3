//! Purchases person by person.

use crate::channel::ChannelId;
use crate::error::{Error, Result};
use crate::event::PersonKey;
use crate::journeys::arena::Journeys;
use crate::kpi::customers::purchase_columns::Columns;
use crate::time::{TimeRange, TimeZone};

/// The purchases of every customer, oldest first: the conversions of [`Journeys`], those of one
/// second as one purchase.
///
/// Customers are the persons with a purchase in the range reported; they stand in the journeys'
/// fixed order. Of customers who bought before the journeys' own period the first purchase, and so
/// cohort and acquisition, is unknown: make journeys without a first day, and state the range
/// reported by [`Purchases::within`]. In memory: 24 bytes a purchase, 20 a customer.
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
    /// The second at which observation ends, itself not included.
    end: i64,
    /// By number in the columns, the customers who bought in the window.
    reported: Vec<u32>,
    pub(crate) columns: Columns,
    pub(crate) unmatched_returns: u64,
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
        let columns = Columns::gathered(journeys)?;
        Ok(Self {
            journeys,
            window,
            end: window.to(),
            reported: (0..columns.persons.len() as u32).collect(),
            columns,
            unmatched_returns: 0,
        })
    }

    /// Reports customers who bought in this range, each with all purchases up to its end: those
    /// before it are history. Purchases after it are left out, so that observation ends with it, or
    /// with the journeys if they end earlier. Call it before [`Purchases::with_returns`].
    ///
    /// ```
    /// use mixtouch::kpi::customers::Purchases;
    /// use mixtouch::time::TimeRange;
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// for (person, day) in [("ann", -12), ("ann", 9), ("bob", -5), ("ann", 40)] {
    ///     log.push(Event::conversion(person, 1_767_225_600 + day * 86_400))?;
    /// }
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let january = TimeRange::new(1_767_225_600, 1_769_904_000)?;
    /// let purchases = Purchases::new(&journeys)?.within(january);
    /// // ann bought in January, for the second time
    /// assert_eq!(purchases.customers().map(|customer| customer.len()).collect::<Vec<_>>(), [2]);
    /// assert_eq!(purchases.known_customers().len(), 2);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn within(mut self, window: TimeRange) -> Self {
        self.end = self.end.min(window.to());
        self.window = window;
        self.columns.forget_from(self.end);
        let bought = |&at: &u32| {
            let times = &self.columns.times[self.columns.range(at as usize)];
            times
                .last()
                .is_some_and(|&last| i64::from(last) >= window.from())
        };
        self.reported = (0..self.columns.persons.len() as u32)
            .filter(bought)
            .collect();
        self
    }

    /// Makes all purchases of a customer on one day of the time zone one purchase, at the time of
    /// the first. Call it last: margins and returns belong to purchases of one second.
    ///
    /// ```
    /// use mixtouch::kpi::customers::Purchases;
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys, TimeZone};
    ///
    /// let mut log = Events::new();
    /// for (minute, value) in [(0, 100.0), (10, 5.0)] {
    ///     log.push(Event::conversion("ann", 1_767_225_600 + minute * 60).with_value(value))?;
    /// }
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let purchases = Purchases::new(&journeys)?.by_day(&TimeZone::utc());
    /// let ann = purchases.customers().next().unwrap();
    /// assert_eq!((ann.len(), ann.value()), (1, 105.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn by_day(mut self, zone: &TimeZone) -> Self {
        self.columns = self.columns.by_day(zone);
        self
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

    /// The second at which observation ends, itself not included: what lies behind it is unknown.
    pub fn observed_to(&self) -> i64 {
        self.end
    }

    /// How many customers there are.
    pub fn len(&self) -> usize {
        self.reported.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All conversions of the journeys, as attribution counts them. Several in one second are one
    /// purchase.
    pub fn conversions(&self) -> f64 {
        self.columns.conversions
    }

    /// Returns of persons without an earlier purchase; no value is reduced by them.
    pub fn unmatched_returns(&self) -> u64 {
        self.unmatched_returns
    }

    /// The customers in order.
    pub fn customers(&self) -> impl ExactSizeIterator<Item = CustomerPurchases<'_>> {
        self.reported.iter().map(|&at| self.customer(at as usize))
    }

    /// The customers in order, and among them those who bought before the range reported alone.
    pub fn known_customers(&self) -> impl ExactSizeIterator<Item = CustomerPurchases<'_>> {
        (0..self.columns.persons.len()).map(|at| self.customer(at))
    }

    /// A known customer by number.
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

    /// Whether the first purchase is the first ever: none came before the journeys' own period.
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
