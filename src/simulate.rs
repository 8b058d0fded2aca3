//! Worlds whose truth is known, to test models on and to show them with.

pub mod customers;
pub mod panels;
pub mod retailer;
pub mod truth;
pub mod worlds;
