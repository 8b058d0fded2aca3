//! Figures by channel: contribution, returns, carry-over, and how sure the model is of them.

use rayon::prelude::*;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::mix::posterior::draw::PosteriorDraw;
use crate::mix::posterior::draw_figures::DrawFigures;
use crate::mix::posterior::effect_over_time::EffectStretch;
use crate::mix::posterior::model::Posterior;
use crate::mix::posterior::reach::ReachSummary;
use crate::mix::transform::{Adstock, ChannelCurve, Order, Saturation};
use crate::stats::Estimate;

/// What the model says about a channel, in one geo or in all.
///
/// Intervals are the range of the middle 90 % of the draws: how far transforms that are about as
/// plausible disagree, and how far the noise leaves coefficients unsure. In simulated worlds of
/// eighteen kinds they held the truth of 86 to 96 % of channels; of effects that last longer than
/// the prior expects, 68 %.
///
/// ```
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = Search::default().with_evaluations(200);
/// let model = search.estimate(&MixSpecification::new(), &panel)?;
/// for summary in model.channels() {
///     let (roi, marginal) = (summary.roi.unwrap(), summary.marginal_roi.unwrap());
///     println!("{}: {:.2}, next unit {:.2}", summary.channel, roi.value(), marginal.value());
///     assert!(roi.low() <= roi.value() && roi.value() <= roi.high());
/// }
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChannelSummary {
    /// The channel.
    pub channel: String,
    /// The geo; none for all together.
    pub geo: Option<String>,
    /// Spend over the panel.
    pub spend: f64,
    /// Contribution over the panel, in units of the KPI.
    pub contribution: Estimate,
    /// The part of the mean contribution owed to the same period's spend.
    pub immediate: f64,
    /// The share of the contribution that lies below the least that worked in any period of a geo,
    /// carry-over counted: the curve says it, no data have shown it. Near 0 where the channel pauses
    /// for longer than it carries over.
    pub unseen_share: f64,
    /// The channel's share of all channels' mean contributions.
    pub effect_share: f64,
    /// The channel's share of all spend.
    pub spend_share: f64,
    /// Contribution (times revenue per KPI where there is one) per unit spent; none without spend.
    pub roi: Option<Estimate>,
    /// What one more unit spent returns if all of the channel's spend is scaled alike, with all that
    /// it brings together with other channels.
    pub marginal_roi: Option<Estimate>,
    /// Spend per unit of contribution; none without spend or contribution.
    pub cpa: Option<f64>,
    /// Effect of a full response, in units of the KPI; of an effect that changes over time, that at
    /// the panel's end. Where effects multiply: the effect on the logarithm x the geo's mean KPI.
    pub coefficient: Estimate,
    /// Reach, frequency and the frequency that brings most, where the channel is measured in them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reach_frequency: Option<ReachSummary>,
    /// The effect stretch by stretch, where it changes over time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub effect_over_time: Vec<EffectStretch>,
    /// The adstock's family.
    pub adstock_family: String,
    /// The adstock's parameters.
    pub adstock: Vec<(String, Estimate)>,
    /// The saturation's family.
    pub saturation_family: String,
    /// The saturation's parameters, for activity in units of the geo's maximum, or for frequency in
    /// units of its largest value.
    pub saturation: Vec<(String, Estimate)>,
    /// Periods until the effect of spend has fallen to half of its peak; none if the window ends
    /// before.
    pub half_life: Option<f64>,
    /// The mean weights of lags 0, 1, .., which sum to 1.
    pub adstock_curve: Vec<f64>,
    /// Whether the contribution is weakly identified: its range is wider than the figure itself
    /// or reaches zero, as where the channel was never active or most draws leave it out.
    #[serde(rename = "hardly_informed")]
    pub weakly_identified: bool,
}

impl Posterior {
    /// The figures of every channel over all geos together, in the panel's order of channels.
    pub fn channels(&self) -> Vec<ChannelSummary> {
        self.summaries(None)
    }

