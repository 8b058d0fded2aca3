//! Kinds of journeys: online, offline, and from one to the other.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kpi::options::OfflineChannels;

/// How a journey went between online and offline channels: where it began, where it ended, and
/// whether it changed sides in between.
///
/// It ends at the place of sale if the log names it, and at the last touch otherwise.
///
/// ```
/// use mixtouch::kpi::journeys::JourneyKind;
///
/// // touched online twice, bought in a store
/// let kind = JourneyKind::of_steps([false, false, true]);
/// assert_eq!(kind, JourneyKind::OnlineToOffline);
/// assert_eq!(kind.name(), "online to offline");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JourneyKind {
    /// Online throughout.
    OnlineOnly,
    /// Offline throughout.
    OfflineOnly,
    /// Began online, ended offline.
    OnlineToOffline,
    /// Began offline, ended online.
    OfflineToOnline,
    /// Began and ended online, with an offline contact in between.
    OnlineViaOffline,
    /// Began and ended offline, with an online contact in between.
    OfflineViaOnline,
    /// No contact and no place of sale in the log.
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

    /// The kind of a journey by its steps, oldest first and the place of sale last; true is
    /// offline.
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

    /// The kind of a journey that touched these channels, oldest first, and ended in a purchase at
    /// that place, if it is known.
    ///
    /// ```
    /// use mixtouch::kpi::OfflineChannels;
    /// use mixtouch::kpi::journeys::JourneyKind;
    ///
    /// let offline = OfflineChannels::new(["store"]);
    /// let kind = JourneyKind::of_channels(["social", "search"], Some("store"), &offline);
    /// assert_eq!(kind, JourneyKind::OnlineToOffline);
    /// ```
    pub fn of_channels<'n>(
        touched: impl IntoIterator<Item = &'n str>,
        place: Option<&'n str>,
        offline: &OfflineChannels,
    ) -> Self {
        let steps = touched.into_iter().chain(place);
        Self::of_steps(steps.map(|name| offline.contains(name)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_course_has_its_kind() {
        use JourneyKind::*;
        let kind = |steps: &str| JourneyKind::of_steps(steps.bytes().map(|step| step == b's'));
        let paths = [
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
        for (steps, want) in paths.into_iter().chain(crossed) {
            assert_eq!(kind(steps), want, "{steps}");
        }
        assert_eq!(
            serde_json::to_string(&OnlineToOffline).unwrap(),
            "\"online_to_offline\""
        );
    }
}
