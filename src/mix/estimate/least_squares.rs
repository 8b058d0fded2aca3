//! The classical regression: least squares, counts and positive outcomes on given regressors.

mod additive;
mod coefficient;
mod data;
mod diagnostics;
mod draws;
mod estimator;
mod factor;
mod family;
mod likelihood;
mod newey_west;
mod report;
mod solution;
mod summary;

pub use self::coefficient::Coefficient;
pub use self::data::RegressionData;
pub use self::diagnostics::{BreuschPagan, durbin_watson};
pub use self::estimator::LeastSquares;
pub use self::family::{Family, StandardErrors};
pub use self::summary::RegressionSummary;
