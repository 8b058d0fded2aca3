//! Where the KPI came from: baseline and each channel's contribution, by period and geo.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::mix::panel::Panel;
use crate::mix::posterior::draw::PosteriorDraw;
use crate::mix::posterior::model::Posterior;
use crate::mix::transform::Adstock;
use crate::mix::transform::ChannelCurve;
use crate::mix::transform::Order;
use crate::mix::transform::curve::Scratch;
use crate::time::Day;

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
    dates: Vec<Day>,
    geos: Vec<String>,
    channels: Vec<String>,
    prediction: Vec<f64>,
    baseline: Vec<f64>,
    contributions: Vec<Vec<f64>>,
    immediate: Vec<Vec<f64>>,
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
            contributions: self.contributions.into_iter().map(pick).collect(),
            immediate: self.immediate.into_iter().map(pick).collect(),
            ..self
        }
    }
}

impl Posterior {
    /// The training panel decomposed: the mean over draws. It is computed once.
    pub fn decomposition(&self) -> &Decomposition {
        self.derived
            .decomposition
            .get_or_init(|| self.decompose(&self.panel))
    }

    /// Any panel with the same columns decomposed by the draws; its first period has no history.
    pub(crate) fn decompose(&self, panel: &Panel) -> Decomposition {
        let mut whole: Option<Decomposition> = None;
        for (draw, weight) in self.draws.iter().zip(self.weights()) {
            let part = self.decompose_by(panel, draw);
            let whole = whole.get_or_insert_with(|| part.empty());
            add(&mut whole.baseline, &part.baseline, *weight);
            for c in 0..part.channels.len() {
                add(&mut whole.contributions[c], &part.contributions[c], *weight);
                add(&mut whole.immediate[c], &part.immediate[c], *weight);
            }
        }
        whole.expect("a posterior has draws").with_prediction()
    }

    /// The training panel decomposed by one draw, of this model or of the search that made it.
    ///
    /// # Errors
    /// If the draw does not fit the panel.
    pub fn decomposition_by(&self, draw: &PosteriorDraw) -> Result<Decomposition> {
        match self.misfit_of(draw) {
            Some(what) => Err(Error::setting(
                "posterior draw",
                what,
                "figures that fit the panel",
            )),
            None => Ok(self.decompose_by(&self.panel, draw)),
        }
    }

    pub(crate) fn decompose_by(&self, panel: &Panel, draw: &PosteriorDraw) -> Decomposition {
        let mut parts = Decomposition {
            dates: panel.dates().to_vec(),
            geos: panel.geos().to_vec(),
            channels: panel.channel_names().map(Into::into).collect(),
            prediction: vec![],
            baseline: self.baseline_by(panel, draw),
            contributions: vec![],
            immediate: vec![],
        };
        let mut scratch = Scratch::default();
        for (c, channel) in panel.channels().iter().enumerate() {
            let (mut whole, mut immediate) = (vec![0.0; panel.rows()], vec![0.0; panel.rows()]);
            for geo in 0..panel.geos().len() {
                let rows = geo * panel.periods()..(geo + 1) * panel.periods();
                let activity: Vec<f64> = channel.activity()[rows.clone()]
                    .iter()
                    .map(|x| x / self.scales.activity[c][geo])
                    .collect();
                draw.curves[c].apply(&activity, &mut scratch, &mut whole[rows.clone()]);
                draw.curves[c].immediate(
                    &activity,
                    &whole[rows.clone()],
                    &mut immediate[rows.clone()],
                );
                let coefficient = draw.coefficients[c][geo];
                whole[rows.clone()]
                    .iter_mut()
                    .chain(&mut immediate[rows])
                    .for_each(|v| *v *= coefficient);
            }
            parts.contributions.push(whole);
            parts.immediate.push(immediate);
        }
        parts.with_prediction()
    }

    /// The baseline of a panel under a candidate, in units of the KPI.
    pub(crate) fn baseline_by(&self, panel: &Panel, draw: &PosteriorDraw) -> Vec<f64> {
        let own = self
            .specification
            .baseline
            .geo_columns(panel.dates(), self.scales.timeline);
        let shared = self
            .specification
            .baseline
            .shared_columns(panel.dates(), panel.period());
        let (bound, free): (Vec<_>, Vec<_>) = panel
            .controls()
            .iter()
            .partition(|c| self.specification.bounds_of_control(c.name()).is_some());
        let mut coefficients = draw.baseline.iter();
        let mut baseline = vec![0.0; panel.rows()];
        for geo in baseline.chunks_mut(panel.periods()) {
            own.iter()
                .zip(&mut coefficients)
                .for_each(|((_, values), coefficient)| add(geo, values, *coefficient));
        }
        for ((_, values), coefficient) in shared.iter().zip(&mut coefficients) {
            baseline
                .chunks_mut(panel.periods())
                .for_each(|geo| add(geo, values, *coefficient));
        }
        for (control, coefficient) in free.into_iter().chain(bound).zip(coefficients) {
            add(&mut baseline, control.values(), *coefficient);
        }
        for (geo, scale) in baseline.chunks_mut(panel.periods()).zip(&self.scales.kpi) {
            geo.iter_mut().for_each(|v| *v *= scale);
        }
        baseline
    }
}

impl Decomposition {
    fn empty(&self) -> Self {
        let zeros = || vec![0.0; self.baseline.len()];
        let series = || vec![zeros(); self.channels.len()];
        Self {
            prediction: zeros(),
            baseline: zeros(),
            contributions: series(),
            immediate: series(),
            ..self.clone()
        }
    }

    /// The prediction is defined as the sum, so that the two agree to the last bit.
    fn with_prediction(mut self) -> Self {
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

impl ChannelCurve {
    /// The part of a transformed series owed to the same period's activity.
    fn immediate(&self, activity: &[f64], transformed: &[f64], immediate: &mut [f64]) {
        let mut first = [0.0];
        self.adstock.weights(&mut first);
        match self.order {
            Order::SaturationFirst => {
                immediate.copy_from_slice(activity);
                self.saturation.apply(immediate);
                immediate.iter_mut().for_each(|v| *v *= first[0]);
            }
            Order::AdstockFirst => {
                self.adstock.carry(activity, immediate);
                for ((cell, x), response) in immediate.iter_mut().zip(activity).zip(transformed) {
                    *cell = if *cell > 0.0 {
                        response * (first[0] * x / *cell).min(1.0)
                    } else {
                        0.0
                    };
                }
            }
        }
    }
}
