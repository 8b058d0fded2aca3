//! Where logs and tables lie: files by name or pattern, readers, bytes, Arrow batches.

use crate::error::{Error, Result};
use crate::io::file::format::FileFormat;
use crate::io::file::paths;
use crate::io::mapping::pieces::Pieces;
use crate::io::record::FieldPath;
use std::fmt;
use std::io::Read;
use std::path::PathBuf;

/// One place to read rows from.
pub(super) enum Source<'a> {
    /// A file, or a pattern of files.
    Path(PathBuf),
    /// A stream, read once.
    Reader(Box<dyn Read + Send + 'a>),
    /// Batches handed over by another program or library.
    #[cfg(feature = "parquet")]
    Batches(Box<dyn arrow_array::RecordBatchReader + Send + 'a>),
}

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.fmt(f),
            Self::Reader(_) => f.write_str("reader"),
            #[cfg(feature = "parquet")]
            Self::Batches(_) => f.write_str("batches"),
        }
    }
}

/// Opens each place in turn, files in order of their names, and gives its pieces to `read` with its
/// name. Returns the file where all rows are one's.
///
/// # Errors
/// If a pattern matches no file, a file cannot be opened, or `read` fails: the error then names the
/// file.
pub(super) fn each(
    sources: Vec<Source<'_>>,
    format: &FileFormat,
    fields: &[FieldPath],
    mut read: impl FnMut(&str, Pieces<'_>) -> Result<()>,
) -> Result<Option<PathBuf>> {
    let (mut files, mut others) = (Vec::new(), 0);
    for (at, source) in sources.into_iter().enumerate() {
        let name = format!("input {}", at + 1);
        match source {
            Source::Path(pattern) => {
                for path in paths::find(&[pattern])? {
                    let opened = Pieces::open(&path, format, fields);
                    let done = opened.and_then(|pieces| read(&path.display().to_string(), pieces));
                    done.map_err(|error| error.in_file(&path))?;
                    files.push(path);
                }
                continue;
            }
            Source::Reader(reader) => read(&name, Pieces::stream(reader, format, fields)?)?,
            #[cfg(feature = "parquet")]
            Source::Batches(batches) => read(&name, Pieces::batches(batches, format, fields)?)?,
        }
        others += 1;
    }
    Ok(files.pop().filter(|_| files.is_empty() && others == 0))
}

/// An error about all rows, said of the file where they are one's.
pub(super) fn said_of(file: Option<PathBuf>, error: Error) -> Error {
    match file {
        Some(file) => error.in_file(file),
        None => error,
    }
}
