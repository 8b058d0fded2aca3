//! The one parallel fold over journeys.

use crate::channel::Channels;
use crate::error::Result;
use crate::journeys::arena::block::Block;
use crate::journeys::arena::columns::Journeys;
use crate::journeys::arena::sample::Sample;
use crate::journeys::arena::totals::Totals;
use crate::journeys::journey::{Journey, Outcome};
use crate::progress::{Progress, Stage, step};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is gathered from journeys in parts that merge: totals, a model's evidence, credits.
///
/// One fold serves all: [`Journeys::accumulate`]. The four methods are those of a distributed
/// aggregate: update, merge, and the memory a state takes.
///
/// ```
/// use mixtouch::journeys::{Accumulator, Block};
/// use mixtouch::{Event, Events, Journey, JourneyOptions, Journeys, Result};
///
/// /// How many journeys have 0, 1, 2, .. touches.
/// #[derive(Debug, Default, PartialEq)]
/// struct Lengths(Vec<f64>);
///
/// impl Lengths {
///     fn add(&mut self, touches: usize, journeys: f64) {
///         self.0.resize(self.0.len().max(touches + 1), 0.0);
///         self.0[touches] += journeys;
///     }
/// }
///
/// impl Accumulator for Lengths {
///     fn observe(&mut self, journey: Journey<'_>) {
///         let outcome = journey.outcome();
///         self.add(journey.len(), outcome.conversions() + outcome.nulls());
///     }
///
///     fn observe_block(&mut self, block: Block<'_>) {
///         let (journeys, nulls) = block.split_nulls();
///         journeys.for_each(|journey| self.observe(journey));
///         // a journey without a conversion counts once: no need to read them one by one
///         nulls.each_bound(|start, end| self.add(end - start, 1.0));
///     }
///
///     fn merge(&mut self, later: Self) -> Result<()> {
///         for (touches, &journeys) in later.0.iter().enumerate() {
///             self.add(touches, journeys);
///         }
///         Ok(())
///     }
///
///     fn size(&self) -> usize {
///         size_of::<Self>() + self.0.capacity() * size_of::<f64>()
///     }
/// }
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::touch("ann", 1_767_312_000, "search"))?;
/// log.push(Event::conversion("ann", 1_767_315_600).with_value(50.0))?;
/// log.push(Event::touch("bob", 1_767_225_600, "social"))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// assert_eq!(journeys.accumulate(Lengths::default)?, Lengths(vec![0.0, 1.0, 1.0]));
/// # Ok::<(), mixtouch::Error>(())
/// ```
pub trait Accumulator: Send {
    /// Takes in one journey.
    fn observe(&mut self, journey: Journey<'_>);

    /// Takes in the journeys of a block; overridden where a block can be read faster than its
    /// journeys one by one.
    fn observe_block(&mut self, block: Block<'_>) {
        for journey in block {
            self.observe(journey);
        }
    }

    /// Takes in what was gathered from later journeys.
    ///
    /// # Errors
    /// If the two have different channels, as they may when they were gathered apart.
    fn merge(&mut self, later: Self) -> Result<()>
    where
        Self: Sized;

    /// Fails unless it can take in journeys of these channels: asked once, before the first.
    /// Provided: it can take in any.
    ///
    /// # Errors
    /// If it keeps other channels.
    fn check_channels(&self, _journeys: &Channels) -> Result<()> {
        Ok(())
    }

    /// About how many bytes it takes in memory, those on the heap included: what a system that
    /// gathers many at once budgets by. Provided: the value itself only.
    fn size(&self) -> usize {
        size_of_val(self)
    }
}

/// Both at once, in one pass over the journeys.
impl<A: Accumulator, B: Accumulator> Accumulator for (A, B) {
    fn observe(&mut self, journey: Journey<'_>) {
        self.0.observe(journey);
        self.1.observe(journey);
    }

    fn observe_block(&mut self, block: Block<'_>) {
        self.0.observe_block(block.clone());
        self.1.observe_block(block);
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.0.merge(later.0)?;
        self.1.merge(later.1)
    }

    fn check_channels(&self, journeys: &Channels) -> Result<()> {
        self.0.check_channels(journeys)?;
        self.1.check_channels(journeys)
    }

    fn size(&self) -> usize {
        self.0.size() + self.1.size()
    }
}

/// Journeys handed on at once: their touches fit a core's second-level cache, so that several
/// models in turn find them there.
const BLOCK: usize = 2048;
/// At most about this many pieces are gathered apart, so that accumulators of many channels stay
/// cheap to make and merge.
const PIECES: usize = 256;

impl Journeys {
    /// Gathers over all journeys in parallel. How journeys are split and parts merged depends on the
    /// number of journeys only: the result is the same to the bit on any number of threads.
    ///
    /// ```
    /// use mixtouch::{Outcome, PathTable};
    /// use mixtouch::journeys::Totals;
    ///
    /// let mut table = PathTable::new();
    /// table.push(["social", "search", "e-mail"], Outcome::new(2.0, 5.0, 80.0)?)?;
    /// let totals = table.journeys()?.accumulate(Totals::default)?;
    /// assert_eq!((totals.journeys, totals.touchpoints), (7.0, 21.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the accumulator keeps other channels than the journeys', or [`Accumulator::merge`] fails.
    pub fn accumulate<A: Accumulator>(&self, start: impl Fn() -> A + Sync) -> Result<A> {
        self.sample().accumulate(start)
    }

