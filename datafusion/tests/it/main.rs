//! The library's answers, given by the engine.

#[cfg(feature = "cluster")]
mod cluster;
#[path = "../../../tests/it/documents.rs"]
mod documents;
mod faults;
mod logs;
mod mapped;
mod matrix;
mod memory;
mod sql;
