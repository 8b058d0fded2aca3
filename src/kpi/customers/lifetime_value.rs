//! What customers have been worth, and what they will be, by group.

use std::collections::BTreeMap;
use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::kpi::customers::forecast::{FittedForecast, ForecastHorizon, Record};
use crate::kpi::customers::lifetime::bg_nbd::BgNbd;
use crate::kpi::customers::lifetime::customer::Customer;
use crate::kpi::customers::lifetime::gamma_gamma::{GammaGamma, RepeatSpend};
use crate::kpi::customers::purchases::{CustomerPurchases, Purchases};
use crate::kpi::options::KpiOptions;
use crate::privacy::Group;
use crate::report::{Cell, Report, Section, Table};
use crate::stats::{ConfidenceLevel, Interval, Mean};
use crate::time::TimeRange;

/// Customer lifetime value by group of customers: historic, and predicted over a
/// [`ForecastHorizon`].
///
/// Intervals are those of a mean over the customers. Intervals of a forecast leave out the
/// uncertainty of the fitted parameters.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::{CustomerLifetimeValue, CustomerPurchases, Purchases};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for (person, channel, value) in [("ann", "social", 50.0), ("bob", "search", 20.0)] {
///     log.push(Event::touch(person, 1_767_225_600, channel))?;
///     log.push(Event::conversion(person, 1_767_225_800).with_value(value))?;
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let purchases = Purchases::new(&journeys)?.with_margin(0.5)?;
/// let channel = |customer: &CustomerPurchases<'_>| {
///     customer.first_channel().unwrap_or("(none)").to_owned()
/// };
/// let values = CustomerLifetimeValue::historic(&purchases, channel, &KpiOptions::default());
/// assert_eq!((values.population, values.whole.total), (2, 35.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomerLifetimeValue {
    /// The range reported.
    pub window: TimeRange,
    /// All customers.
    pub population: u64,
    /// The models behind the forecast; none for historic values.
    pub forecast: Option<FittedForecast>,
    /// The value of all customers.
    pub whole: CustomerValue,
    /// The value of each group's customers, in order of the groups' names.
    pub groups: Vec<GroupValue>,
}

/// What the customers of a group have been worth and will be.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::{CustomerLifetimeValue, CustomerPurchases, Purchases};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for (person, channel, value) in [("ann", "social", 50.0), ("bob", "search", 20.0)] {
///     log.push(Event::touch(person, 1_767_225_600, channel))?;
///     log.push(Event::conversion(person, 1_767_225_800).with_value(value))?;
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let purchases = Purchases::new(&journeys)?.with_margin(0.5)?;
/// let channel = |customer: &CustomerPurchases<'_>| {
///     customer.first_channel().unwrap_or("(none)").to_owned()
/// };
/// let values = CustomerLifetimeValue::historic(&purchases, channel, &KpiOptions::default());
/// let whole = &values.whole;
/// assert_eq!((whole.customers, whole.historic.mean), (2, Some(17.5)));
/// assert!(whole.predicted.is_none(), "no forecast was asked for");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomerValue {
    /// Number of customers.
    pub customers: u64,
    /// Margin of all their purchases, less refunds.
    pub total: f64,
    /// The same per customer: the historic lifetime value.
    pub historic: Mean,
    /// Probability that a customer will buy again, 0 to 1, by BG/NBD. It is 1 for customers with
    /// one purchase, as in this model customers leave only after a repeat purchase.
    pub alive: Option<Mean>,
    /// Expected purchases within the forecast's horizon.
    pub purchases: Option<Mean>,
    /// Their margin, discounted to the end of the range: the predicted lifetime value.
    pub predicted: Option<Mean>,
    /// The interval of historic plus predicted value per customer ([`CustomerValue::lifetime`]).
    #[serde(default)]
    pub lifetime_interval: Option<Interval>,
}

