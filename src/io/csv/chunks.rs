//! Chunks of whole rows of a file, with their line numbers, so that threads can parse them in
//! parallel.

use crate::error::{Error, Result};
use std::fmt;
use std::io::Read;

/// A run of whole rows.
pub(in crate::io) struct Chunk {
    pub(in crate::io) bytes: Vec<u8>,
    /// The line of its first row in the file, from 1.
    pub(in crate::io) line: u64,
}

impl Chunk {
    /// Keeps a mark of byte order as text where it begins a later row: the parser drops it as that
    /// of a file. A blank line ahead, which no row counts, makes it any other text.
    pub(in crate::io) fn keep_mark(&mut self) {
        if self.line > 1 && self.bytes.starts_with(MARK) {
            self.bytes.insert(0, b'\n');
            self.line -= 1;
        }
    }
}

/// Without the bytes, which may name persons.
impl fmt::Debug for Chunk {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chunk = to.debug_struct("Chunk");
        chunk.field("line", &self.line);
        chunk.field("bytes", &self.bytes.len());
        chunk.finish_non_exhaustive()
    }
}

/// The signs of a file of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::io) struct Dialect {
    pub(in crate::io) separator: u8,
    pub(in crate::io) quote: Option<u8>,
    /// Makes the next sign text: between quotes where there are quotes, else everywhere.
    pub(in crate::io) escape: Option<u8>,
}

impl Dialect {
    /// The dialect of RFC 4180.
    pub(in crate::io) const COMMAS: Self = Self {
        separator: b',',
        quote: Some(b'"'),
        escape: None,
    };
}

/// The longest row of a file, in bytes: more is no row, but a quote that never closes.
const LONGEST: usize = 64 << 20;

/// Cuts a file into chunks.
pub(in crate::io) struct Chunks<R> {
    reader: R,
    dialect: Dialect,
    size: usize,
    longest: usize,
    /// The bytes read beyond the last whole row.
    rest: Vec<u8>,
    line: u64,
    /// The bytes of the chunks given so far.
    given: u64,
    done: bool,
    /// Whether lines end with a lone carriage return, as they did on old Macintoshes; none until
    /// some bytes are read.
    is_mac: Option<bool>,
}

/// A byte order mark in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// As many bytes without a line feed, but with carriage returns, have lines that end with these.
const TELLING: usize = 1 << 16;

/// Without the bytes, which may name persons.
impl<R> fmt::Debug for Chunks<R> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chunks = to.debug_struct("Chunks");
        chunks.field("dialect", &self.dialect);
        chunks.field("line", &self.line);
        chunks.finish_non_exhaustive()
    }
}

impl<R: Read> Chunks<R> {
    /// Chunks of about `size` bytes; longer where a row is.
    pub(in crate::io) fn new(reader: R, size: usize) -> Self {
        Self {
            reader,
            dialect: Dialect::COMMAS,
            size,
            longest: LONGEST,
            rest: Vec::new(),
            line: 1,
            given: 0,
            done: false,
            is_mac: None,
        }
    }

    /// In another dialect.
    #[cfg(feature = "mapping")]
    pub(in crate::io) fn with_dialect(self, dialect: Dialect) -> Self {
        Self { dialect, ..self }
    }

    /// The next chunk, or none at the end of the file.
    ///
    /// # Errors
    /// If the reader fails, a quoted field never closes, or a row is longer than 64 MiB.
    pub(in crate::io) fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let mut bytes = std::mem::take(&mut self.rest);
        if self.given == 0 {
            self.skip_mark(&mut bytes)?;
        }
        let mut rows = Rows::new(self.dialect);
        loop {
            self.read_more(&mut bytes)?;
            rows.scan(&bytes);
            if self.done && rows.at == At::Quoted {
                let reason = "a quoted field of this row never closes";
                return Err(self.malformed(&bytes[..rows.end], reason.into()));
            }
            if self.done {
                return Ok(self.give(bytes));
            }
            if rows.end > 0 {
                self.rest = bytes.split_off(rows.end);
                return Ok(self.give(bytes));
            }
            if bytes.len() > self.longest {
                let hint = match self.dialect.quote {
                    Some(_) => "; perhaps a quote never closes",
                    None => "",
                };
                let reason = format!("is longer than {} MiB{hint}", self.longest >> 20);
                return Err(self.malformed(&[], reason));
            }
        }
    }

    /// Drops the file's byte order mark, behind which a quote opens a field.
    fn skip_mark(&mut self, bytes: &mut Vec<u8>) -> Result<()> {
        while bytes.len() < MARK.len() && !self.done {
            self.read_more(bytes)?;
        }
        if bytes.starts_with(MARK) {
            bytes.drain(..MARK.len());
            self.given += MARK.len() as u64;
        }
        Ok(())
    }

    fn read_more(&mut self, bytes: &mut Vec<u8>) -> Result<()> {
        let missing = self.size.saturating_sub(bytes.len());
        let wanted = missing.max(self.size / 2).max(1);
        if !self.done {
            bytes.reserve(wanted);
            let before = bytes.len();
            let mut reader = self.reader.by_ref().take(wanted as u64);
            let read = reader.read_to_end(bytes).map_err(Error::reading)?;
            self.done = read < wanted;
            self.end_lines(&mut bytes[before..]);
        }
        Ok(())
    }

    /// Ends lines with line feeds where the file ends them with carriage returns alone, so that its
    /// rows are counted, and cut into chunks, like those of others.
    fn end_lines(&mut self, read: &mut [u8]) {
        let is_mac = *self.is_mac.get_or_insert_with(|| {
            let is_telling = self.done || read.len() >= TELLING;
            is_telling
                && memchr::memchr(b'\n', read).is_none()
                && memchr::memchr(b'\r', read).is_some()
        });
        if is_mac {
            let ends = read.iter_mut().filter(|byte| **byte == b'\r');
            ends.for_each(|byte| *byte = b'\n');
        }
    }

    #[cold]
    fn malformed(&self, before: &[u8], reason: String) -> Error {
        Error::Malformed {
            row: self.line + newlines(before),
            reason,
        }
    }

    /// The bytes of the chunks given so far.
    pub(in crate::io) fn given(&self) -> u64 {
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

/// Where in a field a scan stands.
#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    Start,
    Plain,
    Quoted,
    QuoteInQuoted,
}

