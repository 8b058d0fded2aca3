//! The figures of agents and teams.

use serde::{Deserialize, Serialize};

use crate::channel::ChannelId;
use crate::kpi::members::{Personal, distinct};
use crate::kpi::service::service_events::{ServiceEvent, What};
use crate::stats::{ConfidenceLevel, Proportion};

/// Figures of a group of interactions, cases and answers.
///
/// ```
/// use mixtouch::kpi::service::{Questions, ServiceColumns, ServiceTeams};
/// use mixtouch::kpi::{KpiOptions, PersonTimelines};
/// use mixtouch::{Event, Events, Kind};
///
/// let mut log = Events::with_columns(["agent"]).keep_all();
/// for (kind, time, agent) in [(Kind::CaseOpen, 0, "zoe"), (Kind::CaseClose, 3_600, "yan")] {
///     let row = Event::of_kind(kind, "ann", 1_767_225_600 + time).with_channel("call");
///     log.push(row.with_texts(&[agent]))?;
/// }
/// let columns = ServiceColumns::default().with_agent("agent");
/// let (timelines, options) = (PersonTimelines::new(&log)?, KpiOptions::default());
/// let teams = ServiceTeams::new(&timelines, &columns, &Questions::default(), &options)?;
/// let zoe = &teams.agent("zoe").expect("zoe opened the case").overall;
/// assert_eq!((zoe.interactions, zoe.resolved, zoe.joint.rate), (1, 1, Some(1.0)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ServiceFigures {
    /// Number of customers.
    pub persons: u64,
    /// Number of interactions.
    pub interactions: u64,
    /// Number of different channels of the interactions.
    pub channels: u64,
    /// Share of interactions with a person who was in another channel before, within the lookback.
    pub across_channels: Proportion,
    /// Number of cases resolved.
    pub resolved: u64,
    /// Joint resolutions: share of the resolved cases that several agents or teams worked on.
    pub joint: Proportion,
    /// Share of satisfied answers.
    pub satisfaction: Proportion,
    /// Share of interactions with a tool; none without a column of tools.
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
