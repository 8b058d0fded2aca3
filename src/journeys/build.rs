//! Events to journeys.

mod assemble;
mod builder;
mod codes;
mod cut;
mod duplicates;
mod gather;
mod names;
mod partition;
mod person_cutter;
mod read;
mod spread;
mod waves;

pub use self::builder::JourneyBuilder;
pub use self::person_cutter::{PersonCutter, PersonJourneys};
