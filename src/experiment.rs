//! Experiments: what they measured, as the mix model takes it.

mod lift;

pub use lift::LiftTest;
