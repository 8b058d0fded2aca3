//! The bytes of a Parquet file.

use crate::error::{Error, Result};
use crate::io::parquet::footer::impossible_length;
use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use ::parquet::basic::Type;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::RowGroupMetaData;
use ::parquet::file::reader::{ChunkReader, Length};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use bytes::buf::Reader;
use bytes::{Buf, Bytes};
use std::fmt;
use std::fs::File;
use std::ops::Range;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// Where a file's bytes are.
pub(in crate::io) enum Source {
    File(File),
    Bytes(Bytes),
}

/// Without the bytes, which may name persons.
impl fmt::Debug for Source {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => to.debug_tuple("File").field(file).finish(),
            Self::Bytes(bytes) => to.debug_tuple("Bytes").field(&bytes.len()).finish(),
        }
    }
}

impl Source {
    /// The schema and the places of the row groups.
    pub(super) fn metadata(&self) -> Result<ArrowReaderMetadata> {
        guarded(|| {
            self.check_footer()?;
            let options = ArrowReaderOptions::new();
            let loaded = match self {
                Self::File(file) => ArrowReaderMetadata::load(file, options),
                Self::Bytes(bytes) => ArrowReaderMetadata::load(bytes, options),
            };
            loaded.map_err(failed)
        })
    }

    /// An error if the footer states lengths that it cannot hold.
    fn check_footer(&self) -> Result<()> {
        /// The footer's length in four bytes, and `PAR1`.
        const TAIL: u64 = 8;
        let tail = self.len().checked_sub(TAIL);
        let Some(tail) = tail else {
            return Ok(()); // the decoder says that this is too short
        };
        let bytes = self.get_bytes(tail, TAIL as usize).map_err(failed)?;
        let length = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let Some(start) = tail.checked_sub(length.into()) else {
            return Ok(());
        };
        let footer = self.get_bytes(start, length as usize).map_err(failed)?;
        match impossible_length(&footer) {
            Some(length) => Err(damaged(format!(
                "its footer states {length} entries where there are no bytes for them"
            ))),
            None => Ok(()),
        }
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
        let (mut columns, whole) = (Vec::<(u64, Bytes)>::new(), self.len());
        for group in groups {
            let group = metadata.metadata().row_group(group);
            check_size(group, |leaf| mask.leaf_included(leaf))?;
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
        columns.sort_by_key(|(start, bytes)| (*start, bytes.len()));
        Ok(Loaded {
            columns: columns.into(),
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
#[derive(Clone)]
pub(in crate::io) struct Loaded {
    /// In order of their starts.
    columns: Arc<[(u64, Bytes)]>,
    len: u64,
}

/// Without the bytes, which may name persons.
impl fmt::Debug for Loaded {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Loaded")
            .field("bytes", &self.size())
            .finish_non_exhaustive()
    }
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
        let behind = self
            .columns
            .partition_point(|(start, _)| *start <= position);
        self.columns[..behind]
            .last()
            .filter(holds)
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

/// The most rows of a row group.
const MOST_ROWS: i64 = 1 << 27;

/// Rows of a row group that are never too many, and how many a byte of its columns may stand for
/// beyond: persons and times of a log do not repeat that often.
const ROWS: i64 = 1 << 20;
const ROWS_A_BYTE: f64 = 1_000.0;

/// The most decompressed bytes of a row group's columns that shrink by more than [`MOST_SHRUNK`].
const MOST_BYTES: f64 = (1u64 << 30) as f64;

/// By how much texts and numbers of a log do not shrink.
const MOST_SHRUNK: f64 = 200.0;

/// An error if a row group is a bomb: some bytes that would take up the memory.
fn check_size(group: &RowGroupMetaData, is_read: impl Fn(usize) -> bool) -> Result<()> {
    let columns = group.columns().iter().enumerate();
    let read = columns.filter(|(leaf, _)| is_read(*leaf));
    let (packed, unpacked) = read.fold((0.0, 0.0), |(packed, unpacked), (_, column)| {
        (
            packed + column.compressed_size() as f64,
            unpacked + column.uncompressed_size() as f64,
        )
    });
    let rows = group.num_rows();
    if rows > MOST_ROWS || rows > ROWS && rows as f64 > ROWS_A_BYTE * packed {
        let expected = format!("at most {MOST_ROWS}, and {ROWS_A_BYTE} a byte");
        return Err(Error::setting("the rows of a row group", rows, expected));
    }
    if unpacked > MOST_BYTES && unpacked > MOST_SHRUNK * packed {
        return Err(Error::setting(
            "the decompressed size of a row group",
            format!("{unpacked} bytes of {packed}"),
            "at most 1 GiB where bytes shrink by more than 200",
        ));
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, Events};

    /// A file of one row that states other sizes.
    fn stated(rows: i64, packed: i64, unpacked: i64) -> Option<String> {
        let mut log = Events::new();
        log.push(Event::touch("ann", 5, "tv")).unwrap();
        let mut bytes = Vec::new();
        log.write_parquet(&mut bytes).unwrap();
        let metadata = Source::Bytes(bytes.into()).metadata().unwrap();
        let group = metadata.metadata().row_group(0).clone();
        let columns = group.columns().iter().map(|column| {
            let column = column.clone().into_builder();
            let column = column.set_total_compressed_size(packed);
            let column = column.set_total_uncompressed_size(unpacked);
            column.build().unwrap()
        });
        let columns = columns.collect();
        let group = group.into_builder().set_num_rows(rows);
        let group = group.set_column_metadata(columns).build().unwrap();
        let read = check_size(&group, |leaf| leaf == 0);
        read.err().map(|error| error.to_string())
    }

    /// 63 kB of one text of 2 GB took 5.9 GB, and 1.7 kB of rows without end took minutes.
    #[test]
    fn a_bomb_is_refused_before_memory_is_taken() {
        let large = stated(1, 63_000, 2_000_000_000).unwrap();
        assert!(large.starts_with("the decompressed size of a row group is 2000000000 bytes"));
        let endless = stated(300_000_000, 1_000_000_000, 1_000_000_000).unwrap();
        assert!(
            endless.starts_with("the rows of a row group is 300000000"),
            "{endless}"
        );
        assert!(stated(5_000_000, 1_700, 1_700).is_some());
        // large files that are what they say, and small ones that shrink well
        assert_eq!(stated(100_000_000, 1_000_000_000, 9_000_000_000), None);
        assert_eq!(stated(1_000_000, 100, 900_000_000), None);
    }
}
