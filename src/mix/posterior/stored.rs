//! A model as a file has it: written with its version, checked when read.

use serde::{Deserialize, Serialize, Serializer};

use crate::error::{Error, Result};
use crate::mix::panel::Panel;
use crate::mix::posterior::draw::{Noise, PosteriorDraw};
use crate::mix::posterior::model::Posterior;
use crate::mix::specification::MixSpecification;
use crate::mix::specification::scales::Scales;
use crate::mix::transform::{AdstockFamily, ChannelCurve, SaturationFamily};
use crate::stats::Estimate;

/// The version of the format that this crate writes and reads.
const VERSION: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fields {
    version: u32,
    specification: MixSpecification,
    panel: Panel,
    draws: Vec<PosteriorDraw>,
    scales: Scales,
    noise: Option<Noise>,
    #[serde(default)]
    smoothness: Option<f64>,
    #[serde(default)]
    without_tests: Vec<Estimate>,
}

/// The same fields, borrowed.
#[derive(Serialize)]
struct FieldsOf<'a> {
    version: u32,
    specification: &'a MixSpecification,
    panel: &'a Panel,
    draws: &'a [PosteriorDraw],
    scales: &'a Scales,
    noise: Option<Noise>,
    #[serde(skip_serializing_if = "Option::is_none")]
    smoothness: Option<f64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    without_tests: &'a [Estimate],
}

impl Serialize for Posterior {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        FieldsOf {
            version: VERSION,
            specification: &self.specification,
            panel: &self.panel,
            draws: &self.draws,
            scales: &self.scales,
            noise: self.noise,
            smoothness: self.smoothness,
            without_tests: &self.without_tests,
        }
        .serialize(serializer)
    }
}

impl TryFrom<Fields> for Posterior {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        if fields.version != VERSION {
            return Err(Error::setting(
                "version of the saved model",
                fields.version,
                VERSION.to_string(),
            ));
        }
        if let Some(penalty) = fields.smoothness
            && !(penalty > 0.0 && penalty.is_finite())
        {
            let expected = "a finite number > 0";
            return Err(Error::setting("smoothness", penalty, expected));
        }
        fields.specification.check_against(&fields.panel)?;
        Self::assemble(
            fields.specification,
            fields.panel,
            fields.draws,
            fields.scales,
            fields.noise,
            fields.smoothness,
        )
        .map(|posterior| posterior.with_without_tests(fields.without_tests))
    }
}

impl Posterior {
    /// What does not fit together.
    pub(crate) fn misfit(&self) -> Option<&'static str> {
        let (channels, geos) = (self.panel.channels().len(), self.panel.geos().len());
        let positive = |scales: &[f64]| {
            scales.len() == geos && scales.iter().all(|s| *s > 0.0 && s.is_finite())
        };
        let noise = |noise: Noise| {
            noise.variance > 0.0
                && noise.variance.is_finite()
                && (1.0..=f64::MAX).contains(&noise.inflation)
        };
        let checks = [
            (!self.draws.is_empty(), "draws"),
            (self.noise.is_none_or(noise), "noise"),
            (positive(&self.scales.kpi), "scales.kpi"),
            (
                self.scales.activity.len() == channels
                    && self.scales.activity.iter().all(|s| positive(s)),
                "scales.activity",
            ),
            (
                self.scales.frequency.len() == self.panel.channels().len()
                    && self
                        .scales
                        .frequency
                        .iter()
                        .all(|s| *s > 0.0 && s.is_finite())
                    || self.scales.frequency.is_empty()
                        && self
                            .panel
                            .channels()
                            .iter()
                            .all(|c| c.frequency().is_none()),
                "scales.frequency",
            ),
            (
                self.scales.timeline.0 <= self.scales.timeline.1,
                "scales.timeline",
            ),
        ];
        let wrong = checks.into_iter().find(|(holds, _)| !holds);
        wrong
            .map(|(_, what)| what)
            .or_else(|| self.draws.iter().find_map(|draw| self.misfit_of(draw)))
    }

    /// What of a draw does not fit the panel and the specification.
    pub(crate) fn misfit_of(&self, draw: &PosteriorDraw) -> Option<&'static str> {
        let (channels, geos) = (self.panel.channels().len(), self.panel.geos().len());
        let finite = |values: &[f64]| values.iter().all(|v| v.is_finite());
        let checks = [
            (
                draw.baseline.len() == self.baseline_columns() && finite(&draw.baseline),
                "baseline",
            ),
            (self.has_families(draw), "curves"),
            (
                draw.coefficients.len() == channels
                    && draw
                        .coefficients
                        .iter()
                        .all(|c| c.len() == geos && finite(c)),
                "coefficients",
            ),
            (self.has_knots(draw), "knots"),
            (
                draw.synergies.len() == self.specification.synergies.len()
                    && draw.synergies.iter().all(|s| s.len() == geos && finite(s)),
                "synergies",
            ),
            (draw.penalty >= 0.0 && draw.penalty.is_finite(), "penalty"),
            (self.has_point(draw), "point"),
        ];
        checks
            .into_iter()
            .find(|(holds, _)| !holds)
            .map(|(_, what)| what)
    }

    /// Whether a draw has an effect for every knot of a changing effect and for no other, the last
    /// of which is the coefficient.
    fn has_knots(&self, draw: &PosteriorDraw) -> bool {
        let asked = |c: usize| self.effect_knots(c).map_or(0, |knots| knots.count());
        let channels = 0..self.panel.channels().len();
        if draw.knots.is_empty() {
            return channels.into_iter().all(|c| asked(c) == 0);
        }
        let fits = |c: usize| {
            let (knots, last) = (&draw.knots[c], &draw.coefficients[c]);
            let whole = |at: &Vec<f64>| at.len() == asked(c) && at.iter().all(|v| v.is_finite());
            match asked(c) {
                0 => knots.is_empty(),
                _ => {
                    knots.len() == last.len()
                        && knots.iter().all(whole)
                        && knots
                            .iter()
                            .zip(last)
                            .all(|(at, end)| at.last() == Some(end))
                }
            }
        };
        draw.knots.len() == channels.len() && channels.into_iter().all(fits)
    }

    /// Whether a draw's place in the cube of parameters, if it has one, is in that cube.
    fn has_point(&self, draw: &PosteriorDraw) -> bool {
        let Some(candidate) = &draw.candidate else {
            return true;
        };
        let dimensions = self.specification.cube(&self.panel);
        dimensions.is_ok_and(|d| d == candidate.point.len())
            && candidate.point.iter().all(|u| (0.0..=1.0).contains(u))
    }

    /// Whether a draw's transforms are of the families that the specification asks for.
    fn has_families(&self, draw: &PosteriorDraw) -> bool {
        let asked = |(name, curve): (&str, &ChannelCurve)| {
            let settings = self.specification.settings(name);
            let (adstock, saturation) = (
                curve.adstock.name().parse(),
                curve.saturation.name().parse(),
            );
            adstock.is_ok_and(|a: AdstockFamily| a == settings.adstock)
                && saturation.is_ok_and(|s: SaturationFamily| s == settings.saturation)
        };
        draw.curves.len() == self.panel.channels().len()
            && self.panel.channel_names().zip(&draw.curves).all(asked)
    }

    fn baseline_columns(&self) -> usize {
        let baseline = &self.specification.baseline;
        let (dates, period) = (self.panel.dates(), self.panel.period());
        let timeline = self.scales.timeline;
        let own = baseline.geo_columns(dates, timeline, period).len();
        let shared = baseline.shared_columns(dates, timeline, period).len();
        own * self.panel.geos().len() + shared + self.panel.controls().len()
    }
}
