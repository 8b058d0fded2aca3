//! How long before a conversion a touch may lie to belong to it.

use crate::error::{Error, Result};
use crate::event::Interaction;
use crate::time::limits::{DAY, LENGTH};
use crate::util::known_fields::read_settings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long before a conversion a touch may lie to belong to it: seconds, both ends included. A
/// channel's own lookback comes first, then the interaction's, then the general one.
///
/// ```
/// use mixtouch::{Interaction, Lookback};
///
/// let lookback = Lookback::days(30.0)?
///     .with_channel("tv", Lookback::days(3.0)?)
///     .with_interaction(Interaction::View, Lookback::days(1.0)?);
/// assert_eq!(lookback.seconds(), 2_592_000);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lookback {
    seconds: u32,
    channels: BTreeMap<String, u32>,
    interactions: BTreeMap<Interaction, u32>,
}

#[derive(Deserialize)]
struct LookbackFields {
    seconds: u32,
    #[serde(default)]
    channels: BTreeMap<String, u32>,
    #[serde(default)]
    interactions: BTreeMap<Interaction, u32>,
}

read_settings!(Lookback, LookbackFields);

impl TryFrom<LookbackFields> for Lookback {
    type Error = Error;

    fn try_from(fields: LookbackFields) -> Result<Self> {
        let LookbackFields {
            seconds,
            channels,
            interactions,
        } = fields;
        for &each in [seconds]
            .iter()
            .chain(channels.values())
            .chain(interactions.values())
        {
            Self::new(Duration::from_secs(each.into()))?;
        }
        Ok(Self {
            seconds,
            channels,
            interactions,
        })
    }
}

impl Default for Lookback {
    /// 30 days.
    fn default() -> Self {
        Self {
            seconds: 30 * DAY,
            channels: BTreeMap::new(),
            interactions: BTreeMap::new(),
        }
    }
}

impl Lookback {
    /// The same lookback for every touch, floored to seconds.
    ///
    /// # Errors
    /// If it is less than a second, or more than the 136 years a log can span.
    pub fn new(length: Duration) -> Result<Self> {
        let seconds = u32::try_from(length.as_secs())
            .ok()
            .filter(|&seconds| seconds > 0);
        let seconds = seconds
            .ok_or_else(|| Error::setting("lookback", format!("{} s", length.as_secs()), LENGTH))?;
        Ok(Self {
            seconds,
            channels: BTreeMap::new(),
            interactions: BTreeMap::new(),
        })
    }

    /// The same lookback for every touch, in days.
    ///
    /// # Errors
    /// If [`Lookback::new`] fails, or the number is not finite.
    pub fn days(days: f64) -> Result<Self> {
        Self::new(days_to_duration("lookback", days)?)
    }

    /// Another lookback for the touches of one channel.
    #[must_use]
    pub fn with_channel(mut self, channel: impl Into<String>, lookback: Self) -> Self {
        self.channels.insert(channel.into(), lookback.seconds);
        self
    }

    /// Another lookback for clicks or views, where the log tells them apart and the channel has
    /// none of its own.
    #[must_use]
    pub fn with_interaction(mut self, interaction: Interaction, lookback: Self) -> Self {
        self.interactions.insert(interaction, lookback.seconds);
        self
    }

    /// The same lookbacks, none longer than `length`.
    ///
    /// ```
    /// use mixtouch::Lookback;
    /// use std::time::Duration;
    ///
    /// let (week, tv) = (Duration::from_secs(7 * 86_400), Lookback::days(3.0)?);
    /// let lookback = Lookback::days(30.0)?.with_channel("tv", tv.clone());
    /// assert_eq!(lookback.at_most(week)?, Lookback::days(7.0)?.with_channel("tv", tv));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If [`Lookback::new`] fails.
    pub fn at_most(mut self, length: Duration) -> Result<Self> {
        let most = Self::new(length)?.seconds;
        let channels = self.channels.values_mut();
        for each in channels.chain(self.interactions.values_mut()) {
            *each = most.min(*each);
        }
        self.seconds = most.min(self.seconds);
        Ok(self)
    }

    /// The general lookback in seconds.
    pub fn seconds(&self) -> u32 {
        self.seconds
    }

    /// The longest of all, in seconds.
    pub(crate) fn longest(&self) -> u32 {
        self.channels
            .values()
            .chain(self.interactions.values())
            .copied()
            .fold(self.seconds, u32::max)
    }

    /// Whether one lookback holds for every touch.
    pub(crate) fn is_uniform(&self) -> bool {
        self.channels.is_empty() && self.interactions.is_empty()
    }

    /// Whether interactions matter.
    pub(crate) fn reads_interactions(&self) -> bool {
        !self.interactions.is_empty()
    }

    /// The lookback of a channel and an interaction, in seconds.
    pub(crate) fn length(&self, channel: &str, interaction: Option<Interaction>) -> u32 {
        let by_interaction = || interaction.and_then(|kind| self.interactions.get(&kind));
        self.channels
            .get(channel)
            .or_else(by_interaction)
            .copied()
            .unwrap_or(self.seconds)
    }

    pub(crate) fn channels(&self) -> impl Iterator<Item = &str> {
        self.channels.keys().map(String::as_str)
    }
}

/// A length of time from a number of days.
pub(crate) fn days_to_duration(name: &'static str, days: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(days * f64::from(DAY)).map_err(|_| {
        Error::setting(
            name,
            format!("{days} days"),
            "a positive, finite number of days",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookbacks_are_checked() {
        for days in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
            assert!(Lookback::days(days).is_err(), "{days}");
        }
        assert!(serde_json::from_str::<Lookback>(r#"{"seconds": 0}"#).is_err());
        assert!(
            serde_json::from_str::<Lookback>(r#"{"seconds": 9, "channels": {"tv": 0}}"#).is_err()
        );
    }

    #[test]
    fn a_channels_lookback_comes_before_the_interactions() {
        let day = |n: f64| Lookback::days(n).unwrap();
        let lookback = day(30.0)
            .with_channel("tv", day(3.0))
            .with_interaction(Interaction::View, day(1.0));
        let days = |channel, interaction| lookback.length(channel, interaction) / DAY;
        assert_eq!(
            [
                days("tv", Some(Interaction::View)),
                days("ad", Some(Interaction::View)),
                days("ad", Some(Interaction::Click))
            ],
            [3, 1, 30]
        );
        let text = serde_json::to_string(&lookback).unwrap();
        assert_eq!(serde_json::from_str::<Lookback>(&text).unwrap(), lookback);
    }
}
