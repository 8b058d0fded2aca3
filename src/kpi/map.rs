//! The map of journeys: where they go, how long it takes, where they end.

mod by_person;
mod durations;
mod edges;
mod export;
mod frequent_paths;
mod friction;
mod journey_map;
mod map_counts;
mod packed_paths;
mod path_counts;
mod protection;
mod report;
mod steps;

pub use self::frequent_paths::{FrequentPath, FrequentPaths};
pub use self::friction::{Excess, FrictionPoint, Handoff};
pub use self::journey_map::{JourneyMap, MapEdge, Node, StepFigures};
pub use self::map_counts::MapCounts;
pub use self::path_counts::PathCounts;
pub use self::steps::{Stage, Steps};