    /// The figures of every channel in one geo.
    ///
    /// # Errors
    /// If there is no geo of that name.
    pub fn channels_in(&self, geo: &str) -> Result<Vec<ChannelSummary>> {
        let geos = self.panel.geos();
        match geos.iter().position(|name| name == geo) {
            Some(place) => Ok(self.summaries(Some(place))),
            None => Err(Error::setting("geo", geo, geos.join(", "))),
        }
    }

    /// The figures of every channel in every geo, geo by geo.
    pub fn channels_by_geo(&self) -> Vec<ChannelSummary> {
        let geos = 0..self.panel.geos().len();
        geos.flat_map(|geo| self.summaries(Some(geo))).collect()
    }

    /// The figures of each draw, by channel, then geo.
    fn figures(&self) -> &[Vec<Vec<DrawFigures>>] {
        self.derived.figures.get_or_init(|| {
            let draws = self.draws.par_iter();
            draws.map(|draw| self.draw_figures(draw)).collect()
        })
    }

    /// Each channel's contribution, ROI and marginal ROI over all geos by draw, with what they are
    /// called.
    #[cfg(feature = "bayes")]
    pub(crate) fn figures_by_channel(&self) -> Vec<(String, Vec<f64>)> {
        let mut all = vec![];
        for (c, channel) in self.panel.channels().iter().enumerate() {
            let spend = self.spend(c, None);
            let draws = self.figures().iter();
            let sums = draws.map(|draw| draw[c].iter().copied().reduce(DrawFigures::plus));
            let sums: Vec<DrawFigures> = sums.flatten().collect();
            let name = channel.name();
            let mut add = |what: &str, figure: &dyn Fn(&DrawFigures) -> f64| {
                all.push((
                    format!("{what} of {name}"),
                    sums.iter().map(figure).collect(),
                ));
            };
            add("contribution", &|f| f.contribution);
            if spend > 0.0 {
                add("ROI", &|f| f.worth / spend);
                add("marginal ROI", &|f| f.scaled_worth / spend);
            }
        }
        all
    }

    /// Every channel's figures under a draw, by geo.
    fn draw_figures(&self, draw: &PosteriorDraw) -> Vec<Vec<DrawFigures>> {
        let parts = self.decompose_by(&self.panel, draw);
        let price = |row: usize| self.panel.revenue_per_kpi().map_or(1.0, |w| w[row]);
        let sum = |geo: usize, values: &[f64]| values[self.panel.rows_of(geo)].iter().sum::<f64>();
        let money = |geo: usize, values: &[f64]| -> f64 {
            let rows = self.panel.rows_of(geo);
            rows.map(|row| values[row] * price(row)).sum()
        };
        let channel = |c: usize| {
            let whole = &parts.contributions()[c];
            let mut derivative = self.scale_derivative(draw, c);
            if self.is_multiplicative() {
                let cells = derivative.iter_mut().zip(parts.prediction()).enumerate();
                let unit = |row: usize| self.scales.kpi[row / self.panel.periods()];
                cells.for_each(|(row, (cell, expected))| *cell *= expected / unit(row));
            }
            let geo = |geo: usize| DrawFigures {
                contribution: sum(geo, whole),
                worth: money(geo, whole),
                immediate: sum(geo, &parts.immediate_contributions()[c]),
                scaled_worth: money(geo, &derivative),
                unseen: self.unseen(geo, whole),
            };
            (0..self.panel.geos().len()).map(geo).collect()
        };
        (0..self.panel.channels().len()).map(channel).collect()
    }

    /// What of a geo's contribution lies below the least that ran: the smallest contribution of any
    /// period, in all of them.
    fn unseen(&self, geo: usize, contribution: &[f64]) -> f64 {
        let cells = &contribution[self.panel.rows_of(geo)];
        let least = cells.iter().map(|x| x.abs()).fold(f64::INFINITY, f64::min);
        least * cells.len() as f64
    }

