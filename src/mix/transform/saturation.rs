//! Saturation: how the response to carried-over spend flattens.
//!
//! Every curve is a function of x >= 0 that starts at 0 and never falls; the size of the effect
//! stays in the regression. Curves, slopes and gradients are finite for every allowed parameter, at
//! zero spend too. Where the formula itself has an infinite slope at zero (Hill below slope 1,
//! roots), the curve is its own chord below a millionth of its scale, which changes no response by
//! more than that chord's height and keeps the slope the exact derivative of the curve.

pub(crate) mod curve;
pub(crate) mod exponential;
pub(crate) mod family;
pub(crate) mod hill;
pub(crate) mod power;
pub(crate) mod rational;
pub(crate) mod response;
#[cfg(test)]
mod tests;

pub use self::curve::SaturationCurve;
pub use self::exponential::{LogisticSaturation, Tanh};
pub use self::family::SaturationFamily;
pub use self::hill::{Hill, RobynHill};
pub use self::power::{Log, Root};
pub use self::rational::MichaelisMenten;
pub use self::response::Saturation;
