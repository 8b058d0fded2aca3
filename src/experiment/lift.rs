//! Lift tests: the result of an experiment on one channel's spend.

mod check;
mod fields;
mod lift_test;
mod origin;
mod persons;
#[cfg(feature = "csv")]
mod read;
#[cfg(test)]
mod tests;
mod touches;
#[cfg(feature = "csv")]
mod write;

pub use self::lift_test::LiftTest;
pub use self::touches::TouchesBrought;
