//! Event logs from CSV.

mod fields;
mod files;
mod row;

use crate::error::{Error, Result};
use crate::event::Events;
use crate::io::columns::EventColumns;
use crate::io::csv::chunks::{Chunk, Chunks};
use crate::io::csv::events::fields::Rows;
#[cfg(feature = "mapping")]
use crate::io::csv::events::files::Further;
use crate::io::csv::events::row::Row;
#[cfg(feature = "mapping")]
use crate::io::file::input::Input;
use crate::io::places::Places;
use crate::progress::{Progress, Stage, step};
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

/// Bytes per chunk: large enough that the start of one costs little, small enough to keep every
/// thread busy.
const CHUNK: usize = 4 << 20;

/// Without the feature `mapping` a file is read as it is.
#[cfg(not(feature = "mapping"))]
type Input<R> = R;

/// A reader of an event log in CSV. With the feature `mapping`, a file compressed with gzip or zstd
/// and one whose byte order mark says UTF-16 are read as well. It yields chunks of whole rows, which threads parse in
/// parallel.
///
/// ```
/// use mixtouch::{JourneyBuilder, JourneyOptions};
/// use mixtouch::io::{CsvChunk, CsvReader, EventColumns};
///
/// let file = "\
/// person,timestamp,channel,kind,value
/// ann,2026-01-01T10:00:00+01:00,social,touch,
/// ann,1767262000,,conversion,50
/// ";
/// let reader = CsvReader::new(file.as_bytes(), EventColumns::default())?;
/// let mut builder = JourneyBuilder::new(JourneyOptions::default());
/// builder.extend_each(reader, CsvChunk::events)?;
/// assert_eq!(builder.build()?.totals().value, 50.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug)]
pub struct CsvReader<R> {
    chunks: Chunks<Input<R>>,
    layout: Arc<Layout>,
    /// The rows behind the header that were read with it.
    first: Option<Chunk>,
    /// The bytes of the chunks that earlier files gave.
    given: u64,
    #[cfg(feature = "mapping")]
    further: Option<Further<R>>,
}

/// The columns, and their places in the file.
#[derive(Debug)]
struct Layout {
    columns: EventColumns,
    places: Places,
    /// The file, where it is known, to name it in errors.
    path: Option<PathBuf>,
}

/// A run of whole rows of a file, not yet parsed.
///
/// ```
/// use mixtouch::io::{CsvReader, EventColumns};
///
/// let file = "person,timestamp,channel,kind\nann,1767225600,social,touch\n";
/// let mut rows = 0;
/// for chunk in CsvReader::new(file.as_bytes(), EventColumns::default())? {
///     rows += chunk?.events()?.len();
/// }
/// assert_eq!(rows, 1);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug)]
pub struct CsvChunk {
    chunk: Chunk,
    layout: Arc<Layout>,
}

impl<R: Read> CsvReader<R> {
    /// Reads the header; skips a byte order mark before it.
    ///
    /// # Errors
    /// If the file is empty, or if the header lacks a required column.
    pub fn new(reader: R, columns: EventColumns) -> Result<Self> {
        Self::with_chunks(reader, columns, CHUNK, None)
    }

    fn with_chunks(
        reader: R,
        columns: EventColumns,
        size: usize,
        path: Option<PathBuf>,
    ) -> Result<Self> {
        #[cfg(feature = "mapping")]
        let reader = Input::plain(reader)?;
        let mut chunks = Chunks::new(reader, size);
        let empty = || Error::Empty {
            what: "the event log".into(),
            expected: "a header and rows".into(),
        };
        let mut first = chunks.next_chunk()?.ok_or_else(empty)?;
        let mut rows = parser(&first.bytes);
        let mut record = csv::ByteRecord::new();
        if !rows
            .read_byte_record(&mut record)
            .map_err(|error| Error::Io(error.into()))?
        {
            return Err(empty());
        }
        let name = |(at, name): (usize, &[u8])| match std::str::from_utf8(name) {
            Ok(name) => Ok(name.to_owned()),
            Err(_) => Err(Error::Malformed {
                row: 1,
                reason: format!("field {} is not UTF-8", at + 1),
            }),
        };
        let header = record
            .iter()
            .enumerate()
            .map(name)
            .collect::<Result<Vec<String>>>()?;
        let places = columns.find(&header).map_err(|error| columns.told(error))?;
        let (read, line) = (rows.position().byte() as usize, rows.position().line());
        first.bytes.drain(..read);
        first.line = line;
        Ok(Self {
            chunks,
            layout: Arc::new(Layout {
                columns,
                places,
                path,
            }),
            first: Some(first),
            given: 0,
            #[cfg(feature = "mapping")]
            further: None,
        })
    }

    /// The bytes of the rows given so far, decompressed.
    pub fn bytes_read(&self) -> u64 {
        self.given + self.chunks.given()
    }

    /// Goes on to the next file; returns whether there is one.
    #[cfg(feature = "mapping")]
    fn next_file(&mut self) -> Result<bool> {
        let next = self.further.as_mut().and_then(|further| {
            let path = further.paths.pop()?;
            Some((further.open)(&path, self.layout.columns.clone()))
        });
        let Some(next) = next.transpose()? else {
            return Ok(false);
        };
        *self = Self {
            given: self.bytes_read(),
            further: self.further.take(),
            ..next
        };
        Ok(true)
    }

