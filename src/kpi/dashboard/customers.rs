//! Customers and what they are worth.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attribution::rules::FirstTouch;
use crate::error::Result;
use crate::journeys::arena::Journeys;
use crate::kpi::customers::{
    Cohorts, CustomerLifetimeValue, CustomerPurchases, ForecastHorizon, InterpurchaseTimes,
    Payback, Purchases, Regularity, Repurchase, Retention, RfmScore, RfmSegments, ValuesToCost,
};
use crate::kpi::dashboard::dashboard_options::DashboardOptions;
use crate::kpi::dashboard::family::Family;
use crate::kpi::options::KpiOptions;
use crate::kpi::spend::CustomerAcquisitionCost;
use crate::kpi::timelines::PersonTimelines;
use crate::privacy::MinimumGroup;
use crate::report::Report;

/// Reports on customers: retention, repurchase, segments and lifetime value.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new().keep_all();
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(4.0))?;
/// log.push(Event::conversion("ann", 1_767_398_400).with_value(50.0))?;
/// log.push(Event::touch("bob", 1_767_225_600, "search").with_cost(6.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let dashboard = Dashboard::new(&log, &journeys, &LastTouch, &DashboardOptions::default())?;
/// let customers = &dashboard.customers;
/// assert_eq!((customers.rfm.population, customers.repurchase.bought_again.rate), (1, Some(0.0)));
/// assert!(customers.no_forecast.is_some(), "nobody bought again");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomerKpis {
    /// Retention by period.
    pub retention: Retention,
    /// Cohorts by period of the first purchase.
    pub cohorts: Cohorts,
    /// Who bought again, and when.
    pub repurchase: Repurchase,
    /// Interpurchase times of regular buyers.
    #[serde(rename = "buying_cycles")]
    pub interpurchase_times: InterpurchaseTimes,
    /// Segments by recency, frequency and value.
    pub rfm: RfmSegments,
    /// Lifetime value by the channel of the first touch.
    pub lifetime_value: Family<CustomerLifetimeValue>,
    /// Lifetime value by RFM segment, without a forecast.
    pub lifetime_value_by_segment: Family<CustomerLifetimeValue>,
    /// Lifetime value against acquisition cost.
    pub value_to_cost: Family<ValuesToCost>,
    /// Margin of new customers by month against acquisition cost.
    pub payback: Family<Payback>,
    /// Returns that belong to no purchase, where journeys are net of returns; no value is reduced
    /// by them.
    #[serde(skip)]
    pub unmatched_returns: u64,
    /// Why there is no forecast of lifetime values, if there is none.
    #[serde(skip)]
    pub no_forecast: Option<String>,
}

impl CustomerKpis {
    pub(crate) fn new(
        timelines: &PersonTimelines<'_>,
        journeys: &Journeys,
        history: Option<&Journeys>,
        options: &DashboardOptions,
    ) -> Result<Self> {
        let kpis = options.over(journeys.observed_range()?)?;
        let purchases = purchases(timelines, journeys, history, options)?;
        let values = LifetimeValues::new(&purchases, journeys, &kpis)?;
        let first_touch = "by the channel of the first touch";
        let same_credit = format!("{first_touch}, which the cost is credited by too");
        Ok(Self {
            retention: Retention::new(&purchases, options.active_days, &kpis)?,
            cohorts: Cohorts::new(&purchases, &kpis)?,
            repurchase: Repurchase::new(&purchases, &kpis),
            interpurchase_times: InterpurchaseTimes::new(&purchases, Regularity::default(), &kpis),
            rfm: RfmSegments::new(&purchases, &kpis),
            lifetime_value: Family::new(values.by_channel).with_basis(first_touch),
            lifetime_value_by_segment: Family::new(values.by_segment).with_basis("by segment"),
            value_to_cost: Family::new(values.to_cost).with_basis(same_credit.clone()),
            payback: Family::new(values.payback).with_basis(same_credit),
            unmatched_returns: history
                .unwrap_or(journeys)
                .irregularities()
                .unmatched_returns,
            no_forecast: values.no_forecast,
        })
    }

    pub(crate) fn reports(&self) -> Vec<&dyn Report> {
        vec![
            &self.retention,
            &self.cohorts,
            &self.repurchase,
            &self.interpurchase_times,
            &self.rfm,
            &self.lifetime_value,
            &self.lifetime_value_by_segment,
            &self.value_to_cost,
            &self.payback,
        ]
    }
}

/// The purchases of customers who bought in the journeys' range, with those before it.
fn purchases<'j>(
    timelines: &PersonTimelines<'_>,
    journeys: &'j Journeys,
    history: Option<&'j Journeys>,
    options: &DashboardOptions,
) -> Result<Purchases<'j>> {
    let all = Purchases::new(history.unwrap_or(journeys))?;
    let all = match history {
        Some(_) => all.within(journeys.observed_range()?),
        None => all,
    };
    let mut purchases = all.with_margin(options.margin)?;
    if timelines.log().columns().any(|column| column == "margin") {
        purchases = purchases.with_margins(timelines, "margin")?;
    }
    Ok(match options.purchases_by_day {
        true => purchases.by_day(options.kpis.zone()),
        false => purchases,
    })
}

/// Lifetime values, with a forecast of the next year if the models can be fitted. By RFM segment
/// there is none: BG/NBD lets customers leave after a repeat purchase only, so that those called
/// lost, who bought once, would count as alive.
struct LifetimeValues {
    by_channel: CustomerLifetimeValue,
    by_segment: CustomerLifetimeValue,
    to_cost: ValuesToCost,
    payback: Payback,
    no_forecast: Option<String>,
}

impl LifetimeValues {
    fn new(purchases: &Purchases<'_>, journeys: &Journeys, kpis: &KpiOptions) -> Result<Self> {
        let year = ForecastHorizon::new(30.0, 12, 0.01)?;
        let channel = |customer: &CustomerPurchases<'_>| {
            customer.first_channel().unwrap_or("(none)").to_owned()
        };
        let segments: BTreeMap<String, &str> = purchases
            .customers()
            .zip(RfmScore::all(purchases))
            .map(|(customer, score)| (customer.person().to_string(), score.segment().name()))
            .collect();
        let segment =
            |customer: &CustomerPurchases<'_>| segments[&customer.person().to_string()].to_owned();
        let (by_channel, no_forecast) =
            match CustomerLifetimeValue::predicted(purchases, year, channel, kpis) {
                Ok(values) => (values, None),
                Err(error) => {
                    let values = CustomerLifetimeValue::historic(purchases, channel, kpis);
                    (values, Some(error.to_string()))
                }
            };
        let by_segment = CustomerLifetimeValue::historic(purchases, segment, kpis);
        // the channel a customer began with is compared with what customers credited to the first
        // touch cost; small groups are out of the values already
        let every_channel = kpis.clone().with_minimum(MinimumGroup::default());
        let cost = CustomerAcquisitionCost::new(journeys, &FirstTouch, &every_channel)?;
        Ok(Self {
            to_cost: by_channel.to_cost(&cost),
            payback: Payback::new(purchases, &cost, channel, kpis),
            by_channel,
            by_segment,
            no_forecast,
        })
    }
}
