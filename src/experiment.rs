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
//! | what did showing an ad change, where chances to show it are logged? | [`Uplift`] |
//! | are the arms as large as planned? | [`SampleRatio`] |
//! | may the test stop today? | [`AlwaysValid`] |
//! | how many persons are needed, and what would be found? | [`PowerAnalysis`] of an [`Effect`] |
//! | what is a test worth before it is run? | [`TestValue`] |
//! | how long should it run, where its answer is used for months? | [`TestHorizon`] |
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
mod student_power;
mod test_horizon;
mod test_value;
pub(crate) mod uplift;
mod variants;

pub use self::always_valid::AlwaysValid;
pub use self::geo::{
    GeoCandidate, GeoCourse, GeoEffect, GeoLift, GeoPeriod, GeoSelection, GeoTest,
};
pub use self::lift::{LiftTest, TouchesBrought};
pub use self::means::{AdjustedDifference, Sample, compare_adjusted_means, compare_means};
pub use self::persons::{ArmFigures, Assignments, PersonLift, PersonTest, PersonsLeftOut};
pub use self::power::{Effect, PowerAnalysis};
pub(crate) use self::proportions::compare_clustered;
pub use self::proportions::compare_proportions;
pub use self::ratios::compare_ratios;
pub use self::relative_lift::RelativeLift;
pub use self::sample_ratio::SampleRatio;
pub use self::test_horizon::{TestHorizon, TestLength};
pub use self::test_value::{PossibleTruth, TestValue};
pub use self::uplift::{ChannelUplift, Uplift, UpliftReport};
pub use self::variants::compare_variants;
