//! Who stays a customer.

use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::kpi::customers::purchases::Purchases;
use crate::kpi::options::KpiOptions;
use crate::privacy::{Group, MinimumGroup, SmallGroups};
use crate::report::{Cell, Report, Section, Table};
use crate::stats::{ConfidenceLevel, Proportion};
use crate::time::TimeRange;
use crate::time::limits::DAY;

/// Customers, retention and churn period by period.
///
/// A customer is active for a stated time after each purchase. Retention = customers active at a
/// period's start and at its end / customers active at its start; churn = 1 - retention. Of a
/// period that is not over when observation ends, neither is known.
///
/// Where a period is shorter than that time, its end looks back into the days before it: who bought
/// then is active at both ends without buying again. With 31 days February keeps more than March.
/// Compare periods of equal length, or let customers be active for no longer than the shortest: 28
/// days for months.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::{Purchases, Retention};
/// use mixtouch::time::Periods;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys, TimeZone};
///
/// let mut log = Events::new();
/// for (person, day) in [("ann", 5), ("bob", 9), ("ann", 40)] {
///     log.push(Event::conversion(person, 1_767_225_600 + day * 86_400).with_value(20.0))?;
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let months = Periods::months("2026-01-01".parse()?, 2, 1, &TimeZone::utc())?;
/// let options = KpiOptions::default().with_periods(months);
/// let retention = Retention::new(&Purchases::new(&journeys)?, 30.0, &options)?;
/// assert_eq!((retention.population, retention.periods.len()), (2, 2));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Retention {
    /// From the first period's start to the last one's end.
    pub window: TimeRange,
    /// All customers known at the end of the range, those who bought before it too.
    pub population: u64,
    /// How long after a purchase a customer counts as active, in seconds.
    pub active_seconds: u32,
    /// The periods, oldest first.
    pub periods: Vec<RetentionPeriod>,
}

/// The retention of one period.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::{Purchases, Retention};
/// use mixtouch::time::Periods;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys, TimeZone};
///
/// let mut log = Events::new();
/// for (person, day) in [("ann", 5), ("bob", 9), ("ann", 40)] {
///     log.push(Event::conversion(person, 1_767_225_600 + day * 86_400).with_value(20.0))?;
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let months = Periods::months("2026-01-01".parse()?, 2, 1, &TimeZone::utc())?;
/// let options = KpiOptions::default().with_periods(months);
/// let retention = Retention::new(&Purchases::new(&journeys)?, 30.0, &options)?;
/// let february = &retention.periods[1];
/// assert_eq!((february.name.as_str(), february.buyers, february.over), ("2026-02", Some(1), false));
/// assert_eq!(february.churn.rate, None, "the log ends on the 10th");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetentionPeriod {
    /// The period's name, such as `2026-01`.
    pub name: String,
    /// The period.
    pub window: TimeRange,
    /// Whether the period was over when observation ended.
    pub over: bool,
    /// Customers who bought in it, so far if it is not over; none if it had not begun.
    pub buyers: Option<u64>,
    /// Customers whose first purchase ever lies in it; as far as buyers.
    pub new_customers: Option<u64>,
    /// Customers active at its end; none unless it is over.
    pub customers: Option<u64>,
    /// Customers who had bought before, were not active at its start, and are active at its end;
    /// none unless it is over, or where those who stayed, left or returned are too few to be shown.
    pub returned: Option<u64>,
    /// Share of the customers active at its start who are active at its end; no rate unless it is
    /// over.
    pub retention: Proportion,
    /// Share of the customers active at its start who are no longer active at its end; no rate
    /// unless it is over.
    pub churn: Proportion,
}

impl Retention {
    /// Retention of all customers in the options' periods; without periods in the whole range.
    /// `active_days` is how long after a purchase a customer counts as active.
    ///
    /// ```
    /// use mixtouch::kpi::KpiOptions;
    /// use mixtouch::kpi::customers::{Purchases, Retention};
    /// use mixtouch::time::Periods;
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys, TimeZone};
    ///
    /// let mut log = Events::new();
    /// for (person, day) in [("ann", 5), ("bob", 15), ("ann", 50)] {
    ///     log.push(Event::conversion(person, 1_767_225_600 + day * 86_400))?;
    /// }
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let periods = Periods::days("2026-01-01".parse()?, 4, 20, &TimeZone::utc())?;
    /// let options = KpiOptions::default().with_periods(periods);
    /// let retention = Retention::new(&Purchases::new(&journeys)?, 30.0, &options)?;
    /// let rates: Vec<_> = retention.periods.iter().map(|one| one.retention.rate).collect();
    /// // bob stays active to day 45, ann to 35; the third period is not over, the last not begun
    /// assert_eq!(rates, [None, Some(0.5), None, None]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If customers are active for less than a second or more than 2^32 seconds.
    pub fn new(purchases: &Purchases<'_>, active_days: f64, options: &KpiOptions) -> Result<Self> {
        let seconds = active_days * f64::from(DAY);
        if !(seconds >= 1.0 && seconds <= f64::from(u32::MAX)) {
            return Err(Error::setting(
                "days of activity",
                active_days,
                "a second to 49710 days",
            ));
        }
        let periods = options.periods_or(purchases.window())?;
        let active = i64::from(seconds as u32);
        let period = |window: TimeRange| {
            let counted = RetentionPeriod::new(purchases, window, active, options.level());
            counted.known_at(purchases.observed_to())
        };
        let retention = Self {
            window: periods.range(),
            population: purchases.known_customers().len() as u64,
            active_seconds: seconds as u32,
            periods: periods.ranges().map(period).collect(),
        };
        Ok(retention.protected(options.minimum()))
    }

    /// Leaves out periods with too few customers, buyers, new or active ones, and returns of too few.
    fn protected(self, minimum: &MinimumGroup) -> Self {
        let rule = minimum.with_small(SmallGroups::Suppress);
        let named = self.periods.into_iter().map(|row| (row.name.clone(), row));
        let groups = rule.apply(named).groups.into_iter();
        Self {
            periods: groups.map(|(_, row)| row.without_small(minimum)).collect(),
            ..self
        }
    }
}

