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
    /// The interval of the ratio, with the cost as known; none without one of the value.
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
        let row = |group: &str, value: &CustomerValue, cost: Option<f64>| {
            let divisor = cost.filter(|&cost| cost > 0.0);
            let over = |ends: Interval, cost: f64| {
                Interval::new(ends.low() / cost, ends.high() / cost, ends.level()).ok()
            };
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
                    .and_then(|(ends, cost)| over(ends, cost)),
            }
        };
        let groups = self.groups.iter().filter_map(|group| {
            let channel = acquisition.channel(&group.group)?;
            Some(row(&group.group, &group.value, channel.cost_per_customer))
        });
        let rows = groups
            .chain([row("(whole)", &self.whole, acquisition.cost_per_customer)])
            .collect();
        ValuesToCost {
            window: self.window,
            population: self.population,
            rows,
        }
    }
}
