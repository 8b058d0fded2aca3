//! Who stays a customer.

use crate::report::text as table;
use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::kpi::customers::purchases::Purchases;
use crate::privacy::{Group, MinimumGroup, SmallGroups};
use crate::report::text::percent;
use crate::stats::{ConfidenceLevel, Proportion};
use crate::time::{Periods, TimeRange};

/// Customers, retention and churn period by period. Who bought within the activity window before a
/// moment is active then; retention = customers active at a period's start and still at its end /
/// customers active at its start, churn = 1 - retention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Retention {
    /// From the first period's start to the last one's end.
    pub window: TimeRange,
    /// All customers of the log.
    pub population: u64,
    /// How long after a purchase a customer counts as active, in seconds.
    pub active_seconds: u32,
    /// The periods, oldest first.
    pub periods: Vec<RetentionPeriod>,
}

/// One period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetentionPeriod {
    /// The period.
    pub window: TimeRange,
    /// Customers who bought in it.
    pub buyers: u64,
    /// Customers whose first purchase ever it holds.
    pub new_customers: u64,
    /// Customers active at its end.
    pub customers: u64,
    /// Customers who were not active at its start but had bought before, and are active at its end.
    pub returned: u64,
    /// Of the customers active at its start, those active at its end; none of nobody.
    pub retention: Proportion,
    /// The others.
    pub churn: Proportion,
}

impl Retention {
    /// Of all customers; `active_days` is how long after a purchase a customer counts as active.
    ///
    /// ```
    /// use mixtouch::kpi::customers::{Purchases, Retention};
    /// use mixtouch::stats::ConfidenceLevel;
    /// use mixtouch::time::Periods;
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys, TimeZone};
    ///
    /// let mut log = Events::new();
    /// for (person, day) in [("ann", 5), ("bob", 9), ("ann", 40)] {
    ///     log.push(Event::conversion(person, 1_767_225_600 + day * 86_400))?;
    /// }
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let months = Periods::days("2026-01-01".parse()?, 2, 30, &TimeZone::utc())?;
    /// let retention = Retention::of(&Purchases::of(&journeys)?, &months, 30.0, ConfidenceLevel::default())?;
    /// assert_eq!(retention.periods[1].retention.rate, Some(0.5));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// An activity window of less than a second or more than 2^32 seconds.
    pub fn of(
        purchases: &Purchases<'_>,
        periods: &Periods,
        active_days: f64,
        level: ConfidenceLevel,
    ) -> Result<Self> {
        let seconds = active_days * 86_400.0;
        if !(seconds >= 1.0 && seconds <= f64::from(u32::MAX)) {
            return Err(Error::setting(
                "days of activity",
                active_days,
                "a second to 49710 days",
            ));
        }
        let active_seconds = seconds as u32;
        let period = |window: TimeRange| {
            RetentionPeriod::of(purchases, window, i64::from(active_seconds), level)
        };
        let periods_list = periods.ranges().map(period).collect();
        Ok(Self {
            window: periods.range(),
            population: purchases.len() as u64,
            active_seconds,
            periods: periods_list,
        })
    }
}

impl Retention {
    /// The same for eyes that may see no group of fewer persons: periods with fewer customers,
    /// buyers or active ones, are left out.
    #[must_use]
    pub fn protected(self, minimum: &MinimumGroup) -> Self {
        let minimum = minimum.with_small(SmallGroups::Suppress);
        let groups = minimum
            .apply(
                self.periods
                    .into_iter()
                    .map(|row| (row.window.to_string(), row)),
            )
            .groups;
        Self {
            periods: groups.into_iter().map(|(_, row)| row).collect(),
            ..self
        }
    }
}

impl Group for RetentionPeriod {
    fn persons(&self) -> u64 {
        self.buyers.max(self.customers)
    }

    fn merge(&mut self, other: Self) {
        self.buyers += other.buyers;
        self.new_customers += other.new_customers;
        self.customers += other.customers;
        self.returned += other.returned;
        self.retention = self.retention.merged(&other.retention);
        self.churn = self.churn.merged(&other.churn);
    }
}

impl RetentionPeriod {
    fn of(
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
        let [buyers, new_customers, customers, returned, start, retained] = (0..purchases.len())
            .into_par_iter()
            .map(count)
            .reduce(|| [0; 6], add);
        let retention = Proportion::from_counts(retained, start, level);
        Self {
            window,
            buyers,
            new_customers,
            customers,
            returned,
            retention,
            churn: Proportion::from_counts(start - retained, start, level),
        }
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = f64::from(self.active_seconds) / 86_400.0;
        writeln!(
            f,
            "retention, {}: {} customers, active for {days} days after a purchase",
            self.window, self.population
        )?;
        let row = |row: &RetentionPeriod| {
            let counts = [row.buyers, row.new_customers, row.customers, row.returned]
                .map(|count| count.to_string());
            let rates = [percent(row.retention.rate), percent(row.churn.rate)];
            std::iter::once(row.window.to_string())
                .chain(counts)
                .chain(rates)
                .collect()
        };
        table::write(
            f,
            &[
                "period",
                "buyers",
                "new",
                "active",
                "returned",
                "retention",
                "churn",
            ],
            self.periods.iter().map(row),
        )
    }
}
