//! The evidence of rules that only look channel names up.

use crate::attribution::evidence::EvidenceVersion;
use crate::channel::Channels;
use crate::error::Result;
use crate::journeys::Accumulator;
use crate::journeys::Journey;
use crate::journeys::arena::Block;
use serde::{Deserialize, Serialize};

/// The table of channels, and nothing of the journeys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    version: EvidenceVersion<1>,
    pub(super) channels: Channels,
}

impl Names {
    pub(in crate::attribution) fn new(channels: &Channels) -> Self {
        Self {
            version: EvidenceVersion,
            channels: channels.clone(),
        }
    }
}

impl Accumulator for Names {
    fn observe(&mut self, _: Journey<'_>) {}

    fn observe_block(&mut self, _: Block<'_>) {}

    fn merge(&mut self, later: Self) -> Result<()> {
        self.channels.same_as(&later.channels)
    }
}
