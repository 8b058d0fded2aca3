//! How a mix model is fitted: the design matrix and the estimators.

mod block_bootstrap;
pub(crate) mod candidate;
pub(crate) mod design;
mod fold;
#[cfg(feature = "linfa")]
mod least_squares;
mod pseudo_observations;
pub(crate) mod search;
pub(crate) mod sufficient_statistics;

pub use self::block_bootstrap::{Bootstrap, BootstrapChannel};
pub use self::candidate::Objectives;
#[cfg(feature = "linfa")]
pub use self::least_squares::{
    BreuschPagan, Coefficient, Family, LeastSquares, RegressionData, RegressionSummary,
    StandardErrors, durbin_watson,
};
