//! A channel's activity transformed, with what the way back needs.

use crate::mix::estimate::design::ChannelDesign;
use crate::mix::estimate::nuts::unconstrained::{At, at};
use crate::mix::transform::activity::Activity;
use crate::mix::transform::adstock::carry::convolve;
use crate::mix::transform::{Adstock, ChannelCurve, Order};

/// Weights below this at the end of the window count as nothing, as in a fitted model.
const NEXT_TO_NOTHING: f64 = 1e-13;

/// A channel's curve at a point, and its activity transformed.
#[derive(Debug, Clone)]
pub(super) struct Forward {
    pub(super) curve: ChannelCurve,
    /// By parameter, adstock's first.
    pub(super) parameters: Vec<At>,
    /// Weights by lag, up to the last that counts.
    pub(super) weights: Vec<f64>,
    /// What the saturation sees, by geo, then period: carried activity; or activity with its history
    /// where saturation comes first.
    pub(super) before: Vec<f64>,
    /// Transformed activity, by geo, then period.
    pub(super) response: Vec<f64>,
}

impl Forward {
    /// The curve at the numbers `z` of the channel's parameters.
    pub(super) fn new(channel: &ChannelDesign, order: Order, z: &[f64]) -> Self {
        let priors = channel.priors();
        let parameters: Vec<At> = priors.zip(z).map(|(prior, z)| at(prior, *z)).collect();
        let values: Vec<f64> = parameters.iter().map(|parameter| parameter.value).collect();
        let curve = channel.curve(&values, order);
        let activity = &channel.activity;
        let length = activity.history() + activity.periods();
        let weights = weights(&curve, length);
        let mut forward = Self {
            curve,
            parameters,
            weights,
            before: Vec::new(),
            response: vec![0.0; activity.series().count() * activity.periods()],
        };
        forward.transform(activity);
        forward
    }

    fn transform(&mut self, activity: &Activity) {
        let periods = activity.periods();
        for (series, response) in activity.series().zip(self.response.chunks_mut(periods)) {
            respond(
                &self.curve,
                &self.weights,
                series,
                &mut self.before,
                response,
            );
        }
    }
}

/// Transforms one geo's series, history first; what the saturation sees is added to `before`.
pub(super) fn respond(
    curve: &ChannelCurve,
    weights: &[f64],
    series: &[f64],
    before: &mut Vec<f64>,
    response: &mut [f64],
) {
    match curve.order() {
        Order::AdstockFirst => {
            convolve(series, weights, response);
            before.extend_from_slice(response);
            curve.saturation().apply(response);
        }
        Order::SaturationFirst => {
            before.extend_from_slice(series);
            let mut saturated = series.to_vec();
            curve.saturation().apply(&mut saturated);
            convolve(&saturated, weights, response);
        }
    }
}

fn weights(curve: &ChannelCurve, length: usize) -> Vec<f64> {
    let lags = curve.adstock().window().unwrap_or(length).min(length);
    let mut weights = vec![0.0; lags];
    curve.adstock().weights(&mut weights);
    let last = weights.iter().rposition(|weight| *weight > NEXT_TO_NOTHING);
    weights.truncate(last.map_or(0, |last| last + 1));
    weights
}
