//! Event logs from Parquet files.

use super::arrow;
use super::columns::EventColumns;
use crate::error::{Error, Result};
use crate::event::{Events, PassedOver};
use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{ChunkReader, Length};
use arrow_schema::{DataType, Field, Schema};
use bytes::buf::Reader;
use bytes::{Buf, Bytes};
use rayon::prelude::*;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// Row groups a thread and round: enough that no thread waits long for the last one.
const GROUPS: usize = 8;

/// An event log read from a Parquet file in batches, a row group each, several at a time in parallel. Columns that are not asked
/// for are skipped, and texts stay the dictionaries they are stored as.
///
/// ```no_run
/// use mixtouch::{EventColumns, JourneyBuilder, JourneyOptions, ParquetReader};
///
/// let mut reader = ParquetReader::open("log.parquet", EventColumns::default())?;
/// let mut builder = JourneyBuilder::new(JourneyOptions::default());
/// while let Some(batches) = reader.next_batches()? {
///     builder.extend_all(&batches)?;
/// }
/// let journeys = builder.build()?;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug)]
pub struct ParquetReader {
    file: File,
    metadata: ArrowReaderMetadata,
    columns: EventColumns,
    mask: ProjectionMask,
    /// The next row group, and the rows ahead of it.
    next: usize,
    before: u64,
    passed_over: PassedOver,
}

impl ParquetReader {
    /// Opens a file and reads its schema.
    ///
    /// # Errors
    /// A file that cannot be read or is not Parquet, or one without a column that is needed.
    pub fn open(path: impl AsRef<Path>, columns: EventColumns) -> Result<Self> {
        let path = path.as_ref();
        Self::new(File::open(path)?, columns)
    }

    /// Reads the schema of an open file.
    ///
    /// # Errors
    /// As [`ParquetReader::open`].
    pub fn new(file: File, columns: EventColumns) -> Result<Self> {
        let plain = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(failed)?;
        let header: Vec<String> = plain.schema().fields().iter().map(|field| field.name().clone()).collect();
        let wanted = columns.find(&header)?.all();
        let mask = ProjectionMask::roots(plain.parquet_schema(), wanted);
        let dictionaries = ArrowReaderOptions::new().with_schema(Arc::new(with_dictionaries(plain.schema())));
        let metadata = ArrowReaderMetadata::try_new(plain.metadata().clone(), dictionaries).map_err(failed)?;
        Ok(Self { file, metadata, columns, mask, next: 0, before: 0, passed_over: PassedOver::default() })
    }

    /// The next batches in the order of the file, or none at its end.
    ///
    /// # Errors
    /// The first row, counted from 1, that cannot be used, with its column, its value and what is allowed; or a damaged file.
    pub fn next_batches(&mut self) -> Result<Option<Vec<Events>>> {
        let mut work = Vec::new();
        while work.len() < GROUPS * rayon::current_num_threads() && self.next < self.metadata.metadata().num_row_groups() {
            work.push((self.next, self.before, self.load(self.next)?));
            self.before += self.metadata.metadata().row_group(self.next).num_rows() as u64;
            self.next += 1;
        }
        if work.is_empty() {
            return Ok(None);
        }
        let read: Vec<Result<Events>> = work.into_par_iter().map(|(group, before, bytes)| self.read(group, before, bytes)).collect();
        let batches = read.into_iter().collect::<Result<Vec<Events>>>()?;
        batches.iter().for_each(|batch| self.passed_over.add(batch.passed_over()));
        Ok(Some(batches))
    }

    /// How many rows so far were of kinds that attribution does not use.
    pub fn passed_over(&self) -> PassedOver {
        self.passed_over
    }

    /// The bytes of a row group's columns that are asked for.
    fn load(&self, group: usize) -> Result<Loaded> {
        let mut columns = Vec::new();
        for (leaf, column) in self.metadata.metadata().row_group(group).columns().iter().enumerate() {
            if self.mask.leaf_included(leaf) {
                let (start, len) = column.byte_range();
                columns.push((start, self.file.get_bytes(start, len as usize).map_err(failed)?));
            }
        }
        Ok(Loaded { columns, len: self.file.len() })
    }

    fn read(&self, group: usize, before: u64, bytes: Loaded) -> Result<Events> {
        let rows = self.metadata.metadata().row_group(group).num_rows() as usize;
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(self.mask.clone())
            .with_batch_size(rows.max(1))
            .build()
            .map_err(failed)?;
        let mut events: Option<Events> = None;
        let mut ahead = before;
        for batch in reader {
            let batch = batch.map_err(|error| Error::Io(std::io::Error::other(error)))?;
            let read = arrow::read(&batch, &self.columns, ahead)?;
            ahead += batch.num_rows() as u64;
            match &mut events {
                None => events = Some(read),
                Some(events) => events.append(&read)?,
            }
        }
        Ok(events.unwrap_or_else(|| self.columns.log()))
    }
}

/// Part of a file in memory. A file's handle has one position, which threads must not share; so bytes are loaded in turn, and
/// decompressed and decoded in parallel.
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
        Ok(bytes.slice(at..end.ok_or_else(|| ParquetError::EOF("a page runs beyond its column".into()))?))
    }
}

impl Loaded {
    /// The column that holds a position of the file, with where it starts.
    fn column(&self, position: u64) -> ::parquet::errors::Result<&(u64, Bytes)> {
        let holds = |(start, bytes): &&(u64, Bytes)| (*start..start + bytes.len() as u64).contains(&position);
        self.columns.iter().find(holds).ok_or_else(|| ParquetError::EOF("a page lies outside its column".into()))
    }
}

/// The schema with every text as a dictionary.
fn with_dictionaries(schema: &Schema) -> Schema {
    let field = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
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
