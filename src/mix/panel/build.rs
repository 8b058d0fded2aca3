//! The panel itself, built column by column and checked on the way.

use ndarray::{ArrayView2, ArrayView3};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::panel::column::{Channel, Control};
use crate::mix::panel::period::Frequency;
use crate::mix::panel::rules::{distinct, expected, is_allowed};
use crate::time::Day;

/// Spend, KPI and controls by geo and period: every geo has every period, and periods follow one
/// another without a gap.
///
/// Numbers are within -1e15 to 1e15. All columns are laid out geo by geo, each geo's periods in
/// order: the value of geo g and period t is at `g * periods + t`.
///
/// ```
/// use mixtouch::mix::panel::Panel;
///
/// let dates = ["2024-01-01", "2024-01-08", "2024-01-15"].map(|d| d.parse().unwrap());
/// let panel = Panel::national(dates.to_vec(), vec![120.0, 150.0, 131.0])?
///     .with_channel("tv", vec![0.0, 1000.0, 400.0])?
///     .with_control("price", vec![9.9, 9.5, 9.9])?;
/// assert_eq!(panel.periods(), 3);
/// assert!(panel.clone().with_channel("radio", vec![0.0, -1.0, 0.0]).is_err());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Panel {
    pub(crate) period: Frequency,
    pub(crate) dates: Vec<Day>,
    pub(crate) geos: Vec<String>,
    pub(crate) kpi: Vec<f64>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) controls: Vec<Control>,
    pub(crate) population: Option<Vec<f64>>,
    pub(crate) revenue_per_kpi: Option<Vec<f64>>,
    pub(crate) weights: Option<Vec<f64>>,
    /// Rows in which a geo was not there; empty where all were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) absent: Vec<bool>,
}

#[derive(Deserialize)]
struct Fields {
    period: Frequency,
    dates: Vec<Day>,
    geos: Vec<String>,
    kpi: Vec<f64>,
    channels: Vec<Channel>,
    controls: Vec<Control>,
    population: Option<Vec<f64>>,
    revenue_per_kpi: Option<Vec<f64>>,
    weights: Option<Vec<f64>>,
    #[serde(default)]
    absent: Vec<bool>,
}

impl TryFrom<Fields> for Panel {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let mut panel = Self::new(Some(fields.period), fields.dates, fields.geos, fields.kpi)?;
        for channel in fields.channels {
            let (history, earlier) = (channel.history.clone(), channel.frequency_history.clone());
            let name = channel.name.clone();
            panel = panel
                .add_like(channel)?
                .with_history(&name, history)?
                .with_frequency_history(&name, earlier)?;
        }
        for control in fields.controls {
            panel = panel.add_control(control)?;
        }
        if let Some(population) = fields.population {
            panel = panel.with_population(population)?;
        }
        if let Some(revenue) = fields.revenue_per_kpi {
            panel = panel.with_revenue_per_kpi(revenue)?;
        }
        if let Some(weights) = fields.weights {
            panel = panel.with_weights(weights)?;
        }
        if !fields.absent.is_empty() {
            panel = panel.with_absent_rows(fields.absent)?;
        }
        Ok(panel)
    }
}

impl Panel {
    /// A panel of one nation: a KPI per period, the dates being the periods' first days.
    ///
    /// # Errors
    /// If the dates are not evenly spaced days, weeks (1, 2 or 4), months or quarters in order, or
    /// the KPI is not one finite number per date.
    pub fn national(dates: Vec<Day>, kpi: Vec<f64>) -> Result<Self> {
        Self::new(None, dates, vec!["all".into()], kpi)
    }

