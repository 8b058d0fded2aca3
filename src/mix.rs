//! The marketing-mix model.

mod adstock;
mod parameter;
mod saturation;

pub use adstock::{Adstock, AdstockFamily, AdstockKernel, Binomial, Delayed, Geometric, RobynGeometric, WeibullCdf, WeibullPdf, Window};
pub use parameter::{Parameter, Prior};
pub use saturation::{Hill, Log, Logistic, MichaelisMenten, RobynHill, Root, Saturation, SaturationCurve, SaturationFamily, Tanh};
