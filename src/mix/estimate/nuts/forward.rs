//! A channel's curve at a point: its activity transformed, and the way back to its parameters.

use crate::mix::estimate::channel_design::ChannelDesign;
use crate::mix::estimate::nuts::transformed::{Series, Sums, Transformed};
use crate::mix::estimate::nuts::unconstrained::{At, at};
use crate::mix::transform::{Adstock, ChannelCurve, Order, Saturation};

/// Weights below this at the end of the window count as nothing, as in a fitted model.
const NEXT_TO_NOTHING: f64 = 1e-13;

/// A channel's curve at a point, and its activity transformed.
#[derive(Debug, Clone)]
pub(super) struct Forward {
    pub(super) curve: ChannelCurve,
    /// By parameter, adstock's first.
    pub(super) parameters: Vec<At>,
    /// Weights by lag, up to the last that counts.
    weights: Vec<f64>,
    transformed: Transformed,
}

impl Forward {
    /// The curve at the numbers `z` of the channel's parameters.
    pub(super) fn new(channel: &ChannelDesign, order: Order, z: &[f64]) -> Self {
        let priors = channel.priors();
        let parameters: Vec<At> = priors.zip(z).map(|(prior, z)| at(prior, *z)).collect();
        let values: Vec<f64> = parameters.iter().map(|parameter| parameter.value).collect();
        let curve = channel.curve(&values, order);
        let activity = &channel.activity;
        let longest = activity.series().map(<[f64]>::len).max().unwrap_or(0);
        let weights = weights(&curve, longest);
        let mut transformed = Transformed::default();
        for geo in 0..activity.geos() {
            let series = Series::of_geo(activity, geo);
            transformed.add(&curve, &weights, series, activity.periods());
        }
        Self {
            curve,
            parameters,
            weights,
            transformed,
        }
    }

    /// Transformed activity, by geo, then period.
    pub(super) fn response(&self) -> &[f64] {
        &self.transformed.response
    }

    /// Another series transformed by the same curve.
    pub(super) fn other(&self, series: Series<'_>, periods: usize) -> Transformed {
        let mut transformed = Transformed::default();
        transformed.add(&self.curve, &self.weights, series, periods);
        transformed
    }

    /// Sums of derivatives, of nothing yet.
    pub(super) fn sums(&self) -> Sums {
        let shapes = self.curve.saturation().parameters().len();
        Sums::new(self.weights.len(), shapes)
    }

    /// Adds the derivatives by the panel's own activity: `adjoint` is that by each response.
    pub(super) fn way_back(&self, channel: &ChannelDesign, adjoint: &[f64], sums: &mut Sums) {
        let by_geo = adjoint.chunks(channel.activity.periods()).enumerate();
        for (geo, adjoint) in by_geo {
            let (curve, weights) = (&self.curve, &self.weights);
            let series = Series::of_geo(&channel.activity, geo);
            self.transformed
                .way_back(curve, weights, (series, geo), adjoint, sums);
        }
    }

    /// Adds the derivatives by another series, transformed by [`Forward::other`].
    pub(super) fn other_way_back(
        &self,
        transformed: &Transformed,
        series: Series<'_>,
        adjoint: &[f64],
        sums: &mut Sums,
    ) {
        transformed.way_back(&self.curve, &self.weights, (series, 0), adjoint, sums);
    }

    /// Adds the derivatives by the numbers of the channel's parameters.
    pub(super) fn finish(&self, sums: &Sums, gradient: &mut [f64]) {
        let adstock = self.curve.adstock();
        let count = self.parameters.len() - sums.by_shape.len();
        let mut by_parameter = vec![0.0; sums.by_weight.len()];
        let cells = gradient.iter_mut().zip(&self.parameters);
        for (p, (cell, parameter)) in cells.enumerate() {
            let derivative = if p < count {
                let mut derivative = sums.by_alpha;
                if sums.by_weight.iter().any(|weight| *weight != 0.0) {
                    adstock.gradient(p, &mut by_parameter);
                    let pairs = by_parameter.iter().zip(&sums.by_weight);
                    derivative += pairs.map(|(weight, sum)| weight * sum).sum::<f64>();
                }
                derivative
            } else {
                sums.by_shape[p - count]
            };
            *cell += derivative * parameter.slope;
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
