//! How a mix model is fitted: estimators, and what an estimator is built of.
//!
//! | estimator | draws |
//! |---|---|
//! | [`Search`] | transforms and penalty by their evidence, coefficients at their optimum |
//! | `Nuts` (feature `bayes`) | everything at once, by the No-U-Turn Sampler |
//! | `LeastSquares` (feature `linfa`) | coefficients at given transforms, by their normal approximation |
//!
//! An [`Estimator`] takes a [`MixSpecification`](crate::mix::specification::MixSpecification) and a
//! panel and gives a [`Posterior`](crate::mix::posterior::Posterior). [`TransformedDesign`] is the
//! regression that is left once the transforms are given.

mod changes;
mod channel_design;
mod checks;
mod coefficient_draws;
mod counts;
#[cfg(feature = "linfa")]
mod dataset;
mod design;
mod estimator;
mod evidence;
mod fold;
mod holdout;
#[cfg(feature = "linfa")]
mod least_squares;
mod media_effects;
#[cfg(feature = "bayes")]
mod nuts;
mod objectives;
mod problem;
mod reweighing;
mod search;
mod sufficient_statistics;
mod tails;
mod transformed_design;
mod validation;

pub use self::checks::{
    BlockComparison, ChannelStability, ComparedSpecification, Placebo, PlaceboReport, PlaceboRow,
    Refit, Stability, StabilityReport,
};
pub use self::estimator::Estimator;
pub use self::holdout::{Holdout, HoldoutRow};
#[cfg(feature = "linfa")]
pub use self::least_squares::{
    BreuschPagan, Coefficient, Family, LeastSquares, RegressionData, RegressionSummary,
    StandardErrors, durbin_watson,
};
#[cfg(feature = "bayes")]
pub use self::nuts::{
    CrossValidation, DrawTable, Learned, LearnedFrom, LeftOut, Nuts, NutsFit, NutsReport,
    ParameterReport, PredictiveCheck, PredictiveChecks, PriorFigures, PriorPredictive,
    VariableSummary,
};
pub use self::search::{Search, SearchFit, SearchReport, SharedChannel, SharedFit};
pub use self::transformed_design::TransformedDesign;
