//! Bytes of the fuzzer as choices.

use std::io::Read;

/// Takes choices from the front of some bytes; zeros once they are used up.
pub struct Choices<'a>(pub &'a [u8]);

impl Choices<'_> {
    pub fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        first
    }

    pub fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count.max(1)
    }

    pub fn of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    pub fn yes(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A reader that gives few bytes at a time.
pub struct InPieces<'a>(pub &'a [u8]);

impl Read for InPieces<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let count = to.len().min(self.0.len()).min(3);
        let (given, rest) = self.0.split_at(count);
        to[..count].copy_from_slice(given);
        self.0 = rest;
        Ok(count)
    }
}
