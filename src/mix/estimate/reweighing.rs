//! Likelihoods that are a weighed regression: rows weighed by how a candidate leaves them.

use crate::mix::estimate::counts::Counts;
use crate::mix::estimate::tails::Tails;
use crate::mix::specification::Likelihood;

/// How rows are weighed, given what a candidate leaves of them.
#[derive(Debug, Clone)]
pub(crate) enum Reweighing {
    /// By how far they are off.
    Tails(Tails),
    /// By their means, which the working response follows.
    Counts(Counts),
}

impl Reweighing {
    /// The start of a likelihood's steps; none where rows count alike. `kpi` is scaled, `units` has
    /// one unit of it by row.
    pub(crate) fn new(
        likelihood: Likelihood,
        kpi: &[f64],
        units: impl Fn(usize) -> f64,
        root_weights: Option<&[f64]>,
    ) -> Option<Self> {
        match likelihood {
            Likelihood::StudentT { degrees } => {
                Some(Self::Tails(Tails::new(degrees, kpi, root_weights)))
            }
            Likelihood::NegativeBinomial => {
                let units = (0..kpi.len()).map(units).collect();
                Some(Self::Counts(Counts::new(kpi, units, root_weights)))
            }
            _ => None,
        }
    }

    /// The weights that residuals under the present ones ask for. `freedom` counts the rows less
    /// the coefficients.
    pub(crate) fn reweighed(&self, residuals: &[f64], freedom: f64) -> Self {
        match self {
            Self::Tails(tails) => Self::Tails(tails.reweighed(residuals, freedom)),
            Self::Counts(counts) => Self::Counts(counts.reweighed(residuals, freedom)),
        }
    }

    /// The square roots of all weights together.
    pub(crate) fn root_weights(&self) -> Vec<f64> {
        match self {
            Self::Tails(tails) => tails.root_weights(),
            Self::Counts(counts) => counts.root_weights(),
        }
    }

    /// What the regression explains, without weights.
    pub(crate) fn explained(&self) -> &[f64] {
        match self {
            Self::Tails(tails) => tails.kpi(),
            Self::Counts(counts) => counts.working(),
        }
    }

    /// The same times the square roots of all weights.
    pub(crate) fn weighted_kpi(&self) -> Vec<f64> {
        match self {
            Self::Tails(tails) => tails.weighted_kpi(),
            Self::Counts(counts) => counts.weighted_kpi(),
        }
    }

    /// By how much more coefficients vary than in the weighed regression.
    pub(crate) fn spread(&self) -> f64 {
        match self {
            Self::Tails(tails) => tails.spread(),
            Self::Counts(_) => 1.0,
        }
    }
}
