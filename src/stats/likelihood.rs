//! Fits by maximum likelihood.

/// A model fitted by maximum likelihood, with how well it fits.
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
