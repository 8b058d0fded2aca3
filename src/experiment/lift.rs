//! Lift tests: the result of an experiment on one channel's spend.

mod lift_test;
#[cfg(feature = "csv")]
mod read;
#[cfg(test)]
mod tests;

pub use self::lift_test::LiftTest;
