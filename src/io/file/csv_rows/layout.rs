//! Where the values stand in each row.

use crate::error::{Error, Result};
use crate::io::csv::chunks::Dialect;
use crate::io::file::format::FileFormat;
use crate::io::file::json::{Cells, JsonPaths};
use crate::io::record::{FieldPath, Place, Value};
use crate::io::seen::SeenPaths;

/// Where the values stand in each row.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) dialect: Dialect,
    pub(super) header: Vec<String>,
    nulls: Vec<String>,
    pub(super) sources: Vec<Source>,
    pub(super) json: Vec<JsonColumn>,
    pub(super) seen: SeenPaths,
}

/// Where one value comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    Absent,
    Field(usize),
    /// A slot of a column of JSON texts, by the column's place among these.
    Json(usize, usize),
}

/// A column of JSON texts, and what is asked of it.
#[derive(Debug)]
pub(super) struct JsonColumn {
    at: usize,
    paths: JsonPaths,
}
impl Layout {
    pub(super) fn new(
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
            seen: SeenPaths::new([]),
        };
        for path in paths {
            let source = match path.place(&layout.header)? {
                None => Source::Absent,
                Some(Place::Column(at)) => Source::Field(at),
                Some(place) => layout.inside(place, path, format)?,
            };
            layout.sources.push(source);
        }
        let of_header = |source: &Source| matches!(source, Source::Field(_));
        layout.seen = SeenPaths::new(layout.sources.iter().map(of_header));
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
    pub(super) fn values<'r>(
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
    pub(super) fn read_json<'r>(
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

    /// Notes which fields the JSON texts of all rows had.
    pub(super) fn see(&self, cells: &[Cells<'_>]) {
        for (path, source) in self.sources.iter().enumerate() {
            if let Source::Json(column, slot) = *source {
                self.seen.see(path, cells[column].sightings(slot));
            }
        }
    }

    pub(super) fn check_width(&self, record: &csv::ByteRecord, line: u64) -> Result<()> {
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
