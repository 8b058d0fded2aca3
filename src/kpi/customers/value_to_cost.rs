//! Lifetime value against acquisition cost.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kpi::customers::lifetime_value::{CustomerLifetimeValue, CustomerValue};
use crate::kpi::spend::acquisition::CustomerAcquisitionCost;
use crate::report::{Cell, Report, Section, Table};
use crate::time::TimeRange;

/// What customers are worth against what new ones cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ValuesToCost {
    /// The time reported.
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
            let figures = [row.value, row.cost, row.ratio].map(|number| Cell::number(number, 2));
            [Cell::from(&row.group), Cell::count(row.customers)]
                .into_iter()
                .chain(figures)
                .collect::<Vec<_>>()
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

/// A customer's worth against what a new customer cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ValueToCost {
    /// The channel, or `(whole)`.
    pub group: String,
    /// How many customers.
    pub customers: u64,
    /// What one is worth.
    pub value: Option<f64>,
    /// What a new one cost.
    pub cost: Option<f64>,
    /// Value / cost; none where either is unknown or the cost is 0.
    pub ratio: Option<f64>,
}

impl CustomerLifetimeValue {
    /// CLTV / CAC: what a customer is worth - historic, and predicted where there is a forecast -
    /// for each unit of money that a new one cost, of all and of each group that is named like a
    /// channel. Groups by acquiring channel go with a model that credits the same touch:
    /// [`first_channel`](crate::kpi::customers::CustomerPurchases::first_channel) with
    /// [`FirstTouch`](crate::attribution::rules::FirstTouch).
    pub fn to_cost(&self, acquisition: &CustomerAcquisitionCost) -> ValuesToCost {
        let row = |group: &str, value: &CustomerValue, cost: Option<f64>| ValueToCost {
            group: group.to_owned(),
            customers: value.customers,
            value: value.lifetime(),
            cost,
            ratio: value
                .lifetime()
                .zip(cost.filter(|&cost| cost > 0.0))
                .map(|(value, cost)| value / cost),
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
