//! The horizon of a forecast of customer value, and the models fitted for it.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::kpi::customers::lifetime::bg_nbd::BgNbd;
use crate::kpi::customers::lifetime::customer::Customer;
use crate::kpi::customers::lifetime::discounted_value::discounted_value;
use crate::kpi::customers::lifetime::gamma_gamma::{GammaGamma, RepeatSpend};
use crate::kpi::customers::purchases::CustomerPurchases;
use crate::time::limits::DAY;
use crate::util::known_fields::read_settings;

/// How far a forecast of customer value reaches, in what steps, at what discount rate a step.
///
/// ```
/// use mixtouch::kpi::customers::ForecastHorizon;
///
/// // a year in months of 30 days, discounted by 1 % a month
/// let year = ForecastHorizon::new(30.0, 12, 0.01)?;
/// assert!(ForecastHorizon::new(30.0, 0, 0.01).is_err());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ForecastHorizon {
    step_days: f64,
    steps: u32,
    discount: f64,
}

read_settings!(ForecastHorizon, ForecastFields);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForecastFields {
    step_days: f64,
    steps: u32,
    discount: f64,
}

impl TryFrom<ForecastFields> for ForecastHorizon {
    type Error = Error;

    fn try_from(f: ForecastFields) -> Result<Self> {
        Self::new(f.step_days, f.steps, f.discount)
    }
}

impl ForecastHorizon {
    /// `steps` steps of `step_days` days each, discounted by `discount` a step.
    ///
    /// # Errors
    /// If days are not finite and > 0, steps are not 1 to 100,000, or the discount is not a finite
    /// number > -1.
    pub fn new(step_days: f64, steps: u32, discount: f64) -> Result<Self> {
        if !(step_days.is_finite() && step_days > 0.0) {
            return Err(Error::setting(
                "days of a forecast's step",
                step_days,
                "a finite number > 0",
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
///
/// ```
/// use mixtouch::kpi::customers::FittedForecast;
///
/// /// Purchases that a customer makes in one step of the forecast, on average while alive.
/// fn purchase_rate(fitted: &FittedForecast) -> f64 {
///     let [r, alpha, ..] = fitted.purchases.parameters();
///     r / alpha
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FittedForecast {
    /// The horizon of the forecast.
    pub forecast: ForecastHorizon,
    /// Model of how often customers buy and when they stop.
    pub purchases: BgNbd,
    /// Model of the margin of a purchase.
    pub values: GammaGamma,
}

/// A customer as the models see it.
pub(crate) type Record = (Customer, Option<RepeatSpend>);

impl ForecastHorizon {
    /// None of customers whose first purchase is unknown.
    pub(crate) fn record(
        &self,
        customer: &CustomerPurchases<'_>,
        end: i64,
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
        Customer::from_margins(&purchases.collect::<Vec<_>>(), end as f64 / step).map(Some)
    }
}

impl FittedForecast {
    pub(crate) fn predict(&self, (customer, spend): &Record) -> Result<[f64; 3]> {
        let ForecastHorizon {
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
