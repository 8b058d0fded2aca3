//! Experiments: A/B tests on proportions and means, geo tests, and what they say as the mix model
//! takes it.
//!
//! | question | function |
//! |---|---|
//! | did the variant convert better? | [`compare_proportions`] |
//! | did it earn more per person? | [`compare_means`], with a covariate from before the test [`compare_adjusted_means`] (CUPED) |
//! | which of several variants differ? | [`compare_variants`], by the method of [`holm`](crate::stats::holm) |
//! | how many persons are needed, and what would be found? | [`sample_size`], [`power`] with an [`Effect`] |
//! | what did spend in some regions change? | [`GeoTest`], whose result gives [`LiftTest`]s |

mod geo;
mod lift;
mod means;
mod planning;
mod proportions;
mod synthetic;
mod variants;

pub use self::geo::{GeoEffect, GeoLift, GeoTest};
pub use self::lift::LiftTest;
pub use self::means::{AdjustedDifference, Sample, compare_adjusted_means, compare_means};
pub use self::planning::{Effect, power, sample_size};
pub use self::proportions::compare_proportions;
pub use self::variants::compare_variants;
