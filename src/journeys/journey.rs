//! One journey and its outcome.

use crate::channel::ChannelId;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// How often a journey ended how: tallies, so that ten thousand identical paths are one journey
/// with larger numbers, and a published path table is the same type as a log. Fractions are
/// allowed.
///
/// ```
/// use mixtouch::Outcome;
///
/// // of 40 journeys along one path 30 converted, for 1,200 euros in all
/// let path = Outcome::new(30.0, 10.0, 1_200.0)?;
/// assert_eq!((path.conversions(), path.nulls(), path.value()), (30.0, 10.0, 1_200.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "OutcomeFields")]
pub struct Outcome {
    pub(crate) conversions: f64,
    pub(crate) nulls: f64,
    pub(crate) value: f64,
}

#[derive(Deserialize)]
struct OutcomeFields {
    conversions: f64,
    nulls: f64,
    value: f64,
}

impl TryFrom<OutcomeFields> for Outcome {
    type Error = Error;

    fn try_from(fields: OutcomeFields) -> Result<Self> {
        Self::new(fields.conversions, fields.nulls, fields.value)
    }
}

impl Outcome {
    /// One journey without a conversion.
    pub const NULL: Self = Self {
        conversions: 0.0,
        nulls: 1.0,
        value: 0.0,
    };

    /// These tallies: conversions, journeys without one, and the conversions' value in all.
    ///
    /// # Errors
    /// If a number is negative, not finite or > 10^15, or there is a value without conversions.
    pub fn new(conversions: f64, nulls: f64, value: f64) -> Result<Self> {
        for (name, tally) in [
            ("conversions", conversions),
            ("nulls", nulls),
            ("value", value),
        ] {
            if !(0.0..=crate::time::limits::LARGEST).contains(&tally) {
                return Err(Error::setting(name, tally, "0 to 10^15"));
            }
        }
        if value > 0.0 && conversions == 0.0 {
            return Err(Error::setting(
                "value",
                value,
                "0 where there are no conversions",
            ));
        }
        Ok(Self {
            conversions,
            nulls,
            value,
        })
    }

    /// One conversion of that value, which is checked already.
    pub(crate) fn conversion(value: f64) -> Self {
        Self {
            conversions: 1.0,
            nulls: 0.0,
            value,
        }
    }

    /// How often it ended in a conversion.
    pub fn conversions(&self) -> f64 {
        self.conversions
    }

    /// How often it ended without one.
    pub fn nulls(&self) -> f64 {
        self.nulls
    }

    /// What the conversions were worth in all.
    pub fn value(&self) -> f64 {
        self.value
    }
}

/// One person's touches up to one close - a conversion, or the end of observation - oldest first,
/// and how it ended.
///
/// A view: copying it copies no touches.
///
/// ```
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_312_000).with_value(50.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// assert_eq!(journeys.get(0).map(|journey| journey.len()), Some(1));
/// assert_eq!(journeys.get(0).map(|journey| journey.outcome().value()), Some(50.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Journey<'a> {
    pub(crate) channels: &'a [ChannelId],
    pub(crate) times: &'a [u32],
    pub(crate) close: u32,
    pub(crate) outcome: Outcome,
    /// Every touch of the person up to the close, for models that ask for it.
    pub(crate) timeline: Option<Timeline<'a>>,
}

/// Touches side by side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Timeline<'a> {
    pub(crate) channels: &'a [ChannelId],
    pub(crate) times: &'a [u32],
}

impl<'a> Journey<'a> {
    /// A journey from outside an arena. `times` are seconds since 1970-01-01T00:00:00Z, one a touch
    /// and oldest first, or empty where none are known; `close` is the second of the conversion.
    ///
    /// # Errors
    /// If there are not as many times as touches, or times are out of order or after the close.
    pub fn new(
        channels: &'a [ChannelId],
        times: &'a [u32],
        close: u32,
        outcome: Outcome,
    ) -> Result<Self> {
        if !times.is_empty() && times.len() != channels.len() {
            return Err(Error::setting(
                "the number of times",
                times.len(),
                format!("none, or one for each of the {} touches", channels.len()),
            ));
        }
        if !times.is_sorted() {
            return Err(Error::setting(
                "the times of touches",
                "out of order",
                "oldest first",
            ));
        }
        if let Some(last) = times.last().filter(|&&last| last > close) {
            return Err(Error::setting(
                "the time of a touch",
                last,
                format!("at most the close, {close}"),
            ));
        }
        Ok(Self {
            channels,
            times,
            close,
            outcome,
            timeline: None,
        })
    }

    /// The channels touched, oldest first.
    #[inline]
    pub fn channels(&self) -> &'a [ChannelId] {
        self.channels
    }

    /// The second of each touch, or nothing where none are known.
    #[inline]
    pub fn times(&self) -> &'a [u32] {
        self.times
    }

    /// The second it closed.
    pub fn close(&self) -> u32 {
        self.close
    }

    /// Seconds from each touch to the close, oldest first.
    pub fn ages(&self) -> impl ExactSizeIterator<Item = u32> + use<'a> {
        let close = self.close;
        self.times.iter().map(move |&time| close - time)
    }

    /// The channels of the touches that a model weighs: those of the person's whole timeline up to
    /// the close where the model asks for it, else the journey's.
    #[inline]
    pub fn credited_channels(&self) -> &'a [ChannelId] {
        self.timeline
            .map_or(self.channels, |timeline| timeline.channels)
    }

    /// The seconds of the same touches.
    #[inline]
    pub fn credited_times(&self) -> &'a [u32] {
        self.timeline.map_or(self.times, |timeline| timeline.times)
    }

    /// How it ended.
    #[inline]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// How many touches it has.
    #[inline]
    pub fn len(&self) -> usize {
        self.channels.len()
    }

    /// Whether it has no touch.
    pub fn is_empty(&self) -> bool {
        self.channels.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_checked() {
        for (conversions, nulls, value) in [
            (-1.0, 0.0, 0.0),
            (f64::NAN, 0.0, 0.0),
            (1.0, f64::INFINITY, 0.0),
            (1.0, 0.0, -1.0),
            (0.0, 1.0, 5.0),
        ] {
            assert!(Outcome::new(conversions, nulls, value).is_err());
        }
        assert!(Outcome::new(1.5, 0.5, 9.0).is_ok());
        assert!(
            serde_json::from_str::<Outcome>(r#"{"conversions": -1.0, "nulls": 0.0, "value": 0.0}"#)
                .is_err()
        );
    }

    #[test]
    fn journeys_are_checked() {
        let channels = [ChannelId(0), ChannelId(1)];
        let journey = |times, close| Journey::new(&channels, times, close, Outcome::NULL);
        assert!(journey(&[1], 9).is_err());
        assert!(journey(&[2, 1], 9).is_err());
        assert!(journey(&[1, 2], 1).is_err());
        assert_eq!(
            journey(&[1, 2], 2).unwrap().ages().collect::<Vec<_>>(),
            [1, 0]
        );
        assert!(journey(&[], 0).is_ok());
    }
}
