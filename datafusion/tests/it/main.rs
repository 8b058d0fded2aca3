//! The library's answers, given by the engine.

#[path = "../../../tests/it/documents.rs"]
mod documents;
mod faults;
mod logs;
mod matrix;
mod sql;
