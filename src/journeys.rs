//! Journeys: each person's touches, oldest first, up to a conversion or the end of observation.

mod accumulator;
pub(crate) mod arena;
pub(crate) mod build;
mod erase;
mod heavy_persons;
mod irregularities;
pub(crate) mod journey;
mod options;
mod paths;
mod resample;
mod segments;
mod state;
mod transform;

pub use self::accumulator::Accumulator;
pub(crate) use self::arena::sample::Sample;
pub(crate) use self::arena::weights::BootstrapWeights;
pub use self::arena::{
    Block, Conversion, CountedJourneys, Journeys, NullRun, Observation, PersonTimeline, Totals,
};
pub use self::build::{JourneyBuilder, PersonCutter, PersonJourneys};
pub use self::irregularities::{GoalCount, HeavyPersons, Irregularities};
pub use self::journey::{Journey, Outcome};
pub use self::options::lookback::Lookback;
pub(crate) use self::options::lookback::days_to_duration;
pub use self::options::{JourneyOptions, Transform};
pub use self::paths::PathTable;
pub(crate) use self::resample::PoissonResampler;
pub(crate) use self::segments::Segment;
