//! When customers buy again.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::event::PersonKey;
use crate::kpi::customers::purchases::{CustomerPurchases, Purchases};
use crate::kpi::options::KpiOptions;
use crate::report::{Report, Section};
use crate::stats::{Distribution, Proportion, Spell, Survival};
use crate::time::TimeRange;
use crate::time::limits::DAY;
use crate::util::known_fields::read_settings;

/// How many customers bought again, and how long they took. Intervals still open when observation
/// ended count as such ([`Survival`]): leaving them out makes customers look faster than they are.
/// So do those of customers who bought before the range alone; of an interval that began before the
/// range only the part in it is watched ([`Spell::watched_from`]).
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::{Purchases, Repurchase};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for (person, day) in [("ann", 5), ("bob", 9), ("ann", 40)] {
///     log.push(Event::conversion(person, 1_767_225_600 + day * 86_400).with_value(20.0))?;
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let purchases = Purchases::new(&journeys)?;
/// let repurchase = Repurchase::new(&purchases, &KpiOptions::default());
/// assert_eq!((repurchase.population, repurchase.bought_again.count), (2, 1));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Repurchase {
    /// The range reported.
    pub window: TimeRange,
    /// Customers who bought in the range.
    pub population: u64,
    /// Share of them with two purchases or more by the end of the range.
    pub bought_again: Proportion,
    /// Days from a purchase to the customer's next one, open after the last: the intervals of all
    /// known customers that lie in the range, in part at least. Their intervals of confidence are by
    /// customer.
    pub days: Survival,
}

impl Repurchase {
    /// Repurchase of all customers.
    ///
    /// ```
    /// use mixtouch::kpi::KpiOptions;
    /// use mixtouch::kpi::customers::{Purchases, Repurchase};
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// for (person, day) in [("ann", 5), ("bob", 9), ("ann", 40)] {
    ///     log.push(Event::conversion(person, 1_767_225_600 + day * 86_400))?;
    /// }
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let repurchase = Repurchase::new(&Purchases::new(&journeys)?, &KpiOptions::default());
    /// assert_eq!(repurchase.bought_again.rate, Some(0.5));
    /// // three intervals, of which one ended: ann's later and bob's are open
    /// assert_eq!((repurchase.days.ended, repurchase.days.open), (1, 2));
    /// assert_eq!(repurchase.days.quantile(0.5), Some(35.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn new(purchases: &Purchases<'_>, options: &KpiOptions) -> Self {
        let level = options.level();
        let again = purchases
            .customers()
            .filter(|customer| customer.len() > 1)
            .count() as u64;
        let days = (0..).zip(purchases.known_customers());
        let days = days.flat_map(|(person, customer)| {
            spells(customer.times(), purchases).map(move |spell| (person, spell))
        });
        let population = purchases.len() as u64;
        let bought_again = Proportion::from_counts(again, population, level);
        Self {
            window: options.shown(purchases.window()),
            population,
            bought_again,
            days: Survival::by_person(days, "days", level),
        }
    }
}

/// The days between purchases that follow each other, and those since the last, as far as they lie
/// in the range reported.
fn spells(times: &[u32], purchases: &Purchases<'_>) -> impl Iterator<Item = Spell> {
    let (from, end) = (purchases.window().from(), purchases.observed_to());
    let next = times.iter().skip(1).map(|&time| Some(i64::from(time)));
    let intervals = times.iter().zip(next.chain([None]));
    intervals.filter_map(move |(&begun, next)| {
        let days = |to: i64| in_days((to - i64::from(begun)).max(0) as u32);
        let spell = match next {
            Some(next) if next < from => return None,
            Some(next) => Spell::ended(days(next)),
            None => Spell::open(days(end)),
        };
        Some(spell.watched_from(days(from)))
    })
}

impl Report for Repurchase {
    fn title(&self) -> String {
        let Self {
            window, population, ..
        } = self;
        format!("repurchase, {window}: {population} customers")
    }

