//! Worlds whose truth is known, to see which model finds it.

mod worlds;

pub use worlds::{ChannelTruth, Simulation, Truth, World};
