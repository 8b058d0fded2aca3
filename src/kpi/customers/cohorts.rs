//! Cohorts: customers by the period of their first purchase, followed through the periods after.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::kpi::customers::purchases::Purchases;
use crate::kpi::options::KpiOptions;
use crate::privacy::{Group, MinimumGroup};
use crate::report::{Cell, Report, Section, Table};
use crate::stats::Proportion;
use crate::time::TimeRange;

/// Customers by the period of their first purchase ever, with the share who bought in each period
/// from then on, and the margin each brought. Of a period that was not over when observation ended
/// both are unknown.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::{Cohorts, Purchases};
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
/// let cohorts = Cohorts::new(&Purchases::new(&journeys)?, &options)?;
/// assert_eq!((cohorts.population, cohorts.cohorts.len()), (2, 2));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cohorts {
    /// From the first period's start to the last one's end.
    pub window: TimeRange,
    /// Customers of all cohorts. Customers whose first purchase lies outside the periods, or is
    /// unknown, are left out.
    pub population: u64,
    /// One cohort a period that had begun, oldest first.
    pub cohorts: Vec<Cohort>,
}

/// The customers who first bought in one period.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::{Cohorts, Purchases};
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
/// let cohorts = Cohorts::new(&Purchases::new(&journeys)?, &options)?;
/// let january = &cohorts.cohorts[0];
/// assert_eq!((january.name.as_str(), january.customers), ("2026-01", 2));
/// assert_eq!(january.bought[1].rate, None, "the log ends on 10 February");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cohort {
    /// The period of the first purchase; [`privacy::OTHER`](crate::privacy::OTHER) for small
    /// cohorts taken together.
    pub name: String,
    /// Customers of the cohort.
    pub customers: u64,
    /// Share of them who bought in that period (all of them), in the next one, and so on. A
    /// proportion of a period that was not over when observation ended has a population of 0 and no
    /// rate.
    pub bought: Vec<Proportion>,
    /// Margin of their purchases in that period, less refunds, in units of value per customer of
    /// the cohort, in the next one, and so on; none of a period that was not over.
    #[serde(default)]
    pub margin: Vec<Option<f64>>,
}

impl Cohorts {
    /// The cohorts of the options' periods; without periods one cohort of the whole range.
    ///
    /// ```
    /// use mixtouch::kpi::KpiOptions;
    /// use mixtouch::kpi::customers::{Cohorts, Purchases};
    /// use mixtouch::time::Periods;
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys, TimeZone};
    ///
    /// let mut log = Events::new();
    /// for (person, day) in [("ann", 5), ("bob", 9), ("ann", 40), ("cem", 62)] {
    ///     log.push(Event::conversion(person, 1_767_225_600 + day * 86_400))?;
    /// }
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let months = Periods::months("2026-01-01".parse()?, 2, 1, &TimeZone::utc())?;
    /// let options = KpiOptions::default().with_periods(months);
    /// let cohorts = Cohorts::new(&Purchases::new(&journeys)?, &options)?;
    /// let january = &cohorts.cohorts[0];
    /// assert_eq!((january.customers, january.bought[1].rate), (2, Some(0.5)));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the purchases' range cannot be a period.
    pub fn new(purchases: &Purchases<'_>, options: &KpiOptions) -> Result<Self> {
        let periods = options.periods_or(purchases.window())?;
        let mut counts: Vec<Vec<u64>> = (0..periods.count())
            .map(|cohort| vec![0; periods.count() - cohort])
            .collect();
        let mut margins: Vec<Vec<f64>> = counts
            .iter()
            .map(|counts| vec![0.0; counts.len()])
            .collect();
        let end = purchases.observed_to();
        let is_over: Vec<bool> = periods.ranges().map(|period| period.to() <= end).collect();
        for customer in purchases
            .known_customers()
            .filter(|customer| customer.is_new())
        {
            let Some(cohort) = periods.position(customer.times()[0]) else {
                continue;
            };
            let mut last = None;
            for (&time, margin) in customer.times().iter().zip(customer.margins()) {
                let Some(period) = periods.position(time) else {
                    continue;
                };
                margins[cohort][period - cohort] += margin;
                if last.replace(period) != Some(period) {
                    counts[cohort][period - cohort] += 1;
                }
            }
        }
        let level = options.level();
        let cohort = |(at, (window, counts)): (usize, (TimeRange, Vec<u64>))| {
            let is_known = |age: usize| age == 0 || is_over[at + age];
            let share = |(age, &count): (usize, &u64)| match is_known(age) {
                true => Proportion::from_counts(count, counts[0], level),
                false => Proportion::from_counts(0, 0, level),
            };
            let each = |(age, &margin): (usize, &f64)| {
                (counts[0] > 0 && is_over[at + age]).then(|| margin / counts[0] as f64)
            };
            Cohort {
                name: window.label(),
                customers: counts[0],
                bought: counts.iter().enumerate().map(share).collect(),
                margin: margins[at].iter().enumerate().map(each).collect(),
            }
        };
        let has_begun = |(_, (window, _)): &(usize, (TimeRange, _))| window.from() < end;
        let all = periods.ranges().zip(counts).enumerate().filter(has_begun);
        let cohorts: Vec<Cohort> = all.map(cohort).collect();
        let cohorts = Self {
            window: periods.range(),
            population: cohorts.iter().map(|cohort| cohort.customers).sum(),
            cohorts,
        };
        Ok(cohorts.protected(options.minimum()))
    }

    /// Merges or leaves out cohorts of too few customers.
    fn protected(self, minimum: &MinimumGroup) -> Self {
        let groups = minimum
            .apply(
                self.cohorts
                    .into_iter()
                    .map(|cohort| (cohort.name.clone(), cohort)),
            )
            .groups;
        let cohorts = groups
            .into_iter()
            .map(|(name, cohort)| Cohort { name, ..cohort })
            .collect();
        Self { cohorts, ..self }
    }
}

