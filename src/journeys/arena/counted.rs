//! Of which journeys counts are.

use crate::channel::Channels;
use crate::error::Result;
use crate::journeys::arena::columns::Journeys;
use crate::time::TimeRange;
use serde::{Deserialize, Serialize};

/// What a report says of the journeys that were counted for it. That of parts, such as the shards of a
/// log, merges to that of the whole.
///
/// ```
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let shard = |person: &str, time| {
///     let mut log = Events::new();
///     log.push(Event::touch(person, time, "search"))?;
///     Journeys::from_events(&log, JourneyOptions::default())?.counted()
/// };
/// let mut counted = shard("ann", 1_767_225_600)?;
/// counted.merge(&shard("bob", 1_767_312_000)?)?;
/// let range = counted.range();
/// assert_eq!((range.from(), range.to()), (1_767_225_600, 1_767_312_001));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountedJourneys {
    channels: Channels,
    range: TimeRange,
    censored: u64,
}

impl CountedJourneys {
    /// Takes in those of another part.
    ///
    /// # Errors
    /// If they have other channels.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        self.channels.same_as(&other.channels)?;
        let from = self.range.from().min(other.range.from());
        self.range = TimeRange::new(from, self.range.to().max(other.range.to()))?;
        self.censored = self.censored.saturating_add(other.censored);
        Ok(())
    }

    /// The names of all channels.
    pub fn channels(&self) -> &Channels {
        &self.channels
    }

    /// The range that was observed, as [`Journeys::observed_range`] has it.
    pub fn range(&self) -> TimeRange {
        self.range
    }

    /// How many null journeys the end of the log cuts short.
    pub fn censored(&self) -> u64 {
        self.censored
    }
}

impl Journeys {
    /// What reports say of these journeys.
    ///
    /// # Errors
    /// If the journeys have no persons and times, or neither touch nor conversion.
    pub fn counted(&self) -> Result<CountedJourneys> {
        Ok(CountedJourneys {
            channels: self.channels().clone(),
            range: self.observed_range()?,
            censored: self.censored(),
        })
    }
}
