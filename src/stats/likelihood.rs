//! Fits by maximum likelihood.

/// A model fitted by maximum likelihood, with how well it fits.
///
/// ```
/// use mixtouch::kpi::customers::lifetime::{GammaGamma, RepeatSpend};
///
/// // 300 customers with 2 to 6 repeat purchases of 12 to 78 euros on average.
/// let customers = (0..300_u64)
///     .map(|i| RepeatSpend::new(2 + i % 5, 12.0 + ((i * i) % 67) as f64))
///     .collect::<Result<Vec<_>, _>>()?;
/// let fit = GammaGamma::fit(&customers)?;
/// let [p, q, v] = fit.model.parameters();
/// assert!(p > 0.0 && q > 0.0 && v > 0.0);
/// assert_eq!(fit.standard_errors.map(|errors| errors.len()), Some(3));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LikelihoodFit<M> {
    /// The model at its most likely parameters.
    pub model: M,
    /// The log-likelihood of the data there.
    pub log_likelihood: f64,
    /// Standard errors of the parameters in the model's order, from the observed information;
    /// `None` where the data leave a parameter open.
    pub standard_errors: Option<Vec<f64>>,
}
