//! The one parallel fold over journeys.

use crate::error::Result;
use crate::journeys::arena::{Block, Journeys};
use crate::journeys::journey::Journey;
use crate::journeys::sample::Sample;
use std::ops::Range;

/// Something gathered from journeys that can be gathered in pieces: totals, a model's evidence,
/// credits.
///
/// ```
/// use mixtouch::{Accumulator, Journey, Outcome, PathTable, Result};
///
/// /// The longest journey.
/// #[derive(Default)]
/// struct Longest(usize);
///
/// impl Accumulator for Longest {
///     fn observe(&mut self, journey: Journey<'_>) {
///         self.0 = self.0.max(journey.len());
///     }
///     fn merge(&mut self, later: Self) -> Result<()> {
///         self.0 = self.0.max(later.0);
///         Ok(())
///     }
/// }
///
/// let mut table = PathTable::new();
/// table.push(["social", "search", "e-mail"], Outcome::new(2.0, 5.0, 80.0)?)?;
/// assert_eq!(table.journeys()?.accumulate(Longest::default)?.0, 3);
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
    /// When the two speak of different channels, as they may when they were gathered apart.
    fn merge(&mut self, later: Self) -> Result<()>
    where
        Self: Sized;

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
    /// Gathers over all journeys in parallel. The journeys are cut and the pieces merged in a way
    /// that depends on their number only: the result is the same to the bit on any number of
    /// threads.
    ///
    /// # Errors
    /// What [`Accumulator::merge`] fails with.
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
}

impl Sample<'_> {
    pub(super) fn accumulate_range<A: Accumulator>(
        self,
        journeys: Range<usize>,
        start: impl Fn() -> A + Sync,
    ) -> Result<A> {
        let piece = journeys
            .len()
            .div_ceil(PIECES)
            .next_multiple_of(BLOCK)
            .max(BLOCK);
        self.fold(journeys, piece, &start)
    }

    fn fold<A: Accumulator>(
        self,
        journeys: Range<usize>,
        piece: usize,
        start: &(impl Fn() -> A + Sync),
    ) -> Result<A> {
        let pieces = journeys.len().div_ceil(piece);
        if pieces <= 1 {
            let mut gathered = start();
            for first in journeys.clone().step_by(BLOCK) {
                gathered.observe_block(Block::new(self, first..journeys.end.min(first + BLOCK)));
            }
            return Ok(gathered);
        }
        let middle = journeys.start + pieces / 2 * piece;
        let (earlier, later) = rayon::join(
            || self.fold(journeys.start..middle, piece, start),
            || self.fold(middle..journeys.end, piece, start),
        );
        let (mut earlier, later) = (earlier?, later?);
        earlier.merge(later)?;
        Ok(earlier)
    }
}
