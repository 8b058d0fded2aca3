//! What customers have been worth, and what they will be, by group.

use crate::report::text as table;
use std::collections::BTreeMap;
use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::kpi::customers::lifetime::{BgNbd, Customer, GammaGamma, RepeatSpend, discounted_value};
use crate::kpi::customers::purchases::{CustomerPurchases, Purchases};
use crate::kpi::spend::CustomerAcquisitionCost;
use crate::privacy::{Group, MinimumGroup};
use crate::report::text::figure;
use crate::stats::{ConfidenceLevel, Mean};
use crate::time::TimeRange;
use crate::time::limits::DAY;

/// Customer lifetime value by group of customers: historic, and predicted where a [`Forecast`] was
/// asked for.
///
/// Intervals are those of a mean over the customers seen; a forecast's do not hold the uncertainty
/// of the fitted parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomerLifetimeValue {
    /// The time reported.
    pub window: TimeRange,
    /// All customers.
    pub population: u64,
    /// The models behind the forecast, if there is one.
    pub forecast: Option<FittedForecast>,
    /// All customers together.
    pub whole: CustomerValue,
    /// By group, in order of their names.
    pub groups: Vec<GroupValue>,
}

/// What a customer is worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomerValue {
    /// How many customers.
    pub customers: u64,
    /// Margin of all their purchases, less refunds.
    pub total: f64,
    /// The same by customer: the historic lifetime value.
    pub historic: Mean,
    /// The chance that a customer will buy again at all, by BG/NBD: 1 for those who bought once,
    /// for in it customers leave behind a repeat purchase only. Compare it among those who came
    /// back; what is to come already weighs both.
    pub alive: Option<Mean>,
    /// Purchases to expect in the forecast's horizon.
    pub purchases: Option<Mean>,
    /// Their margin, discounted to the end of the window: the predicted lifetime value.
    pub predicted: Option<Mean>,
}

/// The customers of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupValue {
    /// The group's name.
    pub group: String,
    /// Its customers.
    pub value: CustomerValue,
}

/// A forecast: how far, in what steps, at what discount.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ForecastFields")]
pub struct Forecast {
    step_days: f64,
    steps: u32,
    discount: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForecastFields {
    step_days: f64,
    steps: u32,
    discount: f64,
}

impl TryFrom<ForecastFields> for Forecast {
    type Error = Error;

    fn try_from(f: ForecastFields) -> Result<Self> {
        Self::new(f.step_days, f.steps, f.discount)
    }
}

impl Forecast {
    /// `steps` steps of so many days, each discounted by that rate a step.
    ///
    /// # Errors
    /// Days that are not above 0 and finite, no step or more than 100,000, a discount that is not
    /// above -1 and finite.
    pub fn new(step_days: f64, steps: u32, discount: f64) -> Result<Self> {
        if !(step_days.is_finite() && step_days > 0.0) {
            return Err(Error::setting(
                "days of a forecast's step",
                step_days,
                "a finite number above 0",
            ));
        }
        if !(1..=100_000).contains(&steps) {
            return Err(Error::setting("steps of a forecast", steps, "1 to 100000"));
        }
        if !(discount.is_finite() && discount > -1.0) {
            return Err(Error::setting(
                "discount",
                discount,
                "a finite number above -1",
            ));
        }
        Ok(Self {
            step_days,
            steps,
            discount,
        })
    }
}

/// A forecast with the models fitted for it, whose unit of time is the forecast's step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FittedForecast {
    /// What was asked for.
    pub forecast: Forecast,
    /// How often customers buy and when they stop.
    pub purchases: BgNbd,
    /// What a purchase's margin is.
    pub values: GammaGamma,
}

