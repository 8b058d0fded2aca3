//! Worlds whose truth is known, to test models on and to show them with.

pub mod customers;
mod opportunities;
pub mod panels;
mod person_test;
pub mod retailer;
pub mod truth;
pub mod worlds;

pub use self::opportunities::SimulatedOpportunities;
pub use self::person_test::SimulatedPersonTest;
