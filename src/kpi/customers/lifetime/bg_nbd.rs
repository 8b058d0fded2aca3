//! BG/NBD: how often customers buy, and when they stop.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::kpi::customers::lifetime::customer::Customer;
use crate::linalg::bfgs::{coarse_to_fine, maximise};
use crate::linalg::log_density::PositiveParameters;
use crate::stats::LikelihoodFit;
use crate::stats::special::{digamma, hypergeometric};

/// The BG/NBD model of repeat purchases (Fader, Hardie and Lee 2005, "Counting your customers the
/// easy way").
///
/// While alive, a customer buys at a rate that differs between customers as a gamma (shape r, rate
/// alpha); after each repeat purchase the customer is gone with a probability that differs as a
/// beta (a, b).
///
/// ```
/// use mixtouch::kpi::customers::lifetime::{BgNbd, Customer};
///
/// // The parameters published for the CDNOW customers, and one who bought twice again, last in
/// // week 30.43 of 38.86.
/// let model = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
/// let customer = Customer::new(2, 30.43, 38.86)?;
/// assert!((model.expected_purchases(&customer, 39.0)? - 1.226).abs() < 1e-3);
/// assert!((model.probability_alive(&customer) - 0.7266).abs() < 1e-3);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parameters")]
pub struct BgNbd {
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
}

impl TryFrom<Parameters> for BgNbd {
    type Error = Error;

    fn try_from(p: Parameters) -> Result<Self> {
        Self::new(p.r, p.alpha, p.a, p.b)
    }
}

impl BgNbd {
    /// A model with known parameters; alpha is in the customers' unit of time.
    ///
    /// # Errors
    /// If a parameter is not finite and > 0.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64) -> Result<Self> {
        for (name, value) in [("r", r), ("alpha", alpha), ("a", a), ("b", b)] {
            if !(value.is_finite() && value > 0.0) {
                return Err(Error::setting(
                    format!("{name} of BG/NBD"),
                    value,
                    "a finite number > 0",
                ));
            }
        }
        Ok(Self { r, alpha, a, b })
    }

    /// Fits the model by maximum likelihood, from several starts with analytic slopes.
    ///
    /// # Errors
    /// If there is no customer, none bought again, or the search does not converge because
    /// customers do not differ as the model says.
    pub fn fit(customers: &[Customer]) -> Result<LikelihoodFit<Self>> {
        if customers.is_empty() {
            return Err(Error::Empty {
                what: "list of customers".into(),
                expected: "at least one customer".into(),
            });
        }
        if customers.iter().all(|customer| customer.repeats() == 0) {
            return Err(Error::setting(
                "number of customers who bought again",
                0,
                "at least 1",
            ));
        }
        let time = customers.iter().map(Customer::observed).sum::<f64>() / customers.len() as f64;
        let starts = [
            [1.0, 0.5 * time, 1.0, 1.0],
            [0.25, 0.1 * time, 0.8, 2.5],
            [3.0, 2.0 * time, 0.5, 5.0],
        ];
        let optimum = coarse_to_fine(customers, &starts, |customers, starts| {
            let levels = Levels::new(customers);
            let likelihood = PositiveParameters::new(|&[r, alpha, a, b]: &[f64; 4]| {
                Self { r, alpha, a, b }.slope(customers, &levels)
            });
            maximise("BG/NBD", customers.len(), starts, &likelihood)
        })?;
        let [r, alpha, a, b] = optimum.parameters;
        let log_likelihood = optimum.mean * customers.len() as f64;
        Ok(LikelihoodFit {
            model: Self::new(r, alpha, a, b)?,
            log_likelihood,
            standard_errors: optimum.errors,
        })
    }

    /// The parameters r, alpha, a and b.
    pub const fn parameters(&self) -> [f64; 4] {
        [self.r, self.alpha, self.a, self.b]
    }

    /// The log-likelihood of customers.
    pub fn log_likelihood(&self, customers: &[Customer]) -> f64 {
        let levels = Levels::new(customers);
        self.slope(customers, &levels).0 * customers.len() as f64
    }

    /// The probability that a customer will buy again, 0 to 1; 1 without repeat purchases, as
    /// customers leave only after one.
    pub fn probability_alive(&self, customer: &Customer) -> f64 {
        1.0 / (1.0 + self.odds_gone(customer))
    }

    fn odds_gone(&self, customer: &Customer) -> f64 {
        if customer.repeats() == 0 {
            return 0.0;
        }
        let x = customer.repeats() as f64;
        let longer =
            libm::log1p((customer.observed() - customer.last()) / (self.alpha + customer.last()));
        // as a sum of logarithms: the factors alone may be 0 and infinite
        let share = libm::log(self.a) - libm::log(self.b + (x - 1.0));
        let faded = if longer > 0.0 {
            (self.r + x) * longer
        } else {
            0.0
        };
        libm::exp(share + faded)
    }

    /// Expected purchases of a customer within `horizon` after the end of observation.
    ///
    /// Equation 10 of the paper. The hypergeometric function stands there as it is or in Euler's
    /// form, whichever series falls off faster at long horizons.
    ///
    /// # Errors
    /// If the horizon is negative or not finite, or parameters are so large or small that the
    /// figure is lost to rounding.
    pub fn expected_purchases(&self, customer: &Customer, horizon: f64) -> Result<f64> {
        if !(horizon.is_finite() && horizon >= 0.0) {
            return Err(Error::setting(
                "horizon",
                horizon,
                "a finite number, 0 or more",
            ));
        }
        let x = customer.repeats() as f64;
        // At a = 1 the formula is 0 / 0; its limit is smooth, so a value beside it is as good as
        // rounding lets it be.
        let a = if (self.a - 1.0).abs() < 1e-6 {
            1.0 + 1e-6
        } else {
            self.a
        };
        let z = horizon / (self.alpha + customer.observed() + horizon);
        // Zero for customers who never came back where a + b = 1, with a limit as smooth.
        let c = match a + self.b + x - 1.0 {
            c if c.abs() < 1e-6 => 1e-6,
            c => c,
        };
        let power = |exponent: f64| libm::exp(exponent * libm::log1p(-z));
        let left = if a - 1.0 > self.r + x {
            power(self.r + x) * hypergeometric(self.r + x, self.b + x, c, z)
        } else {
            power(a - 1.0) * hypergeometric(c - self.r - x, a - 1.0, c, z)
        };
        let expected = c / (a - 1.0) * (1.0 - left) / (1.0 + self.odds_gone(customer));
        if !expected.is_finite() {
            let wanted = "a finite number: the parameters of BG/NBD are out of range";
            return Err(Error::setting("expected purchases", expected, wanted));
        }
        Ok(expected.max(0.0))
    }

    /// Mean log-likelihood and its derivatives by the logarithms of the parameters.
    ///
    /// Blocks of fixed size are summed in parallel and added in order: the same bits on any number
    /// of threads.
    fn slope(&self, customers: &[Customer], levels: &Levels) -> (f64, [f64; 4]) {
        const BLOCK: usize = 4096;
        let table = levels.table(self);
        let block = |(customers, at): (&[Customer], &[u32])| {
            let each = customers
                .iter()
                .zip(at)
                .map(|(customer, &level)| self.one(customer, &table[level as usize]));
            each.fold([0.0; 5], |sum, term| {
                std::array::from_fn(|i| sum[i] + term[i])
            })
        };
        let sums: Vec<[f64; 5]> = customers
            .par_chunks(BLOCK)
            .zip(levels.by_customer.par_chunks(BLOCK))
            .map(block)
            .collect();
        let sum = sums.iter().fold([0.0; 5], |sum, term| {
            std::array::from_fn(|i| sum[i] + term[i])
        });
        let count = customers.len() as f64;
        (
            sum[0] / count,
            [
                sum[1] * self.r / count,
                sum[2] * self.alpha / count,
                sum[3] * self.a / count,
                sum[4] * self.b / count,
            ],
        )
    }

    /// A customer's log-likelihood and its derivatives by r, alpha, a and b.
    fn one(&self, customer: &Customer, level: &Level) -> [f64; 5] {
        let (x, end) = (customer.repeats() as f64, self.alpha + customer.observed());
        let alive = -(self.r + x) * libm::log(end);
        let (gone, last) = if customer.repeats() > 0 {
            let last = self.alpha + customer.last();
            (level.leave - (self.r + x) * libm::log(last), last)
        } else {
            (f64::NEG_INFINITY, end)
        };
        let larger = alive.max(gone);
        let sum = larger + libm::log(libm::exp(alive - larger) + libm::exp(gone - larger));
        let w = libm::exp(gone - sum);
        let by_a = if customer.repeats() > 0 {
            w / self.a
        } else {
            0.0
        };
        let by_b = if customer.repeats() > 0 {
            w / (self.b + x - 1.0)
        } else {
            0.0
        };
        [
            level.value + sum,
            level.by[0] - (1.0 - w) * libm::log(end) - w * libm::log(last),
            level.by[1] - (self.r + x) * ((1.0 - w) / end + w / last),
            level.by[2] + by_a,
            level.by[3] - by_b,
        ]
    }
}

