//! Time to event with a log link: touches multiply the intensity.

mod changes;
mod fit;
mod model;
mod newton;
mod person_time;
mod specification;
mod states;

pub use self::model::LogLinearHazardModel;
pub use self::person_time::PersonTime;
pub use self::specification::LogLinearHazard;
