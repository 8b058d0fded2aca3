//! Attribution: dividing conversions among the touches before them.
//!
//! A rule needs no fitting and implements [`AttributionModel`] alone. A model that learns from
//! journeys is a specification that implements [`Fit`]: it gathers [`Fit::Evidence`] in one pass
//! and solves it into its model. Models state raw weights; the engine divides, so that credited +
//! baseline + unattributed = total holds for all of them.
//!
//! | module | models |
//! |---|---|
//! | [`rules`] | first touch, last touch, linear, time decay, position-based |
//! | [`markov`] | removal effects in a Markov chain |
//! | [`shapley`] | Shapley values of several games between channels |
//! | [`regression`] | logistic regression, Shao and Li (2011) |
//! | [`hazard`] | time to event, with a baseline |
//!
//! [`attribute`] scores journeys with one model, [`Comparison`] with several side by side, and
//! [`stream_credits`] hands on the credit of every touch, [`CreditLevels`] has it by campaign and
//! ad. The module `laws`, behind the feature of that name, checks a model of your own.
//!
//! # Limits
//!
//! Time and memory grow with the touches, and with the pairs, sets and sequences of channels that
//! occur; 5,000 channels and a person of a million touches are taken on by every model. What cannot
//! be done in proportion is refused with [`Error::Setting`](crate::Error::Setting) before the memory
//! is taken:
//!
//! | model | most |
//! |---|---|
//! | time to event, both forms | 16 million events x channels x functions of age of one person of 512 touches or more |
//! | with pairs | 1,000 channels |
//! | with standard errors | 2,000 rates > 0 |
//! | Markov, beyond 1,000 channels or order 1 | 400 million steps x channels / 8 that are reached |
//! | Shao and Li | 8 million different pairs of channels; half a billion in all journeys |
//! | set-rate Shapley | half a billion subsets of sets that convert |
//! | response Shapley, logistic regression | 5,000 channels a journey; 17 billion responses x channels |
//! | ordered Shapley | 1,000 positions; later ones count at the last |

mod calibration;
mod channel_sets;
mod comparison;
mod counterfactual;
mod credits;
mod distinct;
mod engine;
mod evidence;
mod fit;
mod fit_record;
pub mod hazard;
#[cfg(any(test, feature = "laws"))]
pub mod laws;
mod levels;
mod limits;
pub mod markov;
mod model;
mod model_kind;
mod name_map;
mod needs;
mod ngram_table;
mod parameters;
mod path_rates;
mod private_credits;
mod provenance;
pub mod regression;
mod replicate;
pub mod rules;
mod sensitivity;
pub mod shapley;
mod shares;
mod stored;
mod stored_outcome;
mod stream;
mod tally;
mod test_design;
mod test_priorities;
mod touched;
mod type_name;
mod weights;

pub use self::calibration::{Calibration, CountedTouches, Mediator, TestedEffect};
pub use self::channel_sets::ChannelSetCounts;
pub use self::comparison::Comparison;
pub use self::comparison::bootstrap::Bootstrap;
pub use self::comparison::finding::Finding;
pub use self::comparison::fitted_models::FittedModels;
pub use self::comparison::model_name::ModelName;
pub use self::comparison::model_settings::ModelSettings;
pub use self::comparison::model_table::{BaselineCredit, ChannelCredit, ModelTable};
pub use self::comparison::shards::{ShardCredits, ShardEvidence, ShardModels, ShardedComparison};
pub use self::comparison::table::{ComparisonTable, SegmentTable};
pub use self::counterfactual::{Counterfactual, CounterfactualModel, PathOutcomes};
pub use self::credits::Credits;
pub use self::engine::attribute;
pub(crate) use self::engine::attribute_sample;
pub use self::evidence::EvidenceVersion;
pub use self::fit::Fit;
pub use self::fit_record::FitRecord;
pub use self::levels::{CreditLevels, LevelCredit};
pub use self::model::AttributionModel;
pub use self::needs::Needs;
pub use self::parameters::{Parameter, Parameters};
pub use self::private_credits::{PrivateCredit, PrivateCredits};
pub use self::provenance::Provenance;
pub use self::replicate::Replicate;
pub use self::rules::names::NamesOnly;
pub use self::sensitivity::Sensitivity;
pub use self::shares::ChannelShares;
pub use self::stored::StoredModel;
pub use self::stream::{JourneyCredit, TouchCredit, stream_credits};
pub use self::tally::Tally;
pub use self::test_design::TestDesign;
pub use self::test_priorities::{TestPriorities, TestPriority};
