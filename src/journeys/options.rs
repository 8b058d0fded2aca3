//! How journeys are cut out of a log.

pub(crate) mod lookback;

use crate::error::{Error, Result};
use crate::event::CostSource;
use crate::journeys::options::lookback::Lookback;
use crate::time::TimeRange;
use crate::time::limits::SECONDS;
use crate::util::known_fields::refuse_unknown_fields;
use serde::{Deserialize, Serialize};
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
#[serde(remote = "Self", default, deny_unknown_fields)]
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
    pub(crate) unique_orders: bool,
    pub(crate) net_of_returns: bool,
    pub(crate) cost_source: Option<CostSource>,
    pub(crate) most_touches: Option<NonZeroUsize>,
}

refuse_unknown_fields!(JourneyOptions, serialize);

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
    /// rows after it are not read, so the log ends there.
    #[must_use]
    pub fn with_period(self, period: TimeRange) -> Self {
        Self { period, ..self }
    }

    /// The last second observed, in seconds since 1970-01-01T00:00:00Z; later rows are not read. By
    /// default the second of the last row, or the last one of the period if that is earlier.
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

    /// Whether an order counts once, where conversions have an `order_id`; it does by default.
    ///
    /// Rows of one order and goal by one person in one second are the order's lines: one conversion,
    /// their values added. Rows of it at another time or by another person repeat it, as a page that
    /// was loaded again or a second system that reports it: the earliest stands, of one second that
    /// of the person first in rank, and the others are counted
    /// ([`Irregularities::repeated_orders`](crate::journeys::Irregularities)) but are no conversions.
    /// Rows without an order id are conversions each.
    ///
    /// Repeats are found among the rows of one builder. Where a log is split into shards by person,
    /// an order that persons of two shards repeat counts twice.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let (paid, again) = (1_767_315_600, 1_767_315_660);
    /// let mut log = Events::new();
    /// for (time, value) in [(paid, 30.0), (paid, 20.0), (again, 50.0)] {
    ///     log.push(Event::conversion("ann", time).with_value(value).with_order_id("T-1"))?;
    /// }
    /// let totals = |options| Ok::<_, mixtouch::Error>(Journeys::from_events(&log, options)?.totals());
    /// let unique = totals(JourneyOptions::default())?;
    /// assert_eq!((unique.conversions, unique.value), (1.0, 50.0));
    /// let rows = totals(JourneyOptions::default().with_unique_orders(false))?;
    /// assert_eq!((rows.conversions, rows.value), (3.0, 100.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_unique_orders(self, unique_orders: bool) -> Self {
        Self {
            unique_orders,
            ..self
        }
    }

    /// Takes returns off the conversions they belong to, and so off credit, value and ROAS. Not by
    /// default. The log must keep returns ([`Events::keep_returns`](crate::Events::keep_returns)).
    ///
    /// A return belongs to the order of its `order_id`, whoever brings it back; without one to its
    /// person's latest conversion before it of which something is left. A conversion loses the
    /// refund from its value; one that is returned whole is no conversion, and uses up no touches. A
    /// refund beyond what a conversion was worth has no further effect. Returns after the end of
    /// observation do not count.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys, Kind};
    ///
    /// let mut log = Events::new().keep_returns();
    /// log.push(Event::conversion("ann", 1_767_229_200).with_value(100.0).with_order_id("T-1"))?;
    /// log.push(Event::conversion("bob", 1_767_229_200).with_value(40.0).with_order_id("T-2"))?;
    /// let refund = Event::of_kind(Kind::Return, "ann", 1_767_484_800).with_value(-100.0);
    /// log.push(refund.with_order_id("T-1"))?;
    /// let options = JourneyOptions::default().with_net_of_returns(true);
    /// let totals = Journeys::from_events(&log, options)?.totals();
    /// assert_eq!((totals.conversions, totals.value), (1.0, 40.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_net_of_returns(self, net_of_returns: bool) -> Self {
        Self {
            net_of_returns,
            ..self
        }
    }

    /// Which costs hold of a channel that states them both on touches and in a table
    /// ([`JourneyBuilder::add_costs`](crate::JourneyBuilder::add_costs)). Such a channel is refused
    /// by default.
    #[must_use]
    pub fn with_cost_source(self, source: CostSource) -> Self {
        Self {
            cost_source: Some(source),
            ..self
        }
    }

    /// Leaves out the touches of every person who has more than this, as robots and shared devices
    /// have. Their conversions stay, and are unattributed; what their touches cost stays too. All
    /// persons' touches count by default;
    /// [`Journeys::irregularities`](crate::Journeys::irregularities) tells what a limit would change.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    /// use std::num::NonZeroUsize;
    ///
    /// let mut log = Events::new();
    /// for second in 0..5 {
    ///     log.push(Event::touch("bot", 1_767_225_600 + second, "display"))?;
    /// }
    /// log.push(Event::touch("ann", 1_767_225_600, "search"))?;
    /// let most = NonZeroUsize::new(4).expect("not 0");
    /// let options = JourneyOptions::default().with_most_touches(most);
    /// assert_eq!(Journeys::from_events(&log, options)?.totals().touchpoints, 1.0);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_most_touches(self, touches: NonZeroUsize) -> Self {
        Self {
            most_touches: Some(touches),
            ..self
        }
    }

    /// Whether orders matter.
    pub(crate) fn reads_orders(&self) -> bool {
        self.unique_orders || self.net_of_returns
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

    /// The end of observation where the options state one, whatever the last row is.
    ///
    /// # Errors
    /// If it is no second of a log.
    pub(crate) fn stated_end(&self) -> Result<Option<u32>> {
        let Some(end) = self.observation_end else {
            return Ok(None);
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
