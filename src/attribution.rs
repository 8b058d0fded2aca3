//! Dividing conversions among the touches before them.
//!
//! A rule needs no fitting and implements [`AttributionModel`] alone. A model that learns from the
//! journeys comes as a specification that implements [`Fit`]: it gathers [`Fit::Evidence`] in one
//! pass, and solves it into its model. Models only state raw weights; the engine divides, so that
//! credited + baseline + unattributed = total holds for all of them.

mod channel_sets;
mod comparison;
mod counterfactual;
mod credits;
mod distinct;
mod engine;
mod evidence;
pub mod hazard;
#[cfg(any(test, feature = "laws"))]
pub mod laws;
pub mod markov;
mod model;
mod ngram_table;
mod parameters;
pub mod regression;
pub mod rules;
pub mod shapley;
mod shares;
mod stream;

pub use self::channel_sets::ChannelSetCounts;
pub use self::comparison::Comparison;
pub use self::comparison::bootstrap::Bootstrap;
pub use self::comparison::model_name::ModelName;
pub use self::comparison::model_settings::ModelSettings;
pub use self::comparison::table::{
    BaselineCredit, ChannelCredit, ComparisonTable, ModelTable, SegmentTable,
};
pub use self::counterfactual::{Counterfactual, CounterfactualModel, PathOutcomes};
pub use self::credits::{Credits, Tally};
pub use self::engine::attribute;
pub(crate) use self::engine::attribute_sample;
pub use self::evidence::EvidenceVersion;
pub use self::model::{AttributionModel, Fit, Needs};
pub use self::parameters::{Parameter, Parameters};
pub use self::shares::ChannelShares;
pub use self::stream::{JourneyCredit, TouchCredit, stream_credits};