    /// d contribution / d (log of the scale of all of a channel's spend), by row.
    fn scale_derivative(&self, draw: &PosteriorDraw, channel: usize) -> Vec<f64> {
        let periods = self.panel.periods();
        let mut derivative = vec![0.0; self.panel.rows()];
        let activity = self.scales.scaled_activity(&self.panel, channel);
        let (activity, curve) = activity.carried(&draw.curves[channel]);
        for (geo, cells) in derivative.chunks_mut(periods).enumerate() {
            curve.scale_derivative(activity.of_geo(geo), cells);
        }
        let slopes = derivative.clone();
        for (geo, cells) in derivative.chunks_mut(periods).enumerate() {
            self.times_effect(draw, (channel, geo), self.panel.dates(), cells);
        }
        self.add_synergy_slopes(draw, channel, &slopes, &mut derivative);
        derivative
    }

    fn summaries(&self, geo: Option<usize>) -> Vec<ChannelSummary> {
        let figures = self.figures();
        let over_geos = |by_geo: &Vec<DrawFigures>| match geo {
            Some(geo) => by_geo[geo],
            None => by_geo
                .iter()
                .copied()
                .reduce(DrawFigures::plus)
                .expect("a geo"),
        };
        let by_channel: Vec<Vec<DrawFigures>> = (0..self.panel.channels().len())
            .map(|c| figures.iter().map(|draw| over_geos(&draw[c])).collect())
            .collect();
        let all_effects: f64 = by_channel
            .iter()
            .map(|figures| self.mean(figures, |f| f.contribution))
            .sum();
        let all_spend: f64 = (0..by_channel.len()).map(|c| self.spend(c, geo)).sum();
        by_channel
            .iter()
            .enumerate()
            .map(|(c, figures)| self.summary(c, geo, figures, all_effects, all_spend))
            .collect()
    }

    /// The mean of one of a channel's figures over the draws.
    fn mean(&self, figures: &[DrawFigures], figure: impl Fn(&DrawFigures) -> f64) -> f64 {
        figures
            .iter()
            .zip(self.weights())
            .map(|(f, w)| figure(f) * w)
            .sum()
    }

    fn summary(
        &self,
        c: usize,
        geo: Option<usize>,
        figures: &[DrawFigures],
        all_effects: f64,
        all_spend: f64,
    ) -> ChannelSummary {
        let share = |part: f64, whole: f64| if whole == 0.0 { 0.0 } else { part / whole };
        let spend = self.spend(c, geo);
        let per_spend = |figure: &dyn Fn(&DrawFigures) -> f64| {
            let draws: Vec<f64> = figures.iter().map(|f| figure(f) / spend).collect();
            (spend > 0.0).then(|| self.estimate(&draws))
        };
        let contributions: Vec<f64> = figures.iter().map(|f| f.contribution).collect();
        let contribution = self.estimate(&contributions);
        let curve = &self.draws[0].curves[c];
        ChannelSummary {
            channel: self.panel.channels()[c].name().into(),
            geo: geo.map(|g| self.panel.geos()[g].clone()),
            spend,
            contribution,
            immediate: self.mean(figures, |f| f.immediate),
            unseen_share: share(self.mean(figures, |f| f.unseen), contribution.value().abs()),
            effect_share: share(contribution.value(), all_effects),
            spend_share: share(spend, all_spend),
            roi: per_spend(&|f| f.worth),
            marginal_roi: per_spend(&|f| f.scaled_worth),
            cpa: (spend > 0.0 && contribution.value() > 0.0).then(|| spend / contribution.value()),
            coefficient: self.coefficient(c, geo),
            reach_frequency: self.reach_summary(c, geo),
            effect_over_time: self.effect_over_time(c, geo),
            adstock_family: curve.adstock.name().into(),
            adstock: self.parameter_estimates(c, |curve| curve.adstock.parameters()),
            saturation_family: curve.saturation.name().into(),
            saturation: self.parameter_estimates(c, |curve| curve.saturation.parameters()),
            half_life: self.half_life(c),
            adstock_curve: self.adstock_curve(c),
            weakly_identified: contribution.is_weakly_identified(),
        }
    }

