//! What every adstock does.

/// How effects of spend are spread over the periods that follow it.
///
/// An adstock of your own can be evaluated here and planned with: its weights lay out a
/// [`HorizonCurve`](crate::budget::HorizonCurve). It cannot be fitted: estimators know the adstocks
/// of [`AdstockFamily`](crate::mix::transform::AdstockFamily), which a saved model can name.
///
/// A complete adstock, a share at once and the rest in the next period, and the response to spend
/// of one period that it spreads:
///
/// ```
/// use mixtouch::budget::{HorizonCurve, ResponseCurve};
/// use mixtouch::mix::transform::Adstock;
///
/// struct NextPeriod {
///     share: f64,
/// }
///
/// impl Adstock for NextPeriod {
///     fn weights(&self, weights: &mut [f64]) {
///         for (lag, weight) in weights.iter_mut().enumerate() {
///             *weight = match lag {
///                 0 => 1.0 - self.share,
///                 1 => self.share,
///                 _ => 0.0,
///             };
///         }
///     }
///
///     fn window(&self) -> Option<usize> {
///         Some(2)
///     }
///
///     fn parameters(&self) -> Vec<(&'static str, f64)> {
///         vec![("share", self.share)]
///     }
///
///     fn gradient(&self, _: usize, gradient: &mut [f64]) {
///         for (lag, cell) in gradient.iter_mut().enumerate() {
///             *cell = [-1.0, 1.0].get(lag).copied().unwrap_or(0.0);
///         }
///     }
/// }
///
/// let mut carried = [0.0; 3];
/// NextPeriod { share: 0.25 }.carry(&[100.0, 0.0, 40.0], &mut carried);
/// assert_eq!(carried, [75.0, 25.0, 30.0]);
///
/// /// Sales by carried spend: the root of it.
/// struct Sales;
///
/// impl ResponseCurve for Sales {
///     fn response(&self, spend: f64) -> f64 {
///         spend.sqrt()
///     }
///
///     fn slope(&self, spend: f64) -> f64 {
///         0.5 / spend.sqrt()
///     }
/// }
///
/// let mut weights = [0.0; 2];
/// NextPeriod { share: 0.25 }.weights(&mut weights);
/// let curve = HorizonCurve::laid_out(Sales, &[1.0], &weights, &[])?;
/// assert_eq!(curve.response(100.0), 75.0_f64.sqrt() + 5.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
pub trait Adstock: Send + Sync {
    /// Fills in the weights of lags 0, 1, ..; lags beyond the window get 0.
    fn weights(&self, weights: &mut [f64]);

    /// The number of lags with weight, or none if the effect never ends.
    fn window(&self) -> Option<usize>;

    /// The parameters, named, in the order of [`Adstock::gradient`].
    fn parameters(&self) -> Vec<(&'static str, f64)>;

    /// Fills in the derivative of each weight by one parameter.
    fn gradient(&self, parameter: usize, gradient: &mut [f64]);

    /// Carried-over spend of the last `carried.len()` periods of a series; nothing ran before it.
    /// Where `spend` is longer than `carried`, its first periods are history.
    fn carry(&self, spend: &[f64], carried: &mut [f64]) {
        let mut weights = vec![0.0; self.window().unwrap_or(spend.len()).min(spend.len())];
        self.weights(&mut weights);
        convolve(spend, &weights, carried);
    }
}

/// carried_t = sum over l of weights_l spend_(t-l), one pass per lag so that the inner loop is
/// contiguous. Where `spend` is longer than `carried`, its first values are history.
pub(crate) fn convolve(spend: &[f64], weights: &[f64], carried: &mut [f64]) {
    let history = spend.len() - carried.len();
    carried.fill(0.0);
    for (lag, &weight) in weights.iter().enumerate().take(spend.len()) {
        if weight != 0.0 {
            carried[lag.saturating_sub(history)..]
                .iter_mut()
                .zip(&spend[history.saturating_sub(lag)..])
                .for_each(|(c, s)| *c += weight * s);
        }
    }
}
