//! A channel's curve at a point: its activity transformed, and the way back to its parameters.

use crate::mix::estimate::channel_design::ChannelDesign;
use crate::mix::estimate::nuts::transformed::{Kernel, Series, Sums, Transformed};
use crate::mix::estimate::nuts::unconstrained::{At, at};
use crate::mix::transform::{Adstock, Order, Saturation};

/// A channel's curve at a point, and its activity transformed.
#[derive(Debug, Clone)]
pub(super) struct Forward {
    pub(super) kernel: Kernel,
    /// By parameter, adstock's first.
    pub(super) parameters: Vec<At>,
    transformed: Transformed,
}

impl Forward {
    /// The curve at the numbers `z` of the channel's parameters; `room` is that of an earlier
    /// point, or none.
    pub(super) fn new(channel: &ChannelDesign, order: Order, z: &[f64], room: Transformed) -> Self {
        let priors = channel.priors();
        let parameters: Vec<At> = priors.zip(z).map(|(prior, z)| at(prior, *z)).collect();
        let values: Vec<f64> = parameters.iter().map(|parameter| parameter.value).collect();
        let activity = &channel.activity;
        let longest = activity.series().map(<[f64]>::len).max().unwrap_or(0);
        let is_reach = activity.frequency_of(0).is_some();
        let kernel = Kernel::new(channel.curve(&values, order), longest, is_reach);
        let mut transformed = room.emptied();
        transformed.add_all(&kernel, activity);
        Self {
            kernel,
            parameters,
            transformed,
        }
    }

    /// What a later point may use the room of.
    pub(super) fn into_room(self) -> Transformed {
        self.transformed
    }

    /// Transformed activity, by geo, then period.
    pub(super) fn response(&self) -> &[f64] {
        &self.transformed.response
    }

    /// Another series transformed by the same curve.
    pub(super) fn other(&self, series: Series<'_>, periods: usize) -> Transformed {
        let mut transformed = Transformed::default();
        transformed.add(&self.kernel, series, periods);
        transformed
    }

    /// Sums of derivatives, of nothing yet.
    pub(super) fn sums(&self) -> Sums {
        let shapes = self.kernel.curve.saturation().parameters().len();
        Sums::new(self.kernel.weights.len(), shapes)
    }

    /// Adds the derivatives by the panel's own activity: `adjoint` is that by each response.
    pub(super) fn way_back(&self, channel: &ChannelDesign, adjoint: &[f64], sums: &mut Sums) {
        let periods = channel.activity.periods();
        let together = self.kernel.rows_together(periods);
        for (at, adjoint) in adjoint.chunks(together).enumerate() {
            let first = at * together;
            let series = Series::of_geo(&channel.activity, first / periods);
            self.transformed
                .way_back(&self.kernel, (series, first), adjoint, sums);
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
        transformed.way_back(&self.kernel, (series, 0), adjoint, sums);
    }

    /// Adds the derivatives by the numbers of the channel's parameters.
    pub(super) fn finish(&self, sums: &Sums, gradient: &mut [f64]) {
        let adstock = self.kernel.curve.adstock();
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
