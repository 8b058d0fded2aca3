//! What to model: channels, transforms, baseline, priors and lift tests of a marketing-mix model.
//!
//! A [`MixSpecification`] holds no setting of any fitting method; an
//! [`Estimator`](crate::mix::estimate::Estimator) holds those.

mod baseline;
mod bounds;
mod channel;
mod check;
pub(crate) mod columns;
mod contradictions;
mod curves;
mod mix_specification;
mod observations;
mod pooling;
pub(crate) mod pseudo_observations;
mod roi_prior;
pub(crate) mod scales;
mod stored;

pub use self::baseline::{Baseline, Holidays, Trend};
pub use self::mix_specification::MixSpecification;
pub use self::pooling::{GeoScale, Pooling};
pub use self::roi_prior::RoiPrior;
