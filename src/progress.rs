//! Watching long work, and stopping it.

use std::fmt;
use std::ops::ControlFlow;

/// A stage of long work.
///
/// ```
/// use mixtouch::progress::Stage;
///
/// assert_eq!(Stage::Bootstrapping.to_string(), "bootstrapping");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Reading a file; counted in bytes, or in pieces of a file.
    Reading,
    /// Building journeys; counted in partitions of persons.
    Building,
    /// Fitting a model; counted in models or in iterations.
    Fitting,
    /// Dividing conversions among touches; counted in models.
    Scoring,
    /// Searching for the parameters of a mix model; counted in evaluations.
    Searching,
    /// Sampling the posterior of a mix model; counted in draws of all chains, warm-up included.
    Sampling,
    /// Resampling for intervals; counted in replicates.
    Bootstrapping,
    /// Planning a budget; counted in steps of the optimiser.
    Planning,
}

impl Stage {
    /// The stage in one lower-case word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Building => "building",
            Self::Fitting => "fitting",
            Self::Scoring => "scoring",
            Self::Searching => "searching",
            Self::Sampling => "sampling",
            Self::Bootstrapping => "bootstrapping",
            Self::Planning => "planning",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// An observer of long work, which it may also stop.
///
/// Methods that take a while come in pairs: the plain one, and one whose name ends in
/// `_with_progress` and that takes an observer. `()` observes nothing. Observing changes no figure.
///
/// Work stopped by its observer fails with [`Error::Cancelled`](crate::Error::Cancelled); a search
/// gives the best it found instead, where it found anything.
///
/// ```
/// use mixtouch::progress::{Progress, Stage};
/// use std::ops::ControlFlow;
/// use std::time::{Duration, Instant};
///
/// /// Stops work that has taken too long.
/// struct Deadline(Instant);
///
/// impl Progress for Deadline {
///     fn advance(&self, _: Stage, _done: u64, _total: Option<u64>) -> ControlFlow<()> {
///         if Instant::now() > self.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
///     }
/// }
///
/// let deadline = Deadline(Instant::now() + Duration::from_secs(60));
/// assert!(deadline.advance(Stage::Building, 3, Some(64)).is_continue());
/// ```
pub trait Progress: Sync {
    /// Told that `done` of `total` units of a stage are done, the total where it is known; `Break`
    /// asks the work to stop. Several threads may call it at once, and the count of one call may be
    /// below that of another. It is called some hundred times a stage at most, and for each draw
    /// while sampling, so it may lock.
    fn advance(&self, stage: Stage, done: u64, total: Option<u64>) -> ControlFlow<()>;

    /// Told, each time there is one more, how many draws of a posterior diverged since the warm-up.
    /// Does nothing unless it is written.
    fn diverged(&self, _draws: u64) {}
}

impl Progress for () {
    fn advance(&self, _: Stage, _: u64, _: Option<u64>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl<P: Progress + ?Sized> Progress for &P {
    fn advance(&self, stage: Stage, done: u64, total: Option<u64>) -> ControlFlow<()> {
        (**self).advance(stage, done, total)
    }

    fn diverged(&self, draws: u64) {
        (**self).diverged(draws);
    }
}

/// What an observer's wish to stop becomes: [`Error::Cancelled`](crate::Error::Cancelled).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stopped(pub(crate) Stage);

/// Reports a step to the observer; an error if it asks to stop.
pub(crate) fn step(
    progress: &dyn Progress,
    stage: Stage,
    done: u64,
    total: Option<u64>,
) -> Result<(), Stopped> {
    match progress.advance(stage, done, total) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Stopped(stage)),
    }
}
