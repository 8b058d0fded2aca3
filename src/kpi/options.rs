//! The options that every KPI report takes.

mod offline_channels;

pub use self::offline_channels::OfflineChannels;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::journeys::Lookback;
use crate::privacy::MinimumGroup;
use crate::stats::ConfidenceLevel;
use crate::time::{Periods, TimeRange, TimeZone};
use crate::util::known_fields::refuse_unknown_fields;

/// The options of KPI reports. A report reads those that concern it.
///
/// | option | default | concerns |
/// |---|---|---|
/// | confidence level | 95 % | every interval and test |
/// | minimum group | 1 person | every figure by group |
/// | range | all of the log | reports on [`PersonTimelines`](crate::kpi::PersonTimelines) |
/// | periods | none | figures over time |
/// | time zone | UTC | the days in which ranges are written |
/// | goal | all goals | conversions in reports on timelines |
/// | lookback | 30 days | contacts before an answer, a case or a service |
/// | offline channels | none | kinds of journeys |
///
/// Reports on [`Journeys`](crate::Journeys) cover the range, the goal and the lookback of these.
///
/// The end of a range, stated or that of the log, is the end of observation. What lies beyond it is
/// unknown: no figure counts it as nothing.
///
/// ```
/// use mixtouch::kpi::{KpiOptions, OfflineChannels};
/// use mixtouch::privacy::MinimumGroup;
/// use mixtouch::stats::ConfidenceLevel;
/// use mixtouch::Lookback;
///
/// let options = KpiOptions::default()
///     .with_level(ConfidenceLevel::new(0.9)?)
///     .with_minimum(MinimumGroup::new(20)?)
///     .with_offline(OfflineChannels::new(["store"]))
///     .with_lookback(Lookback::days(14.0)?);
/// assert_eq!(options.minimum().persons(), 20);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct KpiOptions {
    level: ConfidenceLevel,
    minimum: MinimumGroup,
    range: Option<TimeRange>,
    periods: Option<Periods>,
    zone: TimeZone,
    goal: Option<String>,
    lookback: Lookback,
    offline: OfflineChannels,
}

refuse_unknown_fields!(KpiOptions, serialize);

impl KpiOptions {
    /// Sets the confidence level of intervals and tests, 0.95 by default.
    #[must_use]
    pub fn with_level(self, level: ConfidenceLevel) -> Self {
        Self { level, ..self }
    }

    /// Sets the fewest persons of a group that is shown, 1 by default.
    ///
    /// Smaller groups are merged or left out as the minimum says. Small periods, steps, edges,
    /// kinds of journeys and tests with a small arm are always left out.
    #[must_use]
    pub fn with_minimum(self, minimum: MinimumGroup) -> Self {
        Self { minimum, ..self }
    }

    /// Sets the range of reports on timelines; from the log's first row to its last by default.
    /// Contacts before the range still count for what happens in it.
    #[must_use]
    pub fn with_range(self, range: TimeRange) -> Self {
        Self {
            range: Some(range),
            ..self
        }
    }

    /// Sets the periods of figures over time; none by default. Retention and cohorts then have
    /// one period, the whole range.
    #[must_use]
    pub fn with_periods(self, periods: Periods) -> Self {
        Self {
            periods: Some(periods),
            ..self
        }
    }

    /// Sets the time zone in whose days reports write their ranges; UTC by default. Periods keep the
    /// zone they were made in.
    #[must_use]
    pub fn with_zone(self, zone: TimeZone) -> Self {
        Self { zone, ..self }
    }

    /// Makes conversions of this goal alone count in reports on timelines; all goals by default.
    /// Reports on journeys count those that
    /// [`JourneyOptions::with_goal`](crate::JourneyOptions::with_goal) kept.
    ///
    /// ```
    /// use mixtouch::kpi::customers::{CartAbandonment, CartOptions};
    /// use mixtouch::kpi::{KpiOptions, PersonTimelines};
    /// use mixtouch::time::TimeRange;
    /// use mixtouch::{Event, Events, Kind};
    ///
    /// let mut log = Events::new().keep_all();
    /// log.push(Event::of_kind(Kind::Cart, "ann", 1_767_225_600).with_value(30.0))?;
    /// log.push(Event::conversion("ann", 1_767_229_200).with_goal("newsletter"))?;
    /// let options = KpiOptions::default()
    ///     .with_range(TimeRange::new(1_767_225_600, 1_769_904_000)?)
    ///     .with_goal("purchase");
    /// let timelines = PersonTimelines::new(&log)?;
    /// let carts = CartAbandonment::new(&timelines, &CartOptions::default(), &options)?;
    /// assert_eq!(carts.overall.abandoned.count, 1, "a newsletter buys no cart");
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_goal(self, goal: impl Into<String>) -> Self {
        Self {
            goal: Some(goal.into()),
            ..self
        }
    }

    /// Sets how far back contacts count, 30 days by default. Only the general lookback has an
    /// effect, not one by channel or interaction.
    #[must_use]
    pub fn with_lookback(self, lookback: Lookback) -> Self {
        Self { lookback, ..self }
    }

    /// Sets which channels and places of sale are offline; none by default.
    #[must_use]
    pub fn with_offline(self, offline: OfflineChannels) -> Self {
        Self { offline, ..self }
    }

    /// Confidence level of intervals and tests.
    pub fn level(&self) -> ConfidenceLevel {
        self.level
    }

    /// The fewest persons of a group that is shown.
    pub fn minimum(&self) -> &MinimumGroup {
        &self.minimum
    }

    /// Range of reports on timelines, if one is set.
    pub fn range(&self) -> Option<TimeRange> {
        self.range
    }

    /// Periods of figures over time, if any are set.
    pub fn periods(&self) -> Option<&Periods> {
        self.periods.as_ref()
    }

    /// The time zone in whose days ranges are written.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The goal whose conversions count in reports on timelines, if one is set.
    pub fn goal(&self) -> Option<&str> {
        self.goal.as_deref()
    }

    /// How far back contacts count.
    pub fn lookback(&self) -> &Lookback {
        &self.lookback
    }

    /// The offline channels and places of sale.
    pub fn offline(&self) -> &OfflineChannels {
        &self.offline
    }

    /// The periods, or the whole range as one.
    pub(crate) fn periods_or(&self, range: TimeRange) -> Result<Periods> {
        match &self.periods {
            Some(periods) => Ok(periods.clone()),
            None => {
                let whole = Periods::new(vec![range.from(), range.to()])?;
                Ok(whole.shown_in(&self.zone))
            }
        }
    }

    /// A range as reports write it.
    pub(crate) fn shown(&self, range: TimeRange) -> TimeRange {
        range.shown_in(&self.zone)
    }
}
