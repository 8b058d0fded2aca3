//! Coordinates in which what the data leave open about Hill curves lies along straight lines.
//!
//! With A a channel's mean carried level, s the slope and k the half saturation of its curve, the
//! data know the elasticity at A well, and hardly where on the curve A lies. So the sampler moves
//!
//! - m = s (log A - log k), the logit of the response at A
//! - e = log s - log(1 + e^m), the logarithm of the elasticity there
//! - u + log(D / mean response), with u the logarithm of the mean contribution and D how far
//!   responses lie apart: a baseline takes up a contribution that is the same in all periods
//!
//! Back, s = e^e (1 + e^m) and log k = log A - m / s; the volume of (log s, log k) by (e, m) is
//! 1 / s, that by u is 1. Levels are those at the mode, and only make the coordinates: priors and
//! likelihood are those of the density.

use crate::mix::estimate::nuts::belief_line::on_line;
use crate::mix::estimate::nuts::density::{Density, Room};
use crate::mix::estimate::nuts::forward::Forward;
use crate::mix::estimate::nuts::unconstrained::endless;
use crate::mix::transform::Adstock;
use crate::mix::transform::activity::Activity;
use crate::stats::special::softplus;

/// How many levels stand for all rows.
const LEVELS: usize = 16;

/// The share of the mean response that counts into how far responses lie apart, where they are
/// nearly the same.
const LEAST_SPREAD: f64 = 0.3;

/// A density in bent coordinates.
#[derive(Debug, Clone)]
pub(super) struct Bent<'a> {
    pub(super) density: &'a Density,
    ridges: Vec<Ridge>,
}

/// A channel with a Hill curve whose priors have no ends; others stay as they are.
#[derive(Debug, Clone)]
struct Ridge {
    half_saturation: Scale,
    slope: Scale,
    /// The numbers of what the channel brings.
    contributions: Vec<usize>,
    log_mean: f64,
    /// Of positive levels among [`LEVELS`].
    log_levels: Vec<f64>,
}

/// A number that is a logarithm, in standard deviations of its prior.
#[derive(Debug, Clone, Copy)]
struct Scale {
    at: usize,
    log_median: f64,
    deviation: f64,
}

impl Scale {
    fn log(self, z: &[f64]) -> f64 {
        self.log_median + self.deviation * z[self.at]
    }

    fn number(self, log: f64) -> f64 {
        (log - self.log_median) / self.deviation
    }
}

/// log(D / mean response), with its derivatives by log k and log s.
struct Spread {
    log: f64,
    by_log_half: f64,
    by_log_slope: f64,
}

impl<'a> Bent<'a> {
    /// Coordinates for a density with its mode at `mode`.
    pub(super) fn new(density: &'a Density, mode: &[f64]) -> Self {
        let point = density.point(mode);
        let channels = point.channels.iter().enumerate();
        let ridges = channels.filter_map(|(c, forward)| Ridge::new(density, c, forward));
        Self {
            density,
            ridges: ridges.collect(),
        }
    }

    /// The coordinates of a point.
    pub(super) fn bend(&self, z: &[f64]) -> Vec<f64> {
        let mut w = z.to_vec();
        for ridge in &self.ridges {
            let (log_half, log_slope) = (ridge.half_saturation.log(z), ridge.slope.log(z));
            let logit = libm::exp(log_slope) * (ridge.log_mean - log_half);
            let spread = ridge.spread(log_half, libm::exp(log_slope));
            w[ridge.half_saturation.at] = logit;
            w[ridge.slope.at] = log_slope - softplus(logit);
            for at in &ridge.contributions {
                w[*at] += spread.log;
            }
        }
        w
    }

    /// The point at coordinates.
    pub(super) fn point(&self, w: &[f64]) -> Vec<f64> {
        self.point_with_volume(w).0
    }

    /// With the logarithm of the volume of points by coordinates, but for a constant.
    fn point_with_volume(&self, w: &[f64]) -> (Vec<f64>, f64) {
        let (mut z, mut log_volume) = (w.to_vec(), 0.0);
        for ridge in &self.ridges {
            let logit = w[ridge.half_saturation.at];
            let log_slope = w[ridge.slope.at] + softplus(logit);
            let slope = libm::exp(log_slope);
            let log_half = ridge.log_mean - logit / slope;
            let spread = ridge.spread(log_half, slope);
            z[ridge.half_saturation.at] = ridge.half_saturation.number(log_half);
            z[ridge.slope.at] = ridge.slope.number(log_slope);
            for at in &ridge.contributions {
                z[*at] -= spread.log;
            }
            log_volume -= log_slope;
        }
        (z, log_volume)
    }

