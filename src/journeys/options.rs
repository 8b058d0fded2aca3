//! How journeys are cut out of a log.

use crate::error::{Error, Result};
use crate::event::Interaction;
use crate::time::TimeRange;
use crate::time::limits::{DAY, LENGTH};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

/// How long before a conversion a touch may lie to belong to it: seconds, both ends included. A
/// channel's own lookback comes first, then the interaction's, then the general one.
///
/// ```
/// use mixtouch::{Interaction, Lookback};
///
/// let lookback = Lookback::days(30.0)?.with_channel("tv", Lookback::days(3.0)?).with_interaction(Interaction::View, Lookback::days(1.0)?);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "LookbackFields")]
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
    /// Less than a second, or more than the 136 years a log can span.
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
    /// As [`Lookback::new`]; also a number that is not finite.
    pub fn days(days: f64) -> Result<Self> {
        Self::new(days_to_duration("lookback", days)?)
    }

    /// Another lookback for the touches of one channel.
    pub fn with_channel(mut self, channel: impl Into<String>, lookback: Self) -> Self {
        self.channels.insert(channel.into(), lookback.seconds);
        self
    }

    /// Another lookback for clicks or views, where the log tells them apart and the channel has
    /// none of its own.
    pub fn with_interaction(mut self, interaction: Interaction, lookback: Self) -> Self {
        self.interactions.insert(interaction, lookback.seconds);
        self
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

    pub(crate) fn of(&self, channel: &str, interaction: Option<Interaction>) -> u32 {
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

/// What is made of a journey's sequence of channels. On `D A B B C D C C`: exposure gives
/// `D A B C D C`, first `D A B C`, last `A B D C`. Exposure and last keep the latest age of a
/// channel's merged touches, first the earliest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// The touches as they are.
    #[default]
    None,
    /// Repeats in a row become one touch, the last of them.
    Exposure,
    /// Of every channel only the first touch.
    First,
    /// Of every channel only the last touch.
    Last,
}

/// How journeys are cut out of a log. Work on a person's rows goes in this order: window, exclude,
/// transform, trim.
///
/// ```
/// use mixtouch::{JourneyOptions, Lookback};
/// use mixtouch::journeys::Transform;
///
/// let options = JourneyOptions::default().with_lookback(Lookback::days(14.0)?).with_transform(Transform::Exposure);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JourneyOptions {
    pub(crate) lookback: Lookback,
    pub(crate) period: TimeRange,
    pub(crate) goal: Option<String>,
    pub(crate) reuse: bool,
    pub(crate) exclude: Vec<String>,
    pub(crate) transform: Transform,
    pub(crate) trim: Option<NonZeroUsize>,
    pub(crate) drop_immature: bool,
    pub(crate) deduplicate: bool,
    pub(crate) segment: Option<String>,
}

impl JourneyOptions {
    /// How far back touches count. 30 days by default.
    pub fn with_lookback(self, lookback: Lookback) -> Self {
        Self { lookback, ..self }
    }

    /// The time whose conversions are reported; all by default. Rows before it serve as context;
    /// rows after it are not read, so the log ends there.
    pub fn with_period(self, period: TimeRange) -> Self {
        Self { period, ..self }
    }

    /// Only conversions of this goal count; those of others are as if they were not there. All
    /// goals by default.
    pub fn with_goal(self, goal: impl Into<String>) -> Self {
        Self {
            goal: Some(goal.into()),
            ..self
        }
    }

    /// Lets touches serve several conversions of a person. By default a new journey starts after
    /// each conversion.
    ///
    /// A touch is then weighed once for each conversion it serves: a person with thousands of
    /// conversions and thousands of touches in one lookback takes as long as their product. So does
    /// memory, 6 bytes each, where journeys have touches of their own (lookbacks that differ,
    /// exclusion, transforms); a shorter lookback or [`JourneyOptions::with_trim`] bounds both.
    pub fn with_reuse(self, reuse: bool) -> Self {
        Self { reuse, ..self }
    }

    /// Leaves these channels out of every journey in which another one remains. None by default.
    pub fn with_exclude<S: Into<String>>(self, channels: impl IntoIterator<Item = S>) -> Self {
        Self {
            exclude: channels.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// What is made of the sequence of channels. Nothing by default.
    pub fn with_transform(self, transform: Transform) -> Self {
        Self { transform, ..self }
    }

    /// Keeps the last `touches` of each journey. All by default.
    pub fn with_trim(self, touches: NonZeroUsize) -> Self {
        Self {
            trim: Some(touches),
            ..self
        }
    }

    /// Leaves out null journeys that the end of the log cuts: their person may yet convert. Kept
    /// and counted by default.
    pub fn with_drop_immature(self, drop_immature: bool) -> Self {
        Self {
            drop_immature,
            ..self
        }
    }

    /// Drops rows of a person that repeat another one in everything. Kept by default.
    pub fn with_deduplicate(self, deduplicate: bool) -> Self {
        Self {
            deduplicate,
            ..self
        }
    }

    /// Tells journeys apart by a named column of the log, such as `device`: by the text on the row
    /// that closes a journey (the first conversion of its second; the last touch of one without
    /// conversion), and persons by the text on their first row. None by default.
    pub fn with_segment(self, column: impl Into<String>) -> Self {
        Self {
            segment: Some(column.into()),
            ..self
        }
    }

    /// Whether every journey is a run of its person's touches, so that journeys and timelines can
    /// share them.
    pub(crate) fn keeps_runs(&self) -> bool {
        self.lookback.is_uniform() && self.exclude.is_empty() && self.transform == Transform::None
    }
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
        let of = |channel, interaction| lookback.of(channel, interaction) / DAY;
        assert_eq!(
            [
                of("tv", Some(Interaction::View)),
                of("ad", Some(Interaction::View)),
                of("ad", Some(Interaction::Click))
            ],
            [3, 1, 30]
        );
        let text = serde_json::to_string(&lookback).unwrap();
        assert_eq!(serde_json::from_str::<Lookback>(&text).unwrap(), lookback);
    }
}
