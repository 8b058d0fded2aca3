//! All integration tests, in one binary.

mod architecture;
mod bad_input;
mod bootstrap;
mod calibrated;
#[cfg(feature = "mapping")]
mod channels;
mod common;
mod comparison;
mod determinism;
mod documents;
mod erased_state;
#[cfg(all(feature = "csv", feature = "time"))]
mod examples;
#[cfg(all(feature = "csv", feature = "time"))]
mod fractions;
mod golden;
mod hard_logs;
mod identity;
mod journeys;
mod limits;
#[cfg(feature = "csv")]
mod line_ends;
#[cfg(feature = "mapping")]
mod mapping;
mod markov;
#[cfg(feature = "csv")]
mod mix_bad_input;
#[cfg(feature = "csv")]
mod mix_baseline;
mod mix_checks;
mod mix_confounder;
#[cfg(feature = "csv")]
mod mix_effects;
mod mix_exact_fits;
#[cfg(feature = "csv")]
mod mix_figures;
mod mix_gains;
mod mix_ignorance;
#[cfg(feature = "csv")]
mod mix_later;
mod mix_laws;
#[cfg(feature = "linfa")]
mod mix_least_squares;
#[cfg(feature = "csv")]
mod mix_multiplied;
#[cfg(feature = "csv")]
mod mix_odd_panels;
mod mix_periods;
mod mix_plans;
mod mix_prices;
mod mix_recovery;
#[cfg(feature = "linfa")]
mod mix_regression;
mod mix_scenarios;
mod mix_shared;
mod mix_short_geos;
mod mix_tests;
#[cfg(all(feature = "csv", feature = "time"))]
mod omnichannel;
mod other_worlds;
#[cfg(all(feature = "parquet", feature = "time"))]
mod parquet;
#[cfg(feature = "html")]
mod pictures;
#[cfg(feature = "csv")]
mod private_values;
mod reconciliation;
mod segments;
mod set_models;
mod sharded_comparison;
mod state;
mod stored_models;
mod stream;
mod time_to_event;
#[cfg(feature = "verbatims")]
mod verbatims;
mod worlds;
#[cfg(feature = "csv")]
mod written_logs;
