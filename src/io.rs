//! Files: event logs, path tables and costs in, event logs out.

#[cfg(feature = "parquet")]
mod arrow;
#[cfg(feature = "time")]
mod clock;
mod columns;
#[cfg(feature = "csv")]
pub(crate) mod csv;
#[cfg(feature = "mapping")]
mod file;
#[cfg(any(feature = "csv", feature = "parquet"))]
mod header;
mod identified;
#[cfg(feature = "mapping")]
mod mapping;
#[cfg(feature = "parquet")]
mod parquet;
mod places;
#[cfg(feature = "mapping")]
mod record;
#[cfg(feature = "mapping")]
mod seen;
mod time_unit;
mod timestamp;
#[cfg(feature = "mapping")]
mod values;

pub use self::columns::EventColumns;
#[cfg(feature = "csv")]
pub use self::csv::events::{CsvChunk, CsvReader};
#[cfg(feature = "mapping")]
pub use self::file::format::{FileFormat, FileKind};
#[cfg(feature = "mapping")]
pub use self::file::forms::Header;
#[cfg(feature = "mapping")]
pub use self::file::guess::Guess;
pub use self::identified::{Batches, IdentifiedReader};
#[cfg(feature = "mapping")]
pub use self::mapping::{
    BadRows, ConversionRule, CostReader, Counted, CurrencyTotal, DropRules, EventReader, FilesRead,
    KindRule, MappedColumn, MappedColumns, MappedKind, Mapping, Rates, Reading, ReadingReport,
    SessionRule, SkippedRows, SpendCheck, SpendMapping, SpendReading, SpendReport, Texts, TotalRow,
    TouchWhen, common_currency,
};
#[cfg(feature = "parquet")]
pub use self::parquet::{ParquetChunk, ParquetReader};

pub use self::time_unit::TimeUnit;
#[cfg(feature = "parquet")]
pub use arrow_array;
#[cfg(feature = "parquet")]
pub use arrow_schema;

use crate::error::Result;
use crate::event::Events;
use rayon::prelude::*;

/// The next few pieces of a file as batches in the file's order, read in parallel; nothing at its
/// end. The first error in that order is the error.
fn next_batches<P: Send>(
    pieces: impl Iterator<Item = Result<P>>,
    read: impl Fn(P) -> Result<Events> + Sync,
) -> Result<Option<Vec<Events>>> {
    let pieces: Vec<Result<P>> = pieces.take(4 * rayon::current_num_threads()).collect();
    let batches: Vec<Result<Events>> = pieces
        .into_par_iter()
        .map(|piece| piece.and_then(&read))
        .collect();
    let batches = batches.into_iter().collect::<Result<Vec<Events>>>()?;
    Ok((!batches.is_empty()).then_some(batches))
}
