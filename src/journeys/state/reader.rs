//! Reading a state: the counterpart of the writer. Whatever the bytes are, it takes no more memory
//! than they fill.

use crate::error::{Error, Result};
use crate::journeys::state::columns::Cell;
use std::io::{ErrorKind, Read};
use xxhash_rust::xxh3::Xxh3;

/// Bytes read at a time: a multiple of the size of each cell.
const BYTES: usize = 1 << 16;

/// Reads the parts of a state in the order in which they were written.
pub(super) struct StateReader<R> {
    file: R,
    hash: Xxh3,
}

/// The error of a state that is not what was saved.
pub(super) fn damaged(reason: impl Into<String>) -> Error {
    Error::Damaged {
        what: "the saved state".into(),
        reason: reason.into(),
    }
}

impl<R: Read> StateReader<R> {
    pub(super) fn new(file: R) -> Self {
        Self {
            file,
            hash: Xxh3::new(),
        }
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        let read = self.file.read_exact(bytes);
        read.map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => damaged("it ends too early"),
            _ => Error::Io(error),
        })
    }

    /// As many bytes as the array holds.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        self.hash.update(&bytes);
        Ok(bytes)
    }

    pub(super) fn number(&mut self) -> Result<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// Hands on that many bytes, a piece at a time.
    fn pieces(&mut self, mut len: u64, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut piece = vec![0; BYTES];
        while len > 0 {
            let next = &mut piece[..len.min(BYTES as u64) as usize];
            self.fill(next)?;
            self.hash.update(next);
            take(next)?;
            len -= next.len() as u64;
        }
        Ok(())
    }

    /// A block of bytes with its length ahead.
    pub(super) fn block(&mut self) -> Result<Vec<u8>> {
        let len = self.number()?;
        self.text_bytes(len)
    }

    fn text_bytes(&mut self, len: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.pieces(len, |piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(bytes)
    }

    /// A column: the number of cells, then the cells.
    pub(super) fn column<T: Cell>(&mut self) -> Result<Vec<T>> {
        let count = self.number()?;
        let len = count.checked_mul(T::BYTES as u64);
        let len = len.ok_or_else(|| damaged(format!("a column has {count} cells")))?;
        let mut cells = Vec::new();
        self.pieces(len, |piece| {
            for bytes in piece.chunks_exact(T::BYTES) {
                let mut number = [0; 8];
                number[..T::BYTES].copy_from_slice(bytes);
                let cell = T::from_number(u64::from_le_bytes(number));
                cells.push(cell.ok_or_else(|| damaged("a cell has no meaning"))?);
            }
            Ok(())
        })?;
        cells.shrink_to_fit();
        Ok(cells)
    }

    /// Texts; each is handed on with its number.
    pub(super) fn texts(&mut self, mut take: impl FnMut(u32, &str) -> Result<()>) -> Result<()> {
        let lengths: Vec<u32> = self.column()?;
        let bytes = self.text_bytes(lengths.iter().map(|&len| u64::from(len)).sum())?;
        let texts = std::str::from_utf8(&bytes).map_err(|_| damaged("a text is not UTF-8"))?;
        let mut start = 0;
        for (number, &len) in (0..).zip(&lengths) {
            let end = start + len as usize;
            let text = texts.get(start..end);
            take(number, text.ok_or_else(|| damaged("a text is not UTF-8"))?)?;
            start = end;
        }
        Ok(())
    }

    /// Fails unless the checksum follows, and nothing behind it.
    pub(super) fn finish(mut self) -> Result<()> {
        let expected = self.hash.digest128().to_le_bytes();
        if self.array::<16>()? != expected {
            return Err(damaged("its checksum does not match its content"));
        }
        match self.file.read(&mut [0])? {
            0 => Ok(()),
            _ => Err(damaged("something follows its end")),
        }
    }
}
