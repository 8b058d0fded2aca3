//! Which fields of a mapping the rows of files had.

use crate::error::{Error, Result};
use crate::io::mapping::files_read::FilesRead;
use crate::io::mapping::lack::{Excused, Lack};
use crate::io::mapping::pieces::Pieces;
use crate::io::mapping::slot::Slot;

/// Which paths the rows of all files had. Fields of JSON come and go from row to row: only the whole
/// reading shows that one is missing.
#[derive(Debug, Default)]
pub(super) struct FieldsRead {
    seen: Vec<bool>,
    /// The columns of the first file; of JSON lines, the fields of the first objects.
    header: Vec<String>,
}

impl FieldsRead {
    /// Adds a file whose rows were all read.
    pub(super) fn add(&mut self, pieces: &Pieces<'_>) {
        if self.header.is_empty() {
            self.header.clone_from(&pieces.header);
        }
        let seen = pieces.seen();
        self.seen.resize(seen.len(), false);
        let both = self.seen.iter_mut().zip(seen);
        both.for_each(|(known, seen)| *known |= seen);
    }

    /// Reports the columns that no row had, where they are excused or keys of a list.
    ///
    /// # Errors
    /// If any other has a column that no row had.
    pub(super) fn check<'s>(
        &self,
        columns: impl IntoIterator<Item = (&'s Slot, Lack)>,
        excused: Excused<'_>,
        files: &mut FilesRead,
    ) -> Result<()> {
        columns.into_iter().try_for_each(|(slot, lack)| {
            if slot.is_found(&self.seen) {
                return Ok(());
            }
            // of presets each file was checked for what it needs
            let may_lack = excused.has(&slot.name) || slot.is_entry;
            if !may_lack && lack.is_refused(&slot.name, excused) {
                return Err(Error::MissingColumn {
                    column: slot.name.clone(),
                    found: self.header.clone(),
                });
            }
            files.lack(slot.name.clone());
            Ok(())
        })
    }
}
