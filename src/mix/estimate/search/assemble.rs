//! From points of the cube to draws in the user's units.

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::mix::estimate::coefficient_draws::CoefficientDraw;
use crate::mix::estimate::design::Design;
use crate::mix::estimate::media_effects::MediaEffects;
use crate::mix::estimate::objectives::finite;
use crate::mix::estimate::problem::{Linear, Problem, Workspace};
use crate::mix::estimate::search::candidate::Space;
use crate::mix::estimate::search::report::{SearchFit, SearchReport};
use crate::mix::estimate::search::run::Found;
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
use crate::mix::panel::Panel;
use crate::mix::posterior::{Candidate, Objectives, Posterior, PosteriorDraw};
use crate::mix::specification::columns::{MediaColumn, Source};
use crate::mix::specification::{MixSpecification, Pooling};
use crate::util::Random;

/// The posterior and the report of what was found.
pub(crate) fn assemble(
    specification: &MixSpecification,
    panel: &Panel,
    space: &Space,
    found: Found,
    seed: u64,
) -> Result<SearchFit> {
    let solve_all = |points: Vec<Vec<f64>>, noise: Option<Random>| -> Vec<PosteriorDraw> {
        let draws: Vec<Option<PosteriorDraw>> = points
            .into_par_iter()
            .enumerate()
            .map(|(i, point)| {
                let noise = noise.as_ref().map(|random| random.stream(i as u64));
                draw_at(specification, panel, space, point, noise)
            })
            .collect();
        draws.into_iter().flatten().collect()
    };
    let draws = solve_all(found.draws, Some(Random::new(seed).stream(4)));
    let solve = |point: Vec<f64>| solve_all(vec![point], None).pop();
    let best = solve(found.best);
    let front = found.front.into_iter().map(|trial| trial.point);
    let pareto_front = solve_all(front.collect(), None);
    // Candidates evaluated for the front, or before the noise was known, may turn out to score
    // higher yet. The best is reported at its optimum, not as one of the draws about it.
    let score = |draw: &PosteriorDraw| draw.objectives().map(|o| o.score);
    let others = draws.iter().chain(&pareto_front);
    let highest = others.fold(best.as_ref(), |best, draw| {
        if score(draw) > best.and_then(score) {
            Some(draw)
        } else {
            best
        }
    });
    let higher = highest.filter(|draw| score(draw) > best.as_ref().and_then(score));
    let candidate = higher.and_then(|draw| draw.candidate.as_ref());
    let solved = candidate.and_then(|candidate| solve(candidate.point.clone()));
    // coefficients by geo may have no single solution where the pooled ones had one
    let best = solved.or(best).ok_or_else(|| Error::Solver {
        reason: "the best candidate has no single solution with coefficients by geo".into(),
    })?;
    let report = SearchReport {
        best,
        pareto_front,
        evaluations: found.evaluations,
        noise: space.problem.noise,
        stopped: found.stopped,
    };
    let posterior = Posterior::assemble(
        specification.clone(),
        panel.clone(),
        draws,
        space.problem.design.scales.clone(),
        space.problem.noise,
        space.problem.design.smoothness,
    )?;
    Ok(SearchFit::new(posterior, report))
}

/// The draw at a point, with coefficients by geo where these are not pooled; none if it has no
/// solution.
fn draw_at(
    specification: &MixSpecification,
    panel: &Panel,
    space: &Space,
    point: Vec<f64>,
    noise: Option<Random>,
) -> Option<PosteriorDraw> {
    let solved = Solved::new(space, &point)?;
    if specification.pooling == Pooling::Pooled || panel.geos().len() == 1 {
        return Some(in_units(space, solved, point, noise));
    }
    let by_geo = by_geo(specification, panel, space, &solved.linear);
    let solved = Solved::new(&by_geo, &point)?;
    Some(in_units(&by_geo, solved, point, noise))
}

