//! Experiments: A/B tests, geo tests, and their results as input of a mix model.
//!
//! | question | function |
//! |---|---|
//! | did the variant convert better? | [`compare_proportions`] |
//! | did it bring more clicks a view, revenue a session? | [`compare_ratios`] |
//! | by how many percent? | [`RelativeLift`] |
//! | did it earn more per person? | [`compare_means`] |
//! | the same, adjusted for what was known before the test (CUPED) | [`compare_adjusted_means`] |
//! | which of several variants differ? | [`compare_variants`], by Holm's method |
//! | what did a test on persons bring, from its logs? | [`PersonTest`] |
//! | are the arms as large as planned? | [`SampleRatio`] |
//! | may the test stop today? | [`AlwaysValid`] |
//! | how many persons are needed, and what would be found? | [`PowerAnalysis`] of an [`Effect`] |
//! | where, how long and for how much to test? | [`GeoSelection`] |
//! | what did a change of spend in some geos bring? | [`GeoTest`], which gives [`LiftTest`]s |

mod always_valid;
pub(crate) mod geo;
pub(crate) mod lift;
mod means;
pub(crate) mod persons;
mod power;
mod proportions;
mod ratios;
mod relative_lift;
mod sample_ratio;
mod variants;

pub use self::always_valid::AlwaysValid;
pub use self::geo::{GeoCandidate, GeoEffect, GeoLift, GeoSelection, GeoTest};
pub use self::lift::LiftTest;
pub use self::means::{AdjustedDifference, Sample, compare_adjusted_means, compare_means};
pub use self::persons::{ArmFigures, Assignments, PersonLift, PersonTest, PersonsLeftOut};
pub use self::power::{Effect, PowerAnalysis};
pub use self::proportions::compare_proportions;
pub use self::ratios::compare_ratios;
pub use self::relative_lift::RelativeLift;
pub use self::sample_ratio::SampleRatio;
pub use self::variants::compare_variants;
