//! Event logs from Parquet files.

mod footer;
mod loaded;
#[cfg(feature = "bayes")]
mod mix_draws;
#[cfg(feature = "mapping")]
pub(super) mod rows;
mod write;

use crate::error::{Error, Result};
use crate::event::Events;
use crate::io::arrow;
use crate::io::columns::EventColumns;
use crate::io::parquet::loaded::{Loaded, Source, failed, guarded, rows_of, with_old_timestamps};
use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use arrow_schema::{DataType, Field, Schema};
use bytes::Bytes;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The smallest number of rows of every chunk but the last. Small row groups share a chunk, because
/// journeys are partitioned chunk by chunk.
const PIECE: usize = 1 << 19;

/// Rows decoded at a time: few enough to stay in the cache until they are copied to the log.
const ROWS: usize = 1 << 13;

/// The most rows that space is reserved for ahead: a file may state more than it has.
const RESERVED: usize = 1 << 22;

/// A reader of an event log in Parquet, of one file or several. It yields chunks of one or a few row
/// groups, which threads decode in parallel. It skips columns that are not asked for.
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
    /// The files that follow, the next one last.
    #[cfg(feature = "mapping")]
    further: Vec<PathBuf>,
    /// The next row group, and the rows ahead of it.
    next: usize,
    before: u64,
    /// The bytes of the chunks given so far.
    given: u64,
}

/// The schema of a file, and the columns to read.
#[derive(Debug)]
struct Layout {
    /// The file, where it has a name.
    path: Option<PathBuf>,
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
    /// Opens a file and reads its schema. Errors name the file, also those of its chunks.
    ///
    /// # Errors
    /// If the file cannot be read, is not Parquet, or lacks a required column.
    pub fn open(path: impl AsRef<Path>, columns: EventColumns) -> Result<Self> {
        let path = path.as_ref();
        let file = File::open(path).map_err(Error::Io);
        let opened =
            file.and_then(|file| Self::read(Source::File(file), columns, Some(path.to_owned())));
        opened.map_err(|error| error.in_file(path))
    }

    /// Opens all files whose names match a pattern, to be read as one log in order of their names.
    /// The columns of each must fit. Rows in errors are those of their file, which is named.
    ///
    /// ```no_run
    /// use mixtouch::{JourneyBuilder, JourneyOptions};
    /// use mixtouch::io::{EventColumns, ParquetChunk, ParquetReader};
    ///
    /// let reader = ParquetReader::open_all("logs/2026-*.parquet", EventColumns::default())?;
    /// let mut builder = JourneyBuilder::new(JourneyOptions::default());
    /// builder.extend_each(reader, ParquetChunk::events)?;
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If no file matches, or [`ParquetReader::open`] fails of the first. Of the others it is the
    /// error of the chunk that would be next.
    #[cfg(feature = "mapping")]
    pub fn open_all(pattern: impl AsRef<Path>, columns: EventColumns) -> Result<Self> {
        let mut further = crate::io::file::paths::find(&[pattern])?;
        further.reverse();
        let first = further.pop().unwrap_or_default();
        let first = Self::open(first, columns)?;
        Ok(Self { further, ..first })
    }

    /// Reads the schema of an open file.
    ///
    /// # Errors
    /// If [`ParquetReader::open`] would fail.
    pub fn new(file: File, columns: EventColumns) -> Result<Self> {
        Self::read(Source::File(file), columns, None)
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
        Self::read(Source::Bytes(bytes.into()), columns, None)
    }

    fn read(source: Source, columns: EventColumns, path: Option<PathBuf>) -> Result<Self> {
        let layout = guarded(|| Layout::new(&source, columns, path))?;
        Ok(Self {
            source,
            layout: Arc::new(layout),
            #[cfg(feature = "mapping")]
            further: Vec::new(),
            next: 0,
            before: 0,
            given: 0,
        })
    }

    /// Goes on to the next file that has rows; returns whether there is one.
    #[cfg(feature = "mapping")]
    fn next_file(&mut self) -> Result<bool> {
        let Some(path) = self.further.pop() else {
            return Ok(false);
        };
        let next = Self::open(path, self.layout.columns.clone())?;
        *self = Self {
            further: std::mem::take(&mut self.further),
            given: self.given,
            ..next
        };
        Ok(true)
    }

    #[cfg(not(feature = "mapping"))]
    fn next_file(&mut self) -> Result<bool> {
        Ok(false)
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
        while self.next >= self.layout.metadata.metadata().num_row_groups() {
            match self.next_file() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
        let (first, before) = (self.next, self.before);
        let Layout { metadata, mask, .. } = &*self.layout;
        let mut rows = 0;
        while rows < PIECE && self.next < metadata.metadata().num_row_groups() {
            rows = rows_of(metadata, self.next).saturating_add(rows);
            self.next += 1;
        }
        self.before = self.before.saturating_add(rows as u64);
        let groups = first..self.next;
        let bytes = self.source.load(metadata, mask, groups.clone());
        let bytes = bytes.map_err(|error| self.layout.named(error));
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

impl Layout {
    fn new(source: &Source, columns: EventColumns, path: Option<PathBuf>) -> Result<Self> {
        let plain = source.metadata()?;
        let fields = plain.schema().fields().iter();
        let header: Vec<String> = fields.map(|field| field.name().clone()).collect();
        let found = columns.find(&header);
        let wanted = found.map_err(|error| columns.told(error))?.all();
        let mask = ProjectionMask::roots(plain.parquet_schema(), wanted);
        let dictionaries =
            ArrowReaderOptions::new().with_schema(Arc::new(with_dictionaries(&plain)));
        let metadata = ArrowReaderMetadata::try_new(plain.metadata().clone(), dictionaries);
        Ok(Self {
            path,
            metadata: metadata.map_err(failed)?,
            columns,
            mask,
        })
    }

    /// The error, said of the file where that has a name.
    fn named(&self, error: Error) -> Error {
        match &self.path {
            Some(path) => error.in_file(path),
            None => error,
        }
    }
}

impl ParquetChunk {
    /// The events of the row groups.
    ///
    /// # Errors
    /// If the file is damaged, or a row cannot be used: the error has the row, counted from 1 in
    /// the file, its column, its value and what is expected.
    pub fn events(self) -> Result<Events> {
        let layout = self.layout.clone();
        let told = |error| layout.named(layout.columns.told(error));
        guarded(|| self.decode()).map_err(told)
    }

    fn decode(self) -> Result<Events> {
        let Layout {
            metadata,
            columns,
            mask,
            ..
        } = &*self.layout;
        let mut events = columns.log();
        events.reserve(self.rows.min(RESERVED));
        let mut ahead = self.before;
        // one by one: a batch of two row groups has two dictionaries, which the decoder writes out
        // and numbers anew
        for group in self.groups {
            let bytes = self.bytes.clone();
            let reader =
                ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, metadata.clone())
                    .with_row_groups(vec![group])
                    .with_projection(mask.clone())
                    .with_batch_size(ROWS)
                    .build()
                    .map_err(failed)?;
            for batch in reader {
                let batch = batch.map_err(|error| Error::Io(std::io::Error::other(error)))?;
                arrow::extend(&mut events, &batch, columns, ahead)?;
                ahead = ahead.saturating_add(batch.num_rows() as u64);
            }
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
