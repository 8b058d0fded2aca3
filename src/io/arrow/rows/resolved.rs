//! The columns of a batch that paths lead to.

use crate::error::{Error, Result};
use crate::io::arrow::rows::column::Column;
use crate::io::arrow::rows::entries::Entries;
use crate::io::arrow::rows::json_column::JsonColumn;
use crate::io::record::{FieldPath, Value};
use crate::io::seen::{SeenPaths, THERE};
use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;

/// Where one value comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    Absent,
    Column(usize),
    /// A key of a key/value list.
    Entry(usize, usize),
    /// A slot of a column of JSON texts.
    Json(usize, usize),
}

/// The columns of one batch that the paths lead to.
#[derive(Debug, Default)]
pub(super) struct Resolved<'a> {
    pub(super) sources: Vec<Source>,
    pub(super) columns: Vec<Column<'a>>,
    pub(super) entries: Vec<(usize, Entries<'a>)>,
    pub(super) json: Vec<(usize, JsonColumn<'a>)>,
}

/// Some of a batch's columns: the numbers of their paths, and where the values come from.
#[derive(Debug)]
pub(in crate::io) struct Selected(pub(super) Vec<(usize, Source)>);

impl<'a> Resolved<'a> {
    /// The sources from which some row may have a value, and the places of their values.
    pub(super) fn known(&self) -> Vec<(usize, Source)> {
        let is_known = |&(_, source): &(usize, Source)| match source {
            Source::Absent => false,
            Source::Column(at) => self.columns[at].has_values(),
            Source::Entry(list, key) => self.entries[list].1.has_values(key),
            Source::Json(..) => true,
        };
        let sources = self.sources.iter().copied().enumerate();
        sources.filter(is_known).collect()
    }

    /// Notes which keys and fields inside JSON some row has.
    pub(super) fn see(&self, seen: &SeenPaths) {
        for (path, &source) in self.sources.iter().enumerate() {
            let sightings = match source {
                Source::Entry(list, key) => u8::from(self.entries[list].1.has_values(key)) * THERE,
                Source::Json(column, slot) => self.json[column].1.sightings(slot),
                Source::Absent | Source::Column(_) => 0,
            };
            seen.see(path, sightings);
        }
    }

    /// A column of values, with the nulls of the structs around it.
    pub(super) fn column(
        &mut self,
        array: &'a dyn Array,
        outer: Option<&NullBuffer>,
        path: &str,
    ) -> Result<Source> {
        self.columns.push(Column::new(array, outer, path)?);
        Ok(Source::Column(self.columns.len() - 1))
    }

    /// A field inside a struct. A name with points comes before fields inside fields.
    pub(super) fn inside(
        &mut self,
        array: &'a dyn Array,
        fields: &str,
        path: &FieldPath,
    ) -> Result<Source> {
        let (mut array, mut rest) = (array, fields);
        let mut nulls = None;
        'fields: loop {
            if !matches!(array.data_type(), DataType::Struct(_)) {
                return Err(Error::setting(
                    format!("the type of the column of {path}"),
                    array.data_type(),
                    "a struct, or a text in a column that the file's setting json names",
                ));
            }
            let fields = array.as_struct();
            nulls = NullBuffer::union(nulls.as_ref(), fields.nulls());
            if let Some(field) = fields.column_by_name(rest) {
                return self.column(field.as_ref(), nulls.as_ref(), &path.text);
            }
            for (point, _) in rest.match_indices('.').rev() {
                if let Some(field) = fields.column_by_name(&rest[..point]) {
                    (array, rest) = (field.as_ref(), &rest[point + 1..]);
                    continue 'fields;
                }
            }
            return Ok(Source::Absent);
        }
    }

    pub(super) fn entry(
        &mut self,
        at: usize,
        batch: &'a RecordBatch,
        key: &str,
        path: &FieldPath,
    ) -> Result<Source> {
        let known = self.entries.iter().position(|(column, _)| *column == at);
        let list = match known {
            Some(list) => list,
            None => {
                let entries = Entries::new(batch.column(at).as_ref(), path)?;
                self.entries.push((at, entries));
                self.entries.len() - 1
            }
        };
        Ok(Source::Entry(list, self.entries[list].1.add(key)))
    }

    pub(super) fn json(&mut self, at: usize, batch: &'a RecordBatch, name: &str) -> Result<usize> {
        let known = self.json.iter().position(|(column, _)| *column == at);
        if let Some(json) = known {
            return Ok(json);
        }
        let column = JsonColumn::new(batch.column(at).as_ref(), name)?;
        self.json.push((at, column));
        Ok(self.json.len() - 1)
    }

    /// The value of a row, which has this number in the file.
    ///
    /// # Errors
    /// If it stands in a text that is no JSON, or is an object or a list.
    #[inline]
    pub(super) fn value(&self, source: Source, row: usize, line: u64) -> Result<Value<'_>> {
        match source {
            Source::Json(column, slot) => self.json[column].1.value(slot, row, line),
            source => Ok(self.typed_value(source, row)),
        }
    }

    /// The same where no JSON is read.
    #[inline]
    pub(super) fn typed_value(&self, source: Source, row: usize) -> Value<'_> {
        match source {
            Source::Column(at) => self.columns[at].value(row),
            Source::Entry(list, key) => self.entries[list].1.value(key, row),
            Source::Absent | Source::Json(..) => Value::Missing,
        }
    }
}
