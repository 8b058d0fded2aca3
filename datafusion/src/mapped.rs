//! Companies' logs as the tables that a [`Log`](crate::Log) reads.

use mixtouch::Result;
use mixtouch::io::{EventReader, Mapping, ReadingReport};
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// A file that was read by a mapping.
#[derive(Debug)]
#[non_exhaustive]
pub struct MappedFile {
    /// The Parquet file written: the columns of a log as [`mixtouch::Events::write_parquet`] names them.
    pub path: PathBuf,
    /// What was read, left out and guessed.
    pub report: ReadingReport,
}

/// Reads a company's file by a mapping and writes its events as a Parquet file of the same name into a
/// folder, which a [`Log`](crate::Log) reads.
///
/// An engine that read rows by a mapping itself could not settle what repeats, or what belongs to one
/// visit, before it knows all rows. So each file is settled as [`EventReader`] does, once, and whole: a
/// day's export, or what one machine's memory holds. What repeats from file to file stays.
///
/// ```
/// use mixtouch::io::Mapping;
/// use mixtouch_datafusion::map_file;
///
/// let folder = std::env::temp_dir().join(format!("mapped-{}", std::process::id()));
/// std::fs::create_dir_all(&folder)?;
/// let export = folder.join("day.csv");
/// std::fs::write(&export, "user,when,what,source,price\n7,1767225600,visit,tv,\n7,1767225700,order,,50\n")?;
/// let mapping = Mapping::from_toml(r#"
///     [columns]
///     person = "user"
///     time = { column = "when", unit = "s" }
///     event = "what"
///     channel = "source"
///     value = "price"
///     [kinds]
///     visit = { kind = "touch" }
///     order = { kind = "conversion" }
/// "#)?;
/// let mapped = map_file(&export, &mapping, &folder)?;
/// assert_eq!(mapped.path, folder.join("day.csv.parquet"));
/// assert_eq!(mapped.report.value, 50.0);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the file cannot be read by the mapping, with the row where there is one, or the Parquet file cannot
/// be written.
pub fn map_file(path: &Path, mapping: &Mapping, folder: &Path) -> Result<MappedFile> {
    let reading = EventReader::new(mapping.clone()).with_path(path).read()?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let written = folder.join(format!("{name}.parquet"));
    let file = BufWriter::new(File::create(&written)?);
    reading.events.write_parquet(file)?;
    Ok(MappedFile {
        path: written,
        report: reading.report,
    })
}
