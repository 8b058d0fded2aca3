//! Chunks of whole rows of a file, with their line numbers, so that threads can parse them in
//! parallel.

use crate::error::{Error, Result};
use std::io::Read;

/// A run of whole rows.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) bytes: Vec<u8>,
    /// The line of its first row in the file, from 1.
    pub(super) line: u64,
}

/// Cuts a file into chunks.
#[derive(Debug)]
pub(super) struct Chunks<R> {
    reader: R,
    size: usize,
    /// The bytes read beyond the last whole row.
    rest: Vec<u8>,
    line: u64,
    /// The bytes of the chunks given so far.
    given: u64,
    done: bool,
}

impl<R: Read> Chunks<R> {
    /// Chunks of about `size` bytes; longer where a row is.
    pub(super) fn new(reader: R, size: usize) -> Self {
        Self {
            reader,
            size,
            rest: Vec::new(),
            line: 1,
            given: 0,
            done: false,
        }
    }

    /// The next chunk, or none at the end of the file.
    ///
    /// # Errors
    /// If the reader fails, or a quoted field never closes.
    pub(super) fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let mut bytes = std::mem::take(&mut self.rest);
        loop {
            let wanted = self
                .size
                .saturating_sub(bytes.len())
                .max(self.size / 2)
                .max(1) as u64;
            if !self.done {
                bytes.reserve_exact(wanted as usize);
                let read = self.reader.by_ref().take(wanted).read_to_end(&mut bytes)?;
                self.done = read < wanted as usize;
            }
            let rows = Rows::scan(&bytes);
            if self.done {
                if rows.open {
                    let row = self.line + newlines(&bytes[..rows.end]);
                    return Err(Error::Malformed {
                        row,
                        reason: "a quoted field of this row never closes".into(),
                    });
                }
                return Ok(self.give(bytes));
            }
            if rows.end > 0 {
                self.rest = bytes.split_off(rows.end);
                return Ok(self.give(bytes));
            }
        }
    }

    /// The bytes of the chunks given so far.
    pub(super) fn given(&self) -> u64 {
        self.given
    }

    fn give(&mut self, bytes: Vec<u8>) -> Option<Chunk> {
        let line = self.line;
        self.line += newlines(&bytes);
        self.given += bytes.len() as u64;
        (!bytes.is_empty()).then_some(Chunk { bytes, line })
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// The whole rows at the start of some bytes.
struct Rows {
    end: usize,
    /// Whether the bytes end inside a quoted field.
    open: bool,
}

impl Rows {
    fn scan(bytes: &[u8]) -> Self {
        let end = |at: Option<usize>| at.map_or(0, |at| at + 1);
        match memchr::memchr(b'"', bytes) {
            None => Self {
                end: end(memchr::memrchr(b'\n', bytes)),
                open: false,
            },
            Some(quote) => Self::scan_quoted(bytes, end(memchr::memrchr(b'\n', &bytes[..quote]))),
        }
    }

    /// Scans byte by byte from a row's start, like the CSV parser: a quote opens a field only at
    /// the field's start, and a doubled quote inside is text.
    fn scan_quoted(bytes: &[u8], start: usize) -> Self {
        #[derive(PartialEq)]
        enum At {
            Start,
            Plain,
            Quoted,
            QuoteInQuoted,
        }
        let (mut at, mut end) = (At::Start, start);
        for (position, byte) in bytes.iter().enumerate().skip(start) {
            at = match (at, byte) {
                (At::Quoted, b'"') => At::QuoteInQuoted,
                (At::Quoted, _) => At::Quoted,
                (At::Start | At::QuoteInQuoted, b'"') => At::Quoted,
                (_, b',' | b'\r') => At::Start,
                (_, b'\n') => {
                    end = position + 1;
                    At::Start
                }
                _ => At::Plain,
            };
        }
        Self {
            end,
            open: at == At::Quoted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, size: usize) -> Vec<(String, u64)> {
        let mut chunks = Chunks::new(text.as_bytes(), size);
        let mut all = Vec::new();
        while let Some(chunk) = chunks.next_chunk().unwrap() {
            all.push((String::from_utf8(chunk.bytes).unwrap(), chunk.line));
        }
        all
    }

    #[test]
    fn chunks_end_with_rows_and_know_their_line() {
        let text = "a,b\n\"x\ny\",2\r\nlonger than a chunk is,3\n\n\"\"\"q\"\"\",\"\"\nlast,4";
        for size in 1..40 {
            let chunks = cut(text, size);
            assert_eq!(
                chunks
                    .iter()
                    .map(|(text, _)| text.as_str())
                    .collect::<String>(),
                text
            );
            let mut line = 1;
            for (text, first) in &chunks {
                assert_eq!(*first, line);
                line += text.matches('\n').count() as u64;
            }
            assert!(
                chunks.iter().all(|(text, _)| !text.starts_with("y\"")),
                "a quoted newline ends no row"
            );
        }
    }

    #[test]
    fn a_quote_that_never_closes_is_an_error_with_its_row() {
        let mut chunks = Chunks::new("a,b\n1,\"2\n3,4\n".as_bytes(), 1000);
        assert_eq!(
            chunks.next_chunk().unwrap_err().to_string(),
            "row 2: a quoted field of this row never closes"
        );
    }
}
