//! The discounted value of the purchases to come.

use crate::error::{Error, Result};
use crate::kpi::customers::lifetime::bg_nbd::BgNbd;
use crate::kpi::customers::lifetime::customer::Customer;
use crate::kpi::customers::lifetime::gamma_gamma::{GammaGamma, RepeatSpend};

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
/// If the discount is not > -1 and finite, or the value model has no mean for the customer.
pub fn discounted_value(
    purchases: &BgNbd,
    values: &GammaGamma,
    customer: &Customer,
    spend: Option<&RepeatSpend>,
    periods: u32,
    discount: f64,
) -> Result<f64> {
    if !(discount.is_finite() && discount > -1.0) {
        return Err(Error::setting("discount", discount, "a finite number > -1"));
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