    #[cfg(not(feature = "mapping"))]
    fn next_file(&mut self) -> Result<bool> {
        Ok(false)
    }

    /// The next chunk with rows of this file or a later one.
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        loop {
            let chunk = match self.first.take() {
                Some(first) => Some(first),
                None => {
                    let next = self.chunks.next_chunk();
                    next.map_err(|error| self.layout.in_file(error))?
                }
            };
            if chunk.is_some() || !self.next_file()? {
                return Ok(chunk);
            }
        }
    }

    /// The next batches in the order of the file, read in parallel, or none at its end.
    ///
    /// # Errors
    /// If a row cannot be used: the error has the row, counted as a text editor counts lines, its
    /// column, its value and what is expected.
    pub fn next_batches(&mut self) -> Result<Option<Vec<Events>>> {
        crate::io::next_batches(self, CsvChunk::events)
    }
}

impl<R: Read> Iterator for CsvReader<R> {
    type Item = Result<CsvChunk>;

    fn next(&mut self) -> Option<Result<CsvChunk>> {
        let chunk = self.next_chunk().transpose()?;
        Some(chunk.map(|mut chunk| {
            chunk.keep_mark();
            CsvChunk {
                chunk,
                layout: self.layout.clone(),
            }
        }))
    }
}

impl Layout {
    /// The error, said of the file where that is known.
    #[cold]
    fn in_file(&self, error: Error) -> Error {
        match &self.path {
            Some(path) => error.in_file(path),
            None => error,
        }
    }
}

impl CsvChunk {
    /// Parses the rows.
    ///
    /// # Errors
    /// If a row cannot be used: the error has the row, counted as a text editor counts the file's
    /// lines, its column, its value and what is expected.
    pub fn events(self) -> Result<Events> {
        let told = |error| self.layout.in_file(self.layout.columns.told(error));
        self.parse().map_err(told)
    }

    fn parse(&self) -> Result<Events> {
        let Layout {
            columns, places, ..
        } = &*self.layout;
        let mut events = columns.log();
        let mut rows = Rows::new(&self.chunk);
        while let Some((line, fields)) = rows.read()? {
            Row {
                fields,
                line,
                columns,
                places,
            }
            .push(&mut events)?;
        }
        if columns.folds_channels() {
            events.fold_channels()?;
        }
        Ok(events)
    }
}

impl Events {
    /// Reads a whole event log from CSV: see [`EventColumns`] for the columns. Timestamps are epoch
    /// seconds or RFC 3339 with offset, and floored to seconds; a `kind` is `touch` or
    /// `conversion`; rows of kind `return`, `cart`, `survey`, `case_open` and `case_close` are
    /// counted but not stored, unless the columns say to keep all. Empty fields of value and cost
    /// are 0. Blanks around texts do not count; [`Events::push`] says what becomes of a row whose
    /// person is missing.
    ///
    /// # Errors
    /// If [`CsvReader::new`] or [`CsvReader::next_batches`] fails, or the log has no row.
    ///
    /// ```
    /// use mixtouch::Events;
    /// use mixtouch::io::EventColumns;
    ///
    /// let file = "user,timestamp,channel,kind\nann,1767225600,social,touch\n";
    /// let columns = EventColumns::default().rename("person", "user")?;
    /// let log = Events::from_csv(file.as_bytes(), columns)?;
    /// assert_eq!(log.len(), 1);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn from_csv(reader: impl Read, columns: EventColumns) -> Result<Self> {
        Self::from_csv_with_progress(reader, columns, &())
    }

    /// Like [`Events::from_csv`], watched by an observer: [`Stage::Reading`] counts bytes, the
    /// total unknown.
    ///
    /// # Errors
    /// If [`Events::from_csv`] fails; [`Error::Cancelled`] if the observer stops the work.
    ///
    /// ```
    /// use mixtouch::Events;
    /// use mixtouch::io::EventColumns;
    /// use mixtouch::progress::{Progress, Stage};
    /// use std::ops::ControlFlow;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// #[derive(Default)]
    /// struct Bytes(AtomicU64);
    ///
    /// impl Progress for Bytes {
    ///     fn advance(&self, _: Stage, done: u64, _: Option<u64>) -> ControlFlow<()> {
    ///         self.0.store(done, Ordering::Relaxed);
    ///         ControlFlow::Continue(())
    ///     }
    /// }
    ///
    /// let file = "person,timestamp,channel,kind\nann,1767225600,social,touch\n";
    /// let bytes = Bytes::default();
    /// Events::from_csv_with_progress(file.as_bytes(), EventColumns::default(), &bytes)?;
    /// assert_eq!(bytes.0.into_inner(), file.len() as u64);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn from_csv_with_progress(
        reader: impl Read,
        columns: EventColumns,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let mut log = columns.log();
        let mut reader = CsvReader::new(reader, columns)?;
        step(progress, Stage::Reading, 0, None)?;
        while let Some(batches) = reader.next_batches()? {
            step(progress, Stage::Reading, reader.bytes_read(), None)?;
            for batch in &batches {
                log.append(batch)?;
            }
        }
        if log.is_empty() && log.ignored_rows().total() + log.cleaned_rows().left_out() == 0 {
            return Err(Error::Empty {
                what: "the event log".into(),
                expected: "at least one row".into(),
            });
        }
        Ok(log)
    }
}

fn parser(bytes: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 16)
        .from_reader(bytes)
}

#[cfg(test)]
mod tests;
