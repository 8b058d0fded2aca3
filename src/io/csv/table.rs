//! Small tables from CSV, row by row, for every reader of the crate.

use std::io::{Cursor, Read};
use std::str::FromStr;

use crate::error::{Error, Result};

/// A CSV table with a header and at least one row, in memory: such tables are small beside event
/// logs, and errors need the lines.
///
/// Rows are counted as a text editor counts lines: blank lines and line breaks within quotes count,
/// and the header is row 1.
pub(crate) struct Table {
    what: &'static str,
    reader: csv::Reader<Cursor<Vec<u8>>>,
    header: Vec<String>,
    record: csv::StringRecord,
    empty: bool,
}

/// The most bytes of a table, decompressed: it is held in memory.
const LARGEST: u64 = 512 << 20;

/// One row: its line in the file, and fields by column.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) line: u64,
    header: &'a [String],
    record: &'a csv::StringRecord,
}

impl Table {
    /// Reads the header and skips a byte order mark before it. Fields keep their spaces.
    pub(crate) fn new(what: &'static str, source: impl Read) -> Result<Self> {
        Self::read(what, source, csv::Trim::None, LARGEST)
    }

    /// Like [`Table::new`], but without the spaces around names and fields.
    pub(crate) fn trimmed(what: &'static str, source: impl Read) -> Result<Self> {
        Self::read(what, source, csv::Trim::All, LARGEST)
    }

    /// Reads a table of at most `largest` bytes.
    fn read(what: &'static str, source: impl Read, trim: csv::Trim, largest: u64) -> Result<Self> {
        #[cfg(feature = "mapping")]
        let source = crate::io::file::input::Input::plain(source)?;
        let mut bytes = Vec::new();
        let read = source.take(largest + 1).read_to_end(&mut bytes);
        if read.map_err(Error::reading)? as u64 > largest {
            let most = largest >> 20;
            return Err(Error::setting(
                format!("the size of {what}"),
                format!("more than {most} MiB"),
                format!("at most {most} MiB, decompressed"),
            ));
        }
        if bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        let mut reader = csv::ReaderBuilder::new()
            .trim(trim)
            .from_reader(Cursor::new(bytes));
        let header = match reader.headers() {
            Ok(header) => header.iter().map(str::to_owned).collect::<Vec<_>>(),
            Err(error) => return Err(malformed(error, reader.get_ref().get_ref())),
        };
        if header.is_empty() {
            return Err(Error::Empty {
                what: what.into(),
                expected: "a header and at least one row".into(),
            });
        }
        Ok(Self {
            what,
            reader,
            header,
            record: csv::StringRecord::new(),
            empty: true,
        })
    }

    /// Where a column stands.
    pub(crate) fn column(&self, name: &str) -> Result<usize> {
        self.optional(name)?.ok_or_else(|| Error::MissingColumn {
            column: name.to_owned(),
            found: self.header.clone(),
        })
    }

    /// Where a column stands that may be missing, but not there twice.
    pub(crate) fn optional(&self, name: &str) -> Result<Option<usize>> {
        let mut named = (0..self.header.len()).filter(|&at| self.header[at] == name);
        let first = named.next();
        match named.next() {
            Some(_) => Err(Error::Malformed {
                row: 1,
                reason: format!("has the column {name:?} twice"),
            }),
            None => Ok(first),
        }
    }

    /// The next row, if there is one; a table without any is an error.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row<'_>>> {
        let read = self.reader.read_record(&mut self.record);
        let bytes = self.reader.get_ref().get_ref();
        let more = read.map_err(|error| malformed(error, bytes))?;
        if !more && self.empty {
            return Err(Error::Empty {
                what: self.what.into(),
                expected: "at least one row".into(),
            });
        }
        self.empty = false;
        let line = self
            .record
            .position()
            .map_or(0, |began| line_of(bytes, began));
        Ok(more.then_some(Row {
            line,
            header: &self.header,
            record: &self.record,
        }))
    }
}

impl<'a> Row<'a> {
    pub(crate) fn text(&self, column: usize) -> &'a str {
        self.record.get(column).unwrap_or("")
    }

    /// A field that may be nothing but what is expected.
    pub(crate) fn parse<T: FromStr>(&self, column: usize, expected: &'static str) -> Result<T> {
        self.text(column)
            .parse()
            .map_err(|_| self.fault(column, expected))
    }

    /// A number; an empty field or a missing column is 0.
    pub(crate) fn number(&self, column: Option<usize>) -> Result<f64> {
        let filled = column.filter(|&column| !self.text(column).is_empty());
        filled.map_or(Ok(0.0), |column| self.parse(column, "a number"))
    }

    /// What is wrong with a field.
    pub(crate) fn fault(
        &self,
        column: usize,
        expected: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Error {
        Error::field(self.line, &self.header[column], self.text(column), expected)
    }
}

/// The line on which a row starts, from 1. `began` is the position where the parser began to look;
/// blank lines there are skipped.
pub(crate) fn line_of(bytes: &[u8], began: &csv::Position) -> u64 {
    let ahead = bytes.get(began.byte() as usize..).unwrap_or_default();
    let blank = ahead
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .filter(|&&byte| byte == b'\n')
        .count();
    began.line() + blank as u64
}

