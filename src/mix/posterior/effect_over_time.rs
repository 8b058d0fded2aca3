//! Effects that change over time: the effect of each period, and figures stretch by stretch.

use serde::Serialize;

use crate::mix::posterior::draw::PosteriorDraw;
use crate::mix::posterior::model::Posterior;
use crate::mix::specification::EffectKnots;
use crate::stats::Estimate;
use crate::time::Day;

/// What a channel whose effect changes brought between two knots of its effect.
///
/// ```
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::{ChangingEffect, MixSpecification};
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let specification =
///     MixSpecification::new().with_changing_effect("Search-Ads", ChangingEffect::Year);
/// let model = Search::default().with_evaluations(200).estimate(&specification, &panel)?;
/// let summary = &model.channels()[0];
/// for stretch in &summary.effect_over_time {
///     println!("from {}: {:.2} per unit", stretch.from, stretch.roi.unwrap().value());
/// }
/// let parts = summary.effect_over_time.iter().map(|stretch| stretch.contribution.value());
/// assert!((parts.sum::<f64>() / summary.contribution.value() - 1.0).abs() < 1e-9);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EffectStretch {
    /// The first period.
    pub from: Day,
    /// The last period, which belongs to the stretch.
    pub to: Day,
    /// The mean effect of a full response over the periods, in units of the KPI; over geos their
    /// mean.
    pub effect: Estimate,
    /// Spend in these periods.
    pub spend: f64,
    /// Contribution in these periods, in units of the KPI.
    pub contribution: Estimate,
    /// Contribution (times revenue per KPI where there is one) per unit spent in these periods; none
    /// without spend.
    pub roi: Option<Estimate>,
}

/// One draw's contribution and effect of a channel, by row.
type DrawSeries = (Vec<f64>, Vec<f64>);

impl Posterior {
    /// The knots of a channel's effect; none where it is constant.
    pub(crate) fn effect_knots(&self, channel: usize) -> Option<EffectKnots> {
        let (name, timeline) = (self.panel.channels()[channel].name(), self.scales.timeline);
        let specification = &self.specification;
        specification.effect_knots(name, timeline, self.panel.period())
    }

    /// Multiplies a series of responses, one per date, by a draw's effect of a channel in a geo.
    pub(crate) fn times_effect(
        &self,
        draw: &PosteriorDraw,
        (channel, geo): (usize, usize),
        dates: &[Day],
        values: &mut [f64],
    ) {
        let at_knots = draw
            .effect_at_knots(channel)
            .zip(self.effect_knots(channel));
        match at_knots {
            Some((at_knots, knots)) => values
                .iter_mut()
                .zip(dates)
                .for_each(|(v, day)| *v *= knots.effect(&at_knots[geo], *day)),
            None => {
                let effect = draw.coefficients[channel][geo];
                values.iter_mut().for_each(|v| *v *= effect);
            }
        }
    }

    /// A channel's figures between the knots of its effect, in one geo or in all; nothing where the
    /// effect is constant.
    pub(crate) fn effect_over_time(
        &self,
        channel: usize,
        geo: Option<usize>,
    ) -> Vec<EffectStretch> {
        let Some(knots) = self.effect_knots(channel) else {
            return vec![];
        };
        let geos = geo.map_or(0..self.panel.geos().len(), |geo| geo..geo + 1);
        let rows: Vec<usize> = geos.flat_map(|geo| self.panel.rows_of(geo)).collect();
        let draws = self.draws.iter();
        let series: Vec<DrawSeries> = draws
            .map(|draw| {
                let mut parts = self.decompose_by(&self.panel, draw);
                (
                    parts.contributions.swap_remove(channel),
                    self.effects(draw, channel),
                )
            })
            .collect();
        let stretch_of = |row: usize| {
            knots
                .place(self.panel.dates()[row % self.panel.periods()])
                .0
        };
        let stretches = (0..knots.count() - 1).map(|stretch| {
            let rows: Vec<usize> = rows
                .iter()
                .copied()
                .filter(|row| stretch_of(*row) == stretch)
                .collect();
            self.effect_stretch(channel, &rows, &series)
        });
        stretches.flatten().collect()
    }

    /// The figures of some rows; none where there are no rows. `series` has each draw's contribution
    /// and effect by row.
    fn effect_stretch(
        &self,
        channel: usize,
        rows: &[usize],
        series: &[DrawSeries],
    ) -> Option<EffectStretch> {
        let date = |row: &usize| self.panel.dates()[row % self.panel.periods()];
        let (from, to) = (rows.iter().map(date).min()?, rows.iter().map(date).max()?);
        let price = |row: usize| self.panel.revenue_per_kpi().map_or(1.0, |worth| worth[row]);
        let spends = self.panel.channels()[channel].spend();
        let spend = rows.iter().map(|row| spends[*row]).sum::<f64>();
        let by_draw = |figure: &dyn Fn(&DrawSeries, usize) -> f64| {
            let sums = series.iter();
            let sums = sums.map(|draw| rows.iter().map(|row| figure(draw, *row)).sum::<f64>());
            sums.collect::<Vec<f64>>()
        };
        let per = |values: Vec<f64>, units: f64| {
            self.estimate(&values.iter().map(|value| value / units).collect::<Vec<_>>())
        };
        Some(EffectStretch {
            from,
            to,
            effect: per(by_draw(&|draw, row| draw.1[row]), rows.len() as f64),
            spend,
            contribution: per(by_draw(&|draw, row| draw.0[row]), 1.0),
            roi: (spend > 0.0).then(|| per(by_draw(&|draw, row| draw.0[row] * price(row)), spend)),
        })
    }

    /// A channel's effect of a full response under a draw, by row.
    fn effects(&self, draw: &PosteriorDraw, channel: usize) -> Vec<f64> {
        let mut effects = vec![1.0; self.panel.rows()];
        for (geo, cells) in effects.chunks_mut(self.panel.periods()).enumerate() {
            self.times_effect(draw, (channel, geo), self.panel.dates(), cells);
        }
        effects
    }
}
