//! How smooth the baseline's trend is, by the probability of the data.

use crate::mix::estimate::problem::{Problem, Workspace};
use crate::mix::estimate::search::candidate::{Space, set_all};
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;

/// Penalties on bends that are tried, in units of the noise's variance: from bends ten times as
/// large as the noise of a row to a straight line.
const PENALTIES: [f64; 8] = [1e-2, 1e-1, 1.0, 1e1, 1e2, 1e3, 1e4, 1e6];

/// Sets the penalty on the bends of a smooth trend that makes the data most probable, given the
/// transforms and the penalty of a candidate; nothing where the trend is another.
pub(crate) fn learn_smoothness(space: &mut Space, point: &[f64]) {
    if space.problem.design.smoothness.is_none() {
        return;
    }
    let mut best: Option<(f64, Problem)> = None;
    for penalty in PENALTIES {
        let design = space.problem.design.clone();
        let problem = Problem::new(design.with_smoothness(Some(penalty)));
        let Some(score) = evidence(&problem, point, space.penalty(point)) else {
            continue;
        };
        if best.as_ref().is_none_or(|(highest, _)| score > *highest) {
            best = Some((score, problem));
        }
    }
    if let Some((_, problem)) = best {
        space.problem = problem.with_folds().with_noise(space.problem.noise);
    }
}

/// The logarithm of the probability of the data, up to a constant, with the baseline's coefficients
/// integrated out too: bends are normal with the variance that their penalty stands for.
fn evidence(problem: &Problem, point: &[f64], ridge: f64) -> Option<f64> {
    let mut statistics = SufficientStatistics::new(&problem.design);
    set_all(problem, point, &mut statistics);
    let linear = problem.solve(&statistics, ridge, &mut Workspace::default())?;
    let bends = problem.design.baseline.bends() as f64;
    let penalty = problem.design.smoothness?;
    Some(
        linear.score + 0.5 * bends * libm::log(penalty)
            - 0.5 * problem.design.basis.log_determinant(),
    )
}
