//! Worlds whose truth is known, to test models on and to show them with.

pub mod customers;
pub mod panels;
pub mod retailer;
mod worlds;

pub use worlds::{ChannelTruth, Simulation, Truth, World};
