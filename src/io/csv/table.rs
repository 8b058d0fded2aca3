//! Small tables, read row by row.

use super::line_of;
use crate::error::{Error, Result};
use std::io::{Cursor, Read};

/// A CSV table with a header, in memory: such tables are small beside event logs, and errors need the lines.
pub(super) struct Table {
    reader: csv::Reader<Cursor<Vec<u8>>>,
    header: Vec<String>,
    record: csv::StringRecord,
}

/// One row: its line in the file, and fields by column.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) line: u64,
    record: &'a csv::StringRecord,
}

impl Table {
    /// Reads the header; a byte order mark before it is passed over.
    pub(super) fn new(what: &'static str, mut source: impl Read) -> Result<Self> {
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes)?;
        let mut reader = csv::ReaderBuilder::new().from_reader(Cursor::new(bytes));
        let header: Vec<String> = reader.headers().map_err(|error| malformed(error, &[]))?.iter().map(str::to_owned).collect();
        if header.is_empty() {
            return Err(Error::Empty { what: what.into(), allowed: "a header and rows".into() });
        }
        Ok(Self { reader, header, record: csv::StringRecord::new() })
    }

    /// Where a column stands.
    pub(super) fn column(&self, name: &str) -> Result<usize> {
        self.optional(name).ok_or_else(|| Error::MissingColumn { column: name.to_owned(), found: self.header.clone() })
    }

    pub(super) fn optional(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|other| other == name)
    }

    pub(super) fn next_row(&mut self) -> Result<Option<Row<'_>>> {
        let read = self.reader.read_record(&mut self.record);
        let bytes = self.reader.get_ref().get_ref();
        let more = read.map_err(|error| malformed(error, bytes))?;
        let line = self.record.position().map_or(0, |began| line_of(bytes, began));
        Ok(more.then_some(Row { line, record: &self.record }))
    }
}

impl<'a> Row<'a> {
    pub(super) fn text(&self, column: usize) -> &'a str {
        self.record.get(column).unwrap_or("")
    }

    /// A number; an empty field is 0.
    pub(super) fn number(&self, column: Option<usize>, name: &str) -> Result<f64> {
        let Some(text) = column.map(|column| self.text(column)).filter(|text| !text.is_empty()) else { return Ok(0.0) };
        text.parse().map_err(|_| Error::field(self.line, name, text, "a number"))
    }
}

/// The parser's error as ours, with its row.
fn malformed(error: csv::Error, bytes: &[u8]) -> Error {
    let row = error.position().map_or(1, |began| line_of(bytes, began));
    let reason = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("has {len} fields, the header has {expected_len}"),
        csv::ErrorKind::Utf8 { err, .. } => format!("field {} is not UTF-8", err.field() + 1),
        _ => match error.into_kind() {
            csv::ErrorKind::Io(error) => return Error::Io(error),
            other => format!("{other:?}"),
        },
    };
    Error::Malformed { row, reason }
}
