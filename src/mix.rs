//! The marketing-mix model.

mod adstock;
mod baseline;
mod basis;
pub mod budget;
mod calibrated;
mod candidate;
mod decomposition;
mod design;
mod forecast;
mod linear;
mod model;
mod moments;
mod panel;
mod parameter;
mod power;
mod regression;
mod resample;
mod response;
mod saturation;
mod search;
mod specification;
mod statistics;
mod summary;
mod tests_as_rows;
mod transform;

pub use adstock::{Adstock, AdstockFamily, AdstockKernel, Binomial, Delayed, Geometric, RobynGeometric, WeibullCdf, WeibullPdf, Window};
pub use baseline::{Baseline, Holidays, Trend};
pub use calibrated::TestReport;
pub use candidate::Objectives;
pub use decomposition::Decomposition;
pub use forecast::Forecast;
pub use model::{Member, MixModel};
#[cfg(feature = "csv")]
pub use panel::PanelColumns;
pub use panel::{Channel, Control, Finding, Panel, Period};
pub use parameter::{Parameter, Prior};
pub use regression::{Ridge, RidgeFit};
pub use resample::{Bootstrap, BootstrapChannel};
pub use response::{ChannelResponse, ResponsePoint};
pub use saturation::{Hill, Log, Logistic, MichaelisMenten, RobynHill, Root, Saturation, SaturationCurve, SaturationFamily, Tanh};
pub use specification::{GeoScale, MediaMix, Order, Pooling, RoiPrior};
pub use statistics::FitStatistics;
pub use summary::{ChannelSummary, Spread};
pub use transform::ChannelCurve;
