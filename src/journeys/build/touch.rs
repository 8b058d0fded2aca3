//! A touch while its partition is put in order.

/// One touch on its way to its place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Touch {
    pub(super) person: u64,
    pub(super) time: u32,
    /// Its place among the partition's touches as they came.
    pub(super) row: u32,
}
