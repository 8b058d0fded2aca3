//! How far a comparison has come.

use crate::error::Result;
use crate::progress::{Progress, Stage, step};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

/// The largest number of reports of one stage.
const REPORTS: u64 = 200;

/// Units of one stage that are done; threads may add to it at once.
pub(crate) struct Counter<'a> {
    progress: &'a dyn Progress,
    stage: Stage,
    total: u64,
    done: AtomicU64,
}

impl<'a> Counter<'a> {
    fn new(progress: &'a dyn Progress, stage: Stage, total: usize) -> Self {
        Self {
            progress,
            stage,
            total: total as u64,
            done: AtomicU64::new(0),
        }
    }

    /// Adds units, and reports if enough have come since the last report.
    pub(crate) fn add(&self, units: usize) -> Result<()> {
        let units = units as u64;
        let done = units + self.done.fetch_add(units, Ordering::Relaxed);
        let every = (self.total / REPORTS).max(1);
        if units > 0 && done < self.total && done / every == (done - units) / every {
            return Ok(());
        }
        Ok(step(self.progress, self.stage, done, Some(self.total))?)
    }
}

/// The observer of one unit's work: each report repeats the units of the stage that are done, so
/// that the observer can stop a long fit.
impl Progress for Counter<'_> {
    fn advance(&self, _: Stage, _: u64, _: Option<u64>) -> ControlFlow<()> {
        let done = self.done.load(Ordering::Relaxed);
        self.progress.advance(self.stage, done, Some(self.total))
    }
}

/// The stages of a comparison.
pub(crate) struct Watch<'a> {
    /// Counted in models.
    pub(crate) fitting: Counter<'a>,
    /// Counted in models.
    pub(crate) scoring: Counter<'a>,
    /// Counted in replicates.
    pub(crate) bootstrapping: Counter<'a>,
}

impl<'a> Watch<'a> {
    /// `fits` and `replicates` count those of all parts of the journeys.
    pub(crate) fn new(progress: &'a dyn Progress, fits: usize, replicates: usize) -> Self {
        Self {
            fitting: Counter::new(progress, Stage::Fitting, fits),
            scoring: Counter::new(progress, Stage::Scoring, fits),
            bootstrapping: Counter::new(progress, Stage::Bootstrapping, replicates),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use std::sync::Mutex;

    /// Notes every call, and stops from `stop` units on.
    struct Notes {
        calls: Mutex<Vec<u64>>,
        stop: u64,
    }

    impl Progress for Notes {
        fn advance(&self, _: Stage, done: u64, _: Option<u64>) -> ControlFlow<()> {
            self.calls.lock().unwrap().push(done);
            if done >= self.stop {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        }
    }

    #[test]
    fn a_stage_reports_some_hundred_times_and_ends_with_its_total() {
        let notes = Notes {
            calls: Mutex::default(),
            stop: u64::MAX,
        };
        let counter = Counter::new(&notes, Stage::Bootstrapping, 100_000);
        (0..100_000).for_each(|_| counter.add(1).unwrap());
        let calls = notes.calls.into_inner().unwrap();
        assert_eq!((calls.len(), calls.last()), (200, Some(&100_000)));
    }

    #[test]
    fn an_observer_stops_a_stage() {
        let notes = Notes {
            calls: Mutex::default(),
            stop: 2,
        };
        let counter = Counter::new(&notes, Stage::Fitting, 3);
        counter.add(0).unwrap();
        counter.add(1).unwrap();
        assert!(matches!(
            counter.add(1),
            Err(Error::Cancelled {
                stage: Stage::Fitting
            })
        ));
    }
}
