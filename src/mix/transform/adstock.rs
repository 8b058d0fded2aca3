//! Adstock: how spend in one period works on in the following ones.
//!
//! Carried-over spend is a_t = sum over lags l of w_l x_(t-l), with nothing before the first
//! period. Normalised weights sum to 1, so that carried-over spend keeps the unit and the total of
//! spend; unnormalised ones make the first lag (or the peak) 1.

pub(crate) mod binomial;
pub(crate) mod carry;
pub(crate) mod delayed;
pub(crate) mod family;
pub(crate) mod geometric;
pub(crate) mod kernel;
#[cfg(test)]
mod tests;
pub(crate) mod weibull;
pub(crate) mod window;

pub use self::binomial::Binomial;
pub use self::carry::Adstock;
pub use self::delayed::Delayed;
pub use self::family::AdstockFamily;
pub use self::geometric::{Geometric, RobynGeometric};
pub use self::kernel::AdstockKernel;
pub use self::weibull::{WeibullCdf, WeibullPdf};
pub use self::window::LagWindow;
