//! Persons of a batch by code: 4 bytes each while the codes lie within 2^32 of each other, 8 beyond.

use std::ops::Range;

/// A column of persons' codes.
#[derive(Debug)]
pub(super) enum Codes {
    /// Distances from the least code.
    Near { least: u64, distances: Vec<u32> },
    /// The codes themselves.
    Far(Vec<u64>),
}

impl Default for Codes {
    fn default() -> Self {
        Self::Far(Vec::new())
    }
}

impl Codes {
    /// What `visit` does with each code of a range, in order.
    #[inline]
    pub(super) fn each(&self, range: Range<usize>, mut visit: impl FnMut(u64)) {
        match self {
            Self::Near { least, distances } => distances[range].iter().for_each(|&distance| visit(least + u64::from(distance))),
            Self::Far(codes) => codes[range].iter().for_each(|&code| visit(code)),
        }
    }
}