    /// The logarithm of the density by coordinates, and its gradient; no number where the point is
    /// none.
    pub(super) fn evaluate(&self, w: &[f64], gradient: &mut [f64], room: &mut Room) -> f64 {
        let (z, log_volume) = self.point_with_volume(w);
        if z.iter().any(|z| !z.is_finite()) {
            return f64::NAN;
        }
        let log_density = self.density.evaluate(&z, gradient, room);
        for ridge in &self.ridges {
            ridge.way_back(&z, w, gradient);
        }
        log_density + log_volume
    }
}

impl Ridge {
    fn new(density: &Density, channel: usize, forward: &Forward) -> Option<Self> {
        let design = &density.design.channels[channel];
        let first = density.layout.transform(channel).start;
        let scale = |name: &str| {
            let place = design.parameter_names().position(|other| other == name)?;
            let (median, deviation) = endless(design.priors().nth(place)?)?;
            Some(Scale {
                at: first + place,
                log_median: libm::log(median),
                deviation,
            })
        };
        let (half_saturation, slope) = (scale("half_saturation")?, scale("slope")?);
        let levels = levels(forward.kernel.curve.adstock(), &design.activity);
        let mean = levels.iter().sum::<f64>() / levels.len() as f64;
        let terms = density.terms.iter().enumerate();
        // A number between the ends of a belief is no logarithm.
        let contributions = terms
            .filter(|(_, term)| term.channel == channel && on_line(&term.belief, 0.0).is_none());
        let shown = levels
            .chunks(levels.len().div_ceil(LEVELS).max(1))
            .map(|chunk| chunk[chunk.len() / 2])
            .filter(|level| *level > 1e-3 * mean);
        let log_levels: Vec<f64> = shown.map(libm::log).collect();
        // A channel that hardly ever ran has no typical level.
        (!log_levels.is_empty()).then(|| Self {
            half_saturation,
            slope,
            contributions: contributions
                .map(|(k, _)| density.layout.effect(k))
                .collect(),
            log_mean: libm::log(mean),
            log_levels,
        })
    }

    /// D^2 is the variance of responses plus the square of a share of their mean.
    fn spread(&self, log_half: f64, slope: f64) -> Spread {
        let (mut sum, mut by) = ([0.0; 2], [[0.0; 2]; 2]);
        for level in &self.log_levels {
            let distance = slope * (level - log_half);
            let response = 1.0 / (1.0 + libm::exp(-distance));
            let rise = response * (1.0 - response);
            sum[0] += response;
            sum[1] += response * response;
            for (by, step) in by.iter_mut().zip([-slope * rise, distance * rise]) {
                by[0] += step;
                by[1] += 2.0 * response * step;
            }
        }
        // n sum of squares over the square of the sum: 1 + variance / mean^2.
        let ratio = LEVELS as f64 * sum[1] / (sum[0] * sum[0]);
        let square = ratio - 1.0 + LEAST_SPREAD * LEAST_SPREAD;
        let derivative =
            |by: [f64; 2]| 0.5 * ratio / square * (by[1] / sum[1] - 2.0 * by[0] / sum[0]);
        Spread {
            log: 0.5 * libm::log(square),
            by_log_half: derivative(by[0]),
            by_log_slope: derivative(by[1]),
        }
    }

    /// Makes the gradient by a point's numbers that by coordinates, the volume's included.
    fn way_back(&self, z: &[f64], w: &[f64], gradient: &mut [f64]) {
        let (log_half, log_slope) = (self.half_saturation.log(z), self.slope.log(z));
        let (slope, logit) = (libm::exp(log_slope), w[self.half_saturation.at]);
        let spread = self.spread(log_half, slope);
        let pull: f64 = self.contributions.iter().map(|at| gradient[*at]).sum();
        let by_log_half = gradient[self.half_saturation.at] / self.half_saturation.deviation
            - pull * spread.by_log_half;
        let by_log_slope =
            gradient[self.slope.at] / self.slope.deviation - pull * spread.by_log_slope - 1.0;
        let response = 1.0 / (1.0 + libm::exp(-logit));
        gradient[self.slope.at] = by_log_slope + by_log_half * logit / slope;
        gradient[self.half_saturation.at] =
            by_log_slope * response + by_log_half * (logit * response - 1.0) / slope;
    }
}

/// A channel's activity carried over, in all rows from the least.
fn levels(adstock: &impl Adstock, activity: &Activity) -> Vec<f64> {
    let mut levels = vec![0.0; activity.geos() * activity.periods()];
    let geos = levels.chunks_mut(activity.periods());
    geos.zip(activity.series())
        .for_each(|(levels, series)| adstock.carry(series, levels));
    levels.sort_by(f64::total_cmp);
    levels
}

#[cfg(test)]
mod tests;
