//! Pieces of whole rows of a file of any format, for threads to map.

use crate::error::{Error, Result};
#[cfg(feature = "parquet")]
use crate::io::arrow::rows::{BatchPaths, BatchRows};
use crate::io::file::format::FileFormat;
use crate::io::file::guess::Guess;
use crate::io::file::rows::{RowPiece, RowReader};
use crate::io::mapping::lack::{Excused, Lack};
use crate::io::mapping::mapper::Mapper;
use crate::io::mapping::slot::{Signs, Slot};
#[cfg(feature = "parquet")]
use crate::io::parquet::rows::{ParquetPiece, ParquetRows};
use crate::io::record::{FieldPath, Visit};
#[cfg(feature = "parquet")]
use arrow_array::{RecordBatch, RecordBatchReader};
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;
#[cfg(feature = "parquet")]
use std::sync::Arc;

/// The first bytes of a Parquet file.
const PARQUET: &[u8] = b"PAR1";

/// The bytes of a usual piece.
const USUAL: u64 = 4 << 20;

/// The pieces of one file, in order.
pub(super) struct Pieces<'a> {
    rows: Rows<'a>,
    /// What the file's columns are called; of JSON, the fields of the first objects.
    pub(super) header: Vec<String>,
    /// Which paths lead to a column; in JSON lines any may.
    pub(super) found: Vec<bool>,
    /// How amounts are written.
    pub(super) signs: Signs,
    /// What was guessed about the file.
    pub(super) guess: Guess,
    /// The lines above the header.
    pub(super) titles: Vec<String>,
}

enum Rows<'a> {
    Text(Box<RowReader<Box<dyn Read + Send + 'a>>>),
    #[cfg(feature = "parquet")]
    Parquet(ParquetRows),
    #[cfg(feature = "parquet")]
    Batches {
        batches: Box<dyn RecordBatchReader + Send + 'a>,
        paths: Arc<BatchPaths>,
        before: u64,
    },
}

/// A run of whole rows, not yet taken apart.
pub(super) enum Piece {
    Text(RowPiece),
    #[cfg(feature = "parquet")]
    Parquet(ParquetPiece),
    #[cfg(feature = "parquet")]
    Batch {
        batch: RecordBatch,
        paths: Arc<BatchPaths>,
        before: u64,
    },
}

impl<'a> Pieces<'a> {
    /// Opens a file of any format.
    pub(super) fn open(path: &Path, format: &FileFormat, paths: &[FieldPath]) -> Result<Self> {
        let mut file = File::open(path)?;
        let mut start = Vec::new();
        file.by_ref()
            .take(PARQUET.len() as u64)
            .read_to_end(&mut start)?;
        if start == PARQUET {
            return Self::parquet(path, format, paths);
        }
        Self::text(Box::new(Cursor::new(start).chain(file)), format, paths)
    }

    /// A stream of any format; one of Parquet is read whole first, as its end says what is in it.
    pub(super) fn stream(
        mut reader: Box<dyn Read + Send + 'a>,
        format: &FileFormat,
        paths: &[FieldPath],
    ) -> Result<Self> {
        let mut start = Vec::new();
        reader
            .by_ref()
            .take(PARQUET.len() as u64)
            .read_to_end(&mut start)?;
        if start == PARQUET {
            reader.read_to_end(&mut start)?;
            return Self::parquet_bytes(start, format, paths);
        }
        Self::text(Box::new(Cursor::new(start).chain(reader)), format, paths)
    }

    /// CSV or JSON lines.
    fn text(
        reader: Box<dyn Read + Send + 'a>,
        format: &FileFormat,
        paths: &[FieldPath],
    ) -> Result<Self> {
        let rows = RowReader::open(reader, format, paths)?;
        Ok(Self {
            header: rows.header().to_vec(),
            found: rows.found(),
            signs: rows.format().number_signs(),
            guess: rows.guess().clone(),
            titles: rows.preamble().to_vec(),
            rows: Rows::Text(Box::new(rows)),
        })
    }

    #[cfg(feature = "parquet")]
    fn parquet(path: &Path, format: &FileFormat, paths: &[FieldPath]) -> Result<Self> {
        let rows = ParquetRows::open(path, format, paths)?;
        Ok(Self::of_parquet(rows, format))
    }

    #[cfg(feature = "parquet")]
    fn parquet_bytes(bytes: Vec<u8>, format: &FileFormat, paths: &[FieldPath]) -> Result<Self> {
        let rows = ParquetRows::from_bytes(bytes, format, paths)?;
        Ok(Self::of_parquet(rows, format))
    }

    #[cfg(feature = "parquet")]
    fn of_parquet(rows: ParquetRows, format: &FileFormat) -> Self {
        Self {
            header: rows.header().to_vec(),
            found: rows.found().to_vec(),
            signs: format.number_signs(),
            guess: Guess::default(),
            titles: Vec::new(),
            rows: Rows::Parquet(rows),
        }
    }

    #[cfg(not(feature = "parquet"))]
    fn parquet(_: &Path, _: &FileFormat, _: &[FieldPath]) -> Result<Self> {
        Err(no_parquet())
    }

    #[cfg(not(feature = "parquet"))]
    fn parquet_bytes(_: Vec<u8>, _: &FileFormat, _: &[FieldPath]) -> Result<Self> {
        Err(no_parquet())
    }

