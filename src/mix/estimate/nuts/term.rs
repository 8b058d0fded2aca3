//! What a channel brings, in all geos or in one: the prior on its size.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::mix::estimate::design::Design;
use crate::mix::estimate::nuts::confounding::course;
use crate::mix::estimate::nuts::effect::{PRIOR, sign};
use crate::mix::panel::Panel;
use crate::mix::specification::columns::Source;
use crate::mix::specification::{Belief, EffectFigure, EffectPrior, MixSpecification};

/// One media column.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) channel: usize,
    pub(super) geos: Range<usize>,
    /// 1 or -1.
    pub(super) sign: f64,
    /// By geo of `geos`: a row's part of the mean response, a geo's by its scale of the KPI.
    pub(super) row_weights: Vec<f64>,
    /// By row: how demand that nobody records goes with activity, 1 in the mean.
    pub(super) course: Vec<f64>,
    pub(super) belief: Belief,
    pub(super) figure: Figure,
    /// Whether the figure falls where the effect grows.
    pub(super) is_inverse: bool,
}

/// What an effect of 1 gives of the figure that a prior is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Figure {
    /// 1: the effect itself.
    Effect,
    /// The sum of weights x responses, by row of the term.
    Response(Vec<f64>),
    /// The sum of weights x derivatives of responses by the logarithm of a scale on all activity.
    Derivative(Vec<f64>),
}

impl Term {
    /// Those of the design's media columns, which come first.
    pub(super) fn all(
        design: &Design,
        panel: &Panel,
        specification: &MixSpecification,
    ) -> Result<Vec<Self>> {
        let mut terms = vec![];
        let usual = usual(panel.channels().len());
        for column in &design.columns {
            let Source::Channel(channel) = column.source else {
                break;
            };
            let name = panel.channels()[channel].name();
            let geos = column.geo.map_or(0..design.geos, |geo| geo..geo + 1);
            let sign = sign(column, name)?;
            let mut priors = specification.effect_priors.iter();
            let prior = priors.find(|prior| prior.channel() == name);
            if prior.is_some() && sign < 0.0 {
                return Err(Error::setting(
                    format!("prior on the effect of {name:?}"),
                    "of a channel whose effect is 0 or less",
                    "effects of 0 or more",
                ));
            }
            let row_weights = row_weights(design, &geos);
            terms.push(Self {
                channel,
                sign,
                course: course(&design.channels[channel].activity, &geos, &row_weights),
                row_weights,
                belief: prior.map_or(usual, EffectPrior::belief),
                figure: prior.map_or(Figure::Effect, |prior| {
                    figure(prior.figure(), design, panel, channel, &geos)
                }),
                is_inverse: prior.is_some_and(|prior| prior.figure() == EffectFigure::Cpa),
                geos,
            });
        }
        Ok(terms)
    }

    /// The term's rows.
    pub(super) fn rows(&self, periods: usize) -> Range<usize> {
        self.geos.start * periods..self.geos.end * periods
    }
}

/// So many channels bring no more together than a market has; each of more channels brings less.
const FEW: f64 = 4.0;

/// The prior on an effect unless another is stated: so that all of them together are no larger
/// where there are many channels.
fn usual(channels: usize) -> Belief {
    // e^-0.7.
    let median = 0.496_585_303_791_409_5;
    Belief::LogNormal {
        median: median * (FEW / channels as f64).min(1.0),
        deviation: PRIOR.1,
    }
}

fn row_weights(design: &Design, geos: &Range<usize>) -> Vec<f64> {
    let (periods, scales) = (design.periods as f64, &design.scales.kpi[geos.clone()]);
    let whole: f64 = periods * scales.iter().sum::<f64>();
    scales.iter().map(|scale| scale / whole).collect()
}

/// The weights that make a figure of responses, by row of the term.
fn figure(
    figure: EffectFigure,
    design: &Design,
    panel: &Panel,
    channel: usize,
    geos: &Range<usize>,
) -> Figure {
    let periods = design.periods;
    let rows = geos.start * periods..geos.end * periods;
    let scale = |row: usize| design.scales.kpi[row / periods];
    let price = |row: usize| panel.revenue_per_kpi().map_or(1.0, |worth| worth[row]);
    let spend: f64 = panel.channels()[channel].spend()[rows.clone()].iter().sum();
    let spend = if spend > 0.0 { spend } else { 1.0 };
    let per_spend = |row: usize| scale(row) * price(row) / spend;
    match figure {
        EffectFigure::Effect => Figure::Effect,
        EffectFigure::Roi => Figure::Response(rows.map(per_spend).collect()),
        EffectFigure::MarginalRoi => Figure::Derivative(rows.map(per_spend).collect()),
        EffectFigure::Cpa => Figure::Response(rows.map(|row| scale(row) / spend).collect()),
        EffectFigure::ContributionShare => {
            let observed = |row: &usize| panel.is_observed(*row);
            let kpi: f64 = rows.clone().filter(observed).map(|r| panel.kpi()[r]).sum();
            let kpi = if kpi > 0.0 { kpi } else { 1.0 };
            let share = |row: usize| f64::from(u8::from(panel.is_observed(row))) * scale(row) / kpi;
            Figure::Response(rows.map(share).collect())
        }
    }
}
