//! Several accumulators fed together, each with the time it takes.

use crate::error::Result;
use crate::journeys::arena::Block;
use crate::journeys::{Accumulator, Journey};
use std::time::{Duration, Instant};

/// One accumulator with the processor time it took.
#[derive(Clone)]
pub(crate) struct Timed<A> {
    pub(crate) item: A,
    pub(crate) spent: Duration,
}

impl<A> Timed<A> {
    pub(crate) fn new(item: A) -> Self {
        Self {
            item,
            spent: Duration::ZERO,
        }
    }
}

/// Accumulators that take in each block one after the other, while it is in the cache.
pub(crate) struct Everything<A>(pub(crate) Vec<Timed<A>>);

impl<A: Accumulator> Accumulator for Everything<A> {
    fn observe(&mut self, journey: Journey<'_>) {
        self.0
            .iter_mut()
            .for_each(|timed| timed.item.observe(journey));
    }

    fn observe_block(&mut self, block: Block<'_>) {
        for timed in &mut self.0 {
            let started = Instant::now();
            timed.item.observe_block(block.clone());
            timed.spent += started.elapsed();
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        for (timed, other) in self.0.iter_mut().zip(later.0) {
            timed.item.merge(other.item)?;
            timed.spent += other.spent;
        }
        Ok(())
    }
}
