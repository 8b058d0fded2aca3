//! What a fitted mix model says: draws, contributions, returns, response curves, forecasts.
//!
//! Nothing here knows which estimator drew the draws.

mod baseline_parts;
mod baseline_report;
mod beyond_seen;
mod decompose;
mod decomposition;
mod draw;
mod draw_figures;
mod effect_over_time;
mod effect_report;
mod findings;
mod forecast;
mod forecast_errors;
mod funnel;
mod lift_report;
mod log_score;
mod model;
mod multiplied;
mod plan_horizon;
mod planning;
mod prices;
mod reach;
mod report;
mod response;
mod scenario;
mod seen_noise;
mod statistics;
mod stored;
mod summary;
mod synergy;
mod test_agreement;

pub use self::baseline_parts::BaselinePartSummary;
pub use self::beyond_seen::BeyondSeen;
pub use self::decomposition::Decomposition;
pub(crate) use self::draw::Candidate;
pub use self::draw::{Noise, Objectives, PosteriorDraw};
pub use self::effect_over_time::EffectStretch;
pub use self::findings::{FitFinding, Outlier};
pub use self::forecast::MixForecast;
pub use self::forecast_errors::ForecastErrors;
pub use self::funnel::FunnelSummary;
pub use self::lift_report::LiftReport;
pub use self::model::Posterior;
#[cfg(feature = "bayes")]
pub(crate) use self::multiplied::removal_shares;
pub use self::plan_horizon::PlanHorizon;
pub use self::reach::ReachSummary;
pub use self::report::MixReport;
pub use self::response::{ChannelResponse, PeriodCurve, ResponsePoint};
pub use self::scenario::Scenario;
#[cfg(feature = "bayes")]
pub(crate) use self::seen_noise::SeenNoise;
pub use self::statistics::FitStatistics;
pub use self::summary::ChannelSummary;
pub use self::synergy::SynergySummary;
pub use self::test_agreement::{TestAgreement, TestDeviation};
