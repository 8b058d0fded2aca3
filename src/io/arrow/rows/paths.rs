//! The paths of a mapping in record batches.

use crate::error::Result;
use crate::io::arrow::rows::batch::BatchRows;
use crate::io::arrow::rows::resolved::{Resolved, Source};
use crate::io::file::format::FileFormat;
use crate::io::record::{FieldPath, Place};
use crate::io::seen::SeenPaths;
use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema};

/// What is asked of every batch.
#[derive(Debug)]
pub(in crate::io) struct BatchPaths {
    paths: Vec<FieldPath>,
    json: Vec<String>,
    nulls: Vec<String>,
    /// Which paths lead to a column, or into one that holds JSON or a list.
    found: Vec<bool>,
    seen: SeenPaths,
}

impl BatchPaths {
    /// The paths in batches of a schema, with the columns of JSON texts and the texts of missing
    /// values that the format states.
    ///
    /// # Errors
    /// If a path asks for a column that stands there twice.
    pub(in crate::io) fn new(
        format: &FileFormat,
        paths: &[FieldPath],
        schema: &Schema,
    ) -> Result<Self> {
        let names: Vec<&str> = schema
            .fields()
            .iter()
            .map(|field| &**field.name())
            .collect();
        let is_json = |at: usize| format.json.iter().any(|name| name == names[at]);
        let (mut found, mut seen) = (Vec::new(), Vec::new());
        for path in paths {
            let place = path.place(&names)?;
            let leads = match place {
                Some(Place::Inside(at, fields)) if !is_json(at) => {
                    has_field(schema.field(at).data_type(), fields)
                }
                place => place.is_some(),
            };
            let by_row = match place {
                Some(Place::Entry(..)) => true,
                Some(Place::Inside(at, _)) => is_json(at),
                _ => false,
            };
            found.push(leads);
            seen.push(leads && !by_row);
        }
        Ok(Self {
            paths: paths.to_vec(),
            json: format.json.clone(),
            nulls: format.null.clone(),
            found,
            seen: SeenPaths::new(seen),
        })
    }

    /// Which paths lead to a column, or into one that holds JSON or a list.
    pub(in crate::io) fn found(&self) -> &[bool] {
        &self.found
    }

    /// Which paths some row had of the batches shown so far.
    pub(in crate::io) fn seen(&self) -> Vec<bool> {
        self.seen.flags()
    }

    /// The rows of a batch that has `before` rows ahead of it.
    ///
    /// # Errors
    /// If a path leads to a column of a type that holds no values.
    pub(in crate::io) fn rows<'a>(
        &'a self,
        batch: &'a RecordBatch,
        before: u64,
    ) -> Result<BatchRows<'a>> {
        let resolved = self.resolve(batch)?;
        resolved.see(&self.seen);
        Ok(BatchRows::new(
            resolved,
            &self.nulls,
            before..before + batch.num_rows() as u64,
        ))
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

/// Whether a struct has fields inside; what is no struct says so when its values are read.
fn has_field(data_type: &DataType, fields: &str) -> bool {
    let DataType::Struct(inside) = data_type else {
        return true;
    };
    let named = |name: &str| inside.iter().find(|field| field.name() == name);
    let mut points = fields.match_indices('.').rev();
    named(fields).is_some()
        || points
            .find_map(|(point, _)| Some((named(&fields[..point])?, &fields[point + 1..])))
            .is_some_and(|(field, rest)| has_field(field.data_type(), rest))
}