    /// Batches that another program or library hands over.
    #[cfg(feature = "parquet")]
    pub(super) fn batches(
        batches: Box<dyn RecordBatchReader + Send + 'a>,
        format: &FileFormat,
        paths: &[FieldPath],
    ) -> Result<Self> {
        let schema = batches.schema();
        let names = schema.fields().iter().map(|field| field.name().clone());
        let header: Vec<String> = names.collect();
        let paths = Arc::new(BatchPaths::new(format, paths, &schema)?);
        Ok(Self {
            found: paths.found().to_vec(),
            header,
            signs: format.number_signs(),
            guess: Guess::default(),
            titles: Vec::new(),
            rows: Rows::Batches {
                batches,
                paths,
                before: 0,
            },
        })
    }

    /// Which paths some row had of the pieces shown so far.
    pub(super) fn seen(&self) -> Vec<bool> {
        match &self.rows {
            Rows::Text(rows) => rows.seen(),
            #[cfg(feature = "parquet")]
            Rows::Parquet(rows) => rows.seen(),
            #[cfg(feature = "parquet")]
            Rows::Batches { paths, .. } => paths.seen(),
        }
    }

    /// The bytes of the pieces given so far.
    pub(super) fn bytes_read(&self) -> u64 {
        match &self.rows {
            Rows::Text(rows) => rows.bytes_read(),
            #[cfg(feature = "parquet")]
            Rows::Parquet(rows) => rows.bytes_read(),
            #[cfg(feature = "parquet")]
            Rows::Batches { .. } => 0,
        }
    }

    /// The next pieces, up to a number. Fewer where they are large, as pieces with a long row are.
    pub(super) fn next_few(&mut self, most: usize) -> Vec<Result<Piece>> {
        let (before, mut next) = (self.bytes_read(), Vec::new());
        while next.len() < most && self.bytes_read() - before < most as u64 * USUAL {
            let Some(piece) = self.next() else { break };
            next.push(piece);
        }
        next
    }

    /// Checks that each of the columns that a mapping names has a place in the file; gives those
    /// that have none and need none.
    ///
    /// # Errors
    /// If a column is missing that is needed, or any where none may be.
    pub(super) fn missing<'s>(
        &self,
        columns: impl IntoIterator<Item = (&'s Slot, Lack)>,
        excused: Excused<'_>,
    ) -> Result<Vec<String>> {
        let mut missing = Vec::new();
        for (slot, lack) in columns {
            if slot.is_found(&self.found) {
                continue;
            }
            if lack.is_refused(&slot.name, excused) {
                return Err(Error::MissingColumn {
                    column: slot.name.clone(),
                    found: self.header.clone(),
                });
            }
            missing.push(slot.name.clone());
        }
        Ok(missing)
    }
}

#[cfg(not(feature = "parquet"))]
fn no_parquet() -> Error {
    let expected = "CSV or JSON lines; Parquet needs the feature parquet";
    Error::setting("the format of the file", "Parquet", expected)
}

impl Iterator for Pieces<'_> {
    type Item = Result<Piece>;

    fn next(&mut self) -> Option<Result<Piece>> {
        match &mut self.rows {
            Rows::Text(rows) => Some(rows.next()?.map(Piece::Text)),
            #[cfg(feature = "parquet")]
            Rows::Parquet(rows) => Some(rows.next()?.map(Piece::Parquet)),
            #[cfg(feature = "parquet")]
            Rows::Batches {
                batches,
                paths,
                before,
            } => {
                let batch = batches
                    .next()?
                    .map_err(|error| Error::Io(std::io::Error::other(error)));
                Some(batch.map(|batch| {
                    let ahead = *before;
                    *before += batch.num_rows() as u64;
                    Piece::Batch {
                        batch,
                        paths: paths.clone(),
                        before: ahead,
                    }
                }))
            }
        }
    }
}

impl Piece {
    /// Shows every row, in order.
    ///
    /// # Errors
    /// If the piece is damaged, or the visitor fails.
    pub(super) fn each(&self, visit: &mut Visit<'_>) -> Result<()> {
        match self {
            Self::Text(piece) => piece.each(visit),
            #[cfg(feature = "parquet")]
            _ => self.each_batch(|rows| rows.each(visit)),
        }
    }

    /// Shows the rows to a mapper: those that stand in columns a batch at a time.
    ///
    /// # Errors
    /// If the piece is damaged, or the mapper fails.
    pub(super) fn map(&self, mapper: &mut Mapper<'_>) -> Result<()> {
        match self {
            Self::Text(piece) => piece.each(&mut |line, row| mapper.take(line, row)),
            #[cfg(feature = "parquet")]
            _ => self.each_batch(|rows| mapper.take_batch(rows)),
        }
    }

    #[cfg(feature = "parquet")]
    fn each_batch(&self, mut visit: impl FnMut(&BatchRows<'_>) -> Result<()>) -> Result<()> {
        match self {
            Self::Text(_) => Ok(()),
            Self::Parquet(piece) => piece.each(visit),
            Self::Batch {
                batch,
                paths,
                before,
            } => visit(&paths.rows(batch, *before)?),
        }
    }
}
