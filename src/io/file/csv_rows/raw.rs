//! Rows as fields of bytes, in any dialect.

use crate::error::{Error, Result};
use crate::io::csv::chunks::Dialect;
use crate::io::csv::table::line_of;
use crate::io::file::escaped::EscapedRows;

/// Rows as fields of bytes.
pub(super) enum RawRows<'a> {
    Quoted(&'a [u8], csv::Reader<&'a [u8]>),
    Escaped(EscapedRows<'a>),
}

impl<'a> RawRows<'a> {
    pub(super) fn new(bytes: &'a [u8], dialect: Dialect) -> Self {
        match (dialect.quote, dialect.escape) {
            (None, Some(escape)) => Self::Escaped(EscapedRows::new(bytes, dialect, escape)),
            _ => Self::Quoted(bytes, parser(bytes, dialect)),
        }
    }

    /// The next row that is not blank, and the lines ahead of it.
    pub(super) fn read(&mut self, record: &mut csv::ByteRecord) -> Result<Option<u64>> {
        match self {
            Self::Quoted(bytes, rows) => {
                let read = rows.read_byte_record(record);
                let read = read.map_err(|error| Error::Io(error.into()))?;
                let line = record
                    .position()
                    .map_or(0, |began| line_of(bytes, began) - 1);
                Ok(read.then_some(line))
            }
            Self::Escaped(rows) => Ok(rows.read(record)),
        }
    }

    /// The bytes read so far.
    pub(super) fn position(&self) -> usize {
        match self {
            Self::Quoted(_, rows) => rows.position().byte() as usize,
            Self::Escaped(rows) => rows.position(),
        }
    }

    /// The lines read so far.
    pub(super) fn lines(&self) -> u64 {
        match self {
            Self::Quoted(_, rows) => rows.position().line() - 1,
            Self::Escaped(rows) => rows.lines(),
        }
    }
}

pub(super) fn parser(bytes: &[u8], dialect: Dialect) -> csv::Reader<&[u8]> {
    let mut parser = csv::ReaderBuilder::new();
    parser
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 16)
        .delimiter(dialect.separator);
    match dialect.quote {
        Some(quote) => parser.quote(quote).escape(dialect.escape),
        None => parser.quoting(false),
    };
    parser.from_reader(bytes)
}
