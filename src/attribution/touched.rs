//! Which channels journeys touch.

use crate::error::Result;
use crate::journeys::arena::{Block, Journeys};
use crate::journeys::{Accumulator, Journey};

/// By channel, whether a journey that counts touches it.
struct Touched {
    by_channel: Vec<bool>,
    /// How many are not yet seen.
    open: usize,
}

/// By channel, whether a journey that counts touches it.
pub(crate) fn touched(journeys: &Journeys) -> Vec<bool> {
    let channels = journeys.channels().len();
    let fresh = || Touched {
        by_channel: vec![false; channels],
        open: channels,
    };
    let gathered = journeys.accumulate(fresh);
    gathered
        .expect("flags of the same channels merge")
        .by_channel
}

impl Accumulator for Touched {
    fn observe(&mut self, journey: Journey<'_>) {
        if journey.outcome.conversions + journey.outcome.nulls > 0.0 {
            for channel in journey.channels {
                let seen = &mut self.by_channel[channel.index()];
                self.open -= usize::from(!std::mem::replace(seen, true));
            }
        }
    }

    /// Reads no touch once each channel was seen.
    fn observe_block(&mut self, block: Block<'_>) {
        for journey in block {
            if self.open == 0 {
                return;
            }
            self.observe(journey);
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        for (seen, other) in self.by_channel.iter_mut().zip(later.by_channel) {
            self.open -= usize::from(other && !*seen);
            *seen |= other;
        }
        Ok(())
    }
}
