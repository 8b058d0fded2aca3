//! The header, and the lines above it.

use crate::error::{Error, Result};
use crate::io::csv::chunks::{Chunk, Chunks, Dialect};
use crate::io::file::csv_rows::raw::{RawRows, parser};
use std::io::Read;

/// The most lines above a header that is looked for, and the most of any that are kept.
const PREAMBLE: u64 = 1000;

/// The most bytes of a line above the header that are kept.
const LINE: usize = 1000;

/// Goes past the lines above a header.
pub(super) struct Above<'a, R> {
    chunk: &'a mut Chunk,
    chunks: &'a mut Chunks<R>,
    /// The bytes of the chunk that are passed.
    at: usize,
    lines: u64,
    kept: Vec<String>,
}

impl<'a, R: Read> Above<'a, R> {
    pub(super) fn new(chunk: &'a mut Chunk, chunks: &'a mut Chunks<R>) -> Self {
        Self {
            chunk,
            chunks,
            at: 0,
            lines: 0,
            kept: Vec::new(),
        }
    }

    /// The next line, without its end; none at the end of the file.
    fn line(&mut self) -> Result<Option<&[u8]>> {
        if self.at == self.chunk.bytes.len() {
            match self.chunks.next_chunk()? {
                Some(next) => (*self.chunk, self.at) = (next, 0),
                None => return Ok(None),
            }
        }
        let rest = &self.chunk.bytes[self.at..];
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        Ok(Some(&rest[..end]))
    }

    /// Goes past a line; returns whether there is one.
    pub(super) fn skip_line(&mut self) -> Result<bool> {
        let Some(line) = self.line()? else {
            return Ok(false);
        };
        let end = line.len();
        let text = String::from_utf8_lossy(&line[..end.min(LINE)]);
        let text = text.trim_end_matches('\r').to_owned();
        let has_end = self.at + end < self.chunk.bytes.len();
        self.at += end + usize::from(has_end);
        self.chunk.line += u64::from(has_end);
        self.lines += 1;
        if self.lines <= PREAMBLE {
            self.kept.push(text);
        }
        Ok(true)
    }

    /// Goes past the lines before the row whose first field is one of the names.
    pub(super) fn skip_to(&mut self, names: &[String], dialect: Dialect) -> Result<()> {
        let mut record = csv::ByteRecord::new();
        while self.lines < PREAMBLE {
            let Some(line) = self.line()? else { break };
            let read = parser(line, dialect).read_byte_record(&mut record);
            let first = record.get(0).map(|field| String::from_utf8_lossy(field));
            let is_header = |first: &str| names.iter().any(|name| name.trim() == first.trim());
            if read.is_ok() && first.is_some_and(|first| is_header(&first)) {
                return Ok(());
            }
            self.skip_line()?;
        }
        Err(Error::Malformed {
            row: self.lines.max(1),
            reason: format!("no row up to here starts with {}", names.join(" or ")),
        })
    }

    /// Takes what was passed off the chunk; returns the first lines.
    pub(super) fn end(self) -> Vec<String> {
        self.chunk.bytes.drain(..self.at);
        self.kept
    }
}

/// Takes the header off a chunk, with its line; none where the file has no row left.
pub(super) fn header<R: Read>(
    chunk: &mut Chunk,
    chunks: &mut Chunks<R>,
    dialect: Dialect,
) -> Result<Option<(u64, Vec<String>)>> {
    let mut record = csv::ByteRecord::new();
    loop {
        let found = {
            let mut rows = RawRows::new(&chunk.bytes, dialect);
            let ahead = rows.read(&mut record)?;
            ahead.map(|ahead| (ahead, rows.position(), rows.lines()))
        };
        if let Some((ahead, read, lines)) = found {
            let line = chunk.line + ahead;
            let names = record
                .iter()
                .map(|name| std::str::from_utf8(name).map(str::trim));
            let names: Result<Vec<&str>, _> = names.collect();
            let names = names.map_err(|_| Error::Malformed {
                row: line,
                reason: "the header is not UTF-8: state the encoding of the file".into(),
            })?;
            let names = names.into_iter().map(String::from).collect();
            chunk.bytes.drain(..read);
            chunk.line += lines;
            return Ok(Some((line, names)));
        }
        match chunks.next_chunk()? {
            Some(next) => *chunk = next,
            None => return Ok(None),
        }
    }
}
