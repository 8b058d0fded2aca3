//! Experiments: A/B tests, geo tests, and their results as input of a mix model.
//!
//! | question | function |
//! |---|---|
//! | did the variant convert better? | [`compare_proportions`] |
//! | did it earn more per person? | [`compare_means`] |
//! | the same, adjusted for what was known before the test (CUPED) | [`compare_adjusted_means`] |
//! | which of several variants differ? | [`compare_variants`], by Holm's method |
//! | how many persons are needed, and what would be found? | [`PowerAnalysis`] of an [`Effect`] |
//! | what did a change of spend in some geos bring? | [`GeoTest`], which gives [`LiftTest`]s |

pub(crate) mod geo;
pub(crate) mod lift;
mod means;
mod power;
mod proportions;
mod variants;

pub use self::geo::{GeoEffect, GeoLift, GeoTest};
pub use self::lift::LiftTest;
pub use self::means::{AdjustedDifference, Sample, compare_adjusted_means, compare_means};
pub use self::power::{Effect, PowerAnalysis};
pub use self::proportions::compare_proportions;
pub use self::variants::compare_variants;
