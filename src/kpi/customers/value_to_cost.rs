//! Lifetime value against acquisition cost.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kpi::customers::lifetime_value::{CustomerLifetimeValue, CustomerValue};
use crate::kpi::spend::acquisition::CustomerAcquisitionCost;
use crate::report::{Cell, Report, Section, Table};
use crate::stats::Interval;
use crate::time::TimeRange;

/// Lifetime value against acquisition cost (CLTV / CAC), by channel and for all customers.
///
/// ```
/// use mixtouch::attribution::rules::FirstTouch;
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::{CustomerLifetimeValue, CustomerPurchases, Purchases};
/// use mixtouch::kpi::spend::CustomerAcquisitionCost;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(10.0))?;
/// log.push(Event::conversion("ann", 1_767_225_800).with_value(50.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let (purchases, options) = (Purchases::new(&journeys)?, KpiOptions::default());
/// let channel = |customer: &CustomerPurchases<'_>| {
///     customer.first_channel().unwrap_or("(none)").to_owned()
/// };
/// let values = CustomerLifetimeValue::historic(&purchases, channel, &options);
/// let cost = CustomerAcquisitionCost::new(&journeys, &FirstTouch, &options)?;
/// let ratios = values.to_cost(&cost);
/// assert_eq!(ratios.group("(whole)").and_then(|row| row.ratio), Some(5.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ValuesToCost {
    /// The range reported.
    pub window: TimeRange,
    /// All customers.
    pub population: u64,
    /// Channels in order of their names, then all customers.
    pub rows: Vec<ValueToCost>,
}

impl ValuesToCost {
    /// The row of a channel, or of `(whole)`.
    pub fn group(&self, name: &str) -> Option<&ValueToCost> {
        self.rows.iter().find(|row| row.group == name)
    }
}

impl Report for ValuesToCost {
    fn title(&self) -> String {
        let Self {
            window, population, ..
        } = self;
        format!("lifetime value against cost, {window}: {population} customers")
    }

    fn sections(&self) -> Vec<Section> {
        let row = |row: &ValueToCost| {
            let ends = row.interval.map(|ends| (ends.low(), ends.high())).unzip();
            [
                Cell::from(&row.group),
                Cell::count(row.customers),
                Cell::number(row.value, 2),
                Cell::number(row.cost, 2),
                Cell::number(row.ratio, 2).with_interval(ends.0, ends.1),
            ]
        };
        let table = Table::new(["group", "customers", "value", "cost", "value / cost"]);
        vec![Section::new().with_table(table.with_rows(self.rows.iter().map(row)))]
    }
}

impl fmt::Display for ValuesToCost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}

/// Lifetime value against acquisition cost of the customers of one channel, or of all.
///
/// ```
/// use mixtouch::attribution::rules::FirstTouch;
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::{CustomerLifetimeValue, CustomerPurchases, Purchases};
/// use mixtouch::kpi::spend::CustomerAcquisitionCost;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(10.0))?;
/// log.push(Event::conversion("ann", 1_767_225_800).with_value(50.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let (purchases, options) = (Purchases::new(&journeys)?, KpiOptions::default());
/// let channel = |customer: &CustomerPurchases<'_>| {
///     customer.first_channel().unwrap_or("(none)").to_owned()
/// };
/// let values = CustomerLifetimeValue::historic(&purchases, channel, &options);
/// let cost = CustomerAcquisitionCost::new(&journeys, &FirstTouch, &options)?;
/// let ratios = values.to_cost(&cost);
/// let social = ratios.group("social").expect("ann came by it");
/// assert_eq!((social.value, social.cost, social.ratio), (Some(50.0), Some(10.0), Some(5.0)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ValueToCost {
    /// The channel, or `(whole)`.
    pub group: String,
    /// Number of customers.
    pub customers: u64,
    /// Lifetime value per customer.
    pub value: Option<f64>,
    /// Acquisition cost per new customer.
    pub cost: Option<f64>,
    /// Value / cost; none if either is unknown or the cost is 0.
    pub ratio: Option<f64>,
    /// The interval of the ratio; none without one of the value. It holds chance in what customers
    /// are worth and in how many came for what was spent; spend is taken as known.
    #[serde(default)]
    pub interval: Option<Interval>,
}

