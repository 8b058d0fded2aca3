//! Statistics that every part of the library shares: levels, intervals, proportions, means, quantiles.

pub(crate) mod difference;
mod distribution;
mod figures;
pub(crate) mod special;

pub use self::difference::Difference;
pub(crate) use self::difference::{
    Student, check_level, normal_quantile, normal_two_sided, p_text,
};
pub use self::distribution::{Distribution, Quantile};
pub use self::figures::{ConfidenceLevel, Interval, Mean, Rate};
