//! How responses move with the scale of all activity, for priors on marginal returns.

use crate::mix::estimate::channel_design::ChannelDesign;
use crate::mix::estimate::nuts::forward::Forward;
use crate::mix::estimate::nuts::term::Term;
use crate::mix::estimate::nuts::transformed::{Series, Sums, Transformed};

/// Half the difference of logarithms between the two scales: errors are of its square.
const STEP: f64 = 1e-3;

/// A term's responses with all activity of the panel, but not its history, a little larger and a
/// little smaller.
#[derive(Debug, Clone)]
pub(super) struct Scaled {
    /// By geo of the term: activity with its history, and responses; larger, then smaller.
    geos: Vec<[(Vec<f64>, Transformed); 2]>,
}

impl Scaled {
    pub(super) fn new(forward: &Forward, channel: &ChannelDesign, term: &Term) -> Self {
        let periods = channel.activity.periods();
        let geos = term.geos.clone().map(|geo| {
            let series = Series::of_geo(&channel.activity, geo);
            [STEP, -STEP].map(|step| {
                let mut activity = series.activity.to_vec();
                let history = activity.len() - periods;
                let scale = libm::exp(step);
                activity[history..].iter_mut().for_each(|x| *x *= scale);
                let scaled = Series {
                    activity: &activity,
                    ..series
                };
                let transformed = forward.other(scaled, periods);
                (activity, transformed)
            })
        });
        Self {
            geos: geos.collect(),
        }
    }

    /// The derivative of each response by the logarithm of the scale, by row of the term.
    pub(super) fn derivative(&self) -> Vec<f64> {
        let geos = self.geos.iter();
        geos.flat_map(|[larger, smaller]| {
            let pairs = larger.1.response.iter().zip(&smaller.1.response);
            pairs.map(|(a, b)| (a - b) / (2.0 * STEP))
        })
        .collect()
    }

    /// Adds the derivatives by the curve's parameters, given those by each row's derivative.
    pub(super) fn way_back(
        &self,
        forward: &Forward,
        channel: &ChannelDesign,
        term: &Term,
        by_row: &[f64],
        sums: &mut Sums,
    ) {
        let by_geo = by_row.chunks(channel.activity.periods());
        for ((geo, pair), by_row) in term.geos.clone().zip(&self.geos).zip(by_geo) {
            for ((activity, transformed), step) in pair.iter().zip([STEP, -STEP]) {
                let series = Series {
                    activity,
                    frequency: channel.activity.frequency_of(geo),
                };
                let by_response: Vec<f64> = by_row.iter().map(|by| by / (2.0 * step)).collect();
                forward.other_way_back(transformed, series, &by_response, sums);
            }
        }
    }
}