impl CustomerLifetimeValue {
    /// CLTV / CAC: historic plus predicted value per customer, divided by the cost of a new
    /// customer, for all customers and for each group named like a channel. Group customers by the
    /// channel that the cost's model credits:
    /// [`first_channel`](crate::kpi::customers::CustomerPurchases::first_channel) with
    /// [`FirstTouch`](crate::attribution::rules::FirstTouch).
    pub fn to_cost(&self, acquisition: &CustomerAcquisitionCost) -> ValuesToCost {
        let row = |group: &str, value: &CustomerValue, cost: Option<f64>, won: f64| {
            let divisor = cost.filter(|&cost| cost > 0.0);
            ValueToCost {
                group: group.to_owned(),
                customers: value.customers,
                value: value.lifetime(),
                cost,
                ratio: value
                    .lifetime()
                    .zip(divisor)
                    .map(|(value, cost)| value / cost),
                interval: value
                    .lifetime_interval
                    .zip(divisor)
                    .and_then(|(ends, cost)| interval(value.lifetime()?, ends, cost, won)),
            }
        };
        let groups = self.groups.iter().filter_map(|group| {
            let channel = acquisition.channel(&group.group)?;
            Some(row(
                &group.group,
                &group.value,
                channel.cost_per_customer,
                channel.new_customers,
            ))
        });
        let rows = groups
            .chain([row(
                "(whole)",
                &self.whole,
                acquisition.cost_per_customer,
                acquisition.new_customers as f64,
            )])
            .collect();
        ValuesToCost {
            window: self.window,
            population: self.population,
            rows,
        }
    }
}

/// The interval of value / cost, where so many customers were won: the distances from the value to
/// its own ends, and those that the number of customers makes, squared and added (Donner and Zou
/// 2012). The number's ends are the score interval of a Poisson count.
fn interval(value: f64, ends: Interval, cost: f64, won: f64) -> Option<Interval> {
    let z = ends.level().z();
    let middle = won + z * z / 2.0;
    let half = z * (won + z * z / 4.0).sqrt();
    let [fewer, more] = [middle - half, middle + half].map(|count| value * (count / won - 1.0));
    let low = value - libm::hypot(value - ends.low(), fewer.min(more));
    let high = value + libm::hypot(ends.high() - value, fewer.max(more));
    Interval::new(low / cost, high / cost, ends.level()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::ConfidenceLevel;
    use crate::util::Random;

    #[test]
    fn the_number_of_customers_is_chance_too() {
        let level = ConfidenceLevel::P95;
        let constant = Interval::new(40.0, 40.0, level).unwrap();
        // of a count of 10 the score interval is 5.43 to 18.41
        let ends = interval(40.0, constant, 20.0, 10.0).unwrap();
        assert!((ends.low() - 2.0 * 0.543_2).abs() < 1e-3, "{ends:?}");
        assert!((ends.high() - 2.0 * 1.840_9).abs() < 1e-3, "{ends:?}");
        let spread = Interval::new(30.0, 50.0, level).unwrap();
        let wide = interval(40.0, spread, 20.0, 10.0).unwrap();
        assert!(wide.low() < ends.low() && wide.high() > ends.high());
    }

    /// 100 a year are spent; about 30 customers come for it, each worth 5 or 15.
    #[test]
    fn intervals_hold_the_truth_as_often_as_they_say() {
        let (logs, mut held) = (2_000, 0);
        for seed in 0..logs {
            let mut random = Random::new(seed);
            let won = random.poisson(30.0) as f64;
            let rich = (0..won as usize).filter(|_| random.chance(0.5)).count() as f64;
            let value = 5.0 + 10.0 * rich / won;
            let share = rich / won;
            let half = 1.96 * 10.0 * (share * (1.0 - share) / won).sqrt();
            let own = Interval::new(value - half, value + half, ConfidenceLevel::P95).unwrap();
            let ends = interval(value, own, 100.0 / won, won).unwrap();
            held += u64::from(ends.contains(30.0 * 10.0 / 100.0));
        }
        let held = held as f64 / logs as f64;
        assert!((held - 0.95).abs() < 0.015, "{held}");
    }
}