    /// The same over the journeys that may have conversions.
    pub(crate) fn accumulate_converting<A: Accumulator>(
        &self,
        start: impl Fn() -> A + Sync,
    ) -> Result<A> {
        self.sample().accumulate_converting(start)
    }

    /// Like [`Journeys::accumulate`], reporting to an observer: the stage it is told, counted in
    /// journeys.
    ///
    /// # Errors
    /// If [`Accumulator::merge`] fails, or the observer stops the work.
    pub fn accumulate_with_progress<A: Accumulator>(
        &self,
        start: impl Fn() -> A + Sync,
        stage: Stage,
        progress: &dyn Progress,
    ) -> Result<A> {
        let (done, total) = (AtomicU64::new(0), Some(self.len() as u64));
        step(progress, stage, 0, total)?;
        let watch = |journeys: usize| {
            let done = done.fetch_add(journeys as u64, Ordering::Relaxed) + journeys as u64;
            Ok(step(progress, stage, done, total)?)
        };
        let sample = self.sample();
        sample.fold(0..self.len(), grain(self.len()), &start, &watch)
    }
}

/// How many journeys are gathered apart.
fn grain(journeys: usize) -> usize {
    journeys.div_ceil(PIECES).next_multiple_of(BLOCK).max(BLOCK)
}

impl Sample<'_> {
    /// Like [`Journeys::accumulate`].
    pub(crate) fn accumulate<A: Accumulator>(self, start: impl Fn() -> A + Sync) -> Result<A> {
        self.accumulate_range(0..self.journeys.len(), start)
    }

    /// The same over the journeys that may have conversions.
    pub(crate) fn accumulate_converting<A: Accumulator>(
        self,
        start: impl Fn() -> A + Sync,
    ) -> Result<A> {
        self.accumulate_range(0..self.journeys.converting(), start)
    }

    fn accumulate_range<A: Accumulator>(
        self,
        journeys: Range<usize>,
        start: impl Fn() -> A + Sync,
    ) -> Result<A> {
        let piece = grain(journeys.len());
        self.fold(journeys, piece, &start, &|_| Ok(()))
    }

    /// Folds pieces of journeys, halving their number; `watch` is told how many journeys each
    /// piece had.
    fn fold<A: Accumulator>(
        self,
        journeys: Range<usize>,
        piece: usize,
        start: &(impl Fn() -> A + Sync),
        watch: &(impl Fn(usize) -> Result<()> + Sync),
    ) -> Result<A> {
        let pieces = journeys.len().div_ceil(piece);
        if pieces <= 1 {
            let mut gathered = start();
            gathered.check_channels(self.journeys.channels())?;
            for first in journeys.clone().step_by(BLOCK) {
                gathered.observe_block(Block::new(self, first..journeys.end.min(first + BLOCK)));
            }
            watch(journeys.len())?;
            return Ok(gathered);
        }
        let middle = journeys.start + pieces / 2 * piece;
        let (earlier, later) = rayon::join(
            || self.fold(journeys.start..middle, piece, start, watch),
            || self.fold(middle..journeys.end, piece, start, watch),
        );
        let (mut earlier, later) = (earlier?, later?);
        earlier.merge(later)?;
        Ok(earlier)
    }
}

impl Accumulator for Totals {
    fn observe(&mut self, journey: Journey<'_>) {
        let Outcome {
            conversions,
            nulls,
            value,
        } = journey.outcome();
        // a row of a path table, which has no close, is many journeys; one of a log is one, however
        // many conversions of one second it ends in; one of another segment counts for nothing
        let tallies = conversions + nulls;
        let journeys = if journey.close > 0 {
            tallies.min(1.0)
        } else {
            tallies
        };
        self.journeys += journeys;
        self.touchpoints += journey.len() as f64 * journeys;
        self.conversions += conversions;
        self.value += value;
        self.nulls += nulls;
    }

    fn observe_block(&mut self, block: Block<'_>) {
        let (journeys, nulls) = block.split_nulls();
        journeys.for_each(|journey| self.observe(journey));
        let (mut runs, mut touches) = (0, 0);
        nulls.each_bound(|start, end| {
            runs += 1;
            touches += end - start;
        });
        self.journeys += runs as f64;
        self.nulls += runs as f64;
        self.touchpoints += touches as f64;
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.journeys += later.journeys;
        self.touchpoints += later.touchpoints;
        self.conversions += later.conversions;
        self.value += later.value;
        self.nulls += later.nulls;
        Ok(())
    }
}
