//! Replacing a file as a whole or not at all.

use crate::error::{Error, Result};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

const BUFFER: usize = 1 << 20;

/// Writes a file beside `path`, has it on disk, and gives it that name: whoever opens `path` finds
/// the old file or the new one, whenever the process or the machine stops.
pub(super) fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<()>,
) -> Result<()> {
    let partial = partial(path);
    let replaced = File::create(&partial).map_err(Error::Io).and_then(|file| {
        let mut writer = BufWriter::with_capacity(BUFFER, file);
        write(&mut writer)?;
        let file = writer
            .into_inner()
            .map_err(|error| Error::Io(error.into()))?;
        file.sync_all()?;
        fs::rename(&partial, path)?;
        sync_folder(path)
    });
    if replaced.is_err() {
        // what was begun is of no use, and the error above says more than another one would
        let _ = fs::remove_file(&partial);
    }
    replaced.map_err(|error| error.in_file(path))
}

/// The file's name while it is being written.
fn partial(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".partial");
    name.into()
}

/// Has the new name itself on disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    Ok(File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?)
}

/// Elsewhere a folder cannot be opened as a file.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> Result<()> {
    Ok(())
}
