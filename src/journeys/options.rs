//! How journeys are cut out of a log.

use crate::error::{Error, Result};
use crate::event::Interaction;
use crate::time::Day;
use crate::time::TimeZone;
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
            seconds: 30 * 86_400,
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
        let seconds = seconds.ok_or_else(|| {
            Error::setting(
                "lookback",
                format!("{} s", length.as_secs()),
                "1 to 4294967295 seconds",
            )
        })?;
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
    Duration::try_from_secs_f64(days * 86_400.0).map_err(|_| {
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

/// The time whose conversions are reported: `from <= t < to`, seconds since 1970-01-01T00:00:00Z.
/// Rows before `from` serve as context; rows from `to` on are not read, so the log ends there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PeriodFields", into = "PeriodFields")]
pub struct Period {
    from: Option<u32>,
    to: Option<u32>,
}

#[derive(Serialize, Deserialize)]
struct PeriodFields {
    from: Option<i64>,
    to: Option<i64>,
}

impl TryFrom<PeriodFields> for Period {
    type Error = Error;

    fn try_from(fields: PeriodFields) -> Result<Self> {
        Self::new(fields.from, fields.to)
    }
}

impl From<Period> for PeriodFields {
    fn from(period: Period) -> Self {
        Self {
            from: period.from.map(i64::from),
            to: period.to.map(i64::from),
        }
    }
}

impl Period {
    /// From the one second up to, but not including, the other; `None` leaves that side open.
    ///
    /// # Errors
    /// A time outside 1970-01-01 to 2106-02-07, or a start that is not before the end.
    pub fn new(from: Option<i64>, to: Option<i64>) -> Result<Self> {
        let read = |name, time: Option<i64>| {
            let bad = |time: i64| {
                Error::setting(
                    name,
                    time,
                    "seconds since 1970-01-01T00:00:00Z, 0 to 4294967295",
                )
            };
            time.map(|time| u32::try_from(time).map_err(|_| bad(time)))
                .transpose()
        };
        let period = Self {
            from: read("the period's start", from)?,
            to: read("the period's end", to)?,
        };
        match period.to {
            Some(to) if period.start() >= to => Err(Error::setting(
                "the period's start",
                period.start(),
                format!("a time before its end, {to}"),
            )),
            _ => Ok(period),
        }
    }

    /// Whole days of a time zone, the last one included; `None` leaves that side open.
    ///
    /// ```
    /// use mixtouch::TimeZone;
    /// use mixtouch::journeys::Period;
    ///
    /// let january = Period::days(Some("2026-01-01".parse()?), Some("2026-01-31".parse()?), &TimeZone::utc())?;
    /// assert_eq!(january, Period::new(Some(1_767_225_600), Some(1_767_225_600 + 31 * 86_400))?);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// A last day before the first; days that begin or end outside 1970-01-01T00:00:00Z to
    /// 2106-02-07T06:28:15Z; nothing but a day that the zone skipped.
    pub fn days(first: Option<Day>, last: Option<Day>, zone: &TimeZone) -> Result<Self> {
        if let (Some(first), Some(last)) = (
            first,
            last.filter(|&last| first.is_some_and(|first| last < first)),
        ) {
            return Err(Error::setting(
                "the period's last day",
                last,
                format!("{first} or later"),
            ));
        }
        let start = |name, day: Option<Day>, later| {
            let bad = |day| {
                Error::setting(
                    name,
                    day,
                    "a day within 1970-01-01T00:00:00Z to 2106-02-07T06:28:15Z",
                )
            };
            day.map(|day| {
                zone.start_of(day.plus(later))
                    .ok()
                    .filter(|&start| u32::try_from(start).is_ok())
                    .ok_or_else(|| bad(day))
            })
            .transpose()
        };
        Self::new(
            start("the period's first day", first, 0)?,
            start("the period's last day", last, 1)?,
        )
    }

    /// The first second reported.
    pub fn start(&self) -> u32 {
        self.from.unwrap_or(0)
    }

    /// The second from which on nothing is read, if there is one.
    pub(crate) fn stop(&self) -> Option<u32> {
        self.to
    }

    /// Whether it ends.
    pub(crate) fn closes(&self) -> bool {
        self.to.is_some()
    }

    /// Whether a row of that second is read at all.
    pub(crate) fn reads(&self, time: u32) -> bool {
        self.to.is_none_or(|to| time < to)
    }

    /// Whether what happened then is reported.
    pub(crate) fn reports(&self, time: u32) -> bool {
        time >= self.start() && self.reads(time)
    }

    /// The last second read, given the last row's: the end of observation.
    pub(crate) fn end(&self, last_row: u32) -> u32 {
        self.to.map_or(last_row, |to| last_row.min(to - 1))
    }
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
    pub(crate) period: Period,
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

    /// The time whose conversions are reported. All by default.
    pub fn with_period(self, period: Period) -> Self {
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
        let of = |channel, interaction| lookback.of(channel, interaction) / 86_400;
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

    #[test]
    fn periods_are_checked() {
        assert!(Period::new(Some(-1), None).is_err());
        assert!(Period::new(Some(5), Some(5)).is_err());
        assert!(
            Period::new(None, Some(0)).is_err(),
            "a period that ends before the first second holds nothing"
        );
        let period = Period::new(Some(5), Some(9)).unwrap();
        assert_eq!(
            [4, 5, 8, 9].map(|t| (period.reads(t), period.reports(t))),
            [(true, false), (true, true), (true, true), (false, false)]
        );
    }
}
