//! Time to event: what marketing caused, and what would have come anyway.

mod additive;
mod additive_fit;
mod basis;
mod decay;
mod design;
mod division;
mod effects;
mod em;
mod evidence;
mod flags;
mod log_link;
mod model;
mod process;
mod report;
mod rows;
mod screening;
mod sliding;
mod upstream;

pub use self::additive::AdditiveHazard;
pub use self::effects::{Intensity, PairEffect, TouchEffect};
pub use self::evidence::Exposures;
pub use self::log_link::{LogLinearHazard, LogLinearHazardModel, PersonTime};
pub use self::model::AdditiveHazardModel;
pub use self::report::FitReport;