/// The whole rows at the start of some bytes. A scan goes on where it stood when more bytes came,
/// so that a long row takes time in proportion to its length.
struct Rows {
    dialect: Dialect,
    at: At,
    scanned: usize,
    /// Where the last whole row ends.
    end: usize,
}

impl Rows {
    fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            at: At::Start,
            scanned: 0,
            end: 0,
        }
    }

    /// Scans like the CSV parser: a quote opens a field only at the field's start, and a doubled
    /// quote inside is text. It goes from one quote or escape sign to the next: byte by byte it was
    /// two fifths of the work on a log in which one row of twenty has a quote, and other threads
    /// waited for it.
    fn scan(&mut self, bytes: &[u8]) {
        while self.scanned < bytes.len() {
            if self.at != At::QuoteInQuoted {
                let new = &bytes[self.scanned..];
                let ahead = &new[..self.special(new).unwrap_or(new.len())];
                if self.at != At::Quoted {
                    self.pass_plain(ahead);
                }
                self.scanned += ahead.len();
            }
            let rest = &bytes[self.scanned..];
            let Some(passed) = self.pass_special(rest) else {
                return; // what it makes text comes with the next bytes
            };
            self.scanned += passed;
        }
    }

    /// Where the first quote or escape sign stands.
    fn special(&self, bytes: &[u8]) -> Option<usize> {
        match (self.dialect.quote, self.dialect.escape) {
            (None, None) => None,
            (Some(sign), None) | (None, Some(sign)) => memchr::memchr(sign, bytes),
            (Some(quote), Some(escape)) => memchr::memchr2(quote, escape, bytes),
        }
    }

    /// Bytes outside quotes without a quote or escape sign: rows end with lines.
    fn pass_plain(&mut self, plain: &[u8]) {
        let Some(&last) = plain.last() else { return };
        if let Some(newline) = memchr::memrchr(b'\n', plain) {
            self.end = self.scanned + newline + 1;
        }
        let ends_field = matches!(last, b'\n' | b'\r') || last == self.dialect.separator;
        self.at = if ends_field { At::Start } else { At::Plain };
    }

    /// Goes by the sign that `bytes` begin with, or by what follows a quote inside quotes; returns
    /// how many bytes that took, none where more are needed to know.
    fn pass_special(&mut self, bytes: &[u8]) -> Option<usize> {
        let Some(&byte) = bytes.first() else {
            return Some(0);
        };
        let (quote, separator) = (self.dialect.quote, self.dialect.separator);
        let escapes = self.at == At::Quoted || quote.is_none();
        if escapes && self.dialect.escape == Some(byte) {
            if self.at != At::Quoted {
                self.at = At::Plain;
            }
            return (bytes.len() > 1).then_some(2);
        }
        self.at = match self.at {
            At::Quoted => At::QuoteInQuoted,
            At::Start | At::QuoteInQuoted if quote == Some(byte) => At::Quoted,
            At::QuoteInQuoted if byte == b'\n' => {
                self.end = self.scanned + 1;
                At::Start
            }
            At::QuoteInQuoted if byte == separator || byte == b'\r' => At::Start,
            _ => At::Plain,
        };
        Some(1)
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
    fn behind_the_files_mark_a_quote_opens_a_field() {
        for size in [1, 2, 3, 4, 1_000] {
            let file = "\u{feff}\"a\nb\",\"c\"\"\"\n1,2\n";
            let mut chunks = Chunks::new(file.as_bytes(), size);
            let (mut all, mut lines) = (Vec::new(), Vec::new());
            while let Some(chunk) = chunks.next_chunk().unwrap() {
                lines.push(chunk.line);
                all.extend(chunk.bytes);
            }
            assert_eq!(all, &file.as_bytes()[3..], "{size}");
            assert_eq!((lines[0], chunks.given()), (1, file.len() as u64));
        }
        let mut marked = Chunks::new("\u{feff}".as_bytes(), 8);
        assert!(marked.next_chunk().unwrap().is_none());
    }

    #[test]
    fn a_quote_that_never_closes_is_an_error_with_its_row() {
        let mut chunks = Chunks::new("a,b\n1,\"2\n3,4\n".as_bytes(), 1000);
        assert_eq!(
            chunks.next_chunk().unwrap_err().to_string(),
            "row 2: a quoted field of this row never closes"
        );
    }

    /// The state behind each byte, one after the other: slow and plain.
    fn byte_by_byte(bytes: &[u8], dialect: Dialect) -> (usize, bool) {
        let Dialect {
            separator,
            quote,
            escape,
        } = dialect;
        let (mut at, mut end, mut position) = (At::Start, 0, 0);
        while let Some(&byte) = bytes.get(position) {
            position += 1;
            if escape == Some(byte) && (at == At::Quoted || quote.is_none()) {
                at = if at == At::Quoted { at } else { At::Plain };
                position += 1;
                continue;
            }
            at = match at {
                At::Quoted if quote == Some(byte) => At::QuoteInQuoted,
                At::Quoted => At::Quoted,
                At::Start | At::QuoteInQuoted if quote == Some(byte) => At::Quoted,
                _ if byte == b'\n' => {
                    end = position;
                    At::Start
                }
                _ if byte == separator || byte == b'\r' => At::Start,
                _ => At::Plain,
            };
        }
        (end, at == At::Quoted)
    }

    /// Rows as scans of so many bytes at a time find them.
    fn rows_end(bytes: &[u8], dialect: Dialect, step: usize) -> (usize, bool) {
        let mut rows = Rows::new(dialect);
        for end in (0..bytes.len()).step_by(step).chain([bytes.len()]) {
            rows.scan(&bytes[..end]);
        }
        (rows.end, rows.at == At::Quoted)
    }

    #[test]
    fn lone_carriage_returns_end_lines() {
        let text = "a,b\r1,2\r\r3,4\r";
        assert_eq!(cut(text, 1_000), [("a,b\n1,2\n\n3,4\n".to_owned(), 1)]);
        // one among line feeds is text
        let mixed = "a,b\n1\r,2\n";
        assert_eq!(cut(mixed, 1_000), [(mixed.to_owned(), 1)]);
    }

    #[test]
    fn escapes_keep_rows_together() {
        let quoted = Dialect {
            escape: Some(b'\\'),
            ..Dialect::COMMAS
        };
        let bare = Dialect {
            separator: b'\t',
            quote: None,
            escape: Some(b'\\'),
        };
        for step in 1..8 {
            assert_eq!(rows_end(b"a,\"b\\\"\nc\"\nd", quoted, step), (10, false));
            assert_eq!(rows_end(b"a,\"b\\\\\"\nc,\"", quoted, step), (8, true));
            assert_eq!(rows_end(b"a\tb\\\nc\nd\"", bare, step), (7, false));
        }
    }

    #[test]
    fn a_row_longer_than_the_limit_is_refused() {
        let mut chunks = Chunks::new("a,b\n1,\"2\n3,4\n".as_bytes(), 4);
        chunks.longest = 2;
        let error = loop {
            match chunks.next_chunk() {
                Ok(chunk) => assert!(chunk.is_some()),
                Err(error) => break error.to_string(),
            }
        };
        assert_eq!(
            error,
            "row 2: is longer than 0 MiB; perhaps a quote never closes"
        );
    }

    proptest::proptest! {
        #[test]
        fn scanning_from_sign_to_sign_in_steps_is_scanning_byte_by_byte(
            text in "[ab,;\"\\\\\n\r]{0,60}",
            step in 1usize..20,
        ) {
            let escaped = Dialect { escape: Some(b'\\'), ..Dialect::COMMAS };
            let bare = Dialect { quote: None, ..escaped };
            let lines = Dialect { quote: None, ..Dialect::COMMAS };
            for dialect in [Dialect::COMMAS, escaped, bare, lines] {
                let whole = byte_by_byte(text.as_bytes(), dialect);
                proptest::prop_assert_eq!(rows_end(text.as_bytes(), dialect, 100), whole);
                proptest::prop_assert_eq!(rows_end(text.as_bytes(), dialect, step), whole);
            }
        }
    }
}
