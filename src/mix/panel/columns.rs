//! Which columns of a table make a panel.

use crate::error::{Error, Result};
use crate::mix::panel::period::Frequency;
use crate::mix::panel::reach_columns::ReachColumns;

/// Which columns of a table make the panel. Rows may come in any order; geos are put in the order
/// of their names.
///
/// ```
/// use mixtouch::mix::panel::PanelColumns;
///
/// let csv = "week,geo,tv,sales\n2024-01-08,north,3,9\n2024-01-01,north,5,8\n2024-01-01,south,0,4\n2024-01-08,south,1,5\n";
/// let panel = PanelColumns::new("week", "sales").channel("tv").geo("geo").read(csv.as_bytes())?;
/// assert_eq!(panel.kpi(), [8.0, 9.0, 4.0, 5.0]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelColumns {
    pub(super) date: String,
    pub(super) kpi: Option<String>,
    pub(super) period: Option<Frequency>,
    pub(super) channels: Vec<(String, Option<String>)>,
    /// Channels without spend.
    pub(super) organic: Vec<String>,
    pub(super) reaches: Vec<ReachColumns>,
    pub(super) controls: Vec<String>,
    /// Controls that periods to come have at their last value.
    pub(super) held: Vec<String>,
    pub(super) events: Vec<String>,
    pub(super) geo: Option<String>,
    pub(super) population: Option<String>,
    pub(super) revenue_per_kpi: Option<String>,
    pub(super) weight: Option<String>,
}

impl PanelColumns {
    /// The columns of the periods' dates (`YYYY-MM-DD`) and of the KPI. Dates are first days, but
    /// for months and quarters whose every date is the last day of a month.
    pub fn new(date: impl Into<String>, kpi: impl Into<String>) -> Self {
        Self {
            date: date.into(),
            kpi: Some(kpi.into()),
            period: None,
            channels: vec![],
            organic: vec![],
            reaches: vec![],
            controls: vec![],
            held: vec![],
            events: vec![],
            geo: None,
            population: None,
            revenue_per_kpi: None,
            weight: None,
        }
    }

    /// The length of the periods, where it is not to be found from the dates.
    #[must_use]
    pub fn period(mut self, period: Frequency) -> Self {
        self.period = Some(period);
        self
    }

    /// One more channel, measured in spend.
    #[must_use]
    pub fn channel(mut self, spend: impl Into<String>) -> Self {
        self.channels.push((spend.into(), None));
        self
    }

    /// One more channel, measured in exposures and named after their column, with its spend in
    /// another column.
    #[must_use]
    pub fn channel_with_exposures(
        mut self,
        exposure: impl Into<String>,
        spend: impl Into<String>,
    ) -> Self {
        self.channels.push((exposure.into(), Some(spend.into())));
        self
    }

    /// One more channel without spend, measured in its activity (see
    /// [`Panel::with_organic_channel`](crate::mix::panel::Panel::with_organic_channel)).
    #[must_use]
    pub fn organic_channel(mut self, activity: impl Into<String>) -> Self {
        self.organic.push(activity.into());
        self
    }

    /// One more channel, measured in the persons reached and how often each of them saw it (see
    /// [`Panel::with_reach_frequency`](crate::mix::panel::Panel::with_reach_frequency)), with a column
    /// of its spend where there is one. Such channels come after all others.
    #[must_use]
    pub fn channel_with_reach(
        mut self,
        name: impl Into<String>,
        reach: impl Into<String>,
        frequency: impl Into<String>,
        spend: Option<&str>,
    ) -> Self {
        let columns = [reach.into(), frequency.into()];
        let spend = spend.map(Into::into);
        self.reaches
            .push(ReachColumns::new(name.into(), columns, spend));
        self
    }

    /// One more control.
    #[must_use]
    pub fn control(mut self, column: impl Into<String>) -> Self {
        self.controls.push(column.into());
        self
    }

    /// Holds a control at its last value in each geo over periods to come: tables for
    /// [`PanelColumns::read_future`] need no column of it, and one that is there is not looked at.
    ///
    /// ```
    /// use mixtouch::mix::panel::PanelColumns;
    ///
    /// let columns = PanelColumns::new("week", "sales").channel("tv").control("price");
    /// let columns = columns.hold_control("price");
    /// let panel = "week,tv,price,sales\n2024-01-01,40,9,90\n2024-01-08,20,8,80\n";
    /// let panel = columns.read(panel.as_bytes())?;
    /// let next = columns.read_future(&panel, "week,tv\n2024-01-15,30\n".as_bytes())?;
    /// assert_eq!(next.controls()[0].values(), [8.0]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn hold_control(mut self, column: impl Into<String>) -> Self {
        self.held.push(column.into());
        self
    }

    /// A column of event names: each name but the empty one, `na` and `none` becomes a control of
    /// ones and zeros, `column=name`
    /// (see [`Panel::with_event`](crate::mix::panel::Panel::with_event)).
    #[must_use]
    pub fn events(mut self, column: impl Into<String>) -> Self {
        self.events.push(column.into());
        self
    }

    /// The column of geo names.
    #[must_use]
    pub fn geo(mut self, column: impl Into<String>) -> Self {
        self.geo = Some(column.into());
        self
    }

    /// The column of populations; each geo's first row counts.
    #[must_use]
    pub fn population(mut self, column: impl Into<String>) -> Self {
        self.population = Some(column.into());
        self
    }

    /// The column of revenue per unit of the KPI.
    #[must_use]
    pub fn revenue_per_kpi(mut self, column: impl Into<String>) -> Self {
        self.revenue_per_kpi = Some(column.into());
        self
    }

    /// The column of weights: how much a row counts in the fit, 0 where its KPI is not to be looked
    /// at; spend in it works on all the same.
    #[must_use]
    pub fn weight(mut self, column: impl Into<String>) -> Self {
        self.weight = Some(column.into());
        self
    }

    /// The columns of numbers with what they may hold: KPI, spend and exposures of each channel,
    /// controls, then the optional ones.
    pub(super) fn numbers(&self) -> Vec<(&str, bool)> {
        let channels = self.channels.iter().flat_map(|(column, spend)| {
            [
                Some((column.as_str(), true)),
                spend.as_deref().map(|s| (s, true)),
            ]
        });
        let optional = [&self.population, &self.revenue_per_kpi, &self.weight]
            .into_iter()
            .map(|c| c.as_deref().map(|c| (c, true)));
        let organic = self.organic.iter().map(|c| Some((c.as_str(), true)));
        let reaches = self.reaches.iter().flat_map(ReachColumns::columns);
        let reaches = reaches.map(|column| Some((column, true)));
        let controls = self.controls.iter().map(|c| Some((c.as_str(), false)));
        [self.kpi.as_deref().map(|kpi| (kpi, false))]
            .into_iter()
            .chain(channels)
            .chain(organic)
            .chain(reaches)
            .chain(controls)
            .chain(optional)
            .flatten()
            .collect()
    }

    /// An error if a column has two roles.
    pub(super) fn check_roles(&self) -> Result<()> {
        let numbers = self.numbers().into_iter().map(|(name, _)| name);
        let mut seen: Vec<&str> = vec![];
        for name in [self.date.as_str()]
            .into_iter()
            .chain(self.geo.as_deref())
            .chain(numbers)
            .chain(self.events.iter().map(String::as_str))
        {
            if seen.contains(&name) {
                return Err(Error::setting(
                    "column",
                    format!("{name:?} in two roles"),
                    "one role for each column",
                ));
            }
            seen.push(name);
        }
        Ok(())
    }
}
