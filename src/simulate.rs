//! Worlds whose truth is known, to test models on and to show them with.

pub mod panels;
