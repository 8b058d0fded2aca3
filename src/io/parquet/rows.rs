//! Rows of Parquet files as values, as a mapping reads them. Only the leaves that paths lead to are
//! read.

use crate::error::{Error, Result};
use crate::io::arrow::rows::{BatchPaths, BatchRows, KEYS};
use crate::io::file::format::FileFormat;
use crate::io::parquet::loaded::{Loaded, Source, failed, guarded, rows_of, with_old_timestamps};
use crate::io::record::{FieldPath, Place};
use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::schema::types::SchemaDescriptor;
use arrow_schema::{DataType, Field, FieldRef, Schema};
use bytes::Bytes;
use std::collections::BTreeSet;
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// The smallest number of rows of every piece but the last.
const PIECE: usize = 1 << 16;

/// Rows decoded at a time: few enough to stay in the cache until they are read.
const ROWS: usize = 1 << 13;

/// Reads pieces of one or a few row groups.
#[derive(Debug)]
pub(in crate::io) struct ParquetRows {
    source: Source,
    layout: Arc<Layout>,
    header: Vec<String>,
    /// The next row group, and the rows ahead of it.
    next: usize,
    before: u64,
    given: u64,
}

#[derive(Debug)]
struct Layout {
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    paths: BatchPaths,
}

/// Row groups in memory, not yet decompressed.
#[derive(Debug)]
pub(in crate::io) struct ParquetPiece {
    layout: Arc<Layout>,
    groups: Range<usize>,
    before: u64,
    bytes: Loaded,
}

impl ParquetRows {
    /// Opens a file and reads its schema.
    ///
    /// # Errors
    /// If the file cannot be read or is not Parquet, or a path asks for a column that stands there
    /// twice.
    pub(in crate::io) fn open(
        path: impl AsRef<Path>,
        format: &FileFormat,
        paths: &[FieldPath],
    ) -> Result<Self> {
        Self::read(Source::File(File::open(path)?), format, paths)
    }

    /// Reads the schema of a file in memory.
    ///
    /// # Errors
    /// If [`ParquetRows::open`] would fail.
    pub(in crate::io) fn from_bytes(
        bytes: impl Into<Bytes>,
        format: &FileFormat,
        paths: &[FieldPath],
    ) -> Result<Self> {
        Self::read(Source::Bytes(bytes.into()), format, paths)
    }

    fn read(source: Source, format: &FileFormat, paths: &[FieldPath]) -> Result<Self> {
        guarded(|| Self::read_schema(source, format, paths))
    }

    fn read_schema(source: Source, format: &FileFormat, paths: &[FieldPath]) -> Result<Self> {
        let plain = source.metadata()?;
        let names: Vec<String> = plain
            .schema()
            .fields()
            .iter()
            .map(|f| f.name().clone())
            .collect();
        let places = paths.iter().map(|path| path.place(&names));
        let places: Vec<Option<Place<'_>>> = places.collect::<Result<_>>()?;
        let wanted = leaves(plain.parquet_schema(), &places, &names, &format.json);
        let leaves = without_blank(plain.metadata(), &wanted, &names);
        let paths = BatchPaths::new(format, paths, plain.schema())?;
        let mask = ProjectionMask::leaves(plain.parquet_schema(), leaves);
        let fields = with_old_timestamps(&plain);
        let schema = Schema::new(fields.fields().iter().map(with_views).collect::<Vec<_>>());
        let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
        let metadata = ArrowReaderMetadata::try_new(plain.metadata().clone(), options);
        Ok(Self {
            source,
            layout: Arc::new(Layout {
                metadata: metadata.map_err(failed)?,
                mask,
                paths,
            }),
            header: names,
            next: 0,
            before: 0,
            given: 0,
        })
    }

    /// The names of the columns.
    pub(in crate::io) fn header(&self) -> &[String] {
        &self.header
    }

    /// Which paths lead to a column.
    pub(in crate::io) fn found(&self) -> &[bool] {
        self.layout.paths.found()
    }

    /// Which paths some row had of the pieces shown so far.
    pub(in crate::io) fn seen(&self) -> Vec<bool> {
        self.layout.paths.seen()
    }

    /// The bytes of the pieces given so far, as compressed in the file, of the columns read.
    pub(in crate::io) fn bytes_read(&self) -> u64 {
        self.given
    }
}

impl Iterator for ParquetRows {
    type Item = Result<ParquetPiece>;

    fn next(&mut self) -> Option<Result<ParquetPiece>> {
        let Layout { metadata, mask, .. } = &*self.layout;
        let groups = metadata.metadata();
        if self.next >= groups.num_row_groups() {
            return None;
        }
        let (first, before) = (self.next, self.before);
        let mut rows = 0;
        while rows < PIECE && self.next < groups.num_row_groups() {
            rows = rows_of(metadata, self.next).saturating_add(rows);
            self.next += 1;
        }
        self.before = self.before.saturating_add(rows as u64);
        let bytes = self.source.load(metadata, mask, first..self.next);
        self.given += bytes.as_ref().map_or(0, Loaded::size);
        Some(bytes.map(|bytes| ParquetPiece {
            layout: self.layout.clone(),
            groups: first..self.next,
            before,
            bytes,
        }))
    }
}

