//! Rows of record batches as values, as a mapping reads them: each path is resolved once a batch,
//! and a row costs no memory.

mod batch;
mod column;
mod entries;
mod hashes;
mod json_column;
mod paths;
mod resolved;
mod shapes;

pub(in crate::io) use crate::io::arrow::rows::batch::BatchRows;
pub(in crate::io) use crate::io::arrow::rows::entries::KEYS;
pub(in crate::io) use crate::io::arrow::rows::paths::BatchPaths;

#[cfg(test)]
pub(in crate::io) mod tests;
