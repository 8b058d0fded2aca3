//! Small tables, read row by row.

use crate::error::{Error, Result};
use std::io::Read;

/// A CSV table with a header.
pub(super) struct Table<R> {
    reader: csv::Reader<R>,
    header: Vec<String>,
    record: csv::StringRecord,
}

/// One row: its line in the file, and fields by column.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) line: u64,
    record: &'a csv::StringRecord,
}

impl<R: Read> Table<R> {
    /// Reads the header; a byte order mark before it is passed over.
    pub(super) fn new(what: &'static str, reader: R) -> Result<Self> {
        let mut reader = csv::ReaderBuilder::new().from_reader(reader);
        let header: Vec<String> = reader.headers().map_err(malformed)?.iter().map(str::to_owned).collect();
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
        let more = self.reader.read_record(&mut self.record).map_err(malformed)?;
        let line = self.record.position().map_or(0, csv::Position::line);
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
fn malformed(error: csv::Error) -> Error {
    let row = error.position().map_or(1, csv::Position::line);
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
