//! The journeys of one partition, as cutting leaves them.

use crate::channel::ChannelId;
use crate::journeys::arena::columns::Touches;
use crate::journeys::arena::conversions::ConversionRow;
use crate::journeys::build::counts::RowCounts;
use crate::journeys::journey::Outcome;
use std::collections::BTreeMap;

/// The journeys of one partition, on their way into the arena. Positions count inside the part.
#[derive(Debug, Clone, Default)]
pub(crate) struct CutJourneys {
    pub(crate) persons: Vec<u64>,
    pub(crate) touch_ends: Vec<u32>,
    pub(crate) journey_ends: Vec<u32>,
    /// Every touch of every person.
    pub(crate) timeline: Touches,
    /// The journeys' touches where they are no runs of the timeline.
    pub(crate) touches: Touches,
    pub(crate) starts: Vec<u32>,
    pub(crate) ends: Vec<u32>,
    pub(crate) closes: Vec<u32>,
    /// Of the first `converting.journeys` journeys.
    pub(crate) outcomes: Vec<Outcome>,
    /// Of the same journeys: where the conversion took place.
    pub(crate) places: Vec<ChannelId>,
    /// Of the same journeys: how many conversions each has, and the rows of all; empty unless
    /// conversions keep their orders.
    pub(crate) conversion_counts: Vec<u32>,
    pub(crate) conversions: Vec<ConversionRow>,
    /// By person: whether a conversion came before the period.
    pub(crate) bought_before: Vec<bool>,
    pub(crate) converting: Extent,
    pub(crate) costs: Vec<f64>,
    /// By code of the segment and channel; empty unless journeys have segments.
    pub(crate) segment_costs: BTreeMap<(u32, ChannelId), f64>,
    pub(crate) censored: u64,
    pub(crate) counts: RowCounts,
    /// By journey and by person; empty unless journeys have segments.
    pub(crate) segments: Vec<u32>,
    pub(crate) person_segments: Vec<u32>,
}

/// How much of a part the persons with a conversion in the period fill.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extent {
    pub(crate) persons: usize,
    pub(crate) journeys: usize,
    pub(crate) timeline: usize,
    pub(crate) touches: usize,
}

impl CutJourneys {
    /// Room for that many journeys: growing step by step would touch twice the memory.
    pub(super) fn reserve(&mut self, journeys: usize) {
        self.starts.reserve_exact(journeys);
        self.ends.reserve_exact(journeys);
        self.closes.reserve_exact(journeys);
        self.journey_ends.reserve_exact(journeys);
    }

    pub(super) fn extent(&self, persons: usize, timeline: usize) -> Extent {
        Extent {
            persons,
            journeys: self.closes.len(),
            timeline,
            touches: self.touches.channels.len(),
        }
    }
}
