//! The options of a dashboard.

use crate::error::{Error, Result};
use crate::journeys::arena::Journeys;
use crate::kpi::map::Stage;
use crate::kpi::options::KpiOptions;
use crate::time::{Periods, TimeRange, TimeZone};

/// The options of a [`Dashboard`](crate::kpi::dashboard::Dashboard).
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::dashboard::DashboardOptions;
/// use mixtouch::kpi::map::Stage;
/// use mixtouch::privacy::MinimumGroup;
///
/// let options = DashboardOptions::default()
///     .with_kpis(KpiOptions::default().with_minimum(MinimumGroup::new(20)?))
///     .with_model_name("last-touch")
///     .with_margin(0.4)
///     .with_stages([("social", Stage::Discovery), ("search", Stage::Consideration)]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DashboardOptions {
    pub(crate) kpis: KpiOptions,
    pub(crate) model_name: String,
    pub(crate) margin: f64,
    pub(crate) active_days: f64,
    pub(crate) most_paths: usize,
    pub(crate) stages: Vec<(String, Stage)>,
    pub(crate) purchases_by_day: bool,
}

impl Default for DashboardOptions {
    fn default() -> Self {
        Self {
            kpis: KpiOptions::default(),
            model_name: "the model".to_owned(),
            margin: 1.0,
            active_days: 31.0,
            most_paths: 10,
            stages: Vec::new(),
            purchases_by_day: false,
        }
    }
}

impl DashboardOptions {
    /// Sets the options of every report. Without periods, figures over time are by calendar month.
    #[must_use]
    pub fn with_kpis(self, kpis: KpiOptions) -> Self {
        Self { kpis, ..self }
    }

    /// Sets the name of the attribution model, as in `credited by last-touch`.
    #[must_use]
    pub fn with_model_name(self, name: impl Into<String>) -> Self {
        Self {
            model_name: name.into(),
            ..self
        }
    }

    /// Sets the share of value that is margin, 0 to 1; 1 by default.
    #[must_use]
    pub fn with_margin(self, margin: f64) -> Self {
        Self { margin, ..self }
    }

    /// Sets for how many days after a purchase a customer counts as active; 31 by default.
    #[must_use]
    pub fn with_active_days(self, active_days: f64) -> Self {
        Self {
            active_days,
            ..self
        }
    }

    /// Sets how many frequent paths are shown; 10 by default.
    #[must_use]
    pub fn with_most_paths(self, most_paths: usize) -> Self {
        Self { most_paths, ..self }
    }

    /// Sets the stage of every channel, for a second map; none by default.
    #[must_use]
    pub fn with_stages<S: Into<String>>(
        self,
        stages: impl IntoIterator<Item = (S, Stage)>,
    ) -> Self {
        let stages = stages.into_iter().map(|(name, stage)| (name.into(), stage));
        Self {
            stages: stages.collect(),
            ..self
        }
    }

    /// Sets the time zone in which months begin and ranges are written: that of the KPIs' options;
    /// UTC by default. Call it after [`DashboardOptions::with_kpis`].
    #[must_use]
    pub fn with_zone(self, zone: TimeZone) -> Self {
        Self {
            kpis: self.kpis.with_zone(zone),
            ..self
        }
    }

    /// Makes all purchases of a customer on one day one purchase; not by default. So an order
    /// corrected ten minutes later is no second purchase.
    #[must_use]
    pub fn with_purchases_by_day(self, purchases_by_day: bool) -> Self {
        Self {
            purchases_by_day,
            ..self
        }
    }

    /// The same with the goal of the journeys.
    ///
    /// # Errors
    /// If both have goals that differ.
    pub(crate) fn for_journeys(&self, journeys: &Journeys) -> Result<Self> {
        let cut = journeys
            .options()
            .and_then(|options| options.goal.as_deref());
        match (self.kpis.goal(), cut) {
            (Some(goal), cut) if cut != Some(goal) => {
                let cut = cut.map_or("all goals".to_owned(), |cut| format!("{cut:?}"));
                let expected = format!("the goal that journeys were made of, {cut}");
                Err(Error::setting(
                    "the goal of the KPIs",
                    format!("{goal:?}"),
                    expected,
                ))
            }
            (None, Some(goal)) => Ok(Self {
                kpis: self.kpis.clone().with_goal(goal),
                ..self.clone()
            }),
            _ => Ok(self.clone()),
        }
    }

    /// The options of reports on a range, in periods: those set, or the calendar months it touches.
    pub(crate) fn over(&self, range: TimeRange) -> Result<KpiOptions> {
        let periods = match self.kpis.periods() {
            Some(periods) => periods.clone(),
            None => Periods::months_of(range, self.kpis.zone())?,
        };
        Ok(self.kpis.clone().with_range(range).with_periods(periods))
    }
}
