//! Statistics that every part of the library shares.
//!
//! | what | type | uncertainty |
//! |---|---|---|
//! | a proportion | [`Proportion`] | Wilson's score interval; by person where events repeat within persons |
//! | a mean | [`Mean`] | Student's t interval |
//! | a ratio of two sums over persons | [`RatioSums`] | the delta method, by person |
//! | several values | [`Distribution`] of [`Quantile`]s | intervals of order statistics |
//! | times of which some are open | [`Survival`] | Brookmeyer and Crowley's intervals |
//! | two arms compared | [`Difference`] | of the test that compared them |
//! | two groups of times compared | [`RateRatio`] | of the log-rank test |
//! | draws of a model | [`Estimate`] | quantiles of the draws |
//!
//! Every [`Interval`] carries its [`ConfidenceLevel`]. [`holm`] adjusts p values for their
//! number, and [`benjamini_hochberg`] where some false finds among many may be.
//!
//! Quantiles follow one of four rules, each for one kind of data: type 7 for samples, type 6 for
//! bootstrap replicates, the inverse distribution function for weighted draws, and interpolation
//! within bins for durations in a histogram. The module `quantile` holds the first three.

pub(crate) mod confidence;
#[cfg(feature = "bayes")]
pub(crate) mod convergence;
pub(crate) mod difference;
pub(crate) mod distribution;
#[cfg(feature = "bayes")]
pub(crate) mod distribution_distance;
pub(crate) mod estimate;
pub(crate) mod interval;
pub(crate) mod likelihood;
pub(crate) mod mean;
pub(crate) mod multiple_testing;
pub(crate) mod normal;
#[cfg(feature = "bayes")]
pub(crate) mod pareto_smoothing;
pub(crate) mod proportion;
pub(crate) mod quantile;
pub(crate) mod rate_ratio;
pub(crate) mod ratio;
pub(crate) mod ratio_sums;
pub(crate) mod special;
pub(crate) mod spell;
pub(crate) mod student;
pub(crate) mod survival;
pub(crate) mod survival_curve;
pub(crate) mod wilson;

pub use self::confidence::ConfidenceLevel;
pub use self::difference::Difference;
pub use self::distribution::Distribution;
pub use self::estimate::Estimate;
pub use self::interval::Interval;
pub use self::likelihood::LikelihoodFit;
pub use self::mean::Mean;
pub use self::multiple_testing::{benjamini_hochberg, holm};
pub use self::proportion::Proportion;
pub use self::quantile::Quantile;
pub use self::rate_ratio::RateRatio;
pub use self::ratio_sums::RatioSums;
pub use self::spell::Spell;
pub use self::survival::{Limits, Survival, SurvivalQuantile};
