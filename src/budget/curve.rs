//! Response curves: the outcome of a channel's spend.

use std::sync::Arc;

use crate::error::{Error, Result};

/// The outcome of a channel as a function of its spend.
///
/// Spend is the channel's total over the horizon that is planned, and the response is the outcome
/// which that spend brings, in the units of the KPI or in revenue, whenever it occurs: carry-over counts here
/// (see [`HorizonCurve`]). The planner needs nothing else, so it works with any model and any
/// function.
///
/// Both functions take spend of 0 or more and return finite numbers; a slope may be infinite at 0,
/// where a root has no tangent. A response may fall, though plans are easier to read when it does
/// not.
///
/// ```
/// use mixtouch::budget::ResponseCurve;
///
/// /// 500 sales at most, half of them at a spend of 100.
/// struct Saturating;
///
/// impl ResponseCurve for Saturating {
///     fn response(&self, spend: f64) -> f64 {
///         500.0 * spend / (100.0 + spend)
///     }
///
///     fn slope(&self, spend: f64) -> f64 {
///         500.0 * 100.0 / (100.0 + spend).powi(2)
///     }
/// }
///
/// assert_eq!(Saturating.response(100.0), 250.0);
/// ```
pub trait ResponseCurve: Send + Sync {
    /// The outcome at a spend, in units of the KPI or in revenue.
    fn response(&self, spend: f64) -> f64;

    /// The derivative of the response: the outcome that the next unit of spend brings.
    fn slope(&self, spend: f64) -> f64;
}

macro_rules! through_a_pointer {
    ($($pointer:ty),*) => {$(
        impl<C: ResponseCurve + ?Sized> ResponseCurve for $pointer {
            fn response(&self, spend: f64) -> f64 {
                (**self).response(spend)
            }

            fn slope(&self, spend: f64) -> f64 {
                (**self).slope(spend)
            }
        }
    )*};
}

through_a_pointer!(&C, Box<C>, Arc<C>);

/// A channel's outcome over a horizon as a function of its spend there, with carry-over into,
/// inside and after the horizon.
///
/// Adstock is linear in spend: in period t the carried spend is `history_t + spend * reach_t`,
/// where `history_t` is what earlier periods still carry into t, and `reach_t` is what one unit of
/// spend, laid out over the horizon as the plan lays it out, carries into t. The response is
///
/// f(spend) = sum over t of g(history_t + spend * reach_t) - g(history_t),
///
/// with g the response of one period to carried spend (saturation times coefficient). The sum runs
/// over the horizon's periods and over as many after it as the adstock reaches, so that the whole
/// effect of the planned spend counts and nothing of the past's.
///
/// ```
/// use mixtouch::budget::{HorizonCurve, ResponseCurve};
///
/// struct Saturating;
///
/// impl ResponseCurve for Saturating {
///     fn response(&self, spend: f64) -> f64 {
///         spend / (100.0 + spend)
///     }
///
///     fn slope(&self, spend: f64) -> f64 {
///         100.0 / (100.0 + spend).powi(2)
///     }
/// }
///
/// // Spend in equal parts over two weeks, of which a third works in the week after.
/// let curve = HorizonCurve::laid_out(Saturating, &[0.5, 0.5], &[2.0 / 3.0, 1.0 / 3.0], &[])?;
/// assert_eq!(curve.periods(), 3);
/// assert!(curve.response(90.0) > 2.0 * Saturating.response(30.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct HorizonCurve<G> {
    period: G,
    /// What earlier periods carry into each period, and what a unit of planned spend carries there.
    carried: Vec<(f64, f64)>,
    /// The outcome without any planned spend.
    without: f64,
}

impl<G: ResponseCurve> HorizonCurve<G> {
    /// From `(history, reach)` for each period of the horizon and of the carry-over after it.
    ///
    /// # Errors
    /// If there is no period, or a history or reach is negative or not finite.
    pub fn new(period: G, carried: Vec<(f64, f64)>) -> Result<Self> {
        if carried.is_empty() {
            return Err(Error::Empty {
                what: "horizon".into(),
                expected: "at least one period".into(),
            });
        }
        let sound = |x: f64| x.is_finite() && x >= 0.0;
        if let Some(&(history, reach)) = carried
            .iter()
            .find(|&&(history, reach)| !(sound(history) && sound(reach)))
        {
            let name = if sound(history) {
                "spend carried by a unit of the plan"
            } else {
                "spend carried from before the horizon"
            };
            return Err(Error::setting(
                name,
                if sound(history) { reach } else { history },
                "a finite number, 0 or more",
            ));
        }
        let without = carried
            .iter()
            .map(|&(history, _)| period.response(history))
            .sum();
        Ok(Self {
            period,
            carried,
            without,
        })
    }

