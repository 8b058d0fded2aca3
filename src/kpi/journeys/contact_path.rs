//! The contact path of a person: the contacts before an answer, a case or a service.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::channel::{ChannelId, Channels};
use crate::error::Result;
use crate::event::{Events, Kind};
use crate::kpi::journeys::kind::JourneyKind;
use crate::kpi::options::KpiOptions;
use crate::kpi::timelines::{PersonTimeline, PersonTimelines};

/// How many channels a person used before an answer, a case or a service.
///
/// ```
/// use mixtouch::kpi::journeys::ChannelUse;
///
/// let names = ChannelUse::ALL.map(ChannelUse::name);
/// assert_eq!(names, ["no contact", "one channel", "several channels"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChannelUse {
    /// No contact in the log.
    None,
    /// One, once or more often.
    Single,
    /// Two or more.
    Several,
}

impl ChannelUse {
    /// All, in the order of reports.
    pub const ALL: [Self; 3] = [Self::None, Self::Single, Self::Several];

    /// The name, as in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "no contact",
            Self::Single => "one channel",
            Self::Several => "several channels",
        }
    }
}

impl fmt::Display for ChannelUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}

/// A person's contacts up to a second, no older than the lookback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContactPath {
    /// Changes of channel from one contact to the next.
    pub(crate) handoffs: u32,
    pub(crate) kind: JourneyKind,
}

impl ContactPath {
    pub(crate) fn channel_use(self) -> ChannelUse {
        match (self.kind, self.handoffs) {
            (JourneyKind::Unknown, _) => ChannelUse::None,
            (_, 0) => ChannelUse::Single,
            _ => ChannelUse::Several,
        }
    }
}

/// What makes contact paths of a log: which channels are offline, how far back contacts count.
#[derive(Debug)]
pub(crate) struct Contacts<'a> {
    log: &'a Events,
    offline: Vec<bool>,
    lookback: u32,
}

impl<'a> Contacts<'a> {
    /// # Errors
    /// If an offline channel is none of the log.
    pub(crate) fn new(timelines: &PersonTimelines<'a>, options: &KpiOptions) -> Result<Self> {
        let log = timelines.log();
        let names = log.channel_names();
        let known = Channels::new(names.iter())?;
        options.offline().check(&[Some(&known)])?;
        // the log numbers channels as they came, `Channels` by name: flags go by the log's numbers
        let is_offline = |name| options.offline().contains(name);
        Ok(Self {
            log,
            offline: names.iter().map(is_offline).collect(),
            lookback: options.lookback().seconds(),
        })
    }

    /// The channel of a row that is a contact. Answers are about contacts and are none.
    pub(crate) fn channel(&self, row: usize) -> Option<ChannelId> {
        let channel = self.log.row(row).channel();
        (self.log.row(row).kind() != Kind::Survey && channel != ChannelId::NONE).then_some(channel)
    }

    /// A person's contacts with running counts, so that each path takes a binary search.
    pub(crate) fn trail(&self, person: &PersonTimeline<'_>) -> Trail {
        let mut trail = Trail {
            lookback: self.lookback,
            ..Trail::default()
        };
        let mut last: Option<ChannelId> = None;
        for (row, time) in person.timed_rows() {
            let Some(channel) = self.channel(row) else {
                continue;
            };
            let offline = self.offline[channel.index()];
            let changes = trail.changes.last().copied().unwrap_or(0)
                + u32::from(last.is_some_and(|last| last != channel));
            let crossed = trail
                .offline
                .last()
                .is_some_and(|&before| before != offline);
            trail
                .crossings
                .push(trail.crossings.last().copied().unwrap_or(0) + u32::from(crossed));
            trail.times.push(time);
            trail.changes.push(changes);
            trail.offline.push(offline);
            last = Some(channel);
        }
        trail
    }
}

/// A person's contacts, oldest first, with running counts.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    lookback: u32,
    times: Vec<u32>,
    offline: Vec<bool>,
    /// Changes of channel, and between online and offline, up to each contact.
    changes: Vec<u32>,
    crossings: Vec<u32>,
}

impl Trail {
    /// The path up to a second, contacts of that second included.
    pub(crate) fn path_at(&self, time: u32) -> ContactPath {
        self.path_of(time, self.times.partition_point(|&other| other <= time))
    }

    /// Whether one of the first `end` contacts, no older than the lookback, was in another channel
    /// than the last of them.
    pub(crate) fn came_from_elsewhere(&self, time: u32, end: usize) -> bool {
        self.path_of(time, end).handoffs > 0
    }

    fn path_of(&self, time: u32, end: usize) -> ContactPath {
        let first = self
            .times
            .partition_point(|&other| other < time.saturating_sub(self.lookback));
        let Some(last) = end.checked_sub(1).filter(|&last| last >= first) else {
            return ContactPath {
                handoffs: 0,
                kind: JourneyKind::Unknown,
            };
        };
        // both ends and one step of the other world have the kind of the whole path
        let crossed =
            (self.crossings[last] > self.crossings[first]).then_some(!self.offline[first]);
        let kind = JourneyKind::of_steps(
            [Some(self.offline[first]), crossed, Some(self.offline[last])]
                .into_iter()
                .flatten(),
        );
        ContactPath {
            handoffs: self.changes[last] - self.changes[first],
            kind,
        }
    }
}