impl ParquetPiece {
    /// Shows the rows, a batch at a time, in the order of the file.
    ///
    /// # Errors
    /// If the file is damaged, a path leads to a column of a type that holds no values, or the
    /// visitor fails.
    pub(in crate::io) fn each(
        &self,
        mut visit: impl FnMut(&BatchRows<'_>) -> Result<()>,
    ) -> Result<()> {
        guarded(|| self.decode(&mut visit))
    }

    fn decode(&self, visit: &mut dyn FnMut(&BatchRows<'_>) -> Result<()>) -> Result<()> {
        let Layout {
            metadata,
            mask,
            paths,
        } = &*self.layout;
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(
            self.bytes.clone(),
            metadata.clone(),
        )
        .with_row_groups(self.groups.clone().collect())
        .with_projection(mask.clone())
        .with_batch_size(ROWS)
        .build()
        .map_err(failed)?;
        let mut before = self.before;
        for batch in reader {
            let batch = batch.map_err(|error| Error::Io(std::io::Error::other(error)))?;
            visit(&paths.rows(&batch, before)?)?;
            before = before.saturating_add(batch.num_rows() as u64);
        }
        Ok(())
    }
}

/// The leaves that the paths lead to.
fn leaves(
    schema: &SchemaDescriptor,
    places: &[Option<Place<'_>>],
    names: &[String],
    json: &[String],
) -> Vec<usize> {
    let is_wanted = |leaf: &usize| {
        let root = schema.get_column_root_idx(*leaf);
        let column = schema.column(*leaf);
        let steps = &column.path().parts()[1..];
        places.iter().flatten().any(|place| match *place {
            Place::Column(at) => at == root,
            Place::Inside(at, _) | Place::Entry(at, _)
                if at == root && json.contains(&names[at]) =>
            {
                true
            }
            Place::Inside(at, fields) => {
                let inside = steps.join(".");
                let rest = inside.strip_prefix(fields);
                at == root && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
            Place::Entry(at, _) => at == root && is_of_entry(steps),
        })
    };
    (0..schema.num_columns()).filter(is_wanted).collect()
}

/// The leaves but for those without a value in the whole file, of which exports have many. A blank
/// leaf stays where no leaf beside it has values, so that lists of keys keep a value, and where its
/// name would lead into another column: `a.b` to the field `b` of the texts of JSON in `a`.
fn without_blank(metadata: &ParquetMetaData, leaves: &[usize], names: &[String]) -> Vec<usize> {
    let schema = metadata.file_metadata().schema_descr_ptr();
    let is_blank = |leaf: usize| {
        let mut columns = metadata.row_groups().iter().map(|group| group.column(leaf));
        columns.all(|column| {
            let nulls = column
                .statistics()
                .and_then(|stated| stated.null_count_opt());
            nulls.is_some_and(|nulls| i64::try_from(nulls) == Ok(column.num_values()))
        })
    };
    let (blank, filled): (Vec<usize>, Vec<usize>) =
        leaves.iter().partition(|&&leaf| is_blank(leaf));
    let steps = |leaf: usize| schema.column(leaf).path().parts().to_vec();
    let beside: BTreeSet<Vec<String>> = filled
        .iter()
        .filter_map(|&leaf| {
            let mut steps = steps(leaf);
            let name = steps.pop()?;
            (!KEYS.contains(&name.as_str())).then_some(steps)
        })
        .collect();
    let stays = |leaf: &usize| {
        let mut steps = steps(*leaf);
        steps.pop();
        !beside.contains(&steps) || leads_elsewhere(schema.column(*leaf).path().parts(), names)
    };
    let mut kept: Vec<usize> = blank.into_iter().filter(stays).chain(filled).collect();
    kept.sort_unstable();
    kept
}

/// Whether the path of a column leads into another one, were it not there.
fn leads_elsewhere(steps: &[String], names: &[String]) -> bool {
    let [own] = steps else { return false };
    let others: Vec<&String> = names.iter().filter(|name| *name != own).collect();
    let place = FieldPath::new(own.as_str());
    place.place(&others).is_ok_and(|place| place.is_some())
}

/// Whether a leaf of a key/value list is a key or part of a value.
fn is_of_entry(steps: &[String]) -> bool {
    let parts = ["key", "keys", "name", "value", "values"];
    steps.iter().any(|step| parts.contains(&step.as_str()))
}

/// The field with every text as a view, which needs no copy.
fn with_views(field: &FieldRef) -> FieldRef {
    let inner = |field: &FieldRef| with_views(field);
    let data_type = match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(inner).collect()),
        DataType::List(field) => DataType::List(with_numbered_keys(field)),
        DataType::LargeList(field) => DataType::LargeList(with_numbered_keys(field)),
        DataType::Map(field, sorted) => DataType::Map(inner(field), *sorted),
        _ => return field.clone(),
    };
    Arc::new(Field::new(field.name(), data_type, field.is_nullable()))
}

/// The same for the entries of a list: their keys, of which there are few, come as numbers.
fn with_numbered_keys(entry: &FieldRef) -> FieldRef {
    let DataType::Struct(fields) = entry.data_type() else {
        return with_views(entry);
    };
    let field = |field: &FieldRef| {
        let is_text = matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8);
        if !is_text || !KEYS.contains(&field.name().as_str()) {
            return with_views(field);
        }
        let texts = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        Arc::new(field.as_ref().clone().with_data_type(texts))
    };
    let fields = DataType::Struct(fields.iter().map(field).collect());
    Arc::new(entry.as_ref().clone().with_data_type(fields))
}

#[cfg(test)]
mod tests;
