//! Several models side by side, in one traversal for all evidence and one for all credit.
//!
//! `run` goes through the stages; `entry` makes models and specifications of any type alike,
//! `fitting` fits and scores them all at once, and `timed` measures each one's share of the time.

pub(crate) mod bootstrap;
mod entry;
mod fitting;
pub(crate) mod model_name;
pub(crate) mod model_settings;
#[cfg(feature = "csv")]
mod records;
mod report;
mod run;
pub(crate) mod table;
mod timed;
mod watch;

pub use self::run::Comparison;
