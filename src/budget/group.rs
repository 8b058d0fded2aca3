//! The bounds of a group of channels.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::budget::names::repeated;
use crate::error::{Error, Result};

/// Bounds on what several channels spend together.
///
/// Numbers are checked where a plan is made.
///
/// ```
/// use mixtouch::budget::GroupBudget;
///
/// let online = GroupBudget::new("online", ["search", "social"]).with_bounds(20.0..=80.0);
/// assert_eq!((online.low(), online.high()), (20.0, 80.0));
/// assert_eq!(online.channels(), ["search", "social"]);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct GroupBudget {
    group: String,
    channels: Vec<String>,
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    group: String,
    channels: Vec<String>,
    low: f64,
    high: f64,
}

impl TryFrom<Fields> for GroupBudget {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let budget = Self::new(fields.group, fields.channels).with_bounds(fields.low..=fields.high);
        budget.check().map(|()| budget)
    }
}

impl GroupBudget {
    /// A group of one or more channels, without bounds on their common spend yet.
    pub fn new(
        group: impl Into<String>,
        channels: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            group: group.into(),
            channels: channels.into_iter().map(Into::into).collect(),
            low: 0.0,
            high: f64::INFINITY,
        }
    }

    /// The least and the most the channels may spend together, both included; the upper bound may
    /// be infinite.
    #[must_use]
    pub fn with_bounds(self, bounds: RangeInclusive<f64>) -> Self {
        let (low, high) = bounds.into_inner();
        Self { low, high, ..self }
    }

    pub(crate) fn check(&self) -> Result<()> {
        let Self {
            group,
            channels,
            low,
            high,
        } = self;
        if channels.is_empty() {
            return Err(Error::Empty {
                what: format!("group {group:?}").into(),
                expected: "at least one channel".into(),
            });
        }
        if let Some(twice) = repeated(channels.iter().map(String::as_str)) {
            return Err(Error::setting(
                format!("channel of group {group:?}"),
                format!("{twice:?} twice"),
                "each channel once",
            ));
        }
        if !(low.is_finite() && *low >= 0.0) {
            return Err(Error::setting(
                format!("lower bound of group {group:?}"),
                low,
                "a finite number, 0 or more",
            ));
        }
        if high.is_nan() || high < low {
            return Err(Error::setting(
                format!("upper bound of group {group:?}"),
                high,
                format!("at least its lower bound {low}"),
            ));
        }
        Ok(())
    }

    /// The group's name.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The names of its channels.
    pub fn channels(&self) -> &[String] {
        &self.channels
    }

    /// The least its channels may spend together.
    pub const fn low(&self) -> f64 {
        self.low
    }

    /// The most its channels may spend together; may be infinite.
    pub const fn high(&self) -> f64 {
        self.high
    }
}
