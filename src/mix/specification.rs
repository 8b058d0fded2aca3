//! What to model: channels, transforms, baseline, priors and lift tests of a marketing-mix model.
//!
//! A [`MixSpecification`] holds no setting of any fitting method; an
//! [`Estimator`](crate::mix::estimate::Estimator) holds those.

mod baseline;
mod belief;
mod bounds;
mod calendar;
mod changing_effect;
mod channel;
mod check;
pub(crate) mod columns;
mod contradictions;
mod curves;
pub(crate) mod dispersion;
mod effect_prior;
mod funnel;
mod holidays;
mod likelihood;
mod mix_specification;
mod observations;
pub(crate) mod part;
mod pooling;
pub(crate) mod pseudo_observations;
mod roi_prior;
pub(crate) mod scales;
mod short_geos;
mod stored;
mod synergy;
pub(crate) mod term;
mod treatment;
mod trend;

pub use self::baseline::Baseline;
pub use self::belief::Belief;
pub use self::changing_effect::ChangingEffect;
pub(crate) use self::changing_effect::EffectKnots;
pub use self::effect_prior::{EffectFigure, EffectPrior};
pub use self::funnel::Funnel;
pub use self::holidays::Holidays;
pub use self::likelihood::Likelihood;
pub use self::mix_specification::MixSpecification;
pub use self::pooling::{GeoScale, Pooling};
pub use self::roi_prior::RoiPrior;
pub use self::synergy::Synergy;
pub use self::term::BaselinePart;
pub use self::treatment::Reference;
pub use self::trend::Trend;
