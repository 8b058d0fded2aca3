//! Rows of JSON lines: one object a line.

use crate::error::{Error, Result};
use crate::io::csv::chunks::{Chunk, Chunks, Dialect};
use crate::io::file::format::FileFormat;
use crate::io::file::json::{Cells, JsonPaths};
use crate::io::record::{FieldPath, Value, Visit, recycled};
use crate::io::seen::SeenPaths;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
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
    /// The fields that hold JSON as a text, where paths lead inside.
    embedded: Vec<Embedded>,
    seen: SeenPaths,
}

/// The rows whose fields are named in messages.
const NAMED_ROWS: usize = 100;

/// A field that holds JSON as a text.
#[derive(Debug)]
struct Embedded {
    name: String,
    /// The slot of the text.
    slot: usize,
    paths: JsonPaths,
    /// The numbers of the paths that lead inside, and their slots there.
    inside: Vec<(usize, usize)>,
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
        let fields = format.json.iter();
        let embedded = fields
            .map(|name| Embedded::new(name, paths, &mut tree))
            .collect();
        Ok(Self {
            header: names(&first.bytes),
            chunks,
            first: Some(first),
            layout: Arc::new(Layout {
                paths: tree,
                slots,
                texts: paths.iter().map(|path| path.text.clone()).collect(),
                nulls: format.null.clone(),
                embedded,
                seen: SeenPaths::new(paths.iter().map(|_| false)),
            }),
        })
    }

    /// The names of the first objects' fields.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// Which paths some row had, null or not, of the pieces shown so far.
    pub(super) fn seen(&self) -> Vec<bool> {
        self.layout.seen.flags()
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

/// The names of the fields of the first lines, for messages.
fn names(bytes: &[u8]) -> Vec<String> {
    let lines = bytes.split(|&byte| byte == b'\n');
    let lines = lines.filter(|line| !line.trim_ascii().is_empty());
    let mut names: Vec<String> = Vec::new();
    for line in lines.take(NAMED_ROWS) {
        let object = serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(line);
        for name in object.unwrap_or_default().into_keys() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

impl Embedded {
    fn new(name: &str, paths: &[FieldPath], tree: &mut JsonPaths) -> Self {
        let slot = tree.add(&FieldPath::new(name));
        let mut own = JsonPaths::default();
        let mut inside = Vec::new();
        for (number, path) in paths.iter().enumerate() {
            match path.entry() {
                Some((list, key)) if list == name => inside.push((number, own.add_entry(key))),
                _ => {
                    let rest = path.text.strip_prefix(name);
                    if let Some(fields) = rest.and_then(|rest| rest.strip_prefix('.')) {
                        inside.push((number, own.add_inside(fields)));
                    }
                }
            }
        }
        Self {
            name: name.to_owned(),
            slot,
            paths: own,
            inside,
        }
    }

    /// Reads the field's text, where it is one; an object was read with the rest.
    fn read<'c>(&self, cells: &'c Cells<'_>, own: &mut Cells<'c>) -> Result<(), String> {
        match cells.value(self.slot) {
            Ok(Value::Text(text)) if !text.trim().is_empty() => {
                let read = self.paths.read(text.as_bytes(), own);
                read.map_err(|reason| format!("field {:?} {reason}", self.name))
            }
            _ => Ok(()),
        }
    }
}

impl Layout {
    /// Notes which paths these texts had.
    fn see(&self, cells: &Cells<'_>) {
        for (path, &slot) in self.slots.iter().enumerate() {
            self.seen.see(path, cells.sightings(slot));
        }
    }

    /// Notes which paths the texts inside a row had.
    fn see_embedded(&self, own: &[Cells<'_>]) {
        for (field, cells) in self.embedded.iter().zip(own) {
            for &(number, slot) in &field.inside {
                self.seen.see(number, cells.sightings(slot));
            }
        }
    }

    /// Fills in the values that stand in texts of JSON.
    fn embedded_values<'c>(
        &self,
        line: u64,
        own: &'c [Cells<'c>],
        values: &mut [Value<'c>],
    ) -> Result<()> {
        for (field, cells) in self.embedded.iter().zip(own) {
            for &(number, slot) in &field.inside {
                match cells.value(slot) {
                    Ok(Value::Missing) => {}
                    Ok(Value::Text(text)) if self.nulls.iter().any(|null| null == text) => {}
                    Ok(value) => values[number] = value,
                    Err(fault) => {
                        let reason = format!("{} {fault}", self.texts[number]);
                        return Err(Error::Malformed { row: line, reason });
                    }
                }
            }
        }
        Ok(())
    }

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
                let mut own: Vec<Cells<'_>> = Vec::new();
                own.resize_with(layout.embedded.len(), Cells::default);
                let fields = layout.embedded.iter().zip(&mut own);
                let read = read.and_then(|()| {
                    fields
                        .into_iter()
                        .try_for_each(|(f, own)| f.read(&cells, own))
                });
                let read = read
                    .map_err(|reason| Error::Malformed { row: line, reason })
                    .and_then(|()| layout.values(line, &cells, &mut values))
                    .and_then(|()| layout.embedded_values(line, &own, &mut values));
                layout.see_embedded(&own);
                visit(line, read.map(|()| values.as_slice()))?;
                spare = recycled(values);
            }
            at += end + 1;
            line += 1;
        }
        layout.see(&cells);
        Ok(())
    }
}
