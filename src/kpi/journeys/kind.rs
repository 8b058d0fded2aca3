//! Kinds of journeys: online, offline, and from one to the other.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::channel::Channels;
use crate::error::{Error, Result};

/// How a journey went between the online and the offline world: where it began, where it ended -
/// the place of sale where the log names it, the last touch elsewhere - and whether it crossed over
/// in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JourneyKind {
    /// Online throughout.
    OnlineOnly,
    /// Offline throughout: the store and nothing else.
    OfflineOnly,
    /// Began online, ended offline.
    OnlineToOffline,
    /// Began offline, ended online.
    OfflineToOnline,
    /// Began and ended online, with an offline contact in between.
    OnlineViaOffline,
    /// Began and ended offline, with an online contact in between.
    OfflineViaOnline,
    /// Without any contact or place of sale that the log knows.
    Unknown,
}

impl JourneyKind {
    /// Every kind, in the order of reports.
    pub const ALL: [Self; 7] = [
        Self::OnlineOnly,
        Self::OfflineOnly,
        Self::OnlineToOffline,
        Self::OfflineToOnline,
        Self::OnlineViaOffline,
        Self::OfflineViaOnline,
        Self::Unknown,
    ];

    /// The kind of a journey whose steps, oldest first and the place of sale last, were offline or
    /// not.
    pub fn of_steps(offline: impl IntoIterator<Item = bool>) -> Self {
        let mut steps = offline.into_iter();
        let Some(first) = steps.next() else {
            return Self::Unknown;
        };
        let (last, crossed) = steps.fold((first, false), |(_, crossed), step| {
            (step, crossed || step != first)
        });
        match (first, last, crossed) {
            (false, false, false) => Self::OnlineOnly,
            (true, true, false) => Self::OfflineOnly,
            (false, true, _) => Self::OnlineToOffline,
            (true, false, _) => Self::OfflineToOnline,
            (false, false, true) => Self::OnlineViaOffline,
            (true, true, true) => Self::OfflineViaOnline,
        }
    }

    /// The name, as in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnlineOnly => "online only",
            Self::OfflineOnly => "offline only",
            Self::OnlineToOffline => "online to offline",
            Self::OfflineToOnline => "offline to online",
            Self::OnlineViaOffline => "online via offline",
            Self::OfflineViaOnline => "offline via online",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for JourneyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}

/// Which channels and places of sale are offline; all others are online.
///
/// ```
/// use mixtouch::kpi::journeys::{JourneyKind, OfflineChannels};
///
/// let offline = OfflineChannels::new(["store", "tv"]);
/// assert_eq!(offline.kind(["social", "search"], Some("store")), JourneyKind::OnlineToOffline);
/// assert_eq!(offline.kind(["social", "search"], None), JourneyKind::OnlineOnly);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OfflineChannels(BTreeSet<String>);

impl OfflineChannels {
    /// These.
    pub fn new<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    /// Whether a channel or place of sale is offline.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// The kind of a journey that touched these channels, oldest first, and ended in a purchase at
    /// that place, if known.
    pub fn kind<'n>(
        &self,
        touched: impl IntoIterator<Item = &'n str>,
        place: Option<&'n str>,
    ) -> JourneyKind {
        JourneyKind::of_steps(
            touched
                .into_iter()
                .chain(place)
                .map(|name| self.contains(name)),
        )
    }

    /// By number, whether each name is offline.
    pub(crate) fn flags(&self, names: Option<&Channels>) -> Vec<bool> {
        names.map_or_else(Vec::new, |names| {
            names.iter().map(|name| self.contains(name)).collect()
        })
    }

    /// Fails where a name is in none of the tables.
    pub(crate) fn check(&self, known: &[Option<&Channels>]) -> Result<()> {
        let tables = || known.iter().copied().flatten();
        match self
            .0
            .iter()
            .find(|name| !tables().any(|table| table.id(name).is_some()))
        {
            None => Ok(()),
            Some(stray) => {
                let names: BTreeSet<&str> = tables().flat_map(Channels::iter).collect();
                let known = names.into_iter().map(str::to_owned).collect();
                Err(Error::UnknownChannel {
                    role: "the list of offline channels".into(),
                    channel: stray.clone(),
                    known,
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_course_has_its_kind() {
        use JourneyKind::*;
        let kind = |steps: &str| JourneyKind::of_steps(steps.bytes().map(|step| step == b's'));
        let courses = [
            ("", Unknown),
            ("o", OnlineOnly),
            ("oo", OnlineOnly),
            ("s", OfflineOnly),
            ("ss", OfflineOnly),
            ("os", OnlineToOffline),
        ];
        let crossed = [
            ("sos", OfflineViaOnline),
            ("oso", OnlineViaOffline),
            ("so", OfflineToOnline),
            ("osos", OnlineToOffline),
            ("sso", OfflineToOnline),
        ];
        for (steps, want) in courses.into_iter().chain(crossed) {
            assert_eq!(kind(steps), want, "{steps}");
        }
        assert_eq!(
            serde_json::to_string(&OnlineToOffline).unwrap(),
            "\"online_to_offline\""
        );
    }
}
