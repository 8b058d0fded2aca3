//! A file whose fields are separated by a sign, cut into pieces.

use crate::error::{Error, Result};
use crate::io::csv::chunks::{Chunk, Chunks};
use crate::io::file::csv_rows::header::{Above, header};
use crate::io::file::csv_rows::layout::{Layout, Source};
use crate::io::file::csv_rows::piece::CsvPiece;
use crate::io::file::format::FileFormat;
use crate::io::file::forms::Header;
use crate::io::record::FieldPath;
use std::io::Read;
use std::sync::Arc;

/// Reads pieces of whole rows.
#[derive(Debug)]
pub(in crate::io) struct CsvRows<R> {
    chunks: Chunks<R>,
    /// The rows behind the header that were read with it.
    first: Option<Chunk>,
    layout: Arc<Layout>,
    preamble: Vec<String>,
}
impl<R: Read> CsvRows<R> {
    /// Reads up to the header, in chunks of about `size` bytes.
    ///
    /// # Errors
    /// If there is no header, a path asks for a column that stands there twice, or a path leads
    /// into a column that does not hold JSON.
    pub(in crate::io) fn open(
        reader: R,
        format: &FileFormat,
        paths: &[FieldPath],
        size: usize,
    ) -> Result<Self> {
        let dialect = format.dialect()?;
        let mut chunks = Chunks::new(reader, size).with_dialect(dialect);
        let empty = || Error::Empty {
            what: "the file".into(),
            expected: "a header and rows".into(),
        };
        let mut first = chunks.next_chunk()?.ok_or_else(empty)?;
        let mut preamble = Vec::new();
        match &format.header {
            Header::SkipLines(lines) => {
                let mut above = Above::new(&mut first, &mut chunks);
                for _ in 0..*lines {
                    if !above.skip_line()? {
                        return Err(empty());
                    }
                }
                preamble = above.end();
            }
            Header::StartsWith(names) => {
                let mut above = Above::new(&mut first, &mut chunks);
                above.skip_to(names, dialect)?;
                preamble = above.end();
            }
            _ => {}
        }
        let (line, header) = match &format.header {
            Header::Columns(names) => (1, names.clone()),
            _ => header(&mut first, &mut chunks, dialect)?.ok_or_else(empty)?,
        };
        let layout = Layout::new(header, dialect, format, paths);
        Ok(Self {
            layout: Arc::new(layout.map_err(|error| in_line(error, line))?),
            chunks,
            first: Some(first),
            preamble,
        })
    }

    /// The names of the columns.
    pub(in crate::io) fn header(&self) -> &[String] {
        &self.layout.header
    }

    /// Which paths lead to a column.
    pub(in crate::io) fn found(&self) -> Vec<bool> {
        let is_found = |source: &Source| !matches!(source, Source::Absent);
        self.layout.sources.iter().map(is_found).collect()
    }

    /// Which paths some row had of the pieces shown so far.
    pub(in crate::io) fn seen(&self) -> Vec<bool> {
        self.layout.seen.flags()
    }

    /// The lines above the header.
    pub(in crate::io) fn preamble(&self) -> &[String] {
        &self.preamble
    }

    /// The bytes of the pieces given so far.
    pub(in crate::io) fn bytes_read(&self) -> u64 {
        self.chunks.given()
    }
}

impl<R: Read> Iterator for CsvRows<R> {
    type Item = Result<CsvPiece>;

    fn next(&mut self) -> Option<Result<CsvPiece>> {
        let first = self.first.take().filter(|chunk| !chunk.bytes.is_empty());
        let chunk = first
            .map(Ok)
            .or_else(|| self.chunks.next_chunk().transpose())?;
        Some(chunk.map(|mut chunk| {
            chunk.keep_mark();
            CsvPiece {
                chunk,
                layout: self.layout.clone(),
            }
        }))
    }
}

/// An error of the header, which stands in this line.
fn in_line(error: Error, line: u64) -> Error {
    match error {
        Error::Malformed { reason, .. } => Error::Malformed { row: line, reason },
        other => other,
    }
}