    /// A panel by geo: `kpi` holds the first geo's periods in order, then the second's, and so on.
    /// The period's length is found from the dates if it is not given.
    ///
    /// # Errors
    /// Like [`Panel::national`]; also if a geo's name is empty or comes twice.
    pub fn new(
        period: Option<Frequency>,
        dates: Vec<Day>,
        geos: Vec<String>,
        kpi: Vec<f64>,
    ) -> Result<Self> {
        if dates.is_empty() || geos.is_empty() {
            return Err(Error::Empty {
                what: "panel".into(),
                expected: "one period and one geo at least".into(),
            });
        }
        let period = period.map_or_else(|| Frequency::from_dates(&dates), Ok)?;
        if let Some((at, expected)) = period.misstep(&dates) {
            return Err(Error::setting("date", dates[at], expected));
        }
        distinct("geo", geos.iter().map(String::as_str))?;
        let panel = Self {
            period,
            dates,
            geos,
            kpi: vec![],
            channels: vec![],
            controls: vec![],
            population: None,
            revenue_per_kpi: None,
            weights: None,
            absent: vec![],
        };
        panel.column("kpi", &kpi, f64::NEG_INFINITY)?;
        Ok(Self { kpi, ..panel })
    }

    /// A panel from arrays: KPI as period x geo, spend as period x geo x channel.
    ///
    /// # Errors
    /// Like [`Panel::new`] and [`Panel::with_channel`].
    pub fn from_arrays(
        dates: Vec<Day>,
        geos: Vec<String>,
        kpi: ArrayView2<'_, f64>,
        channels: &[&str],
        spend: ArrayView3<'_, f64>,
    ) -> Result<Self> {
        let shape = (dates.len(), geos.len(), channels.len());
        if kpi.dim() != (shape.0, shape.1) || spend.dim() != shape {
            return Err(Error::setting(
                "shape of kpi and spend",
                format!("{:?} and {:?}", kpi.dim(), spend.dim()),
                format!("{shape:?}"),
            ));
        }
        let mut panel = Self::new(None, dates, geos, kpi.t().iter().copied().collect())?;
        for (channel, name) in channels.iter().enumerate() {
            panel = panel.with_channel(
                *name,
                spend
                    .index_axis(ndarray::Axis(2), channel)
                    .t()
                    .iter()
                    .copied()
                    .collect(),
            )?;
        }
        Ok(panel)
    }

    /// The panel with one more channel, whose effect is modelled on its spend.
    ///
    /// # Errors
    /// If the name is empty, taken, `baseline`, `date` or `geo`, or the column is not one finite
    /// number, 0 or more, per row.
    pub fn with_channel(self, name: impl Into<String>, spend: Vec<f64>) -> Result<Self> {
        self.add_channel(name.into(), spend, None, None)
    }

    /// The panel with one more channel, whose effect is modelled on its exposures (impressions,
    /// GRP, clicks).
    ///
    /// # Errors
    /// Like [`Panel::with_channel`], for both columns.
    pub fn with_exposures(
        self,
        name: impl Into<String>,
        spend: Vec<f64>,
        exposure: Vec<f64>,
    ) -> Result<Self> {
        self.add_channel(name.into(), spend, Some(exposure), None)
    }

    /// The panel with one more channel without spend, whose effect is modelled on its activity:
    /// posts, letters, visits to a blog. It carries over and saturates like all channels, and has no
    /// return and no cost per unit.
    ///
    /// ```
    /// use mixtouch::Day;
    /// use mixtouch::mix::panel::Panel;
    ///
    /// let weeks = (0..3).map(|w| Day::new(19_000 + 7 * w)).collect::<Result<_, _>>()?;
    /// let panel = Panel::national(weeks, vec![9.0, 8.0, 12.0])?
    ///     .with_organic_channel("posts", vec![2.0, 0.0, 5.0])?;
    /// assert_eq!(panel.channels()[0].activity(), [2.0, 0.0, 5.0]);
    /// assert_eq!(panel.channels()[0].spend(), [0.0; 3]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// Like [`Panel::with_channel`].
    pub fn with_organic_channel(self, name: impl Into<String>, activity: Vec<f64>) -> Result<Self> {
        self.with_exposures(name, vec![0.0; activity.len()], activity)
    }

