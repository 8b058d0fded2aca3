//! A comparison of journeys that no one machine has all of: evidence of each shard, one model, credit
//! of each shard, one table.
//!
//! `comparison` says which models, `steps` has the four steps; `evidence`, `models` and `credits`
//! are what travels between them, `stored` is what these have in common, and `model_text` writes the
//! library's models.

mod comparison;
mod credits;
mod evidence;
mod model_text;
mod models;
mod steps;
mod stored;

pub use self::comparison::ShardedComparison;
pub use self::credits::ShardCredits;
pub use self::evidence::ShardEvidence;
pub use self::models::ShardModels;
