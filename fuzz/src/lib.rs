//! What the fuzz targets do with bytes. Each module's `run` panics where a promise is broken: never
//! a panic of the library, a lost conversion, a figure that is no number, or another result from the
//! same rows.

pub mod bytes;
pub mod events;
pub mod identified;
pub mod mapped;
pub mod mix;
pub mod options;
pub mod parquet;
pub mod promises;
pub mod samples;
pub mod saved;
pub mod state;
pub mod tables;
