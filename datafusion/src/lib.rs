//! The attribution models of [mixtouch] inside Apache DataFusion.
//!
//! DataFusion reads the log, brings each person's rows together and deals persons out over threads; the
//! library cuts journeys, gathers evidence, solves and divides credit. What leaves a partition is
//! evidence, models and credit, each of which is small. Tables are those of [`mixtouch::Comparison`] on
//! one machine: counts to the bit, fractions to 1e-12, intervals included.
//!
//! ```
//! use datafusion::prelude::SessionContext;
//! use mixtouch::JourneyOptions;
//! use mixtouch::attribution::{ModelName, ModelSettings, ShardedComparison};
//! use mixtouch_datafusion::{Log, LogColumns};
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let context = SessionContext::new();
//! // in earnest: context.read_parquet("logs/", ..), or a table of an object store
//! let rows = context.sql("SELECT * FROM (VALUES
//!     (1, 1767225600, 'social', 'touch', 0), (1, 1767229200, 'search', 'touch', 0),
//!     (1, 1767232800, NULL, 'conversion', 50), (2, 1767225600, 'search', 'touch', 0))
//!     AS log(person, timestamp, channel, kind, value)").await?;
//! let log = Log::new(rows, LogColumns::default(), JourneyOptions::default()).await?;
//! let models = [ModelName::Linear, ModelName::Markov];
//! let table = log.compare(ShardedComparison::new(models, ModelSettings::default())?).await?;
//! let linear = table.model("linear").unwrap();
//! assert_eq!(linear.channel("search").unwrap().conversions, 0.5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # In SQL
//!
//! [`register`] adds these functions. Settings, comparisons, models and credit are JSON; each has to be
//! the same in all rows, as a literal is.
//!
//! | function | of | gives |
//! |---|---|---|
//! | `log_settings(options, timestamp, channel, kind)` | all rows | the settings: channels, options, end of observation |
//! | `person_key(person)` | a row | the person without blanks around the name, to group by |
//! | `journeys(settings, timestamp, channel, kind [, value, cost, interaction, goal, order_id])` | one person's rows | these rows packed, 7 bytes a touch |
//! | `evidence(comparison, settings, person, journeys)` | all persons | the evidence of a comparison's models |
//! | `fit(evidence)` | a row | the models |
//! | `credits(models, settings, person, journeys)` | all persons | the credit of all conversions |
//! | `journey_counts('"channels"', settings, person, journeys)` | all persons | counts for KPIs over journeys: [`JourneyCounts`] |
//! | `comparison_table(models, credits)` | a row | a list of model, channel, conversions, value, their bounds, cost |
//! | `credit(models, model, settings, person, journeys)` | a person | a list of channel, touched, closed, conversions, value |
//! | `attribute(rule, settings, person, journeys)` | a person | the same by a rule, without a fit |
//!
//! ```
//! # use datafusion::prelude::SessionContext;
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let context = SessionContext::new();
//! mixtouch_datafusion::register(&context);
//! context.sql("CREATE TABLE log AS SELECT * FROM (VALUES
//!     (1, 1767225600, 'social', 'touch', 0), (1, 1767229200, 'search', 'touch', 0),
//!     (1, 1767232800, NULL, 'conversion', 50), (2, 1767225600, 'search', 'touch', 0))
//!     AS log(person, timestamp, channel, kind, value)").await?;
//! let settings = r#"{"channels": ["search", "social"], "options": {"observation_end": 1767232800}}"#;
//! let credit = context.sql(&format!("
//!     WITH persons AS (
//!         SELECT person, journeys('{settings}', timestamp, channel, kind, value) AS journeys
//!         FROM log GROUP BY person),
//!     touches AS (
//!         SELECT unnest(attribute('linear', '{settings}', person, journeys)) AS touch FROM persons)
//!     SELECT get_field(touch, 'channel') AS channel, sum(get_field(touch, 'value')) AS value
//!     FROM touches GROUP BY get_field(touch, 'channel') ORDER BY channel")).await?;
//! assert_eq!(credit.count().await?, 2);
//! # Ok::<(), datafusion::error::DataFusionError>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chunk;
#[cfg(feature = "cluster")]
pub mod cluster;
mod collect;
mod columns;
mod error;
mod files;
mod grouped;
mod journeys;
mod kept;
mod kpis;
mod log;
mod mapped;
mod orders;
mod packed;
mod person;
mod settings;
mod shards;
mod solving;
mod summary;
mod text;
mod touches;

use datafusion::logical_expr::{AggregateUDF, ScalarUDF};
use datafusion::prelude::SessionContext;

pub use self::collect::collect;
pub use self::columns::LogColumns;
pub use self::kpis::JourneyCounts;
pub use self::log::Log;
pub use self::mapped::{MappedFile, map_file};
pub use self::settings::LogSettings;

/// Adds the functions of this crate to a context, for SQL.
///
/// A context of a cluster needs them too, on whose scheduler and executors they are as well:
/// `cluster::connect` gives one.
pub fn register(context: &SessionContext) {
    aggregates()
        .into_iter()
        .for_each(|function| context.register_udaf(function));
    scalars()
        .into_iter()
        .for_each(|function| context.register_udf(function));
}

/// Every aggregate of this crate, for registries other than a context's.
pub fn aggregates() -> Vec<AggregateUDF> {
    vec![
        summary::function(),
        journeys::function(),
        shards::evidence(),
        shards::credits(),
        shards::journey_counts(),
    ]
}

/// Every scalar function of this crate, for registries other than a context's.
pub fn scalars() -> Vec<ScalarUDF> {
    vec![
        person::function(),
        solving::fit(),
        solving::table(),
        touches::credit(),
        touches::attribute(),
    ]
}
