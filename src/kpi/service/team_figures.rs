//! The figures of agents and teams.

use serde::{Deserialize, Serialize};

use crate::channel::ChannelId;
use crate::kpi::members::{Personal, distinct, share_by_person};
use crate::kpi::service::service_events::{ServiceEvent, What};
use crate::stats::{ConfidenceLevel, Proportion};

/// Figures of a group of interactions, cases and answers. Intervals are by customer: one customer's
/// interactions, cases and answers resemble each other.
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
        let share = |is: fn(What) -> Option<bool>| {
            share_by_person(events, |event: &ServiceEvent| is(event.what), level)
        };
        let across_channels = share(|what| match what {
            What::Interaction { across, .. } => Some(across),
            _ => None,
        });
        let joint = share(|what| match what {
            What::Resolution { joint } => Some(joint),
            _ => None,
        });
        let satisfaction = share(|what| match what {
            What::Answer { satisfied, .. } => Some(satisfied),
            _ => None,
        });
        let with_tool = |what: What| match what {
            What::Interaction { tool, .. } => Some(tool),
            _ => None,
        };
        Self {
            persons: distinct(events.iter().map(|event| event.person()).collect()),
            interactions: across_channels.population,
            channels: channels(events),
            across_channels,
            resolved: joint.population,
            joint,
            satisfaction,
            tool: has_tool.then(|| share(with_tool)),
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