impl CustomerLifetimeValue {
    /// What customers have been worth so far; `group` names each customer's group, such as
    /// [`CustomerPurchases::first_channel`] or a segment.
    ///
    /// ```
    /// use mixtouch::kpi::customers::{CustomerLifetimeValue, Purchases};
    /// use mixtouch::stats::ConfidenceLevel;
    /// use mixtouch::privacy::MinimumGroup;
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
    /// log.push(Event::conversion("ann", 1_767_225_800).with_value(50.0))?;
    /// log.push(Event::conversion("bob", 1_767_225_900).with_value(20.0))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let purchases = Purchases::of(&journeys)?.with_margin(0.5)?;
    /// let values = CustomerLifetimeValue::historic(
    ///     &purchases,
    ///     |customer| customer.first_channel().unwrap_or("(none)").to_owned(),
    ///     &MinimumGroup::default(),
    ///     ConfidenceLevel::default(),
    /// );
    /// assert_eq!(values.group("social").and_then(|value| value.historic.mean), Some(25.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn historic<F>(
        purchases: &Purchases<'_>,
        group: F,
        minimum: &MinimumGroup,
        level: ConfidenceLevel,
    ) -> Self
    where
        F: Fn(&CustomerPurchases<'_>) -> String,
    {
        let worth = purchases.customers().map(|customer| Worth {
            historic: customer.margin(),
            predicted: None,
        });
        Self::gather(purchases, worth.collect(), group, minimum, None, level)
    }

    /// What they have been worth and will be: BG/NBD and gamma-gamma fitted on the purchases up to
    /// the window's end. Customers who bought before the journeys' period are left out of the fit,
    /// as their first purchase is unknown, and of the forecast.
    ///
    /// # Errors
    /// Where a model cannot be fitted: nobody bought again, or customers do not differ as the
    /// models say; a mean margin that gamma-gamma does not have (q of 1 or less).
    pub fn predicted<F>(
        purchases: &Purchases<'_>,
        forecast: Forecast,
        group: F,
        minimum: &MinimumGroup,
        level: ConfidenceLevel,
    ) -> Result<Self>
    where
        F: Fn(&CustomerPurchases<'_>) -> String,
    {
        let all: Vec<CustomerPurchases<'_>> = purchases.customers().collect();
        let records = all
            .par_iter()
            .map(|customer| forecast.record(customer, purchases.window()))
            .collect::<Result<Vec<_>>>()?;
        let customers: Vec<Customer> = records.iter().flatten().map(|record| record.0).collect();
        let spend: Vec<RepeatSpend> = records
            .iter()
            .flatten()
            .filter_map(|record| record.1)
            .collect();
        let fitted = FittedForecast {
            forecast,
            purchases: BgNbd::fit(&customers)?.model,
            values: GammaGamma::fit(&spend)?.model,
        };
        let worth = |(customer, record): (&CustomerPurchases<'_>, &Option<Record>)| {
            let predicted = record
                .as_ref()
                .map(|record| fitted.predict(record))
                .transpose()?;
            Ok(Worth {
                historic: customer.margin(),
                predicted,
            })
        };
        let worth = all
            .par_iter()
            .zip(&records)
            .map(worth)
            .collect::<Result<Vec<_>>>()?;
        Ok(Self::gather(
            purchases,
            worth,
            group,
            minimum,
            Some(fitted),
            level,
        ))
    }

    fn gather<F>(
        purchases: &Purchases<'_>,
        worth: Vec<Worth>,
        group: F,
        minimum: &MinimumGroup,
        forecast: Option<FittedForecast>,
        level: ConfidenceLevel,
    ) -> Self
    where
        F: Fn(&CustomerPurchases<'_>) -> String,
    {
        let mut groups: BTreeMap<String, Members> = BTreeMap::new();
        for (customer, &worth) in purchases.customers().zip(&worth) {
            groups.entry(group(&customer)).or_default().0.push(worth);
        }
        let groups = minimum.apply(groups).groups.into_iter();
        let groups = groups
            .map(|(group, members)| GroupValue {
                group,
                value: CustomerValue::of(&members.0, level),
            })
            .collect();
        let whole = CustomerValue::of(&worth, level);
        Self {
            window: purchases.window(),
            population: purchases.len() as u64,
            forecast,
            whole,
            groups,
        }
    }

    /// A group's customers, where it is shown.
    pub fn group(&self, name: &str) -> Option<&CustomerValue> {
        self.groups
            .iter()
            .find(|row| row.group == name)
            .map(|row| &row.value)
    }

    /// CLTV / CAC: what a customer is worth - historic, and predicted where there is a forecast -
    /// for each unit of money that a new one cost, of all and of each group that is named like a
    /// channel. Groups by acquiring channel go with a model that credits the same touch:
    /// [`CustomerPurchases::first_channel`] with [`FirstTouch`](crate::attribution::rules::FirstTouch).
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

impl fmt::Display for ValuesToCost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "lifetime value against cost, {}: {} customers",
            self.window, self.population
        )?;
        let row = |row: &ValueToCost| {
            let figures = [row.value, row.cost, row.ratio].map(|number| figure(number, 2));
            [row.group.clone(), row.customers.to_string()]
                .into_iter()
                .chain(figures)
                .collect()
        };
        table::write(
            f,
            &["group", "customers", "value", "cost", "value / cost"],
            self.rows.iter().map(row),
        )
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

/// A customer's worth; of the prediction: the chance to be alive, purchases, discounted margin.
#[derive(Debug, Clone, Copy)]
struct Worth {
    historic: f64,
    predicted: Option<[f64; 3]>,
}

#[derive(Debug, Default)]
struct Members(Vec<Worth>);

impl Group for Members {
    fn persons(&self) -> u64 {
        self.0.len() as u64
    }

    fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

impl CustomerValue {
    fn of(members: &[Worth], level: ConfidenceLevel) -> Self {
        let historic: Vec<f64> = members.iter().map(|worth| worth.historic).collect();
        let mean = |at: usize| {
            let values: Vec<f64> = members
                .iter()
                .filter_map(|worth| worth.predicted.map(|predicted| predicted[at]))
                .collect();
            (!values.is_empty()).then(|| Mean::from_values(&values, level))
        };
        Self {
            customers: members.len() as u64,
            total: historic.iter().fold(0.0, |sum, margin| sum + margin),
            historic: Mean::from_values(&historic, level),
            alive: mean(0),
            purchases: mean(1),
            predicted: mean(2),
        }
    }

    /// Historic and predicted value of a customer together.
    pub fn lifetime(&self) -> Option<f64> {
        let predicted = self
            .predicted
            .as_ref()
            .and_then(|mean| mean.mean)
            .unwrap_or(0.0);
        self.historic.mean.map(|historic| historic + predicted)
    }
}

/// A customer as the models see it.
type Record = (Customer, Option<RepeatSpend>);

impl Forecast {
    /// None of customers whose first purchase is unknown.
    fn record(
        &self,
        customer: &CustomerPurchases<'_>,
        window: TimeRange,
    ) -> Result<Option<Record>> {
        if !customer.is_new() {
            return Ok(None);
        }
        let step = self.step_days * f64::from(DAY);
        let purchases = customer
            .times()
            .iter()
            .zip(customer.margins())
            .map(|(&time, &margin)| (f64::from(time) / step, margin));
        Customer::of(&purchases.collect::<Vec<_>>(), window.to() as f64 / step).map(Some)
    }
}

impl FittedForecast {
    fn predict(&self, (customer, spend): &Record) -> Result<[f64; 3]> {
        let Forecast {
            steps, discount, ..
        } = self.forecast;
        let worth = discounted_value(
            &self.purchases,
            &self.values,
            customer,
            spend.as_ref(),
            steps,
            discount,
        )?;
        let purchases = self
            .purchases
            .expected_purchases(customer, f64::from(steps))?;
        Ok([self.purchases.probability_alive(customer), purchases, worth])
    }
}

impl fmt::Display for CustomerLifetimeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "customer lifetime value, {}: {} customers",
            self.window, self.population
        )?;
        let row = |group: &str, value: &CustomerValue| {
            let mean = |mean: &Option<Mean>| figure(mean.as_ref().and_then(|mean| mean.mean), 2);
            let [alive, purchases, predicted] =
                [&value.alive, &value.purchases, &value.predicted].map(mean);
            let [total, historic] =
                [Some(value.total), value.historic.mean].map(|number| figure(number, 2));
            vec![
                group.to_owned(),
                value.customers.to_string(),
                total,
                historic,
                alive,
                purchases,
                predicted,
            ]
        };
        let rows = self
            .groups
            .iter()
            .map(|group| row(&group.group, &group.value));
        let heading = [
            "group",
            "customers",
            "margin so far",
            "each",
            "alive",
            "purchases to come",
            "value to come",
        ];
        table::write(f, &heading, rows.chain([row("(whole)", &self.whole)]))?;
        match self.whole.alive {
            Some(_) => writeln!(
                f,
                "(alive: in this model customers leave behind a repeat purchase only, so who bought once is alive)"
            ),
            None => Ok(()),
        }
    }
}
