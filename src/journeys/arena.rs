//! The arena: every journey of a log or a path table in a few flat columns.
//!
//! ```text
//!            front: persons who convert in the period, back: all others
//!            by 2,048th of persons, then touches       by 2,048th of persons, then rank
//!          |-----------------------------------------|----------------------------------|
//! persons  | ann                | bob                | zoe         | ..                 |
//! touches  | so se em se        | tv se              | so so       | ..                 |
//!            ^starts   ^ends
//! journeys | [so se em] [se]    | [tv se]            | [so so]     | ..                 |
//! outcomes | 1 conv.    1 null  | 1 conv.            | none stored: each is one null    |
//! ```
//!
//! `starts` and `ends` point into the touches: a journey is a run of its person's touches, so that
//! conversions that share touches share memory. `touch_ends` and `journey_ends` say where each
//! person's touches and journeys end. Journeys whose touches are no such run (lookbacks that differ
//! by channel, exclusions, transforms) have touches of their own; all touches of all persons then
//! stand in `timeline`. A path table is all front, without times and persons.

pub(crate) mod block;
pub(crate) mod columns;
pub(crate) mod conversions;
pub(crate) mod counted;
pub(crate) mod labels;
pub(crate) mod lookup;
pub(crate) mod observation;
pub(crate) mod offsets;
pub(crate) mod sample;
pub(crate) mod segments;
pub(crate) mod timelines;
pub(crate) mod totals;
pub(crate) mod weights;

pub use self::block::{Block, NullRun};
pub use self::columns::Journeys;
pub use self::conversions::Conversion;
pub use self::counted::CountedJourneys;
pub use self::observation::Observation;
pub use self::timelines::PersonTimeline;
pub use self::totals::Totals;
