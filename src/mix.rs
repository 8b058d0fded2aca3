//! The marketing-mix model.

mod adstock;
mod baseline;
mod basis;
mod linear;
mod panel;
mod parameter;
mod regression;
mod saturation;

pub use adstock::{Adstock, AdstockFamily, AdstockKernel, Binomial, Delayed, Geometric, RobynGeometric, WeibullCdf, WeibullPdf, Window};
pub use baseline::{Baseline, Holidays, Trend};
#[cfg(feature = "csv")]
pub use panel::PanelColumns;
pub use panel::{Channel, Control, Finding, Panel, Period};
pub use parameter::{Parameter, Prior};
pub use regression::{Ridge, RidgeFit};
pub use saturation::{Hill, Log, Logistic, MichaelisMenten, RobynHill, Root, Saturation, SaturationCurve, SaturationFamily, Tanh};
