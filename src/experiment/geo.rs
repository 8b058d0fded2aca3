//! Geo tests: spend changes in some geos, and the others show what would have happened.
//!
//! [`GeoTest`] holds the outcomes and estimates the lift in one of two ways; [`GeoLift`] is what it
//! finds, [`GeoCourse`] the same period by period.

mod course;
pub(crate) mod design;
mod estimate;
pub(crate) mod lift;
mod likeness;
mod matched;
mod noise;
mod report;
pub(crate) mod selection;
mod synthetic;
#[cfg(test)]
mod tests;

pub use self::course::{GeoCourse, GeoPeriod};
pub use self::design::GeoTest;
pub use self::lift::{GeoEffect, GeoLift};
pub use self::selection::{GeoCandidate, GeoSelection};
