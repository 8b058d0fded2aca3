//! Which paths the rows of a file had.

use std::sync::atomic::{AtomicBool, Ordering};

/// Which paths some row had, null or not, of the pieces read so far. Threads note them as they read:
/// fields inside JSON and keys of lists come and go from row to row, so that no header names them.
#[derive(Debug)]
pub(super) struct SeenPaths(Vec<AtomicBool>);

impl SeenPaths {
    /// Those that the columns of a file tell of.
    pub(super) fn new(seen: impl IntoIterator<Item = bool>) -> Self {
        Self(seen.into_iter().map(AtomicBool::new).collect())
    }

    /// Some row had the path of that number.
    pub(super) fn see(&self, path: usize) {
        self.0[path].store(true, Ordering::Relaxed);
    }

    /// Whether some row had each path.
    pub(super) fn flags(&self) -> Vec<bool> {
        let seen = self.0.iter();
        seen.map(|seen| seen.load(Ordering::Relaxed)).collect()
    }
}
