//! What every saturation curve does, and what several share.

use crate::error::{Error, Result};

/// Below this share of a curve's scale, curves with an infinite slope at zero are their chord.
pub(crate) const CHORD: f64 = 1e-6;

/// A saturation curve: response(0) = 0, non-decreasing, finite with its derivatives where x >= 0.
///
/// A curve of your own can be evaluated here and planned with, as a
/// [`ResponseCurve`](crate::budget::ResponseCurve) of [`budget`](crate::budget). It cannot be
/// fitted: estimators know the curves of
/// [`SaturationFamily`](crate::mix::transform::SaturationFamily), which a saved model can name.
/// Planning reads `response` and `slope`; `parameters` and `gradient` serve fits and reports.
///
/// A complete curve, f(x) = x / (scale + x)^(1/2), a line that turns into a root, and a budget that
/// is planned over it:
///
/// ```
/// use mixtouch::budget::{Budget, ChannelBudget, Ensemble, Goal, ResponseCurve};
/// use mixtouch::mix::transform::Saturation;
///
/// struct Bend {
///     scale: f64,
/// }
///
/// impl Saturation for Bend {
///     fn response(&self, x: f64) -> f64 {
///         x / (self.scale + x).sqrt()
///     }
///
///     fn slope(&self, x: f64) -> f64 {
///         (self.scale + x / 2.0) / (self.scale + x).powf(1.5)
///     }
///
///     fn parameters(&self) -> Vec<(&'static str, f64)> {
///         vec![("scale", self.scale)]
///     }
///
///     fn gradient(&self, x: f64, gradient: &mut [f64]) {
///         gradient[0] = -x / (2.0 * (self.scale + x).powf(1.5));
///     }
/// }
///
/// let curve = Bend { scale: 4.0 };
/// assert_eq!((curve.response(0.0), curve.response(5.0)), (0.0, 5.0 / 3.0));
/// let rise = (curve.response(5.001) - curve.response(4.999)) / 0.002;
/// assert!((rise - curve.slope(5.0)).abs() < 1e-6);
///
/// /// Sales that a channel's spend brings in one period: coefficient x saturation.
/// struct Sales {
///     coefficient: f64,
///     curve: Bend,
/// }
///
/// impl ResponseCurve for Sales {
///     fn response(&self, spend: f64) -> f64 {
///         self.coefficient * self.curve.response(spend)
///     }
///
///     fn slope(&self, spend: f64) -> f64 {
///         self.coefficient * self.curve.slope(spend)
///     }
/// }
///
/// let sales = |coefficient, scale| Sales { coefficient, curve: Bend { scale } };
/// let channels = ["tv", "search"].map(|name| {
///     ChannelBudget::new(name, 50.0).with_bounds(0.0..=100.0)
/// });
/// let curves = Ensemble::single(vec![sales(1.0, 4.0), sales(1.5, 9.0)])?;
/// let plan = Budget::new(channels).plan(&curves, Goal::Outcome { total: 100.0 })?;
/// // The last unit of spend brings the same in both channels.
/// let [tv, search] = ["tv", "search"].map(|name| plan.channel(name).unwrap().planned);
/// let last = [sales(1.0, 4.0).slope(tv), sales(1.5, 9.0).slope(search)];
/// assert!(search > tv && (last[0] / last[1] - 1.0).abs() < 1e-6);
/// # Ok::<(), mixtouch::Error>(())
/// ```
pub trait Saturation: Send + Sync {
    /// The response at `x` >= 0.
    fn response(&self, x: f64) -> f64;

    /// The derivative of the response by `x`.
    fn slope(&self, x: f64) -> f64;

    /// The parameters, named, in the order of [`Saturation::gradient`].
    fn parameters(&self) -> Vec<(&'static str, f64)>;

    /// The derivative of the response by each parameter, written into one cell per parameter.
    fn gradient(&self, x: f64, gradient: &mut [f64]);
}

/// A parameter, if it is finite and > 0.
pub(crate) fn positive(name: &'static str, value: f64) -> Result<f64> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(Error::setting(name, value, "a finite number > 0"))
    }
}
