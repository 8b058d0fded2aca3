//! The bounds of one channel.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A channel's spend now and the bounds of its planned spend.
///
/// Numbers are checked where a plan is made.
///
/// ```
/// use mixtouch::budget::ChannelBudget;
///
/// let tv = ChannelBudget::new("tv", 50.0).with_bounds(20.0..=100.0);
/// assert_eq!((tv.now(), tv.low(), tv.high()), (50.0, 20.0, 100.0));
/// let search = ChannelBudget::new("search", 30.0).with_relative_bounds(0.5..=2.0);
/// assert_eq!((search.low(), search.high()), (15.0, 60.0));
/// let fixed = ChannelBudget::new("fair", 10.0);
/// assert_eq!((fixed.low(), fixed.high()), (10.0, 10.0));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct ChannelBudget {
    channel: String,
    now: f64,
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    channel: String,
    now: f64,
    low: f64,
    high: f64,
}

impl TryFrom<Fields> for ChannelBudget {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let budget = Self::new(fields.channel, fields.now).with_bounds(fields.low..=fields.high);
        budget.check().map(|()| budget)
    }
}

impl ChannelBudget {
    /// A channel that spends `now` (0 or more) and keeps that spend, until bounds are given.
    pub fn new(channel: impl Into<String>, now: f64) -> Self {
        Self {
            channel: channel.into(),
            now,
            low: now,
            high: now,
        }
    }

    /// The least and the most it may spend, both included, finite and 0 or more. The spend now may
    /// lie outside.
    ///
    /// An upper bound is always needed: a response curve says little far beyond the spend it was
    /// learnt from.
    #[must_use]
    pub fn with_bounds(self, bounds: RangeInclusive<f64>) -> Self {
        let (low, high) = bounds.into_inner();
        Self { low, high, ..self }
    }

    /// The least and the most it may spend, as multiples of its spend now.
    #[must_use]
    pub fn with_relative_bounds(self, factors: RangeInclusive<f64>) -> Self {
        let (least, most) = factors.into_inner();
        Self {
            low: least * self.now,
            high: most * self.now,
            ..self
        }
    }

    pub(crate) fn check(&self) -> Result<()> {
        let Self {
            channel,
            now,
            low,
            high,
        } = self;
        for (name, value) in [
            ("spend now", now),
            ("lower bound", low),
            ("upper bound", high),
        ] {
            if !(value.is_finite() && *value >= 0.0) {
                return Err(Error::setting(
                    format!("{name} of channel {channel:?}"),
                    value,
                    "a finite number, 0 or more",
                ));
            }
        }
        if low > high {
            return Err(Error::setting(
                format!("lower bound of channel {channel:?}"),
                low,
                format!("at most its upper bound {high}"),
            ));
        }
        Ok(())
    }

    /// The channel's name.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// The channel's spend now.
    pub const fn now(&self) -> f64 {
        self.now
    }

    /// The least it may spend.
    pub const fn low(&self) -> f64 {
        self.low
    }

    /// The most it may spend.
    pub const fn high(&self) -> f64 {
        self.high
    }
}
