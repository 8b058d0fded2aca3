//! One customer as the lifetime models see it.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::kpi::customers::lifetime::gamma_gamma::RepeatSpend;

/// A customer's repeat purchases: how many, when the last, and how long was observed, all counted
/// from the first purchase.
///
/// ```
/// use mixtouch::kpi::customers::lifetime::Customer;
///
/// // two repeat purchases, the last in week 30.43 of 38.86 observed
/// let customer = Customer::new(2, 30.43, 38.86)?;
/// assert_eq!((customer.repeats(), customer.last(), customer.observed()), (2, 30.43, 38.86));
/// assert!(Customer::new(2, 40.0, 38.86).is_err());
/// # Ok::<(), mixtouch::Error>(())
/// ```
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
    /// A customer with `repeats` repeat purchases, the last of them at time `last` of `observed`
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
                "a finite number, 0 or more",
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
    /// `end`; with the mean value of the repeat purchases where there are any and it is > 0.
    /// Purchases after the end are left out.
    ///
    /// Purchases at the same time count as one, as their values' sum: they are lines of one order,
    /// not a customer who came back.
    ///
    /// # Errors
    /// If there is no purchase up to the end, a number is not finite, or a value is negative: a
    /// refund is no purchase, take it off the one it belongs to.
    pub fn from_purchases(
        purchases: &[(f64, f64)],
        end: f64,
    ) -> Result<(Self, Option<RepeatSpend>)> {
        if let Some((_, value)) = purchases.iter().find(|(_, value)| *value < 0.0) {
            let expected = "0 or more; take refunds off the purchases they belong to";
            return Err(Error::setting("value of a purchase", value, expected));
        }
        Self::from_margins(purchases, end)
    }

    /// The same of margins, which may be negative: those of sales at a loss.
    pub(crate) fn from_margins(
        purchases: &[(f64, f64)],
        end: f64,
    ) -> Result<(Self, Option<RepeatSpend>)> {
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

    /// Number of repeat purchases.
    pub const fn repeats(&self) -> u64 {
        self.repeats
    }

    /// Time from the first purchase to the last repeat purchase; 0 without repeats.
    pub const fn last(&self) -> f64 {
        self.last
    }

    /// Time from the first purchase to the end of observation.
    pub const fn observed(&self) -> f64 {
        self.observed
    }
}
