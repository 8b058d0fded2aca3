//! Events to journeys.

mod assemble;
mod builder;
pub(in crate::journeys) mod codes;
mod cut;
mod duplicates;
mod gather;
pub(in crate::journeys) mod labels;
pub(in crate::journeys) mod names;
pub(in crate::journeys) mod partition;
mod person_cutter;
mod read;
mod spread;
mod waves;

pub use self::builder::JourneyBuilder;
pub use self::person_cutter::{PersonCutter, PersonJourneys};