    fn sections(&self) -> Vec<Section> {
        vec![Section::new().with_lines([
            format!("bought again {}", self.bought_again),
            format!("until the next purchase: {}", self.days),
        ])]
    }
}

impl fmt::Display for Repurchase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}

fn in_days(seconds: u32) -> f64 {
    f64::from(seconds) / f64::from(DAY)
}

/// Who is a regular buyer: by default three purchases or more, and intervals whose standard
/// deviation is at most half their mean.
///
/// ```
/// use mixtouch::kpi::customers::{Purchases, Regularity};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for (person, day) in [("ann", 0), ("ann", 10), ("ann", 20), ("bob", 50)] {
///     log.push(Event::conversion(person, 1_767_225_600 + day * 86_400))?;
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let purchases = Purchases::new(&journeys)?;
/// // four purchases or more: ann has three
/// assert_eq!(purchases.due(Regularity::new(4, 0.5)?).count(), 0);
/// assert_eq!(purchases.due(Regularity::default()).count(), 1);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Regularity {
    purchases: usize,
    variation: f64,
}

read_settings!(Regularity, RegularityFields);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegularityFields {
    purchases: usize,
    variation: f64,
}

impl TryFrom<RegularityFields> for Regularity {
    type Error = Error;

    fn try_from(f: RegularityFields) -> Result<Self> {
        Self::new(f.purchases, f.variation)
    }
}

impl Default for Regularity {
    fn default() -> Self {
        Self {
            purchases: 3,
            variation: 0.5,
        }
    }
}

impl Regularity {
    /// `purchases` or more, and intervals with at most this coefficient of variation (sample
    /// standard deviation / mean).
    ///
    /// # Errors
    /// If purchases are fewer than three, as one interval says nothing of regularity, or the
    /// variation is negative or not finite.
    pub fn new(purchases: usize, variation: f64) -> Result<Self> {
        if purchases < 3 {
            return Err(Error::setting(
                "purchases of a regular buyer",
                purchases,
                "3 or more",
            ));
        }
        if !(variation.is_finite() && variation >= 0.0) {
            return Err(Error::setting(
                "variation of a regular buyer's intervals",
                variation,
                "a finite number, 0 or more",
            ));
        }
        Ok(Self {
            purchases,
            variation,
        })
    }

    /// The buyer's cycle in seconds - the median interval - where the buyer is regular.
    fn cycle(&self, customer: &CustomerPurchases<'_>) -> Option<u32> {
        if customer.len() < self.purchases {
            return None;
        }
        let mut intervals: Vec<u32> = customer.intervals().collect();
        let count = intervals.len() as f64;
        let mean = intervals
            .iter()
            .map(|&interval| f64::from(interval))
            .sum::<f64>()
            / count;
        let squares: f64 = intervals
            .iter()
            .map(|&interval| (f64::from(interval) - mean) * (f64::from(interval) - mean))
            .sum();
        intervals.sort_unstable();
        let (low, high) = (
            intervals[(intervals.len() - 1) / 2],
            intervals[intervals.len() / 2],
        );
        ((squares / (count - 1.0)).sqrt() <= self.variation * mean)
            .then_some(low + (high - low) / 2)
    }
}

/// When a regular buyer's next purchase is due.
///
/// ```
/// use mixtouch::kpi::customers::{Purchases, Regularity};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for (person, day) in [("ann", 0), ("ann", 10), ("ann", 20), ("bob", 50)] {
///     log.push(Event::conversion(person, 1_767_225_600 + day * 86_400))?;
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let purchases = Purchases::new(&journeys)?;
/// let ann = purchases.due(Regularity::default()).next().expect("ann buys every ten days");
/// assert_eq!((ann.cycle, ann.due), (10 * 86_400, 1_767_225_600 + 30 * 86_400));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DuePurchase<'a> {
    /// The buyer's key.
    pub person: PersonKey<'a>,
    /// Cycle in seconds: the median of the buyer's intervals between purchases.
    pub cycle: u32,
    /// Time of the last purchase, in seconds since 1970-01-01 UTC.
    pub last: i64,
    /// Time at which the next purchase is due: one cycle after the last.
    pub due: i64,
}

