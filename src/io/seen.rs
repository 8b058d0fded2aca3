//! Which paths the rows of a file had.

use std::sync::atomic::{AtomicU8, Ordering};

/// A row has the path, null or not.
pub(super) const THERE: u8 = 1;
/// A row has what the path goes through, as null: nothing is known of what would be inside.
pub(super) const INSIDE_NULL: u8 = 2;
/// A row has the object that the path goes into.
pub(super) const INSIDE_OBJECT: u8 = 4;

/// Which paths some row had, null or not, of the pieces read so far. Threads note them as they read:
/// fields inside JSON and keys of lists come and go from row to row, so that no header names them.
#[derive(Debug)]
pub(super) struct SeenPaths(Vec<AtomicU8>);

impl SeenPaths {
    /// Those that the columns of a file tell of.
    pub(super) fn new(seen: impl IntoIterator<Item = bool>) -> Self {
        let seen = seen.into_iter();
        Self(seen.map(|is| AtomicU8::new(u8::from(is))).collect())
    }

    /// Rows tell this of the path of that number.
    pub(super) fn see(&self, path: usize, sightings: u8) {
        self.0[path].fetch_or(sightings, Ordering::Relaxed);
    }

    /// Whether each path is there: some row had it, or none could have shown it.
    pub(super) fn flags(&self) -> Vec<bool> {
        let is_there = |sightings: u8| {
            sightings & THERE != 0 || sightings & (INSIDE_NULL | INSIDE_OBJECT) == INSIDE_NULL
        };
        let seen = self.0.iter();
        seen.map(|seen| is_there(seen.load(Ordering::Relaxed)))
            .collect()
    }
}
