//! Events to journeys.

mod assemble;
mod builder;
mod codes;
mod cut;
mod gather;
mod names;
mod partition;
mod person_cutter;
mod read;
mod waves;

pub use self::builder::JourneyBuilder;
pub use self::person_cutter::{PersonCutter, PersonJourneys};
