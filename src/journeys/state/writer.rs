//! Writing a state: columns and texts, hashed on the way.

use crate::error::{Error, Result};
use crate::journeys::state::columns::Cell;
use std::io::Write;
use xxhash_rust::xxh3::Xxh3;

/// Cells written at a time.
const CELLS: usize = 1 << 13;

/// Writes the parts of a state, and its checksum last.
pub(super) struct StateWriter<W> {
    file: W,
    hash: Xxh3,
}

impl<W: Write> StateWriter<W> {
    pub(super) fn new(file: W) -> Self {
        Self {
            file,
            hash: Xxh3::new(),
        }
    }

    /// These bytes, as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        Ok(self.file.write_all(bytes)?)
    }

    pub(super) fn number(&mut self, number: u64) -> Result<()> {
        self.bytes(&number.to_le_bytes())
    }

    /// The number of cells, then the cells.
    pub(super) fn column<T: Cell>(
        &mut self,
        cells: impl ExactSizeIterator<Item = T>,
    ) -> Result<()> {
        self.number(cells.len() as u64)?;
        let mut bytes = Vec::with_capacity(CELLS * T::BYTES);
        for cell in cells {
            bytes.extend_from_slice(&cell.to_number().to_le_bytes()[..T::BYTES]);
            if bytes.len() == CELLS * T::BYTES {
                self.bytes(&bytes)?;
                bytes.clear();
            }
        }
        self.bytes(&bytes)
    }

    /// A column of a vector.
    pub(super) fn cells<T: Cell>(&mut self, cells: &[T]) -> Result<()> {
        self.column(cells.iter().copied())
    }

    /// Texts: the lengths of all, then their bytes.
    pub(super) fn texts<'a>(
        &mut self,
        texts: impl ExactSizeIterator<Item = &'a str> + Clone,
    ) -> Result<()> {
        if let Some(text) = texts
            .clone()
            .find(|text| u32::try_from(text.len()).is_err())
        {
            return Err(Error::setting(
                "the length of a text",
                text.len(),
                "fewer than 2^32 bytes",
            ));
        }
        self.column(texts.clone().map(|text| text.len() as u32))?;
        for text in texts {
            self.bytes(text.as_bytes())?;
        }
        Ok(())
    }

    /// Ends with the checksum of everything written.
    pub(super) fn finish(mut self) -> Result<()> {
        let checksum = self.hash.digest128().to_le_bytes();
        self.file.write_all(&checksum)?;
        Ok(self.file.flush()?)
    }
}
