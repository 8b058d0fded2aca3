//! Time to event: what marketing caused, and what would have come anyway.

mod additive;
mod additive_fit;
mod basis;
mod calibrate;
mod calibrated;
mod decay;
mod design;
mod division;
mod effects;
mod em;
mod evidence;
mod exposed;
mod figures;
mod flags;
mod flows;
mod information;
pub(in crate::attribution) mod kept_share;
mod log_link;
mod mediation;
mod mediators;
mod model;
mod process;
mod report;
mod rows;
mod screening;
mod sliding;
mod tested;
mod upstream;

pub use self::additive::AdditiveHazard;
pub use self::effects::{Intensity, PairEffect, TouchEffect};
pub use self::evidence::Exposures;
pub use self::log_link::{LogLinearHazard, LogLinearHazardModel, PersonTime};
pub use self::model::AdditiveHazardModel;
pub use self::report::FitReport;
