//! Decomposes a panel by the draws of a posterior.

use crate::error::{Error, Result};
use crate::mix::panel::Panel;
use crate::mix::posterior::decomposition::{Decomposition, add};
use crate::mix::posterior::draw::PosteriorDraw;
use crate::mix::posterior::model::Posterior;
use crate::mix::posterior::synergy::Response;
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
            for ((_, sum), (_, values)) in whole.parts.iter_mut().zip(&part.parts) {
                add(sum, values, *weight);
            }
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

    /// Any panel with the same columns decomposed by one draw.
    pub(crate) fn decompose_by(&self, panel: &Panel, draw: &PosteriorDraw) -> Decomposition {
        let parts = self.decompose_logs(panel, draw);
        let parts = match self.is_multiplicative() {
            true => self.multiplied(parts),
            false => parts,
        };
        parts.without_absent(panel).with_prediction()
    }

    /// The same without sums, and where effects multiply the logarithms in units of each geo's
    /// scale.
    pub(crate) fn decompose_logs(&self, panel: &Panel, draw: &PosteriorDraw) -> Decomposition {
        let mut parts = Decomposition {
            dates: panel.dates().to_vec(),
            geos: panel.geos().to_vec(),
            channels: panel.channel_names().map(Into::into).collect(),
            prediction: vec![],
            baseline: vec![],
            parts: self.baseline_parts_by(panel, draw),
            contributions: vec![],
            immediate: vec![],
        };
        let mut scratch = Scratch::default();
        let mut responses = vec![];
        for c in 0..panel.channels().len() {
            let activity = self.scales.scaled_activity(panel, c);
            let (activity, curve) = activity.carried(&draw.curves[c]);
            let (mut whole, mut immediate) = (vec![0.0; panel.rows()], vec![0.0; panel.rows()]);
            for geo in 0..panel.geos().len() {
                let rows = geo * panel.periods()..(geo + 1) * panel.periods();
                let series = activity.of_geo(geo);
                curve.apply(series, &mut scratch, &mut whole[rows.clone()]);
                curve.immediate(series, &whole[rows.clone()], &mut immediate[rows.clone()]);
            }
            if !draw.synergies.is_empty() {
                responses.push(Response {
                    whole: whole.clone(),
                    immediate: immediate.clone(),
                });
            }
            for geo in 0..panel.geos().len() {
                let rows = geo * panel.periods()..(geo + 1) * panel.periods();
                self.times_effect(draw, (c, geo), panel.dates(), &mut whole[rows.clone()]);
                self.times_effect(draw, (c, geo), panel.dates(), &mut immediate[rows]);
            }
            parts.contributions.push(whole);
            parts.immediate.push(immediate);
        }
        self.add_synergies(panel, draw, &responses, &mut parts);
        parts
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
