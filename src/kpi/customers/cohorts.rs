//! Cohorts: customers by the period of their first purchase, followed through the periods after.

use crate::report::text as table;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kpi::customers::purchases::Purchases;
use crate::privacy::{Group, MinimumGroup};
use crate::stats::{ConfidenceLevel, Proportion};
use crate::time::{Periods, TimeRange};

/// Customers by the period of their first purchase ever, with the share who bought in each period
/// from then on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cohorts {
    /// From the first period's start to the last one's end.
    pub window: TimeRange,
    /// Customers of all cohorts; others bought first outside the periods, or nobody knows when.
    pub population: u64,
    /// One cohort a period, oldest first.
    pub cohorts: Vec<Cohort>,
}

/// The customers who first bought in one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cohort {
    /// When they first bought; [`privacy::OTHER`](crate::privacy::OTHER) for small cohorts taken
    /// together.
    pub name: String,
    /// How many there are.
    pub customers: u64,
    /// Of them, those who bought in that period (all), in the next, and so on.
    pub bought: Vec<Proportion>,
}

impl Cohorts {
    /// The cohorts of these periods.
    pub fn of(purchases: &Purchases<'_>, periods: &Periods, level: ConfidenceLevel) -> Self {
        let mut counts: Vec<Vec<u64>> = (0..periods.count())
            .map(|cohort| vec![0; periods.count() - cohort])
            .collect();
        for customer in purchases.customers().filter(|customer| customer.is_new()) {
            let Some(cohort) = periods.position(customer.times()[0]) else {
                continue;
            };
            let mut last = None;
            for period in customer
                .times()
                .iter()
                .filter_map(|&time| periods.position(time))
            {
                if last.replace(period) != Some(period) {
                    counts[cohort][period - cohort] += 1;
                }
            }
        }
        let cohort = |(window, counts): (TimeRange, Vec<u64>)| {
            let bought = counts
                .iter()
                .map(|&count| Proportion::from_counts(count, counts[0], level))
                .collect();
            Cohort {
                name: window.to_string(),
                customers: counts[0],
                bought,
            }
        };
        let cohorts: Vec<Cohort> = periods.ranges().zip(counts).map(cohort).collect();
        Self {
            window: periods.range(),
            population: cohorts.iter().map(|cohort| cohort.customers).sum(),
            cohorts,
        }
    }

    /// The same without cohorts of fewer customers than may be shown.
    pub fn protected(self, minimum: &MinimumGroup) -> Self {
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

impl Group for Cohort {
    fn persons(&self) -> u64 {
        self.customers
    }

    /// Periods after the first purchase that one of them has not seen yet are left out.
    fn merge(&mut self, other: Self) {
        self.customers += other.customers;
        self.bought.truncate(other.bought.len());
        self.bought
            .iter_mut()
            .zip(other.bought)
            .for_each(|(rate, more)| *rate = rate.merged(&more));
    }
}

impl fmt::Display for Cohorts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "cohorts, {}: {} customers", self.window, self.population)?;
        let longest = self
            .cohorts
            .iter()
            .map(|cohort| cohort.bought.len())
            .max()
            .unwrap_or(0);
        let names: Vec<String> = (0..longest).map(|period| format!("+{period}")).collect();
        let heading: Vec<&str> = ["first purchase", "customers"]
            .into_iter()
            .chain(names.iter().map(String::as_str))
            .collect();
        let share = |rate: &Proportion| {
            rate.rate
                .map_or_else(|| "-".to_owned(), |rate| format!("{:.0} %", 100.0 * rate))
        };
        let row = |cohort: &Cohort| {
            [cohort.name.clone(), cohort.customers.to_string()]
                .into_iter()
                .chain(cohort.bought.iter().map(share))
                .collect()
        };
        table::write(f, &heading, self.cohorts.iter().map(row))
    }
}
