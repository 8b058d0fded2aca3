//! The outcome of a channel as a function of its spend in each period.

use crate::budget::curve::ResponseCurve;
use crate::error::{Error, Result};

/// A channel's outcome over a horizon as a function of its spend in each of the horizon's periods.
///
/// With g the response of one period to carried spend, w the adstock's weights, h what the past
/// carries into period t, and s the part of the channel's spend that this curve takes (such as a
/// geo's),
///
/// f(x) = sum over t of g(h_t + s x sum over lags l of w_l x_(t-l)) - g(h_t),
///
/// over the horizon's periods and as many after it as the adstock reaches.
///
/// ```
/// use mixtouch::budget::{FlightCurve, ResponseCurve};
///
/// struct Root;
///
/// impl ResponseCurve for Root {
///     fn response(&self, spend: f64) -> f64 {
///         spend.sqrt()
///     }
///
///     fn slope(&self, spend: f64) -> f64 {
///         0.5 / spend.sqrt()
///     }
/// }
///
/// // Half of the spend works a period later; 8 were spent in the period before.
/// let curve = FlightCurve::new(Root, 1.0, 2, &[0.5, 0.5], &[8.0])?;
/// let expected = (4.0_f64 + 5.0).sqrt() - 2.0 + 5.0_f64.sqrt() + 0.0;
/// assert!((curve.response(&[10.0, 0.0]) - expected).abs() < 1e-12);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FlightCurve<G> {
    period: G,
    part: f64,
    weights: Vec<f64>,
    /// What the past carries into each period of the horizon and after it.
    history: Vec<f64>,
}

impl<G: ResponseCurve> FlightCurve<G> {
    /// From one period's response, the part of the channel's spend (0 or more), the number of
    /// periods, the adstock's `weights` by lag, and the `past` periods' spend of this part, oldest
    /// first.
    ///
    /// # Errors
    /// If there is no period or no weight, or a number is negative or not finite.
    pub fn new(
        period: G,
        part: f64,
        periods: usize,
        weights: &[f64],
        past: &[f64],
    ) -> Result<Self> {
        if periods == 0 || weights.is_empty() {
            return Err(Error::Empty {
                what: "horizon".into(),
                expected: "at least one period and one adstock weight".into(),
            });
        }
        let numbers = weights.iter().chain(past).chain([&part]);
        if let Some(bad) = numbers.clone().find(|x| !(x.is_finite() && **x >= 0.0)) {
            let expected = "a finite number, 0 or more";
            return Err(Error::setting("figure of a horizon", bad, expected));
        }
        let history = (0..periods + weights.len() - 1).map(|t| {
            let lags = weights.iter().enumerate().skip(t + 1);
            lags.filter_map(|(lag, weight)| {
                let at = past.len().checked_sub(lag - t)?;
                Some(weight * past[at])
            })
            .sum()
        });
        Ok(Self {
            history: history.collect(),
            period,
            part,
            weights: weights.to_vec(),
        })
    }

    /// How many periods are planned.
    pub const fn periods(&self) -> usize {
        self.history.len() + 1 - self.weights.len()
    }

    /// The outcome of a spend for each period.
    pub fn response(&self, spend: &[f64]) -> f64 {
        let gained = self.history.iter().enumerate().map(|(t, history)| {
            let carried = self.carried(t, spend);
            self.period.response(history + carried) - self.period.response(*history)
        });
        gained.sum()
    }

    /// What the spend carries into a period.
    fn carried(&self, t: usize, spend: &[f64]) -> f64 {
        let sum: f64 = self.lags(t, spend.len()).map(|(s, w)| w * spend[s]).sum();
        self.part * sum
    }

    /// The periods whose spend works in a period, with their weights.
    fn lags(&self, t: usize, periods: usize) -> impl Iterator<Item = (usize, f64)> {
        let lags = self.weights.iter().enumerate();
        lags.filter_map(move |(lag, weight)| {
            let s = t.checked_sub(lag)?;
            (s < periods).then_some((s, *weight))
        })
    }

    /// Adds the derivative by each period's spend, and a bound of the second one, times a weight.
    pub(crate) fn add_slopes(
        &self,
        weight: f64,
        spend: &[f64],
        gradient: &mut [f64],
        curvature: &mut [f64],
    ) {
        for (t, history) in self.history.iter().enumerate() {
            let at = history + self.carried(t, spend);
            let reach: f64 = self.lags(t, spend.len()).map(|(_, w)| w).sum();
            // Beside 0 a root's slope is finite.
            let apart = 1e-4 * at.max(1e-6 * self.part * reach).max(f64::MIN_POSITIVE);
            let (near, far) = (self.slope_beside(at, apart), self.period.slope(at + apart));
            let bend = ((far - near) / apart).abs();
            let bend = if bend.is_finite() { bend } else { 0.0 };
            for (s, w) in self.lags(t, spend.len()) {
                gradient[s] += weight * self.part * w * near;
                curvature[s] += weight * self.part * self.part * w * reach * bend;
            }
        }
    }

    fn slope_beside(&self, at: f64, apart: f64) -> f64 {
        let slope = self.period.slope(at);
        if slope.is_finite() {
            slope
        } else {
            self.period.slope(at + apart)
        }
    }
}
