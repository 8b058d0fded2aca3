//! From points to draws in the user's units.

use rayon::prelude::*;

use crate::error::Result;
use crate::mix::estimate::nuts::chain::Chain;
use crate::mix::estimate::nuts::density::{Density, Point, Room};
use crate::mix::estimate::nuts::settings::Nuts;
use crate::mix::panel::Panel;
use crate::mix::posterior::{Noise, Posterior, PosteriorDraw};
use crate::mix::specification::MixSpecification;
use crate::util::Random;

/// The posterior of the draws kept, evenly spread over the chains.
pub(super) fn posterior(
    density: &Density,
    specification: &MixSpecification,
    panel: &Panel,
    chains: &[Chain],
    settings: &Nuts,
) -> Result<Posterior> {
    let all: Vec<&Vec<f64>> = chains.iter().flat_map(|chain| &chain.draws).collect();
    let kept = settings.kept.min(all.len());
    let random = Random::new(settings.seed).stream(5);
    let drawn: Vec<(PosteriorDraw, f64)> = (0..kept)
        .into_par_iter()
        .map_init(Room::default, |room, at| {
            let z = all[at * all.len() / kept];
            let random = random.stream(at as u64);
            density.at(z, room, |point| draw(density, z, point, random))
        })
        .collect();
    let variance = drawn.iter().map(|(_, variance)| variance).sum::<f64>() / kept as f64;
    let draws = drawn.into_iter().map(|(draw, _)| draw).collect();
    let noise = Noise {
        variance,
        inflation: 1.0,
    };
    let design = &density.design;
    Posterior::assemble(
        specification.clone(),
        panel.clone(),
        draws,
        design.scales.clone(),
        Some(noise),
        design.smoothness,
    )
}

impl Density {
    /// The baseline along its directions: that of the point, or drawn where it is integrated out,
    /// given what is left to it.
    pub(super) fn baseline_along(
        &self,
        z: &[f64],
        rest: &[f64],
        deviation: f64,
        random: &mut Random,
    ) -> Vec<f64> {
        let mut along = self.baseline(z, rest);
        if self.layout.baseline.is_empty() {
            let cells = along.iter_mut();
            cells.for_each(|cell| *cell += deviation * random.normal());
        }
        along
    }
}

/// One draw with its noise's variance. The baseline's coefficients are normal about those that
/// leave the least square, given the effects.
fn draw(density: &Density, z: &[f64], point: &Point, mut random: Random) -> (PosteriorDraw, f64) {
    let design = &density.design;
    // What demand adds beside media is the baseline's, as far as it can show it.
    let rest = density.unexplained(point, false);
    let along = density.baseline_along(z, &rest, point.deviation, &mut random);
    let mut baseline = design.basis.coefficients(along);
    baseline.extend(&point.controls);
    let mut media = vec![vec![0.0; design.geos]; design.channels.len()];
    let mut knots: Vec<Vec<Vec<f64>>> = vec![vec![]; design.channels.len()];
    for (term, size) in density.terms.iter().zip(&point.terms) {
        for (at, geo) in term.geos.clone().enumerate() {
            let multipliers = size.multipliers.as_ref();
            let factor = multipliers.map_or(1.0, |m| m.geos[at]);
            let effect = size.effect * factor * design.scales.kpi[geo];
            let of_knots = multipliers.map_or(&[][..], |m| &m.knots);
            let at_knots: Vec<f64> = of_knots.iter().map(|knot| knot * effect).collect();
            media[term.channel][geo] = at_knots.last().copied().unwrap_or(effect);
            if !at_knots.is_empty() {
                knots[term.channel].push(at_knots);
            }
        }
    }
    let curves = point
        .channels
        .iter()
        .map(|channel| channel.kernel.curve)
        .collect();
    let variance = point.deviation * point.deviation;
    let draw = PosteriorDraw::new(curves, media, baseline);
    match knots.iter().all(Vec::is_empty) {
        true => (draw, variance),
        false => (draw.with_knots(knots), variance),
    }
}
