//! Which fields of a mapping the rows of JSON lines had.

use crate::error::{Error, Result};
use crate::io::mapping::files_read::FilesRead;
use crate::io::mapping::pieces::Pieces;
use crate::io::mapping::slot::Slot;

/// Which paths the rows of all files had. Fields of JSON lines come and go from row to row: only the
/// whole reading shows that one is missing.
#[derive(Debug, Default)]
pub(super) struct FieldsRead {
    found: Vec<bool>,
    /// The fields of the first objects.
    header: Vec<String>,
    has_json: bool,
}

impl FieldsRead {
    /// Adds a file whose rows were all read.
    pub(super) fn add(&mut self, pieces: &Pieces<'_>) {
        let seen = pieces.seen();
        if seen.is_some() && !self.has_json {
            (self.header, self.has_json) = (pieces.header.clone(), true);
        }
        let found = seen.unwrap_or_else(|| pieces.found.clone());
        self.found.resize(found.len(), false);
        let both = self.found.iter_mut().zip(found);
        both.for_each(|(known, found)| *known |= found);
    }

    /// Reports the columns that no row of JSON lines had, where the mapping is a preset's or the
    /// column a key of a list.
    ///
    /// # Errors
    /// If any other has a column that no row had.
    pub(super) fn check<'s>(
        &self,
        columns: impl IntoIterator<Item = (&'s Slot, bool)>,
        may_lack: bool,
        files: &mut FilesRead,
    ) -> Result<()> {
        if !self.has_json {
            return Ok(());
        }
        let mut columns = columns.into_iter().map(|(slot, _)| slot);
        columns.try_for_each(|slot| {
            if slot.is_found(&self.found) {
                return Ok(());
            }
            if !may_lack && !slot.is_entry {
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
