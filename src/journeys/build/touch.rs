//! A touch while those of its partition are put in order.

/// One touch on its way to its place, as one number, which orders touches by their persons' ranks,
/// then by time, then as they came: the rank's 64 bits, those of the second, and those of the place
/// among the touches as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Touch(u128);

impl Touch {
    #[inline]
    pub(super) fn new(rank: u64, time: u32, row: u32) -> Self {
        Self(u128::from(rank) << 64 | u128::from(time) << 32 | u128::from(row))
    }

    #[inline]
    pub(super) fn rank(self) -> u64 {
        (self.0 >> 64) as u64
    }

    #[inline]
    pub(super) fn time(self) -> u32 {
        (self.0 >> 32) as u32
    }

    #[inline]
    pub(super) fn row(self) -> u32 {
        self.0 as u32
    }

    /// The touch a second later.
    pub(super) fn later(self) -> Self {
        Self::new(self.rank(), self.time() + 1, self.row())
    }
}
