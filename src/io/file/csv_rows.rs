//! Rows of files whose fields are separated by a sign, in any dialect.

use crate::error::{Error, Result};
use crate::io::csv::chunks::{Chunk, Chunks, Dialect};
use crate::io::csv::table::line_of;
use crate::io::file::escaped::EscapedRows;
use crate::io::file::format::FileFormat;
use crate::io::file::forms::Header;
use crate::io::file::json::{Cells, JsonPaths};
use crate::io::record::{FieldPath, Place, Value, Visit, recycled};
use std::io::Read;
use std::sync::Arc;

/// Reads pieces of whole rows.
#[derive(Debug)]
pub(super) struct CsvRows<R> {
    chunks: Chunks<R>,
    /// The rows behind the header that were read with it.
    first: Option<Chunk>,
    layout: Arc<Layout>,
    preamble: Vec<String>,
}

/// A run of whole rows, not yet parsed.
#[derive(Debug)]
pub(in crate::io) struct CsvPiece {
    chunk: Chunk,
    layout: Arc<Layout>,
}

/// Where the values stand in each row.
#[derive(Debug)]
struct Layout {
    dialect: Dialect,
    header: Vec<String>,
    nulls: Vec<String>,
    sources: Vec<Source>,
    json: Vec<JsonColumn>,
}

/// Where one value comes from.
#[derive(Debug, Clone, Copy)]
enum Source {
    Absent,
    Field(usize),
    /// A slot of a column of JSON texts, by the column's place among these.
    Json(usize, usize),
}

/// A column of JSON texts, and what is asked of it.
#[derive(Debug)]
struct JsonColumn {
    at: usize,
    paths: JsonPaths,
}

impl<R: Read> CsvRows<R> {
    /// Reads up to the header, in chunks of about `size` bytes.
    ///
    /// # Errors
    /// If there is no header, a path asks for a column that stands there twice, or a path leads
    /// into a column that does not hold JSON.
    pub(super) fn open(
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
        let header = match &format.header {
            Header::Columns(names) => names.clone(),
            _ => header(&mut first, &mut chunks, dialect)?.ok_or_else(empty)?,
        };
        Ok(Self {
            layout: Arc::new(Layout::new(header, dialect, format, paths)?),
            chunks,
            first: Some(first),
            preamble,
        })
    }

    /// The names of the columns.
    pub(super) fn header(&self) -> &[String] {
        &self.layout.header
    }

    /// Which paths lead to a column.
    pub(super) fn found(&self) -> Vec<bool> {
        let is_found = |source: &Source| !matches!(source, Source::Absent);
        self.layout.sources.iter().map(is_found).collect()
    }

    /// The lines above the header.
    pub(super) fn preamble(&self) -> &[String] {
        &self.preamble
    }

    /// The bytes of the pieces given so far.
    pub(super) fn bytes_read(&self) -> u64 {
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
        Some(chunk.map(|chunk| CsvPiece {
            chunk,
            layout: self.layout.clone(),
        }))
    }
}

/// The most lines above a header that is looked for, and the most of any that are kept.
const PREAMBLE: u64 = 1000;

/// The most bytes of a line above the header that are kept.
const LINE: usize = 1000;

/// Goes past the lines above a header.
struct Above<'a, R> {
    chunk: &'a mut Chunk,
    chunks: &'a mut Chunks<R>,
    /// The bytes of the chunk that are passed.
    at: usize,
    lines: u64,
    kept: Vec<String>,
}

