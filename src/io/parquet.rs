//! Event logs from Parquet files.

mod loaded;
#[cfg(feature = "mapping")]
pub(super) mod rows;
mod write;

use crate::error::{Error, Result};
use crate::event::Events;
use crate::io::arrow;
use crate::io::columns::EventColumns;
use crate::io::parquet::loaded::{Loaded, Source, failed, with_old_timestamps};
use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use arrow_schema::{DataType, Field, Schema};
use bytes::Bytes;
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
    source: Source,
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
        Self::read(Source::File(file), columns)
    }

    /// Reads the schema of a file in memory.
    ///
    /// # Errors
    /// If the bytes are not Parquet, or lack a required column.
    ///
    /// ```
    /// use mixtouch::{Event, Events};
    /// use mixtouch::io::{EventColumns, ParquetReader};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "search"))?;
    /// let mut bytes = Vec::new();
    /// log.write_parquet(&mut bytes)?;
    /// let mut reader = ParquetReader::from_bytes(bytes, EventColumns::default())?;
    /// let read = reader.next_batches()?.unwrap();
    /// assert_eq!(read[0].get(0), log.get(0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn from_bytes(bytes: impl Into<Bytes>, columns: EventColumns) -> Result<Self> {
        Self::read(Source::Bytes(bytes.into()), columns)
    }

    fn read(source: Source, columns: EventColumns) -> Result<Self> {
        let plain = source.metadata()?;
        let header: Vec<String> = plain
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect();
        let wanted = columns.find(&header)?.all();
        let mask = ProjectionMask::roots(plain.parquet_schema(), wanted);
        let dictionaries =
            ArrowReaderOptions::new().with_schema(Arc::new(with_dictionaries(&plain)));
        let metadata =
            ArrowReaderMetadata::try_new(plain.metadata().clone(), dictionaries).map_err(failed)?;
        Ok(Self {
            source,
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
        let Layout { metadata, mask, .. } = &*self.layout;
        let bytes = self.source.load(metadata, mask, groups.clone());
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

/// The schema with every text as a dictionary, and old timestamps of 96 bits in UTC.
fn with_dictionaries(metadata: &ArrowReaderMetadata) -> Schema {
    let field = |field: &Arc<Field>| {
        let data_type = match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
            }
            _ => return field.clone(),
        };
        Arc::new(Field::new(field.name(), data_type, field.is_nullable()))
    };
    let schema = with_old_timestamps(metadata);
    Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>())
}