/// The customers of one group.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::{CustomerLifetimeValue, CustomerPurchases, Purchases};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for (person, channel, value) in [("ann", "social", 50.0), ("bob", "search", 20.0)] {
///     log.push(Event::touch(person, 1_767_225_600, channel))?;
///     log.push(Event::conversion(person, 1_767_225_800).with_value(value))?;
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let purchases = Purchases::new(&journeys)?.with_margin(0.5)?;
/// let channel = |customer: &CustomerPurchases<'_>| {
///     customer.first_channel().unwrap_or("(none)").to_owned()
/// };
/// let values = CustomerLifetimeValue::historic(&purchases, channel, &KpiOptions::default());
/// let best = values.groups.iter().max_by(|a, b| a.value.total.total_cmp(&b.value.total));
/// assert_eq!(best.map(|group| group.group.as_str()), Some("social"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupValue {
    /// The group's name.
    pub group: String,
    /// What its customers are worth.
    pub value: CustomerValue,
}

impl CustomerLifetimeValue {
    /// What customers have been worth so far; `group` names each customer's group, such as
    /// [`CustomerPurchases::first_channel`] or a segment.
    ///
    /// ```
    /// use mixtouch::kpi::KpiOptions;
    /// use mixtouch::kpi::customers::{CustomerLifetimeValue, Purchases};
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
    /// log.push(Event::conversion("ann", 1_767_225_800).with_value(50.0))?;
    /// log.push(Event::conversion("bob", 1_767_225_900).with_value(20.0))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let purchases = Purchases::new(&journeys)?.with_margin(0.5)?;
    /// let values = CustomerLifetimeValue::historic(
    ///     &purchases,
    ///     |customer| customer.first_channel().unwrap_or("(none)").to_owned(),
    ///     &KpiOptions::default(),
    /// );
    /// assert_eq!(values.group("social").and_then(|value| value.historic.mean), Some(25.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn historic<F>(purchases: &Purchases<'_>, group: F, options: &KpiOptions) -> Self
    where
        F: Fn(&CustomerPurchases<'_>) -> String,
    {
        let worth = purchases.customers().map(|customer| Worth {
            historic: customer.margin(),
            predicted: None,
        });
        Self::gather(purchases, worth.collect(), group, None, options)
    }

    /// What customers have been worth and will be, by BG/NBD and gamma-gamma fitted on the
    /// purchases up to the end of the range: on those of all known customers, as those who bought
    /// in the range alone are the livelier ones. Customers who bought before the journeys' own
    /// period are left out of the fit and of the forecast, as their first purchase is unknown.
    ///
    /// # Errors
    /// If no customer bought again, if a fit does not converge, or if gamma-gamma has no mean
    /// (q at most 1).
    pub fn predicted<F>(
        purchases: &Purchases<'_>,
        forecast: ForecastHorizon,
        group: F,
        options: &KpiOptions,
    ) -> Result<Self>
    where
        F: Fn(&CustomerPurchases<'_>) -> String,
    {
        let end = purchases.observed_to();
        let records = |customers: &[CustomerPurchases<'_>]| {
            let each = customers.par_iter();
            let records = each.map(|customer| forecast.record(customer, end));
            records.collect::<Result<Vec<_>>>()
        };
        let known: Vec<CustomerPurchases<'_>> = purchases.known_customers().collect();
        let learned = records(&known)?;
        let customers: Vec<Customer> = learned.iter().flatten().map(|record| record.0).collect();
        let spend: Vec<RepeatSpend> = learned.iter().flatten().filter_map(|of| of.1).collect();
        let all: Vec<CustomerPurchases<'_>> = purchases.customers().collect();
        let records = records(&all)?;
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
        Ok(Self::gather(purchases, worth, group, Some(fitted), options))
    }

    fn gather<F>(
        purchases: &Purchases<'_>,
        worth: Vec<Worth>,
        group: F,
        forecast: Option<FittedForecast>,
        options: &KpiOptions,
    ) -> Self
    where
        F: Fn(&CustomerPurchases<'_>) -> String,
    {
        let mut groups: BTreeMap<String, Members> = BTreeMap::new();
        for (customer, &worth) in purchases.customers().zip(&worth) {
            groups.entry(group(&customer)).or_default().0.push(worth);
        }
        let groups = options.minimum().apply(groups).groups.into_iter();
        let groups = groups
            .map(|(group, members)| GroupValue {
                group,
                value: CustomerValue::new(&members.0, options.level()),
            })
            .collect();
        let whole = CustomerValue::new(&worth, options.level());
        Self {
            window: options.shown(purchases.window()),
            population: purchases.len() as u64,
            forecast,
            whole,
            groups,
        }
    }

    /// What the customers of a group are worth; none if the group is not shown.
    pub fn group(&self, name: &str) -> Option<&CustomerValue> {
        self.groups
            .iter()
            .find(|row| row.group == name)
            .map(|row| &row.value)
    }
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
    fn new(members: &[Worth], level: ConfidenceLevel) -> Self {
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
            lifetime_interval: lifetime_interval(members, level),
        }
    }

    fn row(&self, name: &str) -> [Cell; 7] {
        let mean = |mean: &Option<Mean>| Cell::number(mean.as_ref().and_then(|mean| mean.mean), 2);
        [
            Cell::from(name),
            Cell::count(self.customers),
            Cell::number(self.total, 2),
            Cell::number(self.historic.mean, 2),
            mean(&self.alive),
            mean(&self.purchases),
            mean(&self.predicted),
        ]
    }

    /// Historic plus predicted value per customer; none without a forecast.
    pub fn lifetime(&self) -> Option<f64> {
        let predicted = self
            .predicted
            .as_ref()
            .and_then(|mean| mean.mean)
            .unwrap_or(0.0);
        self.historic.mean.map(|historic| historic + predicted)
    }
}

/// The interval of the mean of what was, over all, plus the mean of what is predicted, over those
/// who have a prediction: what a customer adds to both goes together.
fn lifetime_interval(members: &[Worth], level: ConfidenceLevel) -> Option<Interval> {
    let predicted = |worth: &Worth| worth.predicted.map(|predicted| predicted[2]);
    let count = members.len() as f64;
    let known = members.iter().filter_map(predicted).count().max(1) as f64;
    let historic = members.iter().map(|worth| worth.historic).sum::<f64>() / count.max(1.0);
    let expected = members.iter().filter_map(predicted).sum::<f64>() / known;
    let square = |worth: &Worth| {
        let future = predicted(worth).map_or(0.0, |value| (value - expected) / known);
        let pull = (worth.historic - historic) / count + future;
        pull * pull
    };
    let squares: f64 = members.iter().map(square).sum();
    let variance = squares * count * count / (count - 1.0).max(1.0);
    let persons = members.len() as u64;
    Mean::from_moments(persons, historic + expected, variance, level).interval
}

impl Report for CustomerLifetimeValue {
    fn title(&self) -> String {
        let Self {
            window, population, ..
        } = self;
        format!("customer lifetime value, {window}: {population} customers")
    }

    fn sections(&self) -> Vec<Section> {
        let groups = self.groups.iter();
        let rows = groups
            .map(|group| group.value.row(&group.group))
            .chain([self.whole.row("(whole)")]);
        let heading = [
            "group",
            "customers",
            "margin so far",
            "each",
            "alive",
            "purchases to come",
            "value to come",
        ];
        let note = "(alive: BG/NBD lets customers leave after a repeat purchase only, \
                    so those who bought once count as alive)";
        let section = Section::new().with_table(Table::new(heading).with_rows(rows));
        vec![section.with_lines(self.whole.alive.map(|_| note))]
    }
}

impl fmt::Display for CustomerLifetimeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