/// The parser's error as ours, with its row.
fn malformed(error: csv::Error, bytes: &[u8]) -> Error {
    let row = error.position().map_or(1, |began| line_of(bytes, began));
    let reason = match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("has {len} fields, the header has {expected_len}"),
        csv::ErrorKind::Utf8 { err, .. } => format!("field {} is not UTF-8", err.field() + 1),
        _ => match error.into_kind() {
            csv::ErrorKind::Io(error) => return Error::Io(error),
            _ => "is not CSV".into(),
        },
    };
    Error::Malformed { row, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<(u64, String, f64)>> {
        let mut table = Table::trimmed("the table", bytes)?;
        let (name, number) = (table.column("name")?, table.column("number")?);
        let mut rows = vec![];
        while let Some(row) = table.next_row()? {
            rows.push((
                row.line,
                row.text(name).to_owned(),
                row.parse(number, "a number")?,
            ));
        }
        Ok(rows)
    }

    fn lines(text: &str) -> Vec<u64> {
        read(text.as_bytes())
            .unwrap()
            .into_iter()
            .map(|(line, ..)| line)
            .collect()
    }

    fn error(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn rows_are_counted_as_an_editor_counts_lines() {
        assert_eq!(lines("name,number\na,1\nb,2"), [2, 3]);
        assert_eq!(lines("\n\nname,number\n\na,1\n\n\nb,2\n"), [5, 8]);
        assert_eq!(lines("name,number\r\n\r\na,1\r\nb,2\r\n"), [3, 4]);
        assert_eq!(
            lines("name,number\n\"a\n\nb\",1\nc,2\n\n\"d\ne\",3\nf,4\n"),
            [2, 5, 7, 9]
        );
        assert_eq!(lines("\u{feff}name,number\n\na,1\n"), [3]);
        assert_eq!(lines("\"the\nnumber\",name,number\n0,a,1\n"), [3]);
    }

    #[test]
    fn faults_have_the_row_they_are_in() {
        assert_eq!(
            error("name,number\n\na,1\n\nb,x\n"),
            "row 5: number is \"x\", expected: a number"
        );
        assert_eq!(
            error("name,number\n\"a\nb\",1\n\nb\n"),
            "row 5: has 1 fields, the header has 2"
        );
        assert_eq!(
            error("\u{feff}name,number\r\n\r\na,1\r\n\"b\r\nc\",x\r\n"),
            "row 4: number is \"x\", expected: a number"
        );
        let bytes = b"\xef\xbb\xbfname,number\n\n\na,1\ncaf\xe9,2\n";
        assert_eq!(
            read(bytes).unwrap_err().to_string(),
            "row 5: field 1 is not UTF-8"
        );
        assert_eq!(
            read(b"\nn\xe9me,number\n").unwrap_err().to_string(),
            "row 2: field 1 is not UTF-8"
        );
    }

    #[test]
    fn a_table_has_a_header_and_rows() {
        for text in ["", "\n\n", "\u{feff}", "\u{feff}\r\n"] {
            assert_eq!(
                error(text),
                "the table is empty, expected: a header and at least one row"
            );
        }
        for text in ["name,number", "name,number\n\n\n", "\u{feff}name,number\n"] {
            assert_eq!(
                error(text),
                "the table is empty, expected: at least one row"
            );
        }
        assert_eq!(
            error("name,value\na,1\n"),
            "no column \"number\", found: name, value"
        );
        assert_eq!(
            error("name,number,name\na,1,b\n"),
            "row 1: has the column \"name\" twice"
        );
    }

    #[test]
    fn spaces_are_passed_over_only_where_asked_for() {
        assert_eq!(
            read(b" name , number\n a , 1\n").unwrap(),
            [(2, "a".to_owned(), 1.0)]
        );
        let mut table = Table::new("the table", "name\n a \n".as_bytes()).unwrap();
        assert_eq!(table.next_row().unwrap().unwrap().text(0), " a ");
    }

    /// A row that ends nowhere, of which nothing is kept but what was read.
    #[test]
    fn a_table_larger_than_the_limit_is_refused() {
        let limited = |bytes: &[u8], largest: u64| {
            let read = Table::read("the table", bytes, csv::Trim::None, largest);
            read.map(|table| table.header)
                .map_err(|error| error.to_string())
        };
        let refused = "the size of the table is more than 1 MiB, expected: at most 1 MiB, \
                       decompressed";
        let mut file = b"name\n".to_vec();
        file.resize(1 << 20, b'x');
        assert_eq!(limited(&file, 1 << 20), Ok(vec!["name".to_owned()]));
        file.push(b'x');
        assert_eq!(limited(&file, 1 << 20), Err(refused.to_owned()));
        #[cfg(feature = "mapping")]
        for bomb in [
            crate::io::file::input::tests::gzip(&vec![0; 8 << 20]),
            zstd::encode_all(vec![0; 8 << 20].as_slice(), 1).unwrap(),
        ] {
            assert!(bomb.len() < 1 << 20, "{} bytes are small", bomb.len());
            assert_eq!(limited(&bomb, 1 << 20), Err(refused.to_owned()));
        }
    }

    /// What is behind the limit is not even decompressed.
    #[test]
    fn no_more_than_the_limit_is_read() {
        struct Counting(u64);
        impl Read for Counting {
            fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
                to.fill(b'x');
                self.0 += to.len() as u64;
                Ok(to.len())
            }
        }
        let mut endless = Counting(0);
        assert!(Table::read("the table", &mut endless, csv::Trim::None, 1 << 20).is_err());
        assert!(endless.0 < 2 << 20, "{} bytes", endless.0);
    }
}
