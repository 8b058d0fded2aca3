//! The library's answers, given by the engine.

mod faults;
mod logs;
mod matrix;
mod sql;
