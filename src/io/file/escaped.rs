//! Rows of a dialect without quotes in which an escape sign makes the next sign text, as in Adobe's
//! data feeds.

use crate::io::csv::chunks::Dialect;

/// Reads rows one by one.
pub(super) struct EscapedRows<'a> {
    bytes: &'a [u8],
    at: usize,
    separator: u8,
    escape: u8,
    /// The lines ahead of the next row.
    lines: u64,
    field: Vec<u8>,
}

impl<'a> EscapedRows<'a> {
    pub(super) fn new(bytes: &'a [u8], dialect: Dialect, escape: u8) -> Self {
        Self {
            bytes,
            at: 0,
            separator: dialect.separator,
            escape,
            lines: 0,
            field: Vec::new(),
        }
    }

    /// Where the next row begins.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The lines read so far.
    pub(super) fn lines(&self) -> u64 {
        self.lines
    }

    /// The next row that is not blank, and the lines ahead of it.
    pub(super) fn read(&mut self, record: &mut csv::ByteRecord) -> Option<u64> {
        while let Some(byte) = self
            .bytes
            .get(self.at)
            .filter(|byte| matches!(byte, b'\n' | b'\r'))
        {
            self.lines += u64::from(*byte == b'\n');
            self.at += 1;
        }
        let line = self.lines;
        record.clear();
        self.field.clear();
        if self.at == self.bytes.len() {
            return None;
        }
        loop {
            let rest = &self.bytes[self.at..];
            let stop = memchr::memchr3(self.separator, self.escape, b'\n', rest);
            let Some(stop) = stop else {
                self.at = self.bytes.len();
                self.end_field(rest, true, record);
                return Some(line);
            };
            self.at += stop + 1;
            match rest[stop] {
                b'\n' => {
                    self.lines += 1;
                    self.end_field(&rest[..stop], true, record);
                    return Some(line);
                }
                byte if byte == self.separator => self.end_field(&rest[..stop], false, record),
                _ => self.escaped(&rest[..stop]),
            }
        }
    }

    /// Takes the sign after the escape as text.
    fn escaped(&mut self, before: &[u8]) {
        self.field.extend_from_slice(before);
        if let Some(&next) = self.bytes.get(self.at) {
            self.lines += u64::from(next == b'\n');
            self.field.push(next);
            self.at += 1;
        }
    }

    fn end_field(&mut self, rest: &[u8], ends_row: bool, record: &mut csv::ByteRecord) {
        let rest = match rest {
            [rest @ .., b'\r'] if ends_row => rest,
            _ => rest,
        };
        if self.field.is_empty() {
            record.push_field(rest);
        } else {
            self.field.extend_from_slice(rest);
            record.push_field(&self.field);
            self.field.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u64, Vec<String>)> {
        let dialect = Dialect {
            separator: b'\t',
            quote: None,
            escape: Some(b'\\'),
        };
        let mut rows = EscapedRows::new(text.as_bytes(), dialect, b'\\');
        let (mut record, mut all) = (csv::ByteRecord::new(), Vec::new());
        while let Some(line) = rows.read(&mut record) {
            let text = |field: &[u8]| String::from_utf8(field.to_vec()).unwrap();
            all.push((line, record.iter().map(text).collect()));
        }
        all
    }

    #[test]
    fn escaped_signs_are_text() {
        let texts = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| text.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            rows("a\\\tb\tc\r\n\n\"x\t\\\\y\\\nz\n\t\nlast\\"),
            [
                (0, texts(&["a\tb", "c"])),
                (2, texts(&["\"x", "\\y\nz"])),
                (4, texts(&["", ""])),
                (5, texts(&["last"])),
            ]
        );
        assert!(rows("").is_empty() && rows("\n\r\n").is_empty());
    }
}
