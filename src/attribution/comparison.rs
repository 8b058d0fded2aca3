//! Several models side by side, in one traversal for all evidence and one for all credit.
//!
//! `run` has the models; `same_journeys` and `other_journeys` go through the stages. `entry` makes
//! models and specifications of any type alike,
//! `fitting` fits and scores them all at once, `part` does so for one segment or all, and `timed`
//! measures each one's share of the time. `lessons` looks for what weakens the figures, each a
//! `finding`. `shards` goes through the same stages where no machine has all journeys.

pub(crate) mod bootstrap;
mod calibration_report;
mod entry;
pub(crate) mod finding;
pub(crate) mod fit_findings;
pub(crate) mod fitted_models;
mod fitting;
mod intervals;
mod lessons;
pub(crate) mod log_facts;
pub(crate) mod model_name;
pub(crate) mod model_settings;
pub(crate) mod model_table;
mod other_journeys;
mod part;
#[cfg(feature = "csv")]
mod records;
mod report;
mod run;
mod same_journeys;
mod segment_parts;
pub(crate) mod shards;
mod sightings;
pub(crate) mod table;
mod timed;
mod watch;

pub use self::run::Comparison;
