//! Customer lifetime value: what customers will still buy, and what it is worth today.
//!
//! [`BgNbd`] says how many purchases to expect of a customer, [`GammaGamma`] what each is worth;
//! [`discounted_value`] puts both together. Time is in any unit, the same throughout (the doc tests
//! use weeks).

mod bg_nbd;
mod gamma_gamma;
#[cfg(test)]
mod tests;

pub use self::bg_nbd::BgNbd;
pub use self::gamma_gamma::{GammaGamma, RepeatSpend};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How often a customer came back, when last, and for how long that was observed; all since the
/// first purchase.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Customer {
    repeats: u64,
    last: f64,
    observed: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    repeats: u64,
    last: f64,
    observed: f64,
}

impl TryFrom<Fields> for Customer {
    type Error = Error;

    fn try_from(f: Fields) -> Result<Self> {
        Self::new(f.repeats, f.last, f.observed)
    }
}

impl Customer {
    /// A customer with so many repeat purchases, the last of them at time `last` of `observed`
    /// since the first purchase.
    ///
    /// # Errors
    /// If a time is negative or not finite, `last` is after `observed`, or there is a last repeat
    /// purchase without repeats.
    pub fn new(repeats: u64, last: f64, observed: f64) -> Result<Self> {
        if !(observed.is_finite() && observed >= 0.0) {
            return Err(Error::setting(
                "time observed",
                observed,
                "a finite number from 0",
            ));
        }
        if !(0.0..=observed).contains(&last) {
            return Err(Error::setting(
                "time of the last repeat purchase",
                last,
                format!("0 to the time observed, {observed}"),
            ));
        }
        if repeats == 0 && last > 0.0 {
            return Err(Error::setting(
                "time of the last repeat purchase",
                last,
                "0 without repeat purchases",
            ));
        }
        Ok(Self {
            repeats,
            last,
            observed,
        })
    }

    /// From a customer's purchases, each given as its time and value in any order, observed up to
    /// `end`; with the mean value of the repeat purchases where there are any and it is above 0.
    /// Purchases after the end are left out.
    ///
    /// Purchases at the same time count as one, as their values' sum: they are lines of one order,
    /// not a customer who came back.
    ///
    /// # Errors
    /// If there is no purchase up to the end, or a number is not finite.
    pub fn of(purchases: &[(f64, f64)], end: f64) -> Result<(Self, Option<RepeatSpend>)> {
        if let Some((time, value)) = purchases
            .iter()
            .find(|(time, value)| !(time.is_finite() && value.is_finite()))
        {
            return Err(Error::setting(
                "purchase",
                format!("{value} at {time}"),
                "finite numbers",
            ));
        }
        let mut sorted: Vec<(f64, f64)> = purchases
            .iter()
            .copied()
            .filter(|(time, _)| *time <= end)
            .collect();
        sorted.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
        sorted.dedup_by(|next, kept| {
            next.0 == kept.0 && {
                kept.1 += next.1;
                true
            }
        });
        let Some(&(first, _)) = sorted.first() else {
            return Err(Error::Empty {
                what: "list of purchases".into(),
                expected: "at least one up to the end".into(),
            });
        };
        let repeats = sorted.len() as u64 - 1;
        let last = sorted[sorted.len() - 1].0 - first;
        let mean = sorted[1..].iter().map(|(_, value)| value).sum::<f64>() / repeats.max(1) as f64;
        Ok((
            Self::new(repeats, last, end - first)?,
            RepeatSpend::new(repeats, mean).ok(),
        ))
    }

    /// How often the customer came back.
    pub const fn repeats(&self) -> u64 {
        self.repeats
    }

    /// When last, since the first purchase; 0 if never.
    pub const fn last(&self) -> f64 {
        self.last
    }

    /// For how long, since the first purchase.
    pub const fn observed(&self) -> f64 {
        self.observed
    }
}

/// What a customer's purchases over the next `periods` units of time are worth today, in the unit
/// of the purchases' values.
///
/// sum over i from 1 to periods of (E purchases up to i - E purchases up to i - 1) * E value / (1 +
/// discount)^i, with `discount` the rate for one unit of time. Multiply by the margin for profit.
///
/// ```
/// use mixtouch::kpi::customers::lifetime::{
///     BgNbd, Customer, GammaGamma, RepeatSpend, discounted_value,
/// };
///
/// let purchases = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
/// let values = GammaGamma::new(6.25, 3.74, 15.45)?;
/// let (customer, spend) = (Customer::new(2, 30.43, 38.86)?, RepeatSpend::new(2, 22.35)?);
/// let year = discounted_value(&purchases, &values, &customer, Some(&spend), 52, 0.001)?;
/// assert!(year > 30.0 && year < 40.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
///
/// # Errors
/// If the discount is not above -1 or not finite, or the value model has no mean for the customer.
pub fn discounted_value(
    purchases: &BgNbd,
    values: &GammaGamma,
    customer: &Customer,
    spend: Option<&RepeatSpend>,
    periods: u32,
    discount: f64,
) -> Result<f64> {
    if !(discount.is_finite() && discount > -1.0) {
        return Err(Error::setting(
            "discount",
            discount,
            "a finite number above -1",
        ));
    }
    let (mut sum, mut before, mut factor) = (0.0, 0.0, 1.0);
    for period in 1..=periods {
        let so_far = purchases.expected_purchases(customer, f64::from(period))?;
        factor /= 1.0 + discount;
        sum += (so_far - before) * factor;
        before = so_far;
    }
    Ok(sum * values.expected_value(spend)?)
}