impl Cohort {
    /// How many periods were over; all of a cohort of nobody.
    fn periods_seen(&self) -> usize {
        let is_known = |share: &&Proportion| share.population > 0 || self.customers == 0;
        self.bought.iter().take_while(is_known).count()
    }
}

impl Group for Cohort {
    fn persons(&self) -> u64 {
        self.customers
    }

    /// Periods after the first purchase that one of them has not seen yet are left out.
    fn merge(&mut self, other: Self) {
        let seen = self.periods_seen().min(other.periods_seen());
        let (own, theirs) = (self.customers as f64, other.customers as f64);
        self.customers += other.customers;
        self.margin.truncate(seen);
        for (margin, more) in self.margin.iter_mut().zip(&other.margin) {
            *margin = merged(*margin, own, *more, theirs);
        }
        self.bought.truncate(seen);
        self.bought
            .iter_mut()
            .zip(other.bought)
            .for_each(|(rate, more)| *rate = rate.merged(&more));
    }
}

/// The mean over the customers of two cohorts; one of nobody has none of its own.
fn merged(own: Option<f64>, customers: f64, other: Option<f64>, others: f64) -> Option<f64> {
    let sum = |mean: Option<f64>, count: f64| match count > 0.0 {
        true => mean.map(|mean| mean * count),
        false => Some(0.0),
    };
    let all = customers + others;
    let sum = sum(own, customers)? + sum(other, others)?;
    (all > 0.0).then(|| sum / all)
}

impl Report for Cohorts {
    fn title(&self) -> String {
        let Self {
            window, population, ..
        } = self;
        format!("cohorts, {window}: {population} customers")
    }

    fn sections(&self) -> Vec<Section> {
        let longest = self.cohorts.iter().map(|cohort| cohort.bought.len()).max();
        let heading = || {
            let ages = (0..longest.unwrap_or(0)).map(|period| format!("+{period}"));
            ["first purchase", "customers"]
                .map(str::to_owned)
                .into_iter()
                .chain(ages)
        };
        let row = |cohort: &Cohort, figures: Vec<Cell>| {
            [Cell::from(&cohort.name), Cell::count(cohort.customers)]
                .into_iter()
                .chain(figures)
                .collect::<Vec<_>>()
        };
        let shares = self.cohorts.iter().map(|cohort| {
            let shares = cohort.bought.iter();
            row(
                cohort,
                shares.map(|share| Cell::percent(share.rate, 0)).collect(),
            )
        });
        let margins = self.cohorts.iter().map(|cohort| {
            let margins = cohort.margin.iter();
            row(
                cohort,
                margins.map(|margin| Cell::number(*margin, 2)).collect(),
            )
        });
        let shares = Section::new().with_table(Table::new(heading()).with_rows(shares));
        let margins = Section::new()
            .with_heading("margin of a customer")
            .with_table(Table::new(heading()).with_rows(margins));
        vec![shares, margins]
    }
}

impl fmt::Display for Cohorts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
