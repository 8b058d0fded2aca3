//! The size of a term at a point: from the number on the line to the effect, and the way back.
//!
//! With D the mean response of the term and E what an effect of 1 gives of the figure that its
//! prior is about:
//!
//! - beliefs without ends: the number is the logarithm of the mean contribution, beta = e^z / D, and
//!   the prior is one of log figure = log beta + log E
//! - beliefs with ends: the number says where between them the figure lies, beta = figure / E
//!
//! Both maps are triangular with unit diagonal in the logarithm, so that no prior needs a Jacobian
//! beyond that of the number itself.

use crate::linalg::dot::{dot, sum};
use crate::linalg::wide::write_line;
use crate::mix::estimate::channel_design::ChannelDesign;
use crate::mix::estimate::design::Design;
use crate::mix::estimate::nuts::belief_line::{OnLine, log_density, on_line};
use crate::mix::estimate::nuts::effect::log_prior;
use crate::mix::estimate::nuts::forward::Forward;
use crate::mix::estimate::nuts::multipliers::Multipliers;
use crate::mix::estimate::nuts::scaled::Scaled;
use crate::mix::estimate::nuts::term::{Figure, Term};
use crate::mix::estimate::nuts::transformed::Sums;

/// A term at a point.
#[derive(Debug, Clone)]
pub(super) struct Size {
    /// The effect of a full response, in units of scaled KPI, where its multiplier is 1; 0 where
    /// the channel never ran.
    pub(super) effect: f64,
    /// The mean response, D.
    pub(super) mean: f64,
    /// What an effect of 1 gives of the figure, E.
    entry: f64,
    pub(super) multipliers: Option<Multipliers>,
    line: Option<OnLine>,
    scaled: Option<(Scaled, Vec<f64>)>,
}

/// How the density moves with a term's mean response and the entry of its figure.
struct Pulls {
    by_number: f64,
    by_log_mean: f64,
    by_log_entry: f64,
    log_prior: f64,
}

impl Size {
    pub(super) fn new(
        design: &Design,
        term: &Term,
        forward: &Forward,
        multipliers: Option<Multipliers>,
        z: f64,
    ) -> Self {
        let factors = multipliers.as_ref().map(|m| m.rows.as_slice());
        let mean = mean_response(design, term, forward, factors);
        let times = |values: &[f64], weights: &[f64]| match factors {
            None => dot(values, weights),
            Some(factors) => {
                let cells = values.iter().zip(weights).zip(factors);
                cells.map(|((v, w), m)| v * w * m).sum()
            }
        };
        let mut scaled = None;
        let entry = match &term.figure {
            Figure::Effect => 1.0,
            Figure::Response(weights) => {
                times(&forward.response()[term.rows(design.periods)], weights)
            }
            Figure::Derivative(weights) => {
                let both = Scaled::new(forward, &design.channels[term.channel], term);
                let derivative = both.derivative();
                let entry = times(&derivative, weights);
                scaled = Some((both, derivative));
                entry
            }
        };
        let line = on_line(&term.belief, z);
        // A channel that never ran has no effect.
        let size = match line {
            _ if mean <= 0.0 || entry <= 0.0 => 0.0,
            None => libm::exp(z) / mean,
            Some(line) if term.is_inverse => libm::exp(-line.log_figure) / entry,
            Some(line) => libm::exp(line.log_figure) / entry,
        };
        Self {
            effect: term.sign * size,
            mean,
            entry,
            multipliers,
            line,
            scaled,
        }
    }

    /// What multiplies the effect in each row of the term; none where that is 1.
    pub(super) fn factors(&self) -> Option<&[f64]> {
        self.multipliers.as_ref().map(|m| m.rows.as_slice())
    }

    /// What an effect of 1 gives of the figure that the prior is about.
    pub(super) const fn entry(&self) -> f64 {
        self.entry
    }

    /// The mean contribution.
    pub(super) const fn contribution(&self) -> f64 {
        self.effect * self.mean
    }

    /// The logarithm of the mean contribution.
    pub(super) fn log_contribution(&self) -> f64 {
        libm::log(self.contribution().abs().max(f64::MIN_POSITIVE))
    }

