//! Log densities, which an optimiser climbs and a sampler follows.

/// A log density over real parameters, up to a constant, with its gradient.
pub(crate) trait LogDensity {
    /// The number of parameters.
    fn dimension(&self) -> usize;

    /// The log density at a point; its gradient is written to `gradient`. Both have
    /// [`LogDensity::dimension`] elements. Values that are not finite mark points outside its
    /// range.
    fn value_and_gradient(&self, point: &[f64], gradient: &mut [f64]) -> f64;
}

/// A log density of parameters that are > 0, as a function of their logarithms.
///
/// The function takes the parameters themselves; its derivatives are by their logarithms.
pub(crate) struct PositiveParameters<const N: usize, F>(F);

impl<const N: usize, F: Fn(&[f64; N]) -> (f64, [f64; N])> PositiveParameters<N, F> {
    pub(crate) const fn new(value_and_slopes: F) -> Self {
        Self(value_and_slopes)
    }
}

impl<const N: usize, F: Fn(&[f64; N]) -> (f64, [f64; N])> LogDensity for PositiveParameters<N, F> {
    fn dimension(&self) -> usize {
        N
    }

    fn value_and_gradient(&self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let parameters = std::array::from_fn(|at| libm::exp(point[at]));
        let (value, slopes) = (self.0)(&parameters);
        gradient.copy_from_slice(&slopes);
        value
    }
}