impl<'a, R: Read> Above<'a, R> {
    fn new(chunk: &'a mut Chunk, chunks: &'a mut Chunks<R>) -> Self {
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
    fn skip_line(&mut self) -> Result<bool> {
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
    fn skip_to(&mut self, names: &[String], dialect: Dialect) -> Result<()> {
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
    fn end(self) -> Vec<String> {
        self.chunk.bytes.drain(..self.at);
        self.kept
    }
}

/// Takes the header off a chunk; none where the file has no row left.
fn header<R: Read>(
    chunk: &mut Chunk,
    chunks: &mut Chunks<R>,
    dialect: Dialect,
) -> Result<Option<Vec<String>>> {
    let mut record = csv::ByteRecord::new();
    loop {
        let (read, line) = {
            let mut rows = RawRows::new(&chunk.bytes, dialect);
            match rows.read(&mut record)? {
                Some(_) => (rows.position(), rows.lines()),
                None => (0, 0),
            }
        };
        if read > 0 {
            let at = chunk.line + line;
            let names = record
                .iter()
                .map(|name| std::str::from_utf8(name).map(str::trim));
            let names: Result<Vec<&str>, _> = names.collect();
            let names = names.map_err(|_| Error::Malformed {
                row: chunk.line,
                reason: "the header is not UTF-8: state the encoding of the file".into(),
            })?;
            let names = names.into_iter().map(String::from).collect();
            chunk.bytes.drain(..read);
            chunk.line = at;
            return Ok(Some(names));
        }
        match chunks.next_chunk()? {
            Some(next) => *chunk = next,
            None => return Ok(None),
        }
    }
}

/// Rows as fields of bytes.
enum RawRows<'a> {
    Quoted(&'a [u8], csv::Reader<&'a [u8]>),
    Escaped(EscapedRows<'a>),
}

impl<'a> RawRows<'a> {
    fn new(bytes: &'a [u8], dialect: Dialect) -> Self {
        match (dialect.quote, dialect.escape) {
            (None, Some(escape)) => Self::Escaped(EscapedRows::new(bytes, dialect, escape)),
            _ => Self::Quoted(bytes, parser(bytes, dialect)),
        }
    }

    /// The next row that is not blank, and the lines ahead of it.
    fn read(&mut self, record: &mut csv::ByteRecord) -> Result<Option<u64>> {
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
    fn position(&self) -> usize {
        match self {
            Self::Quoted(_, rows) => rows.position().byte() as usize,
            Self::Escaped(rows) => rows.position(),
        }
    }

    /// The lines read so far.
    fn lines(&self) -> u64 {
        match self {
            Self::Quoted(_, rows) => rows.position().line() - 1,
            Self::Escaped(rows) => rows.lines(),
        }
    }
}

fn parser(bytes: &[u8], dialect: Dialect) -> csv::Reader<&[u8]> {
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

impl Layout {
    fn new(
        header: Vec<String>,
        dialect: Dialect,
        format: &FileFormat,
        paths: &[FieldPath],
    ) -> Result<Self> {
        let mut layout = Self {
            dialect,
            header,
            nulls: format.null.clone(),
            sources: Vec::with_capacity(paths.len()),
            json: Vec::new(),
        };
        for path in paths {
            let source = match path.place(&layout.header)? {
                None => Source::Absent,
                Some(Place::Column(at)) => Source::Field(at),
                Some(place) => layout.inside(place, path, format)?,
            };
            layout.sources.push(source);
        }
        Ok(layout)
    }

    /// The slot of a value inside a column of JSON texts.
    fn inside(
        &mut self,
        place: Place<'_>,
        path: &FieldPath,
        format: &FileFormat,
    ) -> Result<Source> {
        let (Place::Column(at) | Place::Inside(at, _) | Place::Entry(at, _)) = place;
        let name = &self.header[at];
        if !format.json.contains(name) {
            return Err(Error::setting(
                format!("the column of {path}"),
                format!("{name:?}"),
                "a column that the file's setting json names, whose texts are JSON",
            ));
        }
        let known = self.json.iter().position(|column| column.at == at);
        let column = known.unwrap_or_else(|| {
            let paths = JsonPaths::default();
            self.json.push(JsonColumn { at, paths });
            self.json.len() - 1
        });
        let paths = &mut self.json[column].paths;
        let slot = match place {
            Place::Entry(_, key) => paths.add_entry(key),
            Place::Inside(_, fields) => paths.add_inside(fields),
            Place::Column(_) => return Ok(Source::Field(at)),
        };
        Ok(Source::Json(column, slot))
    }

    /// The values of one row.
    fn values<'r>(
        &self,
        record: &'r csv::ByteRecord,
        line: u64,
        cells: &'r [Cells<'r>],
        values: &mut Vec<Value<'r>>,
    ) -> Result<()> {
        for source in &self.sources {
            values.push(match *source {
                Source::Absent => Value::Missing,
                Source::Field(at) => self.text(record, at, line)?,
                Source::Json(column, slot) => {
                    let value = cells[column].value(slot);
                    self.unless_null(value.map_err(|fault| self.fault(column, line, fault))?)
                }
            });
        }
        Ok(())
    }

    #[cold]
    fn fault(&self, column: usize, line: u64, fault: &str) -> Error {
        let name = &self.header[self.json[column].at];
        Error::Malformed {
            row: line,
            reason: format!("a value inside column {name:?} {fault}"),
        }
    }

    #[inline]
    fn text<'r>(&self, record: &'r csv::ByteRecord, at: usize, line: u64) -> Result<Value<'r>> {
        let bytes = record.get(at).unwrap_or(b"");
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(self.unless_null(Value::Text(text))),
            Err(_) => Err(Error::Malformed {
                row: line,
                reason: format!(
                    "field {} is not UTF-8: state the encoding of the file",
                    at + 1
                ),
            }),
        }
    }

