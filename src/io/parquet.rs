//! Event logs from Parquet files.

mod write;

use crate::error::{Error, Result};
use crate::event::Events;
use crate::io::arrow;
use crate::io::columns::EventColumns;
use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{ChunkReader, Length};
use arrow_schema::{DataType, Field, Schema};
use bytes::buf::Reader;
use bytes::{Buf, Bytes};
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// The smallest number of rows of every chunk but the last. Small row groups share a chunk, because
/// journeys are partitioned chunk by chunk.
const PIECE: usize = 1 << 19;

/// Rows decoded at a time: few enough to stay in the cache until they are copied to the log.
const ROWS: usize = 1 << 13;

/// A reader of an event log in Parquet. It yields chunks of one or a few row groups, which threads
/// decode in parallel. It skips columns that are not asked for.
///
/// ```no_run
/// use mixtouch::{JourneyBuilder, JourneyOptions};
/// use mixtouch::io::{EventColumns, ParquetChunk, ParquetReader};
///
/// let reader = ParquetReader::open("log.parquet", EventColumns::default())?;
/// let mut builder = JourneyBuilder::new(JourneyOptions::default());
/// builder.extend_each(reader, ParquetChunk::events)?;
/// let journeys = builder.build()?;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug)]
pub struct ParquetReader {
    file: File,
    layout: Arc<Layout>,
    /// The next row group, and the rows ahead of it.
    next: usize,
    before: u64,
    /// The bytes of the chunks given so far.
    given: u64,
}

/// The schema of a file, and the columns to read.
#[derive(Debug)]
struct Layout {
    metadata: ArrowReaderMetadata,
    columns: EventColumns,
    mask: ProjectionMask,
}

/// One or more row groups of a file, in memory but not yet decompressed.
///
/// ```no_run
/// use mixtouch::io::{EventColumns, ParquetReader};
///
/// let mut rows = 0;
/// for chunk in ParquetReader::open("log.parquet", EventColumns::default())? {
///     rows += chunk?.events()?.len();
/// }
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug)]
pub struct ParquetChunk {
    layout: Arc<Layout>,
    groups: Range<usize>,
    before: u64,
    rows: usize,
    bytes: Loaded,
}

impl ParquetReader {
    /// Opens a file and reads its schema.
    ///
    /// # Errors
    /// If the file cannot be read, is not Parquet, or lacks a required column.
    pub fn open(path: impl AsRef<Path>, columns: EventColumns) -> Result<Self> {
        let path = path.as_ref();
        Self::new(File::open(path)?, columns)
    }

    /// Reads the schema of an open file.
    ///
    /// # Errors
    /// If [`ParquetReader::open`] would fail.
    pub fn new(file: File, columns: EventColumns) -> Result<Self> {
        let plain = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(failed)?;
        let header: Vec<String> = plain
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect();
        let wanted = columns.find(&header)?.all();
        let mask = ProjectionMask::roots(plain.parquet_schema(), wanted);
        let dictionaries =
            ArrowReaderOptions::new().with_schema(Arc::new(with_dictionaries(plain.schema())));
        let metadata =
            ArrowReaderMetadata::try_new(plain.metadata().clone(), dictionaries).map_err(failed)?;
        Ok(Self {
            file,
            layout: Arc::new(Layout {
                metadata,
                columns,
                mask,
            }),
            next: 0,
            before: 0,
            given: 0,
        })
    }

    /// The bytes of the chunks given so far, as compressed in the file, of the columns read.
    pub fn bytes_read(&self) -> u64 {
        self.given
    }

    /// The next batches in the order of the file, read in parallel, or none at its end.
    ///
    /// # Errors
    /// If the file is damaged, or a row cannot be used: the error has the row, counted from 1, its
    /// column, its value and what is expected.
    pub fn next_batches(&mut self) -> Result<Option<Vec<Events>>> {
        crate::io::next_batches(self, ParquetChunk::events)
    }

    /// The bytes of some row groups' columns that are asked for.
    fn load(&self, groups: Range<usize>) -> Result<Loaded> {
        let mut columns = Vec::new();
        for group in groups {
            for (leaf, column) in self
                .layout
                .metadata
                .metadata()
                .row_group(group)
                .columns()
                .iter()
                .enumerate()
            {
                if self.layout.mask.leaf_included(leaf) {
                    let (start, len) = column.byte_range();
                    columns.push((
                        start,
                        self.file.get_bytes(start, len as usize).map_err(failed)?,
                    ));
                }
            }
        }
        Ok(Loaded {
            columns,
            len: self.file.len(),
        })
    }
}

impl Iterator for ParquetReader {
    type Item = Result<ParquetChunk>;

    fn next(&mut self) -> Option<Result<ParquetChunk>> {
        let metadata = self.layout.metadata.metadata();
        if self.next >= metadata.num_row_groups() {
            return None;
        }
        let (first, before) = (self.next, self.before);
        let mut rows = 0;
        while rows < PIECE && self.next < metadata.num_row_groups() {
            rows += metadata.row_group(self.next).num_rows() as usize;
            self.next += 1;
        }
        self.before += rows as u64;
        let groups = first..self.next;
        let bytes = self.load(groups.clone());
        self.given += bytes.as_ref().map_or(0, Loaded::size);
        Some(bytes.map(|bytes| ParquetChunk {
            layout: self.layout.clone(),
            groups,
            before,
            rows,
            bytes,
        }))
    }
}

impl ParquetChunk {
    /// The events of the row groups.
    ///
    /// # Errors
    /// If the file is damaged, or a row cannot be used: the error has the row, counted from 1 in
    /// the file, its column, its value and what is expected.
    pub fn events(self) -> Result<Events> {
        let Layout {
            metadata,
            columns,
            mask,
        } = &*self.layout;
        let reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(self.bytes, metadata.clone())
                .with_row_groups(self.groups.collect())
                .with_projection(mask.clone())
                .with_batch_size(ROWS)
                .build()
                .map_err(failed)?;
        let mut events = columns.log();
        events.reserve(self.rows);
        let mut ahead = self.before;
        for batch in reader {
            let batch = batch.map_err(|error| Error::Io(std::io::Error::other(error)))?;
            arrow::extend(&mut events, &batch, columns, ahead)?;
            ahead += batch.num_rows() as u64;
        }
        Ok(events)
    }
}

/// Part of a file in memory. A file's handle has one position, which threads must not share; so
/// bytes are loaded in turn, and decompressed and decoded in parallel.
#[derive(Debug)]
struct Loaded {
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
    fn size(&self) -> u64 {
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

/// The schema with every text as a dictionary.
fn with_dictionaries(schema: &Schema) -> Schema {
    let field = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            let dictionary =
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            Arc::new(Field::new(field.name(), dictionary, field.is_nullable()))
        }
        _ => field.clone(),
    };
    Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>())
}

fn failed(error: ParquetError) -> Error {
    match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(error) => Error::Io(*error),
            Err(source) => Error::Io(std::io::Error::other(source)),
        },
        other => Error::Io(std::io::Error::new(std::io::ErrorKind::InvalidData, other)),
    }
}
