//! The figures of agents and teams.

use serde::{Deserialize, Serialize};

use crate::channel::ChannelId;
use crate::kpi::members::{Personal, distinct};
use crate::kpi::service::service_events::{ServiceEvent, What};
use crate::stats::{ConfidenceLevel, Proportion};

/// What a group of interactions, cases and answers adds up to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ServiceFigures {
    /// Customers.
    pub persons: u64,
    /// Interactions.
    pub interactions: u64,
    /// Different channels of these.
    pub channels: u64,
    /// Interactions with a person who had been in another channel before, within the lookback.
    pub across_channels: Proportion,
    /// Cases resolved.
    pub resolved: u64,
    /// Joint resolutions: of those, the ones several agents or teams worked on.
    pub joint: Proportion,
    /// The share of satisfied answers.
    pub satisfaction: Proportion,
    /// Interactions with a tool; none where no tool column is stated.
    pub tool: Option<Proportion>,
}

impl ServiceFigures {
    /// The figures of these events; those of tools where a column of tools is stated.
    pub(crate) fn new(events: &[&ServiceEvent], has_tool: bool, level: ConfidenceLevel) -> Self {
        let count =
            |is: fn(What) -> bool| events.iter().filter(|event| is(event.what)).count() as u64;
        let interactions = count(|what| matches!(what, What::Interaction { .. }));
        let across = count(|what| matches!(what, What::Interaction { across: true, .. }));
        let with_tool = count(|what| matches!(what, What::Interaction { tool: true, .. }));
        let resolved = count(|what| matches!(what, What::Resolution { .. }));
        let joint = count(|what| matches!(what, What::Resolution { joint: true, .. }));
        let answers = count(|what| matches!(what, What::Answer { .. }));
        let satisfied = count(|what| {
            matches!(
                what,
                What::Answer {
                    satisfied: true,
                    ..
                }
            )
        });
        Self {
            persons: distinct(events.iter().map(|event| event.person()).collect()),
            interactions,
            channels: channels(events),
            across_channels: Proportion::from_counts(across, interactions, level),
            resolved,
            joint: Proportion::from_counts(joint, resolved, level),
            satisfaction: Proportion::from_counts(satisfied, answers, level),
            tool: has_tool.then(|| Proportion::from_counts(with_tool, interactions, level)),
        }
    }
}

fn channels(events: &[&ServiceEvent]) -> u64 {
    let channel = |event: &&ServiceEvent| {
        if let What::Interaction { channel, .. } = event.what {
            Some(channel)
        } else {
            None
        }
    };
    let used = events
        .iter()
        .filter_map(channel)
        .filter(|&channel| channel != ChannelId::NONE);
    distinct(used.map(|channel| u32::from(channel.0)).collect())
}
