//! A builder's state in a file, so that a service that restarts goes on where it was.
//!
//! ```text
//! 16 bytes   "mixtouch state\r\n"
//!  4         number of the format
//! header     JSON: version of the crate, options, costs, counts, the caller's offset
//! names      tables of texts: persons, channels, places, goals, orders, segments
//! batches    column by column, as the builder holds them
//! 16         XXH3 of all before it
//! ```
//!
//! Numbers are little-endian. A column is its number of cells, then the cells. Where each partition
//! begins in a batch is not stored: the ranks of its persons say.

mod columns;
mod file;
mod header;
mod names;
mod reader;
mod rows;
mod save;
mod writer;

#[cfg(test)]
mod tests;
