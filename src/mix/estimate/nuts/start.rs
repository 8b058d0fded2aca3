//! Points to begin with: about the priors' middles, and drawn from the priors.

use crate::linalg::dot::dot;
use crate::mix::estimate::nuts::belief_line::{number, on_line};
use crate::mix::estimate::nuts::density::{Density, Point, Room};
use crate::mix::estimate::nuts::effect::MEDIAN;
use crate::mix::estimate::nuts::size::Size;
use crate::mix::estimate::nuts::term::Figure;
use crate::mix::estimate::nuts::unconstrained::quantile;
use crate::mix::specification::ChangingEffect;
use crate::util::Random;

impl Density {
    /// Where to begin to look for the mode: transforms at their priors' medians, effects at theirs.
    pub(super) fn start(&self) -> Vec<f64> {
        let mut z = vec![0.0; self.dimension()];
        for (c, channel) in self.design.channels.iter().enumerate() {
            let range = self.layout.transform(c);
            for (cell, prior) in z[range].iter_mut().zip(channel.priors()) {
                *cell = quantile(prior, 0.5);
            }
            if !channel.hats.is_empty() {
                let step = ChangingEffect::step_share();
                z[self.layout.step(c)] = quantile(step.prior(), 0.5);
            }
        }
        for at in self.layout.spreads.iter().flatten() {
            z[*at] = libm::log(0.5 * self.centring.scale);
        }
        let point = self.point(&z);
        for (k, (term, size)) in self.terms.iter().zip(&point.terms).enumerate() {
            let at = self.layout.effect(k);
            z[at] = match (&term.figure, on_line(&term.belief, 0.0)) {
                (_, Some(_)) => 0.0,
                (Figure::Effect, _) => MEDIAN - 2.0 + libm::log(size.mean.max(1e-12)),
                _ => self.number_of(k, size, term.belief.middle()),
            };
        }
        z[self.layout.noise()] = self.log_moves();
        z
    }

    /// The logarithm of the KPI's standard deviation about the baseline alone.
    fn log_moves(&self) -> f64 {
        let v = &self.design.kpi;
        let along = self.design.along_basis(v);
        let square = (dot(v, v) - dot(&along, &along)).max(1e-12);
        let freedom = (self.design.observations - self.design.unpenalised()) as f64;
        0.5 * libm::log(square / freedom)
    }

    /// The noise at a point, in units of what the KPI moves besides its baseline.
    pub(super) fn noise_left(&self, z: &[f64]) -> f64 {
        libm::exp(z[self.layout.noise()] - self.log_moves())
    }

    /// The number of a term whose prior's figure has a value; `size` is that at any number.
    fn number_of(&self, k: usize, size: &Size, figure: f64) -> f64 {
        let term = &self.terms[k];
        if on_line(&term.belief, 0.0).is_some() {
            return number(&term.belief, figure);
        }
        let log_figure = libm::log(figure.max(f64::MIN_POSITIVE));
        let log_figure = if term.is_inverse {
            -log_figure
        } else {
            log_figure
        };
        if size.mean > 0.0 && size.entry() > 0.0 {
            log_figure - libm::log(size.entry()) + libm::log(size.mean)
        } else {
            log_figure
        }
    }

    /// A point drawn from the priors. Controls with bounds and the baseline have none that are
    /// proper, and stay at 0.
    pub(super) fn draw_prior(&self, random: &mut Random, room: &mut Room) -> Vec<f64> {
        let mut z = vec![0.0; self.dimension()];
        let share = |random: &mut Random| random.between(1e-6, 1.0 - 1e-6);
        for (c, channel) in self.design.channels.iter().enumerate() {
            let range = self.layout.transform(c);
            for (cell, prior) in z[range].iter_mut().zip(channel.priors()) {
                *cell = quantile(prior, share(random));
            }
            if !channel.hats.is_empty() {
                let step = ChangingEffect::step_share();
                z[self.layout.step(c)] = quantile(step.prior(), share(random));
            }
        }
        for at in self.layout.confounders.iter().flatten() {
            z[*at] = random.normal();
        }
        for steps in self.layout.steps.clone() {
            z[steps].iter_mut().for_each(|cell| *cell = random.normal());
        }
        for k in 0..self.terms.len() {
            let Some(at) = self.layout.spreads[k] else {
                continue;
            };
            let spread = self.centring.scale * random.normal().abs().max(1e-9);
            z[at] = libm::log(spread);
            for (cell, centred) in self.layout.cells[k].clone().zip(&self.centring.centred[k]) {
                z[cell] = random.normal() * if *centred { spread } else { 1.0 };
            }
        }
        let sizes = self.at(&z, room, |point| point.terms.clone());
        for (k, (term, size)) in self.terms.iter().zip(&sizes).enumerate() {
            z[self.layout.effect(k)] = self.number_of(k, size, term.belief.draw(random));
        }
        z[self.layout.noise()] = libm::log(random.normal().abs().max(1e-9));
        z
    }

    /// States the differences of geos of which the data say more than the prior as they are, the
    /// others in units of the spread; with the point in these numbers. Funnels are avoided either
    /// way (Papaspiliopoulos, Roberts and Skold 2007).
    pub(super) fn centre(&mut self, z: &[f64]) -> Vec<f64> {
        let mut moved = z.to_vec();
        let point = self.point(z);
        for k in 0..self.terms.len() {
            let Some(at) = self.layout.spreads[k] else {
                continue;
            };
            let spread = libm::exp(z[at]).max(0.1 * self.centring.scale);
            let information = self.information(k, &point);
            let cells = self.layout.cells[k].clone().zip(&information).enumerate();
            for (geo, (cell, information)) in cells {
                if information * spread * spread > 1.0 {
                    self.centring.centred[k][geo] = true;
                    moved[cell] = libm::exp(z[at]) * z[cell];
                }
            }
        }
        moved
    }

    /// By geo: what the rows say of a term's difference there, as a precision.
    pub(super) fn information(&self, k: usize, point: &Point) -> Vec<f64> {
        let (term, size, design) = (&self.terms[k], &point.terms[k], &self.design);
        let response = point.channels[term.channel].response();
        let factors = size.factors();
        let of_geo = |geo: usize| {
            let mut column = vec![0.0; design.rows()];
            for row in geo * design.periods..(geo + 1) * design.periods {
                let weight = design.root_weights.as_ref().map_or(1.0, |w| w[row]);
                let first = term.geos.start * design.periods;
                let factor = factors.map_or(1.0, |factors| factors[row - first]);
                column[row] = size.effect * factor * weight * response[row];
            }
            let along = design.along_basis(&column);
            let square = (dot(&column, &column) - dot(&along, &along)).max(0.0);
            square / (point.deviation * point.deviation)
        };
        term.geos.clone().map(of_geo).collect()
    }

    /// By number of geos' differences: about its standard deviation in the posterior, given the
    /// rest.
    pub(super) fn deviations(&self, z: &[f64]) -> Vec<f64> {
        let point = self.point(z);
        let mut deviations = vec![];
        for k in 0..self.terms.len() {
            let Some(at) = self.layout.spreads[k] else {
                continue;
            };
            let variance = libm::exp(2.0 * z[at]);
            let centred = self.centring.centred[k].iter();
            deviations.extend(self.information(k, &point).iter().zip(centred).map(
                |(information, centred)| match centred {
                    true => 1.0 / (information + 1.0 / variance).sqrt(),
                    false => 1.0 / (information * variance + 1.0).sqrt(),
                },
            ));
        }
        deviations
    }
}
