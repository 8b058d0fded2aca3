//! Where logs and tables lie: files by name or pattern, readers, bytes, Arrow batches.

use crate::error::{Error, Result};
use crate::io::file::paths;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

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

/// What a file is read as.
pub(super) enum Opened<'a> {
    Text(Box<dyn Read + Send + 'a>),
    #[cfg(feature = "parquet")]
    Parquet(File),
    #[cfg(feature = "parquet")]
    Batches(Box<dyn arrow_array::RecordBatchReader + Send + 'a>),
}

/// The first bytes of a Parquet file.
const PARQUET: &[u8] = b"PAR1";

/// Opens each place in turn, files in order of their names, and gives it to `read` with its name.
///
/// # Errors
/// If a pattern matches no file, a file cannot be opened, or `read` fails: the error then names the
/// file.
pub(super) fn each(
    sources: Vec<Source<'_>>,
    mut read: impl FnMut(&str, Opened<'_>) -> Result<()>,
) -> Result<()> {
    for (at, source) in sources.into_iter().enumerate() {
        let name = format!("input {}", at + 1);
        match source {
            Source::Path(pattern) => {
                for path in paths::find(&[pattern])? {
                    let opened = open(&path);
                    let done = opened.and_then(|file| read(&path.display().to_string(), file));
                    done.map_err(|error| error.in_file(&path))?;
                }
            }
            Source::Reader(reader) => read(&name, Opened::Text(reader))?,
            #[cfg(feature = "parquet")]
            Source::Batches(batches) => read(&name, Opened::Batches(batches))?,
        }
    }
    Ok(())
}

fn open(path: &Path) -> Result<Opened<'static>> {
    let mut file = File::open(path)?;
    let mut start = Vec::new();
    file.by_ref()
        .take(PARQUET.len() as u64)
        .read_to_end(&mut start)?;
    if start == PARQUET {
        return parquet(path);
    }
    Ok(Opened::Text(Box::new(
        std::io::Cursor::new(start).chain(file),
    )))
}

#[cfg(feature = "parquet")]
fn parquet(path: &Path) -> Result<Opened<'static>> {
    Ok(Opened::Parquet(File::open(path)?))
}

#[cfg(not(feature = "parquet"))]
fn parquet(_: &Path) -> Result<Opened<'static>> {
    let expected = "CSV or JSON lines; Parquet needs the feature parquet";
    Err(Error::setting(
        "the format of the file",
        "Parquet",
        expected,
    ))
}
