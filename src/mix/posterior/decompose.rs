//! Decomposes a panel by the draws of a posterior.

use crate::error::{Error, Result};
use crate::mix::panel::Panel;
use crate::mix::posterior::decomposition::{Decomposition, add};
use crate::mix::posterior::draw::PosteriorDraw;
use crate::mix::posterior::model::Posterior;
use crate::mix::transform::curve::Scratch;
use crate::mix::transform::{Adstock, ChannelCurve, Order};

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
        for c in 0..panel.channels().len() {
            let activity = self.scales.scaled_activity(panel, c);
            let (mut whole, mut immediate) = (vec![0.0; panel.rows()], vec![0.0; panel.rows()]);
            for geo in 0..panel.geos().len() {
                let rows = geo * panel.periods()..(geo + 1) * panel.periods();
                let series = activity.of_geo(geo);
                draw.curves[c].apply(series, &mut scratch, &mut whole[rows.clone()]);
                draw.curves[c].immediate(
                    series,
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

impl ChannelCurve {
    /// The part of a transformed series owed to the same period's activity.
    fn immediate(&self, activity: &[f64], transformed: &[f64], immediate: &mut [f64]) {
        let within = &activity[activity.len() - immediate.len()..];
        let mut first = [0.0];
        self.adstock.weights(&mut first);
        match self.order {
            Order::SaturationFirst => {
                immediate.copy_from_slice(within);
                self.saturation.apply(immediate);
                immediate.iter_mut().for_each(|v| *v *= first[0]);
            }
            Order::AdstockFirst => {
                self.adstock.carry(activity, immediate);
                for ((cell, x), response) in immediate.iter_mut().zip(within).zip(transformed) {
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
