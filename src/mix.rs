//! The marketing-mix model.

pub mod budget;
