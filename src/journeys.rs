//! Journeys: each person's touches, oldest first, up to a conversion or the end of observation.

mod accumulator;
pub(crate) mod arena;
pub(crate) mod build;
pub(crate) mod journey;
mod options;
mod paths;
mod sample;
mod segments;
mod transform;

pub use self::accumulator::Accumulator;
pub use self::arena::{Block, Journeys, Totals};
pub use self::build::JourneyBuilder;
pub use self::journey::{Journey, Outcome};
pub(crate) use self::options::days_to_duration;
pub use self::options::{JourneyOptions, Lookback, Transform};
pub use self::paths::PathTable;
pub(crate) use self::sample::{BootstrapWeights, PoissonResampler, Sample};
