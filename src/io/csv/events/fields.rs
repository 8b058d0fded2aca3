//! Rows as fields of bytes.
//!
//! Rows are cut where their commas and line ends stand, and no byte is copied. From the first row
//! on that has a quote inside quotes, or text around them, the csv crate parses the rest of the
//! chunk, by the same rules.

use crate::error::{Error, Result};
use crate::io::csv::chunks::Chunk;
use crate::io::csv::events::parser;
use crate::io::csv::table::line_of;
use std::ops::Range;

/// The rows of a chunk, one after the other.
pub(super) struct Rows<'a> {
    chunk: &'a Chunk,
    text: Text<'a>,
    /// Where the fields of the row at hand stand.
    bounds: Vec<Range<usize>>,
}

enum Text<'a> {
    Plain(PlainRows<'a>),
    Odd {
        bytes: &'a [u8],
        /// The line feeds ahead of these bytes.
        lines: u64,
        rows: Box<csv::Reader<&'a [u8]>>,
        record: csv::ByteRecord,
    },
}

/// Rows without quotes but around whole fields.
struct PlainRows<'a> {
    bytes: &'a [u8],
    /// The places of commas and line ends.
    signs: memchr::Memchr3<'a>,
    /// Where the row at hand begins, and its next field.
    row: usize,
    next: usize,
    /// The quote that closes the field at hand, if one opened it.
    closed: usize,
    /// Line feeds so far, and those ahead of the row at hand.
    lines: u64,
    ahead: u64,
}

/// The fields of one row.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    bytes: &'a [u8],
    bounds: &'a [Range<usize>],
}

impl<'a> Fields<'a> {
    pub(super) fn len(self) -> usize {
        self.bounds.len()
    }

    #[inline]
    pub(super) fn get(self, at: usize) -> Option<&'a [u8]> {
        self.bounds.get(at).map(|field| &self.bytes[field.clone()])
    }
}

impl<'a> Rows<'a> {
    pub(super) fn new(chunk: &'a Chunk) -> Self {
        let bytes = &*chunk.bytes;
        let plain = PlainRows {
            bytes,
            signs: memchr::memchr3_iter(b',', b'\n', b'\r', bytes),
            row: 0,
            next: 0,
            closed: 0,
            lines: 0,
            ahead: 0,
        };
        Self {
            chunk,
            text: Text::Plain(plain),
            bounds: Vec::new(),
        }
    }

    /// The line and the fields of the next row that is not blank.
    #[inline]
    pub(super) fn read(&mut self) -> Result<Option<(u64, Fields<'_>)>> {
        self.bounds.clear();
        if let Text::Plain(rows) = &mut self.text
            && rows.read(&mut self.bounds).is_none()
        {
            self.bounds.clear();
            let bytes = &rows.bytes[rows.row..];
            self.text = Text::Odd {
                bytes,
                lines: rows.ahead,
                rows: Box::new(parser(bytes)),
                record: csv::ByteRecord::new(),
            };
        }
        let (line, bytes) = match &mut self.text {
            Text::Plain(rows) => (rows.ahead, rows.bytes),
            Text::Odd {
                bytes,
                lines,
                rows,
                record,
            } => {
                let read = rows.read_byte_record(record);
                read.map_err(|error| Error::Io(error.into()))?;
                let fields = (0..record.len()).filter_map(|at| record.range(at));
                self.bounds.extend(fields);
                let began = record.position();
                let line = began.map_or(1, |began| line_of(bytes, began));
                (*lines + line - 1, record.as_slice())
            }
        };
        let bounds = &*self.bounds;
        let line = self.chunk.line + line;
        Ok((!bounds.is_empty()).then_some((line, Fields { bytes, bounds })))
    }
}

impl PlainRows<'_> {
    /// Fills the bounds of the next row, none at the end; returns nothing where the row is odd.
    #[inline]
    fn read(&mut self, bounds: &mut Vec<Range<usize>>) -> Option<()> {
        (self.row, self.ahead) = (self.next, self.lines);
        while let Some(end) = self.signs.next() {
            let sign = self.bytes[end];
            self.lines += u64::from(sign == b'\n');
            let Some(field) = self.field(end)? else {
                continue; // a sign inside quotes
            };
            let start = std::mem::replace(&mut self.next, end + 1);
            if sign == b',' {
                bounds.push(field);
            } else if start < end || !bounds.is_empty() {
                bounds.push(field);
                return Some(());
            } else {
                // a blank line, or the second byte of a line end
                (self.row, self.ahead) = (self.next, self.lines);
            }
        }
        let end = self.bytes.len();
        if self.next < end || !bounds.is_empty() {
            bounds.push(self.field(end)??);
            self.next = end;
        }
        Some(())
    }

    /// The field at hand if it ends at `end`; the outer nothing where it is odd.
    #[inline]
    fn field(&mut self, end: usize) -> Option<Option<Range<usize>>> {
        let start = self.next;
        if start == end || self.bytes[start] != b'"' {
            return Some(Some(start..end));
        }
        if self.closed <= start {
            self.closed = start + 1 + memchr::memchr(b'"', &self.bytes[start + 1..])?;
        }
        match end.checked_sub(self.closed) {
            None => Some(None),
            Some(1) => Some(Some(start + 1..self.closed)),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = Vec<(u64, Vec<Vec<u8>>)>;

    fn all(mut rows: Rows<'_>) -> Read {
        let mut all = Vec::new();
        while let Some((line, fields)) = rows.read().unwrap() {
            let texts = (0..fields.len()).map(|at| fields.get(at).unwrap().to_vec());
            all.push((line, texts.collect()));
        }
        all
    }

    /// The rows as the csv crate cuts them from the start.
    fn as_csv(chunk: &Chunk) -> Rows<'_> {
        let bytes = &*chunk.bytes;
        Rows {
            text: Text::Odd {
                bytes,
                lines: 0,
                rows: Box::new(parser(bytes)),
                record: csv::ByteRecord::new(),
            },
            ..Rows::new(chunk)
        }
    }

    proptest::proptest! {
        #[test]
        fn rows_are_cut_as_the_csv_crate_cuts_them(text in "[a,\"\n\r é]{0,40}") {
            let chunk = Chunk { bytes: text.into_bytes(), line: 7 };
            proptest::prop_assert_eq!(all(Rows::new(&chunk)), all(as_csv(&chunk)));
        }
    }

    #[test]
    fn rows_know_their_line_and_their_empty_fields() {
        let of = |text: &str| {
            let bytes = text.as_bytes().to_vec();
            let read = all(Rows::new(&Chunk { bytes, line: 3 }));
            let row = |(line, fields): (u64, Vec<Vec<u8>>)| {
                let texts = fields
                    .into_iter()
                    .map(|field| String::from_utf8(field).unwrap());
                (line, texts.collect::<Vec<_>>().join("|"))
            };
            read.into_iter().map(row).collect::<Vec<_>>()
        };
        let row = |line: u64, fields: &str| (line, fields.to_owned());
        let plain = of("a,b\r\n\r\n,\nc,");
        assert_eq!(plain, [row(3, "a|b"), row(5, "|"), row(6, "c|")]);
        let quoted = of("\n\"a,\nb\",\"\"\nd");
        assert_eq!(quoted, [row(4, "a,\nb|"), row(6, "d")]);
        let odd = of("\na,b\n\nc,\"d \"\"\n\"\"\"\n\"e\"\n");
        assert_eq!(odd, [row(4, "a|b"), row(6, "c|d \"\n\""), row(8, "e")]);
        assert_eq!(of("\n\n"), []);
    }
}