    /// The prior at the number z, and the derivatives, given that of all else by the logarithm of
    /// the effect.
    fn pulls(&self, term: &Term, z: f64, by_effect: f64) -> Pulls {
        let sign = if term.is_inverse { -1.0 } else { 1.0 };
        if self.effect == 0.0 {
            // Nothing is known of it but a prior.
            let (log_prior, by_number) = match self.line {
                Some(line) => (line.log_prior, line.log_prior_slope),
                None => log_prior(z),
            };
            return Pulls {
                by_number,
                by_log_mean: 0.0,
                by_log_entry: 0.0,
                log_prior,
            };
        }
        if let Some(line) = self.line {
            return Pulls {
                by_number: by_effect * sign * line.slope + line.log_prior_slope,
                by_log_mean: 0.0,
                by_log_entry: -by_effect,
                log_prior: line.log_prior,
            };
        }
        let log_figure = sign * libm::log(self.effect.abs() * self.entry);
        let (log_prior, slope) = log_density(&term.belief, log_figure).unwrap_or((0.0, 0.0));
        Pulls {
            by_number: by_effect + sign * slope,
            by_log_mean: -(by_effect + sign * slope),
            by_log_entry: sign * slope,
            log_prior,
        }
    }

    /// Writes the derivatives by each response of the term before multipliers, `by_response`, given
    /// those by each row's prediction, `rest`: with the prior and what the normalisation by mean
    /// response or entry does. The latter's part is added to derivatives by multipliers. Gives the
    /// logarithm of the prior and the derivative by the number.
    pub(super) fn way_back(
        &self,
        term: &Term,
        (forward, channel): (&Forward, &ChannelDesign),
        (z, by_effect, by_contribution): (f64, f64, f64),
        (rest, by_response, by_multiplier): (&[f64], &mut [f64], &mut [f64]),
        sums: &mut Sums,
    ) -> (f64, f64) {
        let mut pulls = self.pulls(term, z, by_effect + by_contribution);
        // A contribution is an effect times a mean response.
        pulls.by_log_mean += by_contribution;
        let periods = channel.activity.periods();
        // A channel that never ran has no mean.
        let pull = if pulls.by_log_mean == 0.0 {
            0.0
        } else {
            pulls.by_log_mean / self.mean
        };
        let geos = by_response.chunks_mut(periods).zip(rest.chunks(periods));
        for ((by_response, rest), weight) in geos.zip(&term.row_weights) {
            write_line(by_response, rest, (self.effect, pull * weight));
        }
        let scale = pulls.by_log_entry / self.entry;
        match (&term.figure, &self.scaled) {
            (Figure::Response(weights), _) if scale != 0.0 => {
                let cells = by_response.iter_mut().zip(weights);
                cells.for_each(|(cell, weight)| *cell += scale * weight);
            }
            (Figure::Derivative(weights), Some((scaled, derivative))) if scale != 0.0 => {
                let factors = self.factors();
                let by_row = |(row, weight): (usize, &f64)| {
                    scale * weight * factors.map_or(1.0, |factors| factors[row])
                };
                let by_row: Vec<f64> = weights.iter().enumerate().map(by_row).collect();
                scaled.way_back(forward, channel, term, &by_row, sums);
                let cells = by_multiplier.iter_mut().zip(weights).zip(derivative);
                cells.for_each(|((cell, weight), d)| *cell += scale * weight * d);
            }
            _ => {}
        }
        (pulls.log_prior, pulls.by_number)
    }
}

/// The mean response of a term over its rows, a geo's weighted by its scale of the KPI.
pub(super) fn mean_response(
    design: &Design,
    term: &Term,
    forward: &Forward,
    factors: Option<&[f64]>,
) -> f64 {
    let periods = design.periods;
    let response = &forward.response()[term.rows(periods)];
    let geos = response.chunks(periods).zip(&term.row_weights).enumerate();
    geos.map(|(geo, (rows, weight))| {
        let whole: f64 = match factors {
            None => sum(rows),
            Some(factors) => dot(rows, &factors[geo * periods..][..rows.len()]),
        };
        whole * weight
    })
    .sum()
}
