//! Ridge regression with bounds, penalty factors, prior means and a free intercept, solved exactly.
//!
//! [`Ridge`] solves arrays by [`Ridge::solve`]. With the feature `linfa` it is one of linfa's
//! estimators too: `fit` takes a `linfa::Dataset`, and [`RidgeFit`] predicts.

mod bounded;
#[cfg(feature = "linfa")]
mod linfa;
mod ridge;

pub(crate) use self::bounded::{BoundedSolver, kkt_residual};
pub use self::ridge::{Ridge, RidgeFit, ValidRidge};