    #[inline]
    fn unless_null<'r>(&self, value: Value<'r>) -> Value<'r> {
        match value {
            Value::Text(text) if self.nulls.iter().any(|null| null == text) => Value::Missing,
            value => value,
        }
    }

    /// Takes the JSON texts of one row apart.
    fn read_json<'r>(
        &self,
        record: &'r csv::ByteRecord,
        line: u64,
        cells: &mut [Cells<'r>],
    ) -> Result<()> {
        for (column, cells) in self.json.iter().zip(cells) {
            let text = record.get(column.at).unwrap_or(b"");
            let is_null = self.nulls.iter().any(|null| null.as_bytes() == text);
            let text: &[u8] = if is_null || text == b"null" {
                b"{}"
            } else {
                text
            };
            column
                .paths
                .read(text, cells)
                .map_err(|fault| Error::Malformed {
                    row: line,
                    reason: format!("column {:?} {fault}", self.header[column.at]),
                })?;
        }
        Ok(())
    }

    fn check_width(&self, record: &csv::ByteRecord, line: u64) -> Result<()> {
        let (own, header) = (record.len(), self.header.len());
        if own == header {
            return Ok(());
        }
        Err(Error::Malformed {
            row: line,
            reason: format!("has {own} fields, the header has {header}"),
        })
    }
}

impl CsvPiece {
    /// Shows every row.
    ///
    /// # Errors
    /// The visitor's.
    pub(super) fn each(&self, visit: &mut Visit<'_>) -> Result<()> {
        let (Chunk { bytes, line }, layout) = (&self.chunk, &*self.layout);
        let mut rows = RawRows::new(bytes, layout.dialect);
        let mut record = csv::ByteRecord::new();
        let mut spare: Vec<Value<'static>> = Vec::with_capacity(layout.sources.len());
        let mut spare_cells: Vec<Cells<'static>> = Vec::new();
        spare_cells.resize_with(layout.json.len(), Cells::default);
        while let Some(ahead) = rows.read(&mut record)? {
            let line = line + ahead;
            let mut cells = recycled_cells(spare_cells);
            let read = layout
                .check_width(&record, line)
                .and_then(|()| layout.read_json(&record, line, &mut cells));
            let mut values = recycled(spare);
            let read = read.and_then(|()| layout.values(&record, line, &cells, &mut values));
            visit(line, read.map(|()| values.as_slice()))?;
            spare = recycled(values);
            spare_cells = recycled_cells(cells);
        }
        Ok(())
    }
}

/// The same memory for another row.
fn recycled_cells<'a, 'b>(cells: Vec<Cells<'a>>) -> Vec<Cells<'b>> {
    cells.into_iter().map(Cells::recycled).collect()
}
