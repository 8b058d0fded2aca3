//! Reports of the search to its observer.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::progress::{Progress, Stage, step};

/// Counts evaluations, tells an observer of them now and then, and remembers that it asked to stop.
pub(crate) struct Watch<'a> {
    progress: &'a dyn Progress,
    done: AtomicU64,
    total: u64,
    /// Evaluations between two calls of the observer.
    grain: u64,
    stopped: AtomicBool,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(progress: &'a dyn Progress, total: usize) -> Self {
        let total = total as u64;
        Self {
            progress,
            done: AtomicU64::new(0),
            total,
            grain: (total / 200).max(1),
            stopped: AtomicBool::new(false),
        }
    }

    /// Whether the observer asked to stop.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Counts evaluations that are done.
    pub(crate) fn count(&self, evaluations: usize) {
        let before = self.done.fetch_add(evaluations as u64, Ordering::Relaxed);
        let done = before + evaluations as u64;
        let due = done / self.grain > before / self.grain;
        if due && step(self.progress, Stage::Searching, done, Some(self.total)).is_err() {
            self.stopped.store(true, Ordering::Relaxed);
        }
    }

    /// How many evaluations were counted.
    pub(crate) fn evaluations(&self) -> usize {
        self.done.load(Ordering::Relaxed) as usize
    }
}
