//! Where logs and tables lie: files by name or pattern, readers, bytes, Arrow batches.

use crate::error::{Error, Result};
use crate::io::file::format::FileFormat;
use crate::io::file::paths;
use crate::io::mapping::currency::Rates;
use crate::io::mapping::pieces::Pieces;
use crate::io::mapping::specification::Mapping;
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

/// A mapping, and what is to be read by it.
#[derive(Debug)]
pub(super) struct Inputs<'a> {
    pub(super) mapping: Mapping,
    pub(super) sources: Vec<Source<'a>>,
    pub(super) rates: Option<Rates>,
}

impl Inputs<'_> {
    /// Nothing to read yet.
    pub(super) fn new(mapping: Mapping) -> Self {
        Self {
            mapping,
            sources: Vec::new(),
            rates: None,
        }
    }
}

/// The builders that every reader by a mapping has, for one with a field `inputs`.
macro_rules! takes_sources {
    ($reader:ident) => {
        impl<'a> $reader<'a> {
            /// Adds a file, or all files whose names match a pattern such as `2026-*.jsonl.gz`, in
            /// order of their names.
            #[must_use]
            pub fn with_path(self, path: impl Into<std::path::PathBuf>) -> Self {
                self.with_source(source::Source::Path(path.into()))
            }

            /// Adds a stream of what a file of any format has.
            #[must_use]
            pub fn with_reader(self, reader: impl std::io::Read + Send + 'a) -> Self {
                self.with_source(source::Source::Reader(Box::new(reader)))
            }

            /// Adds a file's bytes, of any format.
            #[must_use]
            pub fn with_bytes(self, bytes: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
                self.with_reader(bytes.as_ref())
            }

            /// Adds Arrow record batches, as DuckDB, Polars, ADBC and object stores hand them over.
            #[cfg(feature = "parquet")]
            #[must_use]
            pub fn with_batches(
                self,
                batches: impl arrow_array::RecordBatchReader + Send + 'a,
            ) -> Self {
                self.with_source(source::Source::Batches(Box::new(batches)))
            }

            /// Converts currencies by these rates, in place of the file that the mapping names.
            #[must_use]
            pub fn with_rates(mut self, rates: Rates) -> Self {
                self.inputs.rates = Some(rates);
                self
            }

            fn with_source(mut self, source: source::Source<'a>) -> Self {
                self.inputs.sources.push(source);
                self
            }
        }
    };
}

pub(super) use takes_sources;

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