impl Group for RetentionPeriod {
    /// Of the counts that are not 0 the smallest, as each is of a group of its own.
    fn persons(&self) -> u64 {
        let counts = [self.buyers, self.new_customers, self.customers];
        let somebody = counts.into_iter().flatten().filter(|&count| count > 0);
        somebody.min().unwrap_or(0)
    }

    /// Customers may be the same in all periods, but are new in one: new ones add up to what the
    /// whole tells.
    fn persons_together(groups: &[&Self]) -> u64 {
        let customers = groups
            .iter()
            .filter_map(|row| row.buyers.max(row.customers));
        let customers = customers.max().unwrap_or(0);
        let new = groups.iter().filter_map(|row| row.new_customers).sum();
        if new > 0 {
            customers.min(new)
        } else {
            customers
        }
    }

    fn merge(&mut self, other: Self) {
        let sum = |one: Option<u64>, other: Option<u64>| Some(one? + other?);
        self.buyers = sum(self.buyers, other.buyers);
        self.new_customers = sum(self.new_customers, other.new_customers);
        self.customers = sum(self.customers, other.customers);
        self.returned = sum(self.returned, other.returned);
        self.over &= other.over;
        self.retention = self.retention.merged(&other.retention);
        self.churn = self.churn.merged(&other.churn);
    }
}

impl RetentionPeriod {
    fn new(
        purchases: &Purchases<'_>,
        window: TimeRange,
        active: i64,
        level: ConfidenceLevel,
    ) -> Self {
        let (from, to) = (window.from(), window.to());
        let count = |at: usize| {
            let customer = purchases.customer(at);
            let (before, after) = (
                customer.bought(from - active, from),
                customer.bought(to - active, to),
            );
            let known = i64::from(customer.times()[0]) < from || !customer.is_new();
            let new = customer.is_new() && window.contains(i64::from(customer.times()[0]));
            [
                customer.bought(from, to),
                new,
                after,
                after && !before && known,
                before,
                before && after,
            ]
            .map(u64::from)
        };
        let add = |one: [u64; 6], other: [u64; 6]| std::array::from_fn(|at| one[at] + other[at]);
        let [buyers, new_customers, customers, returned, start, retained] =
            (0..purchases.known_customers().len())
                .into_par_iter()
                .map(count)
                .reduce(|| [0; 6], add);
        let retention = Proportion::from_counts(retained, start, level);
        Self {
            name: window.label(),
            window,
            over: true,
            buyers: Some(buyers),
            new_customers: Some(new_customers),
            customers: Some(customers),
            returned: Some(returned),
            retention,
            churn: Proportion::from_counts(start - retained, start, level),
        }
    }

    /// Without the customers who stayed, left and returned where those of one kind are too few: new
    /// customers, stayed and returned ones add up to the active ones, so all three go.
    fn without_small(self, minimum: &MinimumGroup) -> Self {
        let counts = [
            self.returned.unwrap_or(0),
            self.retention.count,
            self.churn.count,
        ];
        if counts.iter().all(|&count| minimum.allows(count)) {
            return self;
        }
        let unknown = Proportion::from_counts(0, 0, ConfidenceLevel::default());
        Self {
            returned: None,
            retention: unknown,
            churn: unknown,
            ..self
        }
    }

    /// What is known of it where observation ended at that second.
    fn known_at(self, end: i64) -> Self {
        if self.window.to() <= end {
            return self;
        }
        let has_begun = self.window.from() < end;
        let unknown = Proportion::from_counts(0, 0, ConfidenceLevel::default());
        Self {
            over: false,
            buyers: self.buyers.filter(|_| has_begun),
            new_customers: self.new_customers.filter(|_| has_begun),
            customers: None,
            returned: None,
            retention: unknown,
            churn: unknown,
            ..self
        }
    }
}

impl Report for Retention {
    fn title(&self) -> String {
        let Self {
            window, population, ..
        } = self;
        let days = f64::from(self.active_seconds) / f64::from(DAY);
        format!(
            "retention, {window}: {population} customers, active for {days} days after a purchase"
        )
    }

    fn sections(&self) -> Vec<Section> {
        let row = |row: &RetentionPeriod| {
            let counts = [row.buyers, row.new_customers, row.customers, row.returned];
            let rates = [row.retention.rate, row.churn.rate];
            std::iter::once(Cell::text(row.name.clone()))
                .chain(counts.map(|count| count.map_or(Cell::MISSING, Cell::count)))
                .chain(rates.map(|rate| Cell::percent(rate, 2)))
                .collect::<Vec<_>>()
        };
        let heading = [
            "period",
            "buyers",
            "new",
            "active",
            "returned",
            "retention",
            "churn",
        ];
        let table = Table::new(heading).with_rows(self.periods.iter().map(row));
        let open = self.periods.iter().any(|row| !row.over);
        let note = open.then_some("(-: the period was not over when observation ended)");
        let few = |row: &RetentionPeriod| row.over && row.returned.is_none();
        let few = self.periods.iter().any(few);
        let few = few.then_some("(-: of a period that was over: too few persons to be shown)");
        vec![
            Section::new()
                .with_table(table)
                .with_lines(note)
                .with_lines(few),
        ]
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