    pub(super) fn add_channel(
        mut self,
        name: String,
        spend: Vec<f64>,
        exposure: Option<Vec<f64>>,
        frequency: Option<Vec<f64>>,
    ) -> Result<Self> {
        if RESERVED.contains(&name.as_str()) {
            let expected = "a name other than baseline, date and geo, which tables of contributions have for columns of their own";
            return Err(Error::setting(
                "name of a channel",
                format!("{name:?}"),
                expected,
            ));
        }
        self.free_name(&name)?;
        self.column(&name, &spend, 0.0)?;
        if let Some(exposure) = &exposure {
            self.column(&name, exposure, 0.0)?;
        }
        if let Some(frequency) = &frequency {
            self.column(&name, frequency, 0.0)?;
            self.check_frequency(&name, exposure.as_deref().unwrap_or(&spend), frequency)?;
        }
        self.channels.push(Channel {
            name,
            spend,
            exposure,
            frequency,
            history: vec![],
            frequency_history: vec![],
        });
        Ok(self)
    }

    /// The panel with what a channel ran before the first period, measured like
    /// [`Channel::activity`]: by geo, then period, as many periods for each geo; the last one is the
    /// period before the panel's first. It works on the panel's periods by carry-over.
    ///
    /// # Errors
    /// If there is no such channel, or the values are not finite numbers of 0 or more, as many for
    /// each geo.
    ///
    /// ```
    /// use mixtouch::mix::panel::PanelColumns;
    ///
    /// let csv = "week,tv,sales\n2024-01-08,0,9\n2024-01-15,5,8\n";
    /// let panel = PanelColumns::new("week", "sales").channel("tv").read(csv.as_bytes())?;
    /// // In the two weeks before, 40 and 10 were spent.
    /// let panel = panel.with_history("tv", vec![40.0, 10.0])?;
    /// assert_eq!(panel.channels()[0].history(), [40.0, 10.0]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn with_history(mut self, channel: &str, activity: Vec<f64>) -> Result<Self> {
        let at = self.channel_index("a history", channel)?;
        if !activity.len().is_multiple_of(self.geos.len()) {
            return Err(Error::setting(
                format!("length of the history of {channel}"),
                activity.len(),
                format!("as many periods for each of {} geos", self.geos.len()),
            ));
        }
        if let Some(bad) = activity.iter().find(|x| !is_allowed(**x, 0.0)) {
            return Err(Error::setting(
                format!("history of {channel}"),
                bad,
                expected(0.0),
            ));
        }
        self.channels[at].history = activity;
        Ok(self)
    }

    /// The panel with one more control.
    ///
    /// # Errors
    /// If the name is empty or taken, or the column is not one finite number per row.
    pub fn with_control(self, name: impl Into<String>, values: Vec<f64>) -> Result<Self> {
        self.add_control(Control {
            name: name.into(),
            values,
            event: false,
        })
    }

    /// The panel with one more control that says when an event took place: 1 where it did, 0 where
    /// it did not, or how strongly. A later panel without the column is one in which the event does
    /// not take place.
    ///
    /// # Errors
    /// Like [`Panel::with_control`].
    pub fn with_event(self, name: impl Into<String>, values: Vec<f64>) -> Result<Self> {
        self.add_control(Control {
            name: name.into(),
            values,
            event: true,
        })
    }

    pub(crate) fn add_control(mut self, control: Control) -> Result<Self> {
        self.free_name(&control.name)?;
        self.column(&control.name, &control.values, f64::NEG_INFINITY)?;
        self.controls.push(control);
        Ok(self)
    }

    /// The panel with a population per geo, by which KPIs are made comparable between geos.
    ///
    /// # Errors
    /// If it is not one number > 0, at most 1e15, per geo.
    pub fn with_population(mut self, population: Vec<f64>) -> Result<Self> {
        if population.len() != self.geos.len()
            || population
                .iter()
                .any(|p| !(*p > 0.0 && is_allowed(*p, 0.0)))
        {
            let value = format!("{population:?}");
            return Err(Error::setting(
                "population",
                value,
                format!("{} numbers > 0, at most 1e15, one per geo", self.geos.len()),
            ));
        }
        self.population = Some(population);
        Ok(self)
    }

    /// The panel with the revenue one unit of the KPI brings, so that returns are in money.
    ///
    /// # Errors
    /// If it is not one finite number, 0 or more, per row.
    pub fn with_revenue_per_kpi(mut self, revenue: Vec<f64>) -> Result<Self> {
        self.column("revenue per kpi", &revenue, 0.0)?;
        self.revenue_per_kpi = Some(revenue);
        Ok(self)
    }

    /// The panel with observation weights: how much each row counts in the fit; 0 leaves a row out.
    ///
    /// # Errors
    /// If they are not one finite number, 0 or more, per row, or all are 0.
    pub fn with_weights(mut self, weights: Vec<f64>) -> Result<Self> {
        self.column("observation weight", &weights, 0.0)?;
        if weights.iter().all(|w| *w == 0.0) {
            return Err(Error::setting("observation weights", 0, "at least one > 0"));
        }
        self.weights = Some(weights);
        Ok(self)
    }

    /// The panel with rows in which a geo was not there, as before it opened, by geo, then period.
    /// They count nothing in the fit and are in no total, scenario or plan. A table that lacks such
    /// rows has them already ([`PanelColumns::read`](crate::mix::panel::PanelColumns::read)).
    ///
    /// # Errors
    /// If it does not say so of each row, says it of all, or a channel runs in one.
    pub fn with_absent_rows(mut self, absent: Vec<bool>) -> Result<Self> {
        if absent.len() != self.rows() {
            let expected = format!("{} rows, periods x geos", self.rows());
            return Err(Error::setting(
                "length of absent rows",
                absent.len(),
                expected,
            ));
        }
        for channel in &self.channels {
            let cells = channel.activity().iter().chain(channel.spend());
            let mut cells = cells.zip(absent.iter().chain(&absent));
            if let Some((value, _)) = cells.find(|(value, absent)| **absent && **value > 0.0) {
                let name = format!("{} in a row without its geo", channel.name);
                return Err(Error::setting(name, value, "0"));
            }
        }
        let weights = match self.weights.take() {
            Some(weights) => weights,
            None => vec![1.0; absent.len()],
        };
        let cells = weights.iter().zip(&absent);
        let cells = cells.map(|(weight, absent)| if *absent { 0.0 } else { *weight });
        self = self.with_weights(cells.collect())?;
        self.absent = absent;
        Ok(self)
    }

    /// An error unless a column may have the name. The panel's own names are distinct already, so
    /// that many columns do not take time with their cube.
    fn free_name(&self, name: &str) -> Result<()> {
        let controls = self.controls.iter().map(|control| control.name.as_str());
        let mut taken = self.channel_names().chain(controls);
        let same = taken.find(|other| *other == name);
        distinct("column", same.into_iter().chain([name]))
    }

    fn column(&self, name: &str, values: &[f64], low: f64) -> Result<()> {
        if values.len() != self.rows() {
            return Err(Error::setting(
                format!("length of {name}"),
                values.len(),
                format!("{} rows, periods x geos", self.rows()),
            ));
        }
        let bad = values.iter().position(|v| !is_allowed(*v, low));
        bad.map_or(Ok(()), |row| {
            let (geo, date) = (
                &self.geos[row / self.periods()],
                self.dates[row % self.periods()],
            );
            Err(Error::setting(
                format!("{name} in {geo} on {date}"),
                values[row],
                expected(low),
            ))
        })
    }
}

/// Columns of every table of contributions, which no channel's column may hide.
const RESERVED: [&str; 3] = ["baseline", "date", "geo"];
