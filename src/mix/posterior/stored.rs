//! A model as a file has it, before it is checked.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::mix::panel::Panel;
use crate::mix::posterior::model::{Posterior, PosteriorDraw};
use crate::mix::specification::MixSpecification;
use crate::mix::transform::AdstockFamily;
use crate::mix::transform::ChannelCurve;
use crate::mix::transform::SaturationFamily;
use crate::time::Day;

#[derive(Deserialize)]
pub(crate) struct Fields {
    specification: MixSpecification,
    panel: Panel,
    members: Vec<PosteriorDraw>,
    weights: Vec<f64>,
    best: PosteriorDraw,
    front: Vec<PosteriorDraw>,
    timeline: (Day, Day),
    kpi_scale: Vec<f64>,
    activity_scale: Vec<Vec<f64>>,
    baseline_names: Vec<String>,
    dropped: Vec<String>,
    tried: usize,
    noise: Option<(f64, f64)>,
}

impl TryFrom<Fields> for Posterior {
    type Error = Error;

    fn try_from(f: Fields) -> Result<Self> {
        f.specification.check_names(&f.panel)?;
        let dimensions = f.specification.cube(&f.panel)?;
        let model = Self {
            specification: f.specification,
            panel: f.panel,
            members: f.members,
            weights: f.weights,
            best: f.best,
            front: f.front,
            timeline: f.timeline,
            kpi_scale: f.kpi_scale,
            activity_scale: f.activity_scale,
            baseline_names: f.baseline_names,
            dropped: f.dropped,
            tried: f.tried,
            noise: f.noise,
        };
        match model.misfit(dimensions) {
            Some(what) => Err(Error::setting(
                "saved model",
                what,
                "figures that fit the panel it was saved with",
            )),
            None => Ok(model),
        }
    }
}

impl Posterior {
    /// What does not fit together; candidates are points in a cube of so many dimensions.
    fn misfit(&self, dimensions: usize) -> Option<&'static str> {
        let (channels, geos) = (self.panel.channels().len(), self.panel.geos().len());
        let positive = |scales: &[f64]| {
            scales.len() == geos && scales.iter().all(|s| *s > 0.0 && s.is_finite())
        };
        let weighed = self.weights.iter().all(|w| *w >= 0.0)
            && (self.weights.iter().sum::<f64>() - 1.0).abs() < 1e-9;
        let all = || self.members.iter().chain(&self.front).chain([&self.best]);
        let checks = [
            (
                !self.members.is_empty() && self.weights.len() == self.members.len() && weighed,
                "weights",
            ),
            (
                self.noise
                    .is_none_or(|(v, i)| v > 0.0 && v.is_finite() && (1.0..=f64::MAX).contains(&i)),
                "noise",
            ),
            (positive(&self.kpi_scale), "kpi_scale"),
            (
                self.activity_scale.len() == channels
                    && self.activity_scale.iter().all(|s| positive(s)),
                "activity_scale",
            ),
            (self.timeline.0 <= self.timeline.1, "timeline"),
            (
                all().all(|m| m.baseline.len() == self.baseline_columns()),
                "baseline",
            ),
            (all().all(|m| self.has_families(m)), "curves"),
            (
                all().all(|m| {
                    m.coefficients.len() == channels
                        && m.coefficients.iter().all(|c| c.len() == geos)
                }),
                "coefficients",
            ),
            (
                all().all(|m| {
                    m.point.len() == dimensions && m.point.iter().all(|u| (0.0..=1.0).contains(u))
                }),
                "point",
            ),
        ];
        checks
            .into_iter()
            .find(|(holds, _)| !holds)
            .map(|(_, what)| what)
    }

    /// Whether a member's transforms are of the families that the specification asks for.
    fn has_families(&self, member: &PosteriorDraw) -> bool {
        let asked = |(name, curve): (&str, &ChannelCurve)| {
            let settings = self.specification.settings(name);
            let (adstock, saturation) = (
                curve.adstock.name().parse(),
                curve.saturation.name().parse(),
            );
            adstock.is_ok_and(|a: AdstockFamily| a == settings.adstock)
                && saturation.is_ok_and(|s: SaturationFamily| s == settings.saturation)
        };
        member.curves.len() == self.panel.channels().len()
            && self.panel.channel_names().zip(&member.curves).all(asked)
    }

    fn baseline_columns(&self) -> usize {
        let baseline = &self.specification.baseline;
        let own = baseline
            .geo_columns(self.panel.dates(), self.timeline)
            .len()
            * self.panel.geos().len();
        own + baseline
            .shared_columns(self.panel.dates(), self.panel.period())
            .len()
            + self.panel.controls().len()
    }
}
