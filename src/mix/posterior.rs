//! What a fitted mix model says: draws, contributions, returns, response curves, forecasts.

mod decomposition;
mod forecast;
mod lift_report;
mod model;
mod report;
mod response;
mod statistics;
mod stored;
mod summary;

pub use self::decomposition::Decomposition;
pub use self::forecast::Forecast;
pub use self::lift_report::TestReport;
pub use self::model::{Posterior, PosteriorDraw};
pub use self::report::MixReport;
pub use self::response::{ChannelResponse, ResponsePoint};
pub use self::statistics::FitStatistics;
pub use self::summary::ChannelSummary;