    fn spend(&self, channel: usize, geo: Option<usize>) -> f64 {
        let periods = self.panel.periods();
        let spend = self.panel.channels()[channel].spend();
        geo.map_or(spend, |g| &spend[g * periods..(g + 1) * periods])
            .iter()
            .sum()
    }

    /// A channel's coefficient in one geo, or its mean over geos.
    fn coefficient(&self, channel: usize, geo: Option<usize>) -> Estimate {
        let coefficient = |draw: &PosteriorDraw| {
            let all = &draw.coefficients[channel];
            geo.map_or_else(|| all.iter().sum::<f64>() / all.len() as f64, |g| all[g])
        };
        self.estimate(&self.draws.iter().map(coefficient).collect::<Vec<_>>())
    }

    /// The estimates of a channel's parameters of one transform, named.
    fn parameter_estimates(
        &self,
        channel: usize,
        parameters: impl Fn(&ChannelCurve) -> Vec<(&'static str, f64)>,
    ) -> Vec<(String, Estimate)> {
        let draws: Vec<Vec<(&str, f64)>> = self
            .draws
            .iter()
            .map(|draw| parameters(&draw.curves[channel]))
            .collect();
        let names = draws[0].iter().map(|(name, _)| *name);
        names
            .enumerate()
            .map(|(i, name)| {
                let values: Vec<f64> = draws.iter().map(|d| d[i].1).collect();
                (name.to_owned(), self.estimate(&values))
            })
            .collect()
    }

    /// The mean adstock weights over the draws, each draw's divided by their sum.
    fn adstock_curve(&self, channel: usize) -> Vec<f64> {
        let length = self.draws[0].curves[channel]
            .adstock
            .window()
            .unwrap_or(self.panel.periods())
            .min(self.panel.periods());
        let mut mean = vec![0.0; length.max(1)];
        for (draw, weight) in self.draws.iter().zip(self.weights()) {
            let mut weights = vec![0.0; mean.len()];
            draw.curves[channel].adstock.weights(&mut weights);
            let total: f64 = weights.iter().sum();
            mean.iter_mut()
                .zip(&weights)
                .for_each(|(m, w)| *m += weight * w / total);
        }
        mean
    }

    /// The weighted mean half-life of the draws that have one, if most of them do.
    fn half_life(&self, channel: usize) -> Option<f64> {
        let known: Vec<(f64, f64)> = self
            .draws
            .iter()
            .zip(self.weights())
            .filter_map(|(m, w)| Some((m.curves[channel].adstock.half_life()?, *w)))
            .collect();
        let weight: f64 = known.iter().map(|(_, w)| w).sum();
        (weight > 0.5).then(|| known.iter().map(|(h, w)| h * w).sum::<f64>() / weight)
    }
}

impl ChannelCurve {
    /// The derivative of each period's response by the logarithm of a scale on the activity of all
    /// periods, but not on what ran before them.
    pub(crate) fn scale_derivative(&self, activity: &[f64], derivative: &mut [f64]) {
        let history = activity.len() - derivative.len();
        let mut within = activity.to_vec();
        within[..history].fill(0.0);
        match self.order {
            Order::AdstockFirst => {
                let mut carried = vec![0.0; derivative.len()];
                self.adstock.carry(activity, &mut carried);
                if history == 0 {
                    derivative.copy_from_slice(&carried);
                } else {
                    self.adstock.carry(&within, derivative);
                }
                let cells = derivative.iter_mut().zip(&carried);
                cells.for_each(|(cell, x)| *cell *= self.saturation.slope(*x));
            }
            Order::SaturationFirst => {
                let steep = |x: &mut f64| *x *= self.saturation.slope(*x);
                within.iter_mut().for_each(steep);
                self.adstock.carry(&within, derivative);
            }
        }
    }
}
