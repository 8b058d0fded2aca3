//! How journeys are cut out of a log.

mod counted_rows;
pub(crate) mod lookback;

use crate::error::{Error, Result};
use crate::event::CostSource;
use crate::journeys::options::lookback::Lookback;
use crate::time::TimeRange;
use crate::time::limits::SECONDS;
use crate::util::known_fields::KnownFields;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::num::NonZeroUsize;

/// What is made of a journey's sequence of channels. On `D A B B C D C C`: exposure gives
/// `D A B C D C`, first `D A B C`, last `A B D C`. Exposure and last keep the latest age of a
/// channel's merged touches, first the earliest.
///
/// ```
/// use mixtouch::journeys::Transform;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "search"))?;
/// log.push(Event::touch("ann", 1_767_229_200, "search"))?;
/// log.push(Event::conversion("ann", 1_767_312_000))?;
/// let options = JourneyOptions::default().with_transform(Transform::Exposure);
/// let journeys = Journeys::from_events(&log, options)?;
/// assert_eq!(journeys.get(0).map(|journey| journey.len()), Some(1));
/// # Ok::<(), mixtouch::Error>(())
/// ```
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

/// Up to when rows are read: the earlier one of the period's end and the end of observation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Horizon {
    pub(crate) stop: Option<u32>,
}

impl Horizon {
    /// The last second that is read.
    pub(crate) fn last(self) -> u32 {
        self.stop.map_or(u32::MAX, |stop| stop.saturating_sub(1))
    }

    /// Whether a row of that second is read.
    #[inline]
    pub(crate) fn reads(self, time: u32) -> bool {
        self.stop.is_none_or(|stop| time < stop)
    }
}

/// How journeys are cut out of a log. Work on a person's rows goes in this order: window, exclude,
/// transform, trim.
///
/// ```
/// use mixtouch::journeys::Transform;
/// use mixtouch::{JourneyOptions, Lookback};
///
/// let options = JourneyOptions::default()
///     .with_lookback(Lookback::days(14.0)?)
///     .with_transform(Transform::Exposure);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", default)]
pub struct JourneyOptions {
    pub(crate) lookback: Lookback,
    pub(crate) period: TimeRange,
    pub(crate) observation_end: Option<i64>,
    pub(crate) goal: Option<String>,
    pub(crate) reuse: bool,
    pub(crate) exclude: Vec<String>,
    pub(crate) transform: Transform,
    pub(crate) trim: Option<NonZeroUsize>,
    #[serde(rename = "drop_immature")]
    pub(crate) drop_censored: bool,
    pub(crate) deduplicate: bool,
    pub(crate) segment: Option<String>,
    pub(crate) touch_columns: Vec<String>,
    pub(crate) orders: bool,
    pub(crate) unique_orders: bool,
    pub(crate) net_of_returns: bool,
    pub(crate) cost_source: Option<CostSource>,
    pub(crate) most_touches: Option<NonZeroUsize>,
}

// what serde derives for `Self` as if it were another crate's, with unknown fields refused
impl Serialize for JourneyOptions {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        Self::serialize(self, to)
    }
}

impl<'de> Deserialize<'de> for JourneyOptions {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        Self::deserialize(KnownFields(from))
    }
}

impl Default for JourneyOptions {
    /// 30 days of lookback, all rows, orders unique; nothing reshaped.
    fn default() -> Self {
        Self {
            lookback: Lookback::default(),
            period: TimeRange::default(),
            observation_end: None,
            goal: None,
            reuse: false,
            exclude: Vec::new(),
            transform: Transform::None,
            trim: None,
            drop_censored: false,
            deduplicate: false,
            segment: None,
            touch_columns: Vec::new(),
            orders: false,
            unique_orders: true,
            net_of_returns: false,
            cost_source: None,
            most_touches: None,
        }
    }
}

impl JourneyOptions {
    /// How far back touches count. 30 days by default.
    #[must_use]
    pub fn with_lookback(self, lookback: Lookback) -> Self {
        Self { lookback, ..self }
    }

    /// The time whose conversions are reported; all by default. Rows before it serve as context;
    /// rows after it are not read. A stated end is the end of observation, also where the last row
    /// is earlier: until then nothing else happened. Of a day or month that is not over, state the
    /// present second.
    #[must_use]
    pub fn with_period(self, period: TimeRange) -> Self {
        Self { period, ..self }
    }

