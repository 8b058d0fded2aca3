//! From points to draws in the user's units.

use rayon::prelude::*;

use crate::error::Result;
use crate::mix::estimate::nuts::chains::Chain;
use crate::mix::estimate::nuts::density::Density;
use crate::mix::estimate::nuts::settings::Nuts;
use crate::mix::panel::Panel;
use crate::mix::posterior::{Noise, Posterior, PosteriorDraw};
use crate::mix::specification::MixSpecification;
use crate::mix::specification::columns::Source;
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
        .map(|at| {
            draw(
                density,
                all[at * all.len() / kept],
                random.stream(at as u64),
            )
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

/// One draw with its noise's variance. The baseline's coefficients are normal about those that
/// leave the least square, given the effects.
fn draw(density: &Density, z: &[f64], mut random: Random) -> (PosteriorDraw, f64) {
    let design = &density.design;
    let point = density.point(z);
    let rest = density.unexplained(&point);
    let mut along = design.along_basis(&rest);
    for cell in &mut along {
        *cell += point.deviation * random.normal();
    }
    let mut baseline = design.basis.coefficients(along);
    let mut media = vec![vec![0.0; design.geos]; design.channels.len()];
    for (column, effect) in design.columns.iter().zip(&point.coefficients) {
        match column.source {
            Source::Channel(c) => {
                for geo in column.geo.map_or(0..design.geos, |g| g..g + 1) {
                    media[c][geo] = effect * design.scales.kpi[geo];
                }
            }
            Source::Control(_) => baseline.push(*effect),
            Source::Synergy(_) => {}
        }
    }
    let curves = point.channels.iter().map(|channel| channel.curve).collect();
    let variance = point.deviation * point.deviation;
    (PosteriorDraw::new(curves, media, baseline), variance)
}
