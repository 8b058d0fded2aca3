//! How figures are told apart: over time and by kind of journey.

use serde::{Deserialize, Serialize};

use crate::channel::Channels;
use crate::error::Result;
use crate::journeys::Lookback;
use crate::kpi::journeys::OfflineChannels;
use crate::kpi::journeys::contact_path::Contacts;
use crate::kpi::timelines::PersonTimelines;
use crate::privacy::MinimumGroup;
use crate::stats::ConfidenceLevel;
use crate::time::Periods;

/// How the figures of [`VoiceOfCustomer`](crate::kpi::service::VoiceOfCustomer),
/// [`Resolutions`](crate::kpi::service::Resolutions) and [`Service`](crate::kpi::service::Service) are told apart: by periods,
/// and by how the person came.
///
/// How a person came is read off the contacts - rows of every kind but surveys that name a channel
/// - up to the answer, the case or the service, and no longer before it than the lookback, 30 days
/// unless stated: how many channels, and whether they were online or offline.
///
/// ```
/// use mixtouch::kpi::journeys::OfflineChannels;
/// use mixtouch::kpi::options::KpiOptions;
/// use mixtouch::Lookback;
///
/// let grouping = KpiOptions::default().with_offline(OfflineChannels::new(["store"])).with_lookback(Lookback::days(14.0)?);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KpiOptions {
    level: ConfidenceLevel,
    offline: OfflineChannels,
    lookback: Lookback,
    periods: Option<Periods>,
    minimum: MinimumGroup,
}

impl KpiOptions {
    /// The level of confidence of intervals and tests, 0.95 by default.
    #[must_use]
    pub fn with_level(self, level: ConfidenceLevel) -> Self {
        Self { level, ..self }
    }

    /// Which channels are offline; none by default, and then no two worlds are compared.
    #[must_use]
    pub fn with_offline(self, offline: OfflineChannels) -> Self {
        Self { offline, ..self }
    }

    /// How far back contacts count: the general lookback; one by channel or interaction is of no
    /// effect.
    #[must_use]
    pub fn with_lookback(self, lookback: Lookback) -> Self {
        Self { lookback, ..self }
    }

    /// The periods of figures over time; none by default.
    #[must_use]
    pub fn with_periods(self, periods: Periods) -> Self {
        Self {
            periods: Some(periods),
            ..self
        }
    }

    /// The fewest persons of a group that is shown. Small kinds of journeys, agents and teams are
    /// taken together or left out as it says; small periods, and tests with a small arm, are left
    /// out.
    #[must_use]
    pub fn with_minimum(self, minimum: MinimumGroup) -> Self {
        Self { minimum, ..self }
    }

    pub(crate) fn level(&self) -> ConfidenceLevel {
        self.level
    }

    pub(crate) fn lookback(&self) -> u32 {
        self.lookback.seconds()
    }

    pub(crate) fn periods(&self) -> Option<&Periods> {
        self.periods.as_ref()
    }

    pub(crate) fn minimum(&self) -> &MinimumGroup {
        &self.minimum
    }

    /// Fails where an offline channel is none of the log.
    pub(crate) fn contacts<'a>(&self, histories: &PersonTimelines<'a>) -> Result<Contacts<'a>> {
        let log = histories.log();
        self.offline
            .check(&[Some(&Channels::new(log.channel_names().iter())?)])?;
        let offline = log
            .channel_names()
            .iter()
            .map(|name| self.offline.contains(name))
            .collect();
        Ok(Contacts::new(log, offline, self.lookback()))
    }
}