/// What of the likelihood depends on the number of repeat purchases only.
struct Level {
    value: f64,
    by: [f64; 4],
    /// ln a - ln(b + x - 1).
    leave: f64,
}

/// The distinct numbers of repeat purchases, and which of them each customer has: gamma functions
/// are few that way.
struct Levels {
    repeats: Vec<u64>,
    by_customer: Vec<u32>,
}

impl Levels {
    fn new(customers: &[Customer]) -> Self {
        let mut repeats: Vec<u64> = customers.iter().map(Customer::repeats).collect();
        repeats.sort_unstable();
        repeats.dedup();
        let by_customer = customers
            .iter()
            .map(|customer| repeats.partition_point(|&x| x < customer.repeats()) as u32)
            .collect();
        Self {
            repeats,
            by_customer,
        }
    }

    fn table(&self, model: &BgNbd) -> Vec<Level> {
        let BgNbd { r, alpha, a, b } = *model;
        let level = |&repeats: &u64| {
            let x = repeats as f64;
            let value = libm::lgamma(r + x) - libm::lgamma(r)
                + r * libm::log(alpha)
                + libm::lgamma(a + b)
                + libm::lgamma(b + x)
                - libm::lgamma(b)
                - libm::lgamma(a + b + x);
            let both = digamma(a + b) - digamma(a + b + x);
            let by = [
                digamma(r + x) - digamma(r) + libm::log(alpha),
                r / alpha,
                both,
                both + digamma(b + x) - digamma(b),
            ];
            let leave = if repeats > 0 {
                libm::log(a / (b + x - 1.0))
            } else {
                f64::NEG_INFINITY
            };
            Level { value, by, leave }
        };
        self.repeats.iter().map(level).collect()
    }
}
