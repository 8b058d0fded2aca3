//! A bit for each number.

/// A set of numbers from 0: a bit each, so that those of ten million fit the cache.
#[derive(Debug, Clone, Default)]
pub(crate) struct BitSet(Vec<u64>);

impl BitSet {
    /// Numbers below `len`, none of them marked.
    pub(crate) fn none(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    /// BitSet a number.
    pub(crate) fn mark(&mut self, number: usize) {
        self.0[number / 64] |= 1 << (number % 64);
    }

    /// Puts marks on `64 n` numbers before those on the next ones.
    pub(crate) fn append(&mut self, mut later: Self) {
        self.0.append(&mut later.0);
    }

    /// Whether a number is marked.
    #[inline]
    pub(crate) fn has(&self, number: u32) -> bool {
        self.0[number as usize / 64] >> (number % 64) & 1 != 0
    }

    /// Whether none is.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }
}
