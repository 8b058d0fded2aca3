//! Rows of a text file of any format.

use crate::error::{Error, Result};
use crate::io::file::csv_rows::{CsvPiece, CsvRows};
use crate::io::file::format::{FileFormat, FileKind};
use crate::io::file::guess::{Guess, settle};
use crate::io::file::input::Input;
use crate::io::file::json_rows::{JsonPiece, JsonRows};
use crate::io::record::{FieldPath, Visit};
use std::io::Read;

/// Bytes per piece: large enough that the start of one costs little, small enough to keep every
/// thread busy.
const PIECE: usize = 4 << 20;

/// Reads pieces of whole rows, for threads to parse.
#[derive(Debug)]
pub(in crate::io) struct RowReader<R> {
    rows: Rows<R>,
    format: FileFormat,
    guess: Guess,
    paths: usize,
}

#[derive(Debug)]
enum Rows<R> {
    Csv(CsvRows<Input<R>>),
    Json(JsonRows<Input<R>>),
}

/// A run of whole rows, not yet parsed.
#[derive(Debug)]
pub(in crate::io) enum RowPiece {
    Csv(CsvPiece),
    Json(JsonPiece),
}

impl<R: Read> RowReader<R> {
    /// Decompresses and decodes the file, guesses what the format leaves to a guess, and reads up
    /// to the first row. Values come in the order of the paths.
    ///
    /// # Errors
    /// If a setting is unusable, the file is empty, damaged or Parquet, or its header is unusable.
    pub(in crate::io) fn open(reader: R, format: &FileFormat, paths: &[FieldPath]) -> Result<Self> {
        Self::with_pieces(reader, format, paths, PIECE)
    }

    fn with_pieces(
        reader: R,
        format: &FileFormat,
        paths: &[FieldPath],
        size: usize,
    ) -> Result<Self> {
        let mut input = Input::open(reader, &format.encoding)?;
        let (format, mut guess) = settle(format, input.sample()?)?;
        guess.encoding = input.guessed_encoding().map(String::from);
        let rows = match format.format {
            FileKind::JsonLines => Rows::Json(JsonRows::open(input, &format, paths, size)?),
            FileKind::Parquet => {
                let expected = "CSV or JSON lines; Parquet is read from a file, not from a stream, \
                                and with the feature parquet";
                return Err(Error::setting(
                    "the format of the file",
                    "parquet",
                    expected,
                ));
            }
            _ => Rows::Csv(CsvRows::open(input, &format, paths, size)?),
        };
        Ok(Self {
            rows,
            format,
            guess,
            paths: paths.len(),
        })
    }

    /// The names of the columns; of JSON, the fields of the first objects.
    pub(in crate::io) fn header(&self) -> &[String] {
        match &self.rows {
            Rows::Csv(rows) => rows.header(),
            Rows::Json(rows) => rows.header(),
        }
    }

    /// Which paths lead to a column. In JSON any may, as fields come and go from row to row.
    pub(in crate::io) fn found(&self) -> Vec<bool> {
        match &self.rows {
            Rows::Csv(rows) => rows.found(),
            Rows::Json(_) => vec![true; self.paths],
        }
    }

    /// Which paths some row had of the pieces shown so far.
    pub(in crate::io) fn seen(&self) -> Vec<bool> {
        match &self.rows {
            Rows::Csv(rows) => rows.seen(),
            Rows::Json(rows) => rows.seen(),
        }
    }

    /// The lines above the header.
    pub(in crate::io) fn preamble(&self) -> &[String] {
        match &self.rows {
            Rows::Csv(rows) => rows.preamble(),
            Rows::Json(_) => &[],
        }
    }

    /// The format, with every guess made.
    pub(in crate::io) fn format(&self) -> &FileFormat {
        &self.format
    }

    /// What was guessed.
    pub(in crate::io) fn guess(&self) -> &Guess {
        &self.guess
    }

    /// The bytes of the pieces given so far, decompressed.
    pub(in crate::io) fn bytes_read(&self) -> u64 {
        match &self.rows {
            Rows::Csv(rows) => rows.bytes_read(),
            Rows::Json(rows) => rows.bytes_read(),
        }
    }
}

impl<R: Read> Iterator for RowReader<R> {
    type Item = Result<RowPiece>;

    fn next(&mut self) -> Option<Result<RowPiece>> {
        match &mut self.rows {
            Rows::Csv(rows) => Some(rows.next()?.map(RowPiece::Csv)),
            Rows::Json(rows) => Some(rows.next()?.map(RowPiece::Json)),
        }
    }
}

impl RowPiece {
    /// Shows every row, in the order of the file.
    ///
    /// # Errors
    /// The visitor's.
    pub(in crate::io) fn each(&self, visit: &mut Visit<'_>) -> Result<()> {
        match self {
            Self::Csv(piece) => piece.each(visit),
            Self::Json(piece) => piece.each(visit),
        }
    }
}

#[cfg(test)]
mod tests;