    /// The last second observed, in seconds since 1970-01-01T00:00:00Z; later rows are not read. By
    /// default the last second of the period or, where that is open, of the last row.
    ///
    /// State it where a log is split into shards: each shard has another last row, and all must
    /// agree on how long they watched persons without a conversion. Building fails on a second
    /// outside 0 to 4294967295.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut shard = Events::new();
    /// shard.push(Event::touch("ann", 1_767_225_600, "search"))?;
    /// let cut = |options| Journeys::from_events(&shard, options);
    ///
    /// // the shard's only row ends its log: Ann's journey is cut short
    /// assert_eq!(cut(JourneyOptions::default())?.censored(), 1);
    /// // the whole log went on for another 60 days
    /// let options = JourneyOptions::default().with_observation_end(1_772_409_600);
    /// assert_eq!(cut(options)?.censored(), 0);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_observation_end(self, second: i64) -> Self {
        Self {
            observation_end: Some(second),
            ..self
        }
    }

    /// The last second observed, where one is stated.
    pub fn observation_end(&self) -> Option<i64> {
        self.observation_end
    }

    /// Only conversions of this goal count; those of others are as if they were not there. All
    /// goals by default.
    #[must_use]
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
    #[must_use]
    pub fn with_reuse(self, reuse: bool) -> Self {
        Self { reuse, ..self }
    }

    /// Leaves these channels out of every journey in which another one remains. None by default.
    #[must_use]
    pub fn with_exclude<S: Into<String>>(self, channels: impl IntoIterator<Item = S>) -> Self {
        Self {
            exclude: channels.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// What is made of the sequence of channels. Nothing by default.
    #[must_use]
    pub fn with_transform(self, transform: Transform) -> Self {
        Self { transform, ..self }
    }

    /// Keeps the last `touches` of each journey. All by default.
    #[must_use]
    pub fn with_trim(self, touches: NonZeroUsize) -> Self {
        Self {
            trim: Some(touches),
            ..self
        }
    }

    /// Leaves out null journeys that the end of the log cuts: their person may yet convert. Kept
    /// and counted by default.
    #[must_use]
    pub fn with_drop_censored(self, drop_censored: bool) -> Self {
        Self {
            drop_censored,
            ..self
        }
    }

    /// Drops rows of a person that repeat another one in everything. Kept by default.
    #[must_use]
    pub fn with_deduplicate(self, deduplicate: bool) -> Self {
        Self {
            deduplicate,
            ..self
        }
    }

    /// Groups journeys by a named column of the log, such as `device`: by the text on the row
    /// that closes a journey (the first conversion of its second; the last touch of one without
    /// conversion), and persons by the text on their first row. None by default.
    #[must_use]
    pub fn with_segment(self, column: impl Into<String>) -> Self {
        Self {
            segment: Some(column.into()),
            ..self
        }
    }

    /// Keeps the texts of these named columns of touches, from the broadest to the narrowest, such
    /// as `campaign` and `ad`, so that credit can be stated at each level below the channel
    /// ([`CreditLevels`](crate::attribution::CreditLevels)) and touch by touch
    /// ([`JourneyCredit::touch_text`](crate::attribution::JourneyCredit::touch_text)). None by
    /// default. Models see channels alone.
    ///
    /// 4 bytes a touch, however many columns, and each combination of texts once.
    #[must_use]
    pub fn with_touch_columns<S: Into<String>>(self, columns: impl IntoIterator<Item = S>) -> Self {
        Self {
            touch_columns: columns.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// Keeps order id, goal and place of each conversion, so that credit can be joined to orders
    /// ([`JourneyCredit::conversions`](crate::attribution::JourneyCredit::conversions)). Not by
    /// default.
    ///
    /// 24 bytes a conversion, 8 a journey that ends in one, and each order id once.
    #[must_use]
    pub fn with_orders(self, orders: bool) -> Self {
        Self { orders, ..self }
    }

    /// Whether a builder keeps which touches are clicks and which are views.
    pub(crate) fn keeps_interactions(&self) -> bool {
        self.lookback.reads_interactions() || self.deduplicate
    }

    /// How many seconds before its close a journey may have a touch: a journey without a conversion
    /// closes a lookback after its last touch, whose own lookback reaches back as far again.
    pub(crate) fn reach(&self) -> u32 {
        self.lookback.longest().saturating_mul(2)
    }

    /// Up to when rows are read.
    pub(crate) fn horizon(&self) -> Horizon {
        let observed = self
            .observation_end
            .and_then(|end| u32::try_from(end.saturating_add(1).max(0)).ok());
        let stop = match (self.period.stated_end(), observed) {
            (Some(stop), Some(observed)) => Some(stop.min(observed)),
            (stop, observed) => stop.or(observed),
        };
        Horizon { stop }
    }

    /// The end of observation where the options state one, by itself or as that of the period,
    /// whatever the last row is.
    ///
    /// # Errors
    /// If it is no second of a log.
    pub(crate) fn stated_end(&self) -> Result<Option<u32>> {
        let Some(end) = self.observation_end else {
            return Ok(self.period.stated_end().map(|_| self.period.last()));
        };
        let end = u32::try_from(end)
            .map_err(|_| Error::setting("the end of observation", end, SECONDS))?;
        Ok(Some(end.min(self.period.last())))
    }

    /// Whether every journey is a run of its person's touches, so that journeys and timelines can
    /// share them.
    pub(crate) fn keeps_runs(&self) -> bool {
        self.lookback.is_uniform() && self.exclude.is_empty() && self.transform == Transform::None
    }
}
