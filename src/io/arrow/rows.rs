//! Rows of record batches as values, as a mapping reads them: each path is resolved once a batch,
//! and a row costs no memory.

mod column;
mod entries;
mod json_column;

pub(in crate::io) use crate::io::arrow::rows::entries::KEYS;

use crate::error::{Error, Result};
use crate::io::arrow::rows::column::Column;
use crate::io::arrow::rows::entries::Entries;
use crate::io::arrow::rows::json_column::JsonColumn;
use crate::io::file::format::FileFormat;
use crate::io::record::{FieldPath, Place, Value, Visit};
use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;

/// What is asked of every batch.
#[derive(Debug, Clone)]
pub(in crate::io) struct BatchPaths {
    paths: Vec<FieldPath>,
    json: Vec<String>,
    nulls: Vec<String>,
}

/// Where one value comes from.
#[derive(Debug, Clone, Copy)]
enum Source {
    Absent,
    Column(usize),
    /// A key of a key/value list.
    Entry(usize, usize),
    /// A slot of a column of JSON texts.
    Json(usize, usize),
}

/// The columns of one batch that the paths lead to.
#[derive(Debug, Default)]
struct Resolved<'a> {
    sources: Vec<Source>,
    columns: Vec<Column<'a>>,
    entries: Vec<(usize, Entries<'a>)>,
    json: Vec<(usize, JsonColumn<'a>)>,
}

impl BatchPaths {
    /// The paths, with the columns of JSON texts and the texts of missing values that the format
    /// states.
    pub(in crate::io) fn new(format: &FileFormat, paths: &[FieldPath]) -> Self {
        Self {
            paths: paths.to_vec(),
            json: format.json.clone(),
            nulls: format.null.clone(),
        }
    }

    /// Shows every row of a batch that has `before` rows ahead of it.
    ///
    /// # Errors
    /// If a path leads to a column of a type that holds no values, or the visitor fails.
    pub(in crate::io) fn each(
        &self,
        batch: &RecordBatch,
        before: u64,
        visit: &mut Visit<'_>,
    ) -> Result<()> {
        let resolved = self.resolve(batch)?;
        // a log has many columns that say little: those without a value are not visited
        let known = resolved.known();
        let mut values = vec![Value::Missing; self.paths.len()];
        for row in 0..batch.num_rows() {
            let line = before + row as u64 + 1;
            match self.read(&resolved, &known, row, line, &mut values) {
                Ok(()) => visit(line, Ok(&values))?,
                Err(error) => visit(line, Err(error))?,
            }
        }
        Ok(())
    }

    #[inline]
    fn read<'r>(
        &self,
        resolved: &'r Resolved<'_>,
        known: &[(usize, Source)],
        row: usize,
        line: u64,
        values: &mut [Value<'r>],
    ) -> Result<()> {
        for &(place, source) in known {
            let value = match source {
                Source::Absent => Value::Missing,
                Source::Column(at) => resolved.columns[at].value(row),
                Source::Entry(list, key) => resolved.entries[list].1.value(key, row),
                Source::Json(column, slot) => resolved.json[column].1.value(slot, row, line)?,
            };
            values[place] = match value {
                Value::Text(text) if self.nulls.iter().any(|null| null == text) => Value::Missing,
                value => value,
            };
        }
        Ok(())
    }

    fn resolve<'a>(&self, batch: &'a RecordBatch) -> Result<Resolved<'a>> {
        let schema = batch.schema();
        let names: Vec<&str> = schema
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        let mut resolved = Resolved::default();
        for path in &self.paths {
            let source = match path.place(&names)? {
                None => Source::Absent,
                Some(Place::Column(at)) => {
                    resolved.column(batch.column(at).as_ref(), None, &path.text)?
                }
                Some(Place::Inside(at, fields))
                    if self.json.iter().any(|name| name == names[at]) =>
                {
                    let json = resolved.json(at, batch, names[at])?;
                    let slot = resolved.json[json].1.add_inside(fields);
                    Source::Json(json, slot)
                }
                Some(Place::Entry(at, key)) if self.json.iter().any(|name| name == names[at]) => {
                    let json = resolved.json(at, batch, names[at])?;
                    let slot = resolved.json[json].1.add_entry(key);
                    Source::Json(json, slot)
                }
                Some(Place::Inside(at, fields)) => {
                    resolved.inside(batch.column(at).as_ref(), fields, path)?
                }
                Some(Place::Entry(at, key)) => resolved.entry(at, batch, key, path)?,
            };
            resolved.sources.push(source);
        }
        resolved
            .entries
            .iter_mut()
            .for_each(|(_, entries)| entries.find());
        resolved
            .json
            .iter_mut()
            .for_each(|(_, column)| column.read());
        Ok(resolved)
    }
}

impl<'a> Resolved<'a> {
    /// The sources from which some row may have a value, and the places of their values.
    fn known(&self) -> Vec<(usize, Source)> {
        let is_known = |&(_, source): &(usize, Source)| match source {
            Source::Absent => false,
            Source::Column(at) => self.columns[at].has_values(),
            Source::Entry(list, key) => self.entries[list].1.has_values(key),
            Source::Json(..) => true,
        };
        let sources = self.sources.iter().copied().enumerate();
        sources.filter(is_known).collect()
    }

    /// A column of values, with the nulls of the structs around it.
    fn column(
        &mut self,
        array: &'a dyn Array,
        outer: Option<&NullBuffer>,
        path: &str,
    ) -> Result<Source> {
        self.columns.push(Column::new(array, outer, path)?);
        Ok(Source::Column(self.columns.len() - 1))
    }

    /// A field inside a struct. A name with points comes before fields inside fields.
    fn inside(&mut self, array: &'a dyn Array, fields: &str, path: &FieldPath) -> Result<Source> {
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

    fn entry(
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

    fn json(&mut self, at: usize, batch: &'a RecordBatch, name: &str) -> Result<usize> {
        let known = self.json.iter().position(|(column, _)| *column == at);
        if let Some(json) = known {
            return Ok(json);
        }
        let column = JsonColumn::new(batch.column(at).as_ref(), name)?;
        self.json.push((at, column));
        Ok(self.json.len() - 1)
    }
}

#[cfg(test)]
pub(in crate::io) mod tests;
