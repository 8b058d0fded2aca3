//! Events to journeys.

mod assemble;
mod builder;
mod cap;
pub(in crate::journeys) mod codes;
mod conversions;
mod costs;
mod counts;
mod cut;
mod cut_journeys;
mod duplicates;
mod fractions;
mod gather;
pub(in crate::journeys) mod labels;
pub(in crate::journeys) mod names;
mod order;
mod orders;
pub(in crate::journeys) mod partition;
mod person_cutter;
mod read;
mod returns;
mod rolling;
mod spread;
mod ties;
mod touch;
mod waves;

pub use self::builder::JourneyBuilder;
pub(super) use self::costs::settled_costs;
pub(super) use self::counts::RowCounts;
pub use self::person_cutter::{PersonCutter, PersonJourneys};
