//! Where the KPI came from: the baseline's parts and each channel's contribution, by period and geo.

use serde::Serialize;

use crate::mix::panel::Panel;
use crate::mix::specification::BaselinePart;
use crate::time::Day;

/// The baseline's parts and their contributions by row.
pub(crate) type BaselineParts = Vec<(BaselinePart, Vec<f64>)>;

/// Where the KPI came from: baseline + contributions = prediction in every row, to the last bit. All
/// series run by geo, then period.
///
/// ```
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = Search::default().with_evaluations(200);
/// let model = search.estimate(&MixSpecification::new(), &panel)?;
/// let parts = model.decomposition();
/// let media: f64 = parts.totals().iter().sum();
/// let baseline: f64 = parts.baseline().iter().sum();
/// let prediction: f64 = parts.prediction().iter().sum();
/// assert!((baseline + media - prediction).abs() < 1e-9 * prediction);
/// let channel = panel.channels()[0].name();
/// assert!(parts.total(channel).is_some_and(|total| total >= 0.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decomposition {
    pub(crate) dates: Vec<Day>,
    pub(crate) geos: Vec<String>,
    pub(crate) channels: Vec<String>,
    pub(crate) prediction: Vec<f64>,
    pub(crate) baseline: Vec<f64>,
    pub(crate) parts: BaselineParts,
    pub(crate) contributions: Vec<Vec<f64>>,
    pub(crate) immediate: Vec<Vec<f64>>,
}

impl Decomposition {
    /// The periods' first days.
    pub fn dates(&self) -> &[Day] {
        &self.dates
    }

    /// The geos' names.
    pub fn geos(&self) -> &[String] {
        &self.geos
    }

    /// The channels' names.
    pub fn channels(&self) -> &[String] {
        &self.channels
    }

    /// The predicted KPI.
    pub fn prediction(&self) -> &[f64] {
        &self.prediction
    }

    /// What is predicted without marketing: trend, seasonality, holidays and controls.
    pub fn baseline(&self) -> &[f64] {
        &self.baseline
    }

    /// The parts of the baseline by row, in units of the KPI: level, trend, season, days of the week,
    /// months, holidays and controls. Added in this order they are the baseline, to the last bit; a
    /// part may be below 0.
    ///
    /// ```
    /// use mixtouch::mix::estimate::{Estimator, Search};
    /// use mixtouch::mix::specification::MixSpecification;
    /// use mixtouch::simulate::panels::PanelWorld;
    ///
    /// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
    /// let search = Search::default().with_evaluations(200);
    /// let model = search.estimate(&MixSpecification::new(), &panel)?;
    /// let whole = model.decomposition();
    /// let first: f64 = whole.baseline_parts().map(|(_, values)| values[0]).sum();
    /// assert_eq!(first, whole.baseline()[0]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn baseline_parts(&self) -> impl ExactSizeIterator<Item = (&BaselinePart, &[f64])> {
        self.parts
            .iter()
            .map(|(part, values)| (part, values.as_slice()))
    }

    /// One part of the baseline by row; none if the model has no such part.
    pub fn baseline_part(&self, part: &BaselinePart) -> Option<&[f64]> {
        let mut parts = self.baseline_parts();
        parts
            .find(|(known, _)| *known == part)
            .map(|(_, values)| values)
    }

    /// Every channel's contribution by row, in units of the KPI, in the order of
    /// [`Decomposition::channels`].
    pub fn contributions(&self) -> &[Vec<f64>] {
        &self.contributions
    }

    /// The part of every channel's contribution owed to the same period's spend; the rest is
    /// carry-over. Where carried-over spend saturates, a period's response is divided in proportion
    /// to what each period's spend adds to it.
    pub fn immediate_contributions(&self) -> &[Vec<f64>] {
        &self.immediate
    }

    /// Every channel's contribution over all rows, in units of the KPI.
    pub fn totals(&self) -> Vec<f64> {
        self.contributions.iter().map(|c| c.iter().sum()).collect()
    }

    /// A channel's contribution by row, in units of the KPI; none if there is no such channel.
    pub fn contribution(&self, channel: &str) -> Option<&[f64]> {
        Some(&self.contributions[self.place(channel)?])
    }

    /// The part of a channel's contribution owed to the same period's spend, by row; none if there
    /// is no such channel.
    pub fn immediate(&self, channel: &str) -> Option<&[f64]> {
        Some(&self.immediate[self.place(channel)?])
    }

    /// A channel's contribution over all rows; none if there is no such channel.
    pub fn total(&self, channel: &str) -> Option<f64> {
        Some(self.contribution(channel)?.iter().sum())
    }

    /// A channel's contribution over all periods of one geo; none if there is no such channel or
    /// geo.
    pub fn total_in(&self, channel: &str, geo: &str) -> Option<f64> {
        let geo = self.geos.iter().position(|name| name == geo)?;
        let rows = self.row(geo, 0)..self.row(geo + 1, 0);
        Some(self.contribution(channel)?[rows].iter().sum())
    }

    /// The row of a geo and period, by their places.
    pub fn row(&self, geo: usize, period: usize) -> usize {
        geo * self.dates.len() + period
    }

    fn place(&self, channel: &str) -> Option<usize> {
        self.channels.iter().position(|name| name == channel)
    }

    /// The same for the last `periods` periods of each geo.
    pub(crate) fn last(self, periods: usize) -> Self {
        let skip = self.dates.len() - periods;
        let all = self.dates.len();
        let pick = |values: Vec<f64>| {
            values
                .chunks(all)
                .flat_map(|geo| geo[skip..].to_vec())
                .collect::<Vec<f64>>()
        };
        Self {
            dates: self.dates[skip..].to_vec(),
            prediction: pick(self.prediction),
            baseline: pick(self.baseline),
            parts: self
                .parts
                .into_iter()
                .map(|(part, values)| (part, pick(values)))
                .collect(),
            contributions: self.contributions.into_iter().map(pick).collect(),
            immediate: self.immediate.into_iter().map(pick).collect(),
            ..self
        }
    }
}

impl Decomposition {
    pub(crate) fn empty(&self) -> Self {
        let zeros = || vec![0.0; self.baseline.len()];
        let parts = self.parts.iter().map(|(part, _)| (part.clone(), zeros()));
        let series = || vec![zeros(); self.channels.len()];
        Self {
            prediction: zeros(),
            baseline: zeros(),
            parts: parts.collect(),
            contributions: series(),
            immediate: series(),
            ..self.clone()
        }
    }

    /// The same with nothing where a geo was not there.
    pub(crate) fn without_absent(mut self, panel: &Panel) -> Self {
        let parts = self.parts.iter_mut().map(|(_, values)| values);
        let channels = self.contributions.iter_mut().chain(&mut self.immediate);
        for values in parts.chain(channels) {
            panel.absent_rows().for_each(|row| values[row] = 0.0);
        }
        self
    }

    /// Baseline and prediction are defined as sums, so that they agree with their parts to the last
    /// bit.
    pub(crate) fn with_prediction(mut self) -> Self {
        self.baseline = vec![0.0; self.dates.len() * self.geos.len()];
        for (_, values) in &self.parts {
            add(&mut self.baseline, values, 1.0);
        }
        self.prediction = self.baseline.clone();
        for contribution in &self.contributions {
            add(&mut self.prediction, contribution, 1.0);
        }
        self
    }
}

/// sum += weight x values.
pub(crate) fn add(sum: &mut [f64], values: &[f64], weight: f64) {
    sum.iter_mut()
        .zip(values)
        .for_each(|(s, v)| *s += weight * v);
}
