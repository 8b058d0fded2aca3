//! Rows of JSON lines: one object a line.

use crate::error::{Error, Result};
use crate::io::csv::chunks::{Chunk, Chunks, Dialect};
use crate::io::file::format::FileFormat;
use crate::io::file::json::{Cells, JsonPaths};
use crate::io::record::{FieldPath, Value, Visit, recycled};
use std::io::Read;
use std::sync::Arc;

/// Reads pieces of whole lines.
#[derive(Debug)]
pub(super) struct JsonRows<R> {
    chunks: Chunks<R>,
    first: Option<Chunk>,
    header: Vec<String>,
    layout: Arc<Layout>,
}

/// A run of whole lines, not yet parsed.
#[derive(Debug)]
pub(in crate::io) struct JsonPiece {
    chunk: Chunk,
    layout: Arc<Layout>,
}

#[derive(Debug)]
struct Layout {
    paths: JsonPaths,
    slots: Vec<usize>,
    texts: Vec<String>,
    nulls: Vec<String>,
}

impl<R: Read> JsonRows<R> {
    /// Reads the first lines, in chunks of about `size` bytes.
    ///
    /// # Errors
    /// If the file is empty or cannot be read.
    pub(super) fn open(
        reader: R,
        format: &FileFormat,
        paths: &[FieldPath],
        size: usize,
    ) -> Result<Self> {
        let lines = Dialect {
            separator: b'\n',
            quote: None,
            escape: None,
        };
        let mut chunks = Chunks::new(reader, size).with_dialect(lines);
        let first = chunks.next_chunk()?.ok_or_else(|| Error::Empty {
            what: "the file".into(),
            expected: "lines of JSON".into(),
        })?;
        let mut tree = JsonPaths::default();
        let slots = paths.iter().map(|path| tree.add(path)).collect();
        Ok(Self {
            header: names(&first.bytes),
            chunks,
            first: Some(first),
            layout: Arc::new(Layout {
                paths: tree,
                slots,
                texts: paths.iter().map(|path| path.text.clone()).collect(),
                nulls: format.null.clone(),
            }),
        })
    }

    /// The names of the first object's fields.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// The bytes of the pieces given so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.chunks.given()
    }
}

impl<R: Read> Iterator for JsonRows<R> {
    type Item = Result<JsonPiece>;

    fn next(&mut self) -> Option<Result<JsonPiece>> {
        let first = self.first.take().map(Ok);
        let chunk = first.or_else(|| self.chunks.next_chunk().transpose())?;
        Some(chunk.map(|chunk| JsonPiece {
            chunk,
            layout: self.layout.clone(),
        }))
    }
}

/// The names of the fields of the first line, for messages.
fn names(bytes: &[u8]) -> Vec<String> {
    let mut lines = bytes.split(|&byte| byte == b'\n');
    let first = lines.find(|line| !line.trim_ascii().is_empty());
    let object =
        serde_json::from_slice::<serde_json::Map<_, serde_json::Value>>(first.unwrap_or(b""));
    object.map_or(Vec::new(), |object| {
        object.into_iter().map(|(name, _)| name).collect()
    })
}

impl Layout {
    fn values<'c>(
        &self,
        line: u64,
        cells: &'c Cells<'_>,
        values: &mut Vec<Value<'c>>,
    ) -> Result<()> {
        for (slot, path) in self.slots.iter().zip(&self.texts) {
            values.push(match cells.value(*slot) {
                Ok(Value::Text(text)) if self.nulls.iter().any(|null| null == text) => {
                    Value::Missing
                }
                Ok(value) => value,
                Err(fault) => {
                    return Err(Error::Malformed {
                        row: line,
                        reason: format!("{path} {fault}"),
                    });
                }
            });
        }
        Ok(())
    }
}

impl JsonPiece {
    /// Shows every row.
    ///
    /// # Errors
    /// The visitor's.
    pub(super) fn each(&self, visit: &mut Visit<'_>) -> Result<()> {
        let (Chunk { bytes, line }, layout) = (&self.chunk, &*self.layout);
        let mut cells = Cells::default();
        let mut spare: Vec<Value<'static>> = Vec::with_capacity(layout.slots.len());
        let (mut at, mut line) = (0, *line);
        while at < bytes.len() {
            let rest = &bytes[at..];
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let text = rest[..end].trim_ascii();
            if !text.is_empty() {
                let read = layout.paths.read(text, &mut cells);
                let mut values = recycled(spare);
                let read = read
                    .map_err(|reason| Error::Malformed { row: line, reason })
                    .and_then(|()| layout.values(line, &cells, &mut values));
                visit(line, read.map(|()| values.as_slice()))?;
                spare = recycled(values);
            }
            at += end + 1;
            line += 1;
        }
        Ok(())
    }
}
