//! Tests on persons, evaluated from two logs: who was assigned to which arm, and what they did.
//!
//! [`PersonTest`] holds the settings, [`Assignments`] the arms, and [`PersonLift`] is what it finds.

mod assignments;
mod figures;
mod followed;
pub(crate) mod lift;
mod lift_tests;
mod report;
pub(crate) mod test;
#[cfg(test)]
mod tests;

pub use self::assignments::Assignments;
pub use self::lift::{ArmFigures, PersonLift, PersonsLeftOut};
pub use self::test::PersonTest;
