//! How a person came: the contacts before an answer, a case or a service.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::channel::ChannelId;
use crate::event::{Events, Kind};
use crate::kpi::journeys::kind::JourneyKind;
use crate::kpi::timelines::PersonTimeline;

/// How many channels a person used on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChannelUse {
    /// None that the log knows.
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
    pub(crate) hand_overs: u32,
    pub(crate) kind: JourneyKind,
}

impl ContactPath {
    pub(crate) fn channel_use(self) -> ChannelUse {
        match (self.kind, self.hand_overs) {
            (JourneyKind::Unknown, _) => ChannelUse::None,
            (_, 0) => ChannelUse::Single,
            _ => ChannelUse::Several,
        }
    }
}

/// What of a log makes a course: which channels are offline, how far back contacts count.
#[derive(Debug)]
pub(crate) struct Contacts<'a> {
    log: &'a Events,
    offline: Vec<bool>,
    lookback: u32,
}

impl<'a> Contacts<'a> {
    pub(crate) fn new(log: &'a Events, offline: Vec<bool>, lookback: u32) -> Self {
        Self {
            log,
            offline,
            lookback,
        }
    }

    /// Where a row is a contact: answers are given about contacts, and are none.
    pub(crate) fn channel(&self, row: usize) -> Option<ChannelId> {
        let channel = self.log.row(row).channel();
        (self.log.row(row).kind() != Kind::Survey && channel != ChannelId::NONE).then_some(channel)
    }

    /// A person's contacts made ready, so that each course takes a search and not a walk.
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
    /// The course up to a second, contacts of that second included.
    pub(crate) fn course(&self, time: u32) -> ContactPath {
        self.course_of(time, self.times.partition_point(|&other| other <= time))
    }

    /// Whether one of the first `end` contacts, no older than the lookback, was in another channel
    /// than the last of them.
    pub(crate) fn came_from_elsewhere(&self, time: u32, end: usize) -> bool {
        self.course_of(time, end).hand_overs > 0
    }

    fn course_of(&self, time: u32, end: usize) -> ContactPath {
        let first = self
            .times
            .partition_point(|&other| other < time.saturating_sub(self.lookback));
        let Some(last) = end.checked_sub(1).filter(|&last| last >= first) else {
            return ContactPath {
                hand_overs: 0,
                kind: JourneyKind::Unknown,
            };
        };
        // a change in between and back again is told by the ends and one step of the other world
        let crossed =
            (self.crossings[last] > self.crossings[first]).then_some(!self.offline[first]);
        let kind = JourneyKind::of_steps(
            [Some(self.offline[first]), crossed, Some(self.offline[last])]
                .into_iter()
                .flatten(),
        );
        ContactPath {
            hand_overs: self.changes[last] - self.changes[first],
            kind,
        }
    }
}