/// How many buyers are regular, and how many of them have not come back when they were due.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::{InterpurchaseTimes, Purchases, Regularity};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for (person, day) in [("ann", 0), ("ann", 10), ("ann", 20), ("bob", 50)] {
///     log.push(Event::conversion(person, 1_767_225_600 + day * 86_400))?;
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let purchases = Purchases::new(&journeys)?;
/// let regularity = Regularity::default();
/// let times = InterpurchaseTimes::new(&purchases, regularity, &KpiOptions::default());
/// assert_eq!((times.regular.rate, times.days.quantile(0.5)), (Some(0.5), Some(10.0)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterpurchaseTimes {
    /// The range reported.
    pub window: TimeRange,
    /// All customers known at the end of the range, those who bought before it alone too.
    pub population: u64,
    /// Time at which purchases are due or overdue, in seconds since 1970-01-01 UTC.
    pub at: i64,
    /// Share of customers who buy regularly.
    pub regular: Proportion,
    /// Share of regular buyers whose next purchase was due before `at`.
    pub overdue: Proportion,
    /// Cycles of the regular buyers, in days.
    pub days: Distribution,
}

impl InterpurchaseTimes {
    /// The regular buyers at the end of the range.
    ///
    /// ```
    /// use mixtouch::kpi::KpiOptions;
    /// use mixtouch::kpi::customers::{InterpurchaseTimes, Purchases, Regularity};
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// for (person, day) in [("ann", 0), ("ann", 10), ("ann", 20), ("bob", 50)] {
    ///     log.push(Event::conversion(person, 1_767_225_600 + day * 86_400))?;
    /// }
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let purchases = Purchases::new(&journeys)?;
    /// let regularity = Regularity::default();
    /// let times = InterpurchaseTimes::new(&purchases, regularity, &KpiOptions::default());
    /// assert_eq!((times.regular.count, times.overdue.count), (1, 1));
    /// assert_eq!(times.days.mean.mean, Some(10.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn new(purchases: &Purchases<'_>, regularity: Regularity, options: &KpiOptions) -> Self {
        let level = options.level();
        let population = purchases.known_customers().len() as u64;
        let at = purchases.observed_to();
        let due: Vec<DuePurchase<'_>> = purchases.due(regularity).collect();
        let overdue = due.iter().filter(|buyer| buyer.due < at).count() as u64;
        Self {
            window: options.shown(purchases.window()),
            population,
            at,
            regular: Proportion::from_counts(due.len() as u64, population, level),
            overdue: Proportion::from_counts(overdue, due.len() as u64, level),
            days: Distribution::from_values(
                due.iter().map(|buyer| in_days(buyer.cycle)).collect(),
                "days",
                level,
            ),
        }
    }
}

impl Purchases<'_> {
    /// When each regular buyer's next purchase is due, of all known customers in their order.
    pub fn due(&self, regularity: Regularity) -> impl Iterator<Item = DuePurchase<'_>> {
        self.known_customers().filter_map(move |customer| {
            let (cycle, last) = (
                regularity.cycle(&customer)?,
                i64::from(*customer.times().last()?),
            );
            Some(DuePurchase {
                person: customer.person(),
                cycle,
                last,
                due: last + i64::from(cycle),
            })
        })
    }
}

impl Report for InterpurchaseTimes {
    fn title(&self) -> String {
        let Self {
            window, population, ..
        } = self;
        format!("regular buyers, {window}: of {population} customers")
    }

    fn sections(&self) -> Vec<Section> {
        vec![Section::new().with_lines([
            format!("regular {}", self.regular),
            format!("overdue {}", self.overdue),
            format!("cycle: {}", self.days),
        ])]
    }
}

impl fmt::Display for InterpurchaseTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
