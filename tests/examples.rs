//! The examples as their users meet them: what goes to which stream, and what a bad option or file
//! is told.
#![cfg(all(feature = "csv", feature = "time"))]

#[path = "examples/attribution.rs"]
mod attribution;
#[path = "examples/dashboard.rs"]
mod dashboard;
#[path = "examples/identities.rs"]
mod identities;
#[path = "examples/media_mix.rs"]
mod media_mix;
#[path = "examples/run.rs"]
mod run;
