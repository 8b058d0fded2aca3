//! Files in: event logs, path tables and costs.

#[cfg(feature = "parquet")]
mod arrow;
mod columns;
#[cfg(feature = "csv")]
mod csv;
mod identified;
#[cfg(feature = "parquet")]
mod parquet;
mod timestamp;

#[cfg(feature = "csv")]
pub use self::csv::{EventPiece, EventReader};
#[cfg(feature = "parquet")]
pub use self::parquet::{ParquetPiece, ParquetReader};
pub use columns::EventColumns;
pub use identified::{Batches, IdentifiedReader};
