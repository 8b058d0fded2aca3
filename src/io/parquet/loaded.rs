//! The bytes of a Parquet file.

use crate::error::{Error, Result};
use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use ::parquet::basic::Type;
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{ChunkReader, Length};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use bytes::buf::Reader;
use bytes::{Buf, Bytes};
use std::fs::File;
use std::ops::Range;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// Where a file's bytes are.
#[derive(Debug)]
pub(in crate::io) enum Source {
    File(File),
    Bytes(Bytes),
}

impl Source {
    /// The schema and the places of the row groups.
    pub(super) fn metadata(&self) -> Result<ArrowReaderMetadata> {
        guarded(|| {
            let options = ArrowReaderOptions::new();
            let loaded = match self {
                Self::File(file) => ArrowReaderMetadata::load(file, options),
                Self::Bytes(bytes) => ArrowReaderMetadata::load(bytes, options),
            };
            loaded.map_err(failed)
        })
    }

    /// The bytes of some row groups' columns that are asked for.
    pub(super) fn load(
        &self,
        metadata: &ArrowReaderMetadata,
        mask: &ProjectionMask,
        groups: Range<usize>,
    ) -> Result<Loaded> {
        guarded(|| self.load_columns(metadata, mask, groups))
    }

    fn load_columns(
        &self,
        metadata: &ArrowReaderMetadata,
        mask: &ProjectionMask,
        groups: Range<usize>,
    ) -> Result<Loaded> {
        let (mut columns, whole) = (Vec::new(), self.len());
        for group in groups {
            let group = metadata.metadata().row_group(group);
            for (leaf, column) in group.columns().iter().enumerate() {
                if mask.leaf_included(leaf) {
                    let (start, len) = column.byte_range();
                    if start.checked_add(len).is_none_or(|end| end > whole) {
                        return Err(damaged("a column runs beyond the end of the file".into()));
                    }
                    columns.push((start, self.get_bytes(start, len as usize).map_err(failed)?));
                }
            }
        }
        Ok(Loaded {
            columns,
            len: whole,
        })
    }

    fn len(&self) -> u64 {
        match self {
            Self::File(file) => file.len(),
            Self::Bytes(bytes) => Length::len(bytes),
        }
    }

    fn get_bytes(&self, start: u64, len: usize) -> ::parquet::errors::Result<Bytes> {
        match self {
            Self::File(file) => file.get_bytes(start, len),
            Self::Bytes(bytes) => ChunkReader::get_bytes(bytes, start, len),
        }
    }
}

/// Part of a file in memory. A file's handle has one position, which threads must not share; so
/// bytes are loaded in turn, and decompressed and decoded in parallel.
#[derive(Debug, Clone)]
pub(in crate::io) struct Loaded {
    columns: Vec<(u64, Bytes)>,
    len: u64,
}

impl Length for Loaded {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Loaded {
    type T = Reader<Bytes>;

    fn get_read(&self, start: u64) -> ::parquet::errors::Result<Self::T> {
        let (first, bytes) = self.column(start)?;
        Ok(bytes.slice((start - first) as usize..).reader())
    }

    fn get_bytes(&self, start: u64, len: usize) -> ::parquet::errors::Result<Bytes> {
        let (first, bytes) = self.column(start)?;
        let at = (start - first) as usize;
        let end = at.checked_add(len).filter(|&end| end <= bytes.len());
        Ok(bytes.slice(
            at..end.ok_or_else(|| ParquetError::EOF("a page runs beyond its column".into()))?,
        ))
    }
}

impl Loaded {
    /// The bytes in memory.
    pub(super) fn size(&self) -> u64 {
        self.columns
            .iter()
            .map(|(_, bytes)| bytes.len() as u64)
            .sum()
    }

    /// The column that holds a position of the file, with its start.
    fn column(&self, position: u64) -> ::parquet::errors::Result<&(u64, Bytes)> {
        let holds = |(start, bytes): &&(u64, Bytes)| {
            (*start..start + bytes.len() as u64).contains(&position)
        };
        self.columns
            .iter()
            .find(holds)
            .ok_or_else(|| ParquetError::EOF("a page lies outside its column".into()))
    }
}

/// The schema with timestamps of 96 bits, which are UTC by custom, in UTC.
pub(super) fn with_old_timestamps(metadata: &ArrowReaderMetadata) -> Schema {
    let parquet = metadata.parquet_schema();
    let is_old = |root: usize| {
        let mut leaves = (0..parquet.num_columns()).map(|leaf| (leaf, parquet.column(leaf)));
        leaves.any(|(leaf, column)| {
            parquet.get_column_root_idx(leaf) == root && column.physical_type() == Type::INT96
        })
    };
    let field = |(root, field): (usize, &Arc<Field>)| match field.data_type() {
        DataType::Timestamp(unit, None) if is_old(root) => {
            let unit = match unit {
                TimeUnit::Nanosecond => TimeUnit::Microsecond, // beyond 2262 as well
                unit => *unit,
            };
            let data_type = DataType::Timestamp(unit, Some("UTC".into()));
            Arc::new(Field::new(field.name(), data_type, field.is_nullable()))
        }
        _ => field.clone(),
    };
    let fields = metadata.schema().fields().iter().enumerate().map(field);
    Schema::new(fields.collect::<Vec<_>>())
}

/// What `read` gives. Damaged bytes make the decoder panic in places; that is told as damage.
pub(in crate::io) fn guarded<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    std::panic::catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(damaged(text.unwrap_or("its decoder panicked").to_owned()))
    })
}

#[cold]
fn damaged(reason: String) -> Error {
    Error::Damaged {
        what: "the Parquet file".into(),
        reason,
    }
}

/// The rows of a row group; none where the file states a number below 0.
pub(in crate::io) fn rows_of(metadata: &ArrowReaderMetadata, group: usize) -> usize {
    let rows = metadata.metadata().row_group(group).num_rows();
    usize::try_from(rows).unwrap_or(0)
}

pub(in crate::io) fn failed(error: ParquetError) -> Error {
    match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(error) => Error::Io(*error),
            Err(source) => Error::Io(std::io::Error::other(source)),
        },
        other => Error::Io(std::io::Error::new(std::io::ErrorKind::InvalidData, other)),
    }
}