    /// From how the spend is laid out over the horizon's periods (`shares`, of the whole), the
    /// adstock's `weights` by lag, and the `past` periods' spend, oldest first.
    ///
    /// # Errors
    /// If a list holds a negative or infinite number, or there is no share or no weight.
    pub fn laid_out(period: G, shares: &[f64], weights: &[f64], past: &[f64]) -> Result<Self> {
        if shares.is_empty() || weights.is_empty() {
            return Err(Error::Empty {
                what: "horizon".into(),
                expected: "at least one period's share and one adstock weight".into(),
            });
        }
        let at = |list: &[f64], index: Option<usize>| {
            index
                .and_then(|index| list.get(index))
                .copied()
                .unwrap_or(0.0)
        };
        let carried = (0..shares.len() + weights.len() - 1).map(|t| {
            let reach = weights
                .iter()
                .enumerate()
                .map(|(lag, weight)| weight * at(shares, t.checked_sub(lag)))
                .sum();
            let ago = |lag: usize| {
                lag.checked_sub(t + 1)
                    .and_then(|before| past.len().checked_sub(before + 1))
            };
            let history = weights
                .iter()
                .enumerate()
                .map(|(lag, weight)| weight * at(past, ago(lag)))
                .sum();
            (history, reach)
        });
        Self::new(period, carried.collect())
    }

    /// The number of periods that the response sums over, those after the horizon included.
    pub const fn periods(&self) -> usize {
        self.carried.len()
    }
}

impl<G: ResponseCurve> ResponseCurve for HorizonCurve<G> {
    fn response(&self, spend: f64) -> f64 {
        self.carried
            .iter()
            .map(|&(history, reach)| self.period.response(history + spend * reach))
            .sum::<f64>()
            - self.without
    }

    fn slope(&self, spend: f64) -> f64 {
        let reached = self.carried.iter().filter(|&&(_, reach)| reach > 0.0);
        reached
            .map(|&(history, reach)| reach * self.period.slope(history + spend * reach))
            .sum()
    }
}

/// Curves in the shapes the tests need.
#[cfg(test)]
pub(crate) mod shapes {
    use super::ResponseCurve;

    #[derive(Debug, Clone, Copy, PartialEq)]
    pub(crate) enum Shape {
        /// top * x^s / (k^s + x^s); S-shaped for s above 1.
        Hill { top: f64, half: f64, steepness: f64 },
        /// top * (1 - exp(-x / k)).
        Exponential { top: f64, scale: f64 },
        /// top * sqrt(x): an infinite slope at 0.
        Root { top: f64 },
        /// slope * x.
        Line { slope: f64 },
    }

    impl ResponseCurve for Shape {
        fn response(&self, x: f64) -> f64 {
            match *self {
                Self::Hill {
                    top,
                    half,
                    steepness,
                } => {
                    let power = libm::pow(x / half, steepness);
                    top * power / (1.0 + power)
                }
                Self::Exponential { top, scale } => -top * libm::expm1(-x / scale),
                Self::Root { top } => top * x.sqrt(),
                Self::Line { slope } => slope * x,
            }
        }

        fn slope(&self, x: f64) -> f64 {
            match *self {
                Self::Hill {
                    top,
                    half,
                    steepness,
                } => {
                    let power = libm::pow(x / half, steepness);
                    top * steepness / half * libm::pow(x / half, steepness - 1.0)
                        / ((1.0 + power) * (1.0 + power))
                }
                Self::Exponential { top, scale } => top / scale * libm::exp(-x / scale),
                Self::Root { top } => 0.5 * top / x.sqrt(),
                Self::Line { slope } => slope,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::curve::shapes::Shape;

    #[test]
    fn carry_over_is_counted_inside_and_after_the_horizon_and_the_past_is_not() {
        let line = Shape::Line { slope: 2.0 };
        let curve =
            HorizonCurve::laid_out(line, &[0.25, 0.75], &[0.5, 0.3, 0.2], &[7.0, 11.0]).unwrap();
        // A line with normalised weights loses nothing, whatever the past.
        assert!((curve.response(40.0) - 80.0).abs() < 1e-12);
        assert!((curve.slope(40.0) - 2.0).abs() < 1e-12);
        // By hand: past spend 7, 11 carries .3 * 11 + .2 * 7 and then .2 * 11; a unit carries .125,
        // .075 + .375, .05 + .225, .15.
        let expected = [(4.7, 0.125), (2.2, 0.45), (0.0, 0.275), (0.0, 0.15)];
        for (got, want) in curve.carried.iter().zip(expected) {
            assert!(
                (got.0 - want.0).abs() < 1e-12 && (got.1 - want.1).abs() < 1e-12,
                "{:?}",
                curve.carried
            );
        }
    }

    #[test]
    fn slope_is_the_derivative() {
        let curve = HorizonCurve::laid_out(
            Shape::Hill {
                top: 9.0,
                half: 3.0,
                steepness: 1.7,
            },
            &[0.5; 2],
            &[0.6, 0.4],
            &[2.0],
        )
        .unwrap();
        for spend in [0.1, 1.0, 5.0, 40.0] {
            let difference = (curve.response(spend + 1e-5) - curve.response(spend - 1e-5)) / 2e-5;
            assert!((curve.slope(spend) - difference).abs() < 1e-8, "{spend}");
        }
        assert_eq!(curve.response(0.0), 0.0);
    }

    #[test]
    fn impossible_horizons_are_refused() {
        let line = Shape::Line { slope: 1.0 };
        assert!(HorizonCurve::new(line, vec![]).is_err());
        assert!(HorizonCurve::new(line, vec![(0.0, -0.1)]).is_err());
        assert!(HorizonCurve::new(line, vec![(f64::NAN, 0.1)]).is_err());
        assert!(HorizonCurve::laid_out(line, &[1.0], &[], &[]).is_err());
    }
}