/// The problem with coefficients by geo, drawn to the pooled ones where the specification says so.
fn by_geo(
    specification: &MixSpecification,
    panel: &Panel,
    space: &Space,
    pooled: &Linear,
) -> Space {
    let design = &space.problem.design;
    let mut problem = Problem::new(design.by_geo(panel, specification))
        .with_folds()
        .with_noise(space.problem.noise);
    if let Pooling::Partial(strength) = specification.pooling {
        let centre = |column: &MediaColumn| {
            design
                .columns
                .iter()
                .position(|c| c.source == column.source && c.knot == column.knot)
                .map_or(0.0, |k| pooled.coefficients[k])
        };
        let centres = problem.design.columns.iter().map(centre).collect();
        problem = problem.with_centres(centres, strength);
    }
    Space {
        problem,
        penalties: space.penalties,
    }
}

/// A candidate with its solution, and what it was solved in.
struct Solved {
    statistics: SufficientStatistics,
    workspace: Workspace,
    linear: Linear,
    objectives: Objectives,
}

impl Solved {
    fn new(space: &Space, point: &[f64]) -> Option<Self> {
        let (mut statistics, mut workspace) = space.buffers();
        let (linear, objectives) = space.evaluate(point, &mut statistics, &mut workspace)?;
        Some(Self {
            statistics,
            workspace,
            linear,
            objectives,
        })
    }
}

/// A candidate's transforms and coefficients in the user's units: the solution, or with `noise` one
/// draw about it.
fn in_units(
    space: &Space,
    mut solved: Solved,
    point: Vec<f64>,
    mut noise: Option<Random>,
) -> PosteriorDraw {
    let penalty = space.penalty(&point);
    let drawn = noise.as_mut().and_then(|random| {
        let Solved {
            statistics,
            workspace,
            ..
        } = &mut solved;
        let problem = &space.problem;
        problem.draw_coefficients(statistics, penalty, workspace, random)
    });
    let drawn = drawn.unwrap_or_else(|| CoefficientDraw {
        coefficients: solved.linear.coefficients.clone(),
        deviation: 0.0,
    });
    let design = &space.problem.design;
    let offsets = design.offsets();
    let curve = |c: usize| {
        let channel = &design.channels[c];
        let transform = channel.transform(&point[offsets[c]..offsets[c + 1]], design.order);
        transform.bind(&channel.activity)
    };
    let curves = (0..design.channels.len()).map(curve).collect();
    let (channels, kpi) = (design.channels.len(), &design.scales.kpi);
    let effects = MediaEffects::new(channels, &design.columns, &drawn.coefficients, kpi);
    let baseline = baseline(design, &solved.statistics, &drawn, noise);
    PosteriorDraw {
        penalty,
        candidate: Some(Candidate {
            objectives: solved.objectives,
            kkt_residual: finite(solved.linear.kkt),
            point,
        }),
        ..PosteriorDraw::new(curves, effects.last, baseline)
            .with_knots(effects.knots)
            .with_synergies(effects.synergies)
    }
}

/// The baseline's coefficients that go with those of media and bounded controls: the solution, or
/// with `noise` one draw about it.
fn baseline(
    design: &Design,
    statistics: &SufficientStatistics,
    drawn: &CoefficientDraw,
    noise: Option<Random>,
) -> Vec<f64> {
    let mut along = design.along_basis(&design.kpi);
    for (k, x) in drawn.coefficients.iter().enumerate() {
        along
            .iter_mut()
            .zip(design.along_basis(statistics.values(k)))
            .for_each(|(a, m)| *a -= x * m);
    }
    if let Some(mut random) = noise {
        along
            .iter_mut()
            .for_each(|a| *a += drawn.deviation * random.normal());
    }
    let mut baseline = design.basis.coefficients(along);
    let columns = design.columns.iter().zip(&drawn.coefficients);
    let controls = columns.filter(|(column, _)| matches!(column.source, Source::Control(_)));
    baseline.extend(controls.map(|(_, x)| *x));
    baseline
}
