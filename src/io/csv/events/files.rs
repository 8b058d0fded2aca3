//! Event logs from one or several CSV files, named in errors.

use crate::error::{Error, Result};
use crate::io::columns::EventColumns;
use crate::io::csv::events::{CHUNK, CsvReader};
use std::fs::File;
use std::path::Path;
#[cfg(feature = "mapping")]
use std::path::PathBuf;

/// The files to come, the next one last.
#[cfg(feature = "mapping")]
#[derive(Debug)]
pub(super) struct Further<R> {
    pub(super) paths: Vec<PathBuf>,
    pub(super) open: fn(&Path, EventColumns) -> Result<CsvReader<R>>,
}

impl CsvReader<File> {
    /// Opens a file and reads its header. Errors name the file, also those of its chunks.
    ///
    /// # Errors
    /// If the file cannot be read, is empty, or lacks a required column.
    pub fn open(path: impl AsRef<Path>, columns: EventColumns) -> Result<Self> {
        Self::open_path(path.as_ref(), columns)
    }

    fn open_path(path: &Path, columns: EventColumns) -> Result<Self> {
        let file = File::open(path).map_err(Error::Io);
        let named = Some(path.to_owned());
        let opened = file.and_then(|file| Self::with_chunks(file, columns, CHUNK, named));
        opened.map_err(|error| error.in_file(path))
    }

    /// Opens all files whose names match a pattern, to be read as one log in order of their names.
    /// Each has a header of its own. Rows in errors are those of their file, which is named.
    ///
    /// ```no_run
    /// use mixtouch::{JourneyBuilder, JourneyOptions};
    /// use mixtouch::io::{CsvChunk, CsvReader, EventColumns};
    ///
    /// let reader = CsvReader::open_all("logs/2026-*.csv.gz", EventColumns::default())?;
    /// let mut builder = JourneyBuilder::new(JourneyOptions::default());
    /// builder.extend_each(reader, CsvChunk::events)?;
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If no file matches, or [`CsvReader::open`] fails of the first. Of the others it is the error
    /// of the chunk that would be next.
    #[cfg(feature = "mapping")]
    pub fn open_all(pattern: impl AsRef<Path>, columns: EventColumns) -> Result<Self> {
        let mut paths = crate::io::file::paths::find(&[pattern])?;
        paths.reverse();
        let first = paths.pop().unwrap_or_default();
        let further = Further {
            paths,
            open: Self::open_path,
        };
        Ok(Self {
            further: Some(further),
            ..Self::open(first, columns)?
        })
    }
}
