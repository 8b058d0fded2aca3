//! Gamma-gamma: what a purchase is worth.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::linalg::bfgs::{coarse_to_fine, maximise};
use crate::linalg::log_density::PositiveParameters;
use crate::stats::LikelihoodFit;
use crate::stats::special::digamma;

/// A customer's repeat purchases and their mean value.
///
/// ```
/// use mixtouch::kpi::customers::lifetime::{GammaGamma, RepeatSpend};
///
/// let model = GammaGamma::new(6.25, 3.74, 15.45)?;
/// let spend = RepeatSpend::new(2, 22.35)?;
/// // between the customer's own mean and the mean of all customers
/// let expected = model.expected_value(Some(&spend))?;
/// assert!((expected - 24.668).abs() < 1e-3);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SpendFields")]
pub struct RepeatSpend {
    repeats: u64,
    mean: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpendFields {
    repeats: u64,
    mean: f64,
}

impl TryFrom<SpendFields> for RepeatSpend {
    type Error = Error;

    fn try_from(f: SpendFields) -> Result<Self> {
        Self::new(f.repeats, f.mean)
    }
}

impl RepeatSpend {
    /// `repeats` repeat purchases, 1 or more, of mean value > 0.
    ///
    /// # Errors
    /// If there is no purchase, or the mean is not finite and > 0.
    pub fn new(repeats: u64, mean: f64) -> Result<Self> {
        if repeats == 0 {
            return Err(Error::setting(
                "number of purchases whose value is averaged",
                repeats,
                "at least 1",
            ));
        }
        if !(mean.is_finite() && mean > 0.0) {
            return Err(Error::setting(
                "mean value of a purchase",
                mean,
                "a finite number > 0",
            ));
        }
        Ok(Self { repeats, mean })
    }
}

/// The gamma-gamma model of a purchase's value (Fader and Hardie 2013, "The gamma-gamma model of
/// monetary value").
///
/// A customer's purchases vary as a gamma with shape p; its rate differs between customers as a
/// gamma (shape q, rate v). Values do not depend on how often a customer buys.
///
/// ```
/// use mixtouch::kpi::customers::lifetime::GammaGamma;
///
/// // the parameters published for the CDNOW customers
/// let model = GammaGamma::new(6.25, 3.74, 15.45)?;
/// let unknown = model.expected_value(None)?;
/// assert!((unknown - 35.242).abs() < 1e-3);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parameters")]
pub struct GammaGamma {
    p: f64,
    q: f64,
    v: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    p: f64,
    q: f64,
    v: f64,
}

impl TryFrom<Parameters> for GammaGamma {
    type Error = Error;

    fn try_from(f: Parameters) -> Result<Self> {
        Self::new(f.p, f.q, f.v)
    }
}

impl GammaGamma {
    /// A model with known parameters; v is in the unit of value.
    ///
    /// # Errors
    /// If a parameter is not finite and > 0.
    pub fn new(p: f64, q: f64, v: f64) -> Result<Self> {
        for (name, value) in [("p", p), ("q", q), ("v", v)] {
            if !(value.is_finite() && value > 0.0) {
                return Err(Error::setting(
                    format!("{name} of gamma-gamma"),
                    value,
                    "a finite number > 0",
                ));
            }
        }
        Ok(Self { p, q, v })
    }

    /// Fits the model by maximum likelihood, from several starts with analytic slopes.
    ///
    /// # Errors
    /// If there is no customer, or the search does not converge because values do not differ as the
    /// model says.
    pub fn fit(customers: &[RepeatSpend]) -> Result<LikelihoodFit<Self>> {
        if customers.is_empty() {
            return Err(Error::Empty {
                what: "list of repeat customers".into(),
                expected: "at least one customer".into(),
            });
        }
        let mean =
            customers.iter().map(|customer| customer.mean).sum::<f64>() / customers.len() as f64;
        let starts = [
            [1.0, 2.0, mean],
            [6.0, 4.0, 0.5 * mean],
            [10.0, 20.0, 2.0 * mean],
        ];
        let optimum = coarse_to_fine(customers, &starts, |customers, starts| {
            let likelihood =
                PositiveParameters::new(|&[p, q, v]: &[f64; 3]| Self { p, q, v }.slope(customers));
            maximise("gamma-gamma", customers.len(), starts, &likelihood)
        })?;
        let [p, q, v] = optimum.parameters;
        let log_likelihood = optimum.mean * customers.len() as f64;
        Ok(LikelihoodFit {
            model: Self::new(p, q, v)?,
            log_likelihood,
            standard_errors: optimum.errors,
        })
    }

    /// The parameters p, q and v.
    pub const fn parameters(&self) -> [f64; 3] {
        [self.p, self.q, self.v]
    }

    /// The log-likelihood of customers.
    pub fn log_likelihood(&self, customers: &[RepeatSpend]) -> f64 {
        self.slope(customers).0 * customers.len() as f64
    }

    /// The value to expect of a purchase: p (v + n mean) / (p n + q - 1) after n purchases, and p v
    /// / (q - 1) before the first.
    ///
    /// # Errors
    /// If the model has no mean: q at or below 1 and nothing known of the customer, or p n + q at
    /// or below 1.
    pub fn expected_value(&self, spend: Option<&RepeatSpend>) -> Result<f64> {
        let (count, sum) = spend.map_or((0.0, 0.0), |spend| {
            (spend.repeats as f64, spend.repeats as f64 * spend.mean)
        });
        let below = self.p * count + self.q - 1.0;
        if below <= 0.0 {
            return Err(Error::setting(
                "q of gamma-gamma",
                self.q,
                "above 1 less p times the purchases, or values have no mean",
            ));
        }
        Ok(self.p * (self.v + sum) / below)
    }

    /// Mean log-likelihood and its derivatives by the logarithms of the parameters, the same bits
    /// on any number of threads.
    fn slope(&self, customers: &[RepeatSpend]) -> (f64, [f64; 3]) {
        const BLOCK: usize = 4096;
        let add = |sum: [f64; 4], term: [f64; 4]| std::array::from_fn(|i| sum[i] + term[i]);
        let blocks = customers.par_chunks(BLOCK).map(|block| {
            block
                .iter()
                .map(|customer| self.one(customer))
                .fold([0.0; 4], add)
        });
        let sum = blocks.collect::<Vec<_>>().into_iter().fold([0.0; 4], add);
        let count = customers.len() as f64;
        (
            sum[0] / count,
            [
                sum[1] * self.p / count,
                sum[2] * self.q / count,
                sum[3] * self.v / count,
            ],
        )
    }

    /// A customer's log-likelihood and its derivatives by p, q and v.
    fn one(&self, customer: &RepeatSpend) -> [f64; 4] {
        let Self { p, q, v } = *self;
        let (x, z) = (customer.repeats as f64, customer.mean);
        let (px, total) = (p * x, v + x * z);
        let (log_total, log_sum) = (libm::log(total), libm::log(x * z));
        let value = libm::lgamma(px + q) - libm::lgamma(px) - libm::lgamma(q)
            + q * libm::log(v)
            + px * log_sum
            - libm::log(z)
            - (px + q) * log_total;
        let both = digamma(px + q);
        [
            value,
            x * (both - digamma(px) + log_sum - log_total),
            both - digamma(q) + libm::log(v) - log_total,
            q / v - (px + q) / total,
        ]
    }
}
