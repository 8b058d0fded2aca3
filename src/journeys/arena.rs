//! The arena: every journey of a log or a path table in a few flat columns.

pub(crate) mod block;
pub(crate) mod columns;
pub(crate) mod observation;
pub(crate) mod offsets;
pub(crate) mod sample;
pub(crate) mod segments;
pub(crate) mod timelines;
pub(crate) mod totals;
pub(crate) mod weights;

pub use self::block::{Block, NullRun};
pub use self::columns::Journeys;
pub use self::observation::Observation;
pub use self::timelines::PersonTimeline;
pub use self::totals::Totals;
