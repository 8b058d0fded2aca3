//! The search itself: pilot, exploration, walkers, front.

use crate::error::{Error, Result};
use crate::mix::estimate::problem::Problem;
use crate::mix::estimate::search::candidate::{PenaltyRange, Space, Spaces, Trial, UNINFORMED};
use crate::mix::estimate::search::explore::explore;
use crate::mix::estimate::search::pareto_front::{pareto, refine};
use crate::mix::estimate::search::relevel::relevel;
use crate::mix::estimate::search::reweigh::reweigh;
use crate::mix::estimate::search::settings::Search;
use crate::mix::estimate::search::smoothness::learn_smoothness;
use crate::mix::estimate::search::walker::{Goal, WALKERS, Walker, advance, start};
use crate::mix::estimate::search::watch::Watch;
use crate::mix::posterior::Objectives;
use crate::progress::{Progress, Stage};
use crate::util::Random;

/// What the search found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Points of the draws from the posterior.
    pub(crate) draws: Vec<Vec<f64>>,
    /// The candidate with the highest score.
    pub(crate) best: Vec<f64>,
    /// Candidates that no other beats in all objectives.
    pub(crate) front: Vec<Trial>,
    /// Candidates evaluated in all.
    pub(crate) evaluations: usize,
    /// Whether the observer stopped it early.
    pub(crate) stopped: bool,
}

/// The smallest and largest standard deviation of a channel's mean contribution in units of the
/// mean KPI that the default penalties stand for.
const CONTRIBUTIONS: (f64, f64) = (0.05, 0.5);
/// The share of evaluations spent on exploration.
const EXPLORATION: f64 = 0.25;
/// The share of refinement rounds that only find the way.
const WARM_UP: f64 = 0.33;

/// How the evaluations are spent.
struct Schedule {
    pilot: usize,
    exploration: usize,
    rounds: usize,
}

impl Schedule {
    fn new(evaluations: usize) -> Self {
        let exploration = ((evaluations as f64 * EXPLORATION) as usize).clamp(1, evaluations);
        Self {
            pilot: (exploration / 4).max(1),
            exploration,
            rounds: (evaluations - exploration) / WALKERS,
        }
    }

    /// Evaluations in all, where `known` candidates are looked at too.
    fn total(&self, known: usize, front: usize) -> usize {
        self.pilot
            + self.exploration
            + 2 * known
            + self.rounds * WALKERS
            + front / WALKERS * WALKERS
    }
}

impl Found {
    /// What was found, as points of one KPI.
    pub(crate) fn of_kpi(&self, spaces: &Spaces, kpi: usize) -> Self {
        let own = |point: &Vec<f64>| spaces.point_of(kpi, point);
        let front = self.front.iter().map(|trial| Trial {
            point: own(&trial.point),
            ..trial.clone()
        });
        Self {
            draws: self.draws.iter().map(own).collect(),
            best: own(&self.best),
            front: front.collect(),
            ..*self
        }
    }
}

/// Searches the problems of one KPI or of several that share their transforms, looking at the
/// points `from` of an earlier search too. `penalties` are the ranges to search; none for the one
/// that the noise suggests.
pub(crate) fn search(
    problems: Vec<Problem>,
    penalties: &[Option<PenaltyRange>],
    settings: &Search,
    evaluations: usize,
    from: &[Vec<f64>],
    progress: &dyn Progress,
) -> Result<(Spaces, Found)> {
    let schedule = Schedule::new(evaluations);
    let watch = Watch::new(
        progress,
        schedule.total(from.len(), settings.pareto_evaluations),
    );
    let spaces = problems.into_iter().zip(penalties);
    let spaces = spaces.map(|(problem, penalties)| Space {
        problem,
        penalties: penalties.unwrap_or(UNINFORMED),
    });
    let mut spaces = Spaces(spaces.collect());
    let mut explored = explore_twice(&mut spaces, penalties, settings, &schedule, from, &watch);
    if explored.is_empty() {
        return Err(nothing_found(&spaces.0[0], &watch));
    }
    let best = best_of(&explored).cloned();
    explored.sort_by(|a, b| b.objectives.score.total_cmp(&a.objectives.score));
    let (draws, best) = refine_by_walkers(
        &spaces,
        settings.seed,
        schedule.rounds,
        &mut explored,
        best,
        &watch,
    );
    let draws = thin(draws, settings.draws, &explored);
    if settings.pareto_evaluations > 0 && !watch.is_stopped() {
        let more = refine(
            &spaces,
            settings.seed,
            settings.pareto_evaluations,
            &explored,
            &watch,
        );
        explored.extend(more);
    }
    let found = Found {
        draws,
        best,
        front: pareto(explored),
        evaluations: watch.evaluations(),
        stopped: watch.is_stopped(),
    };
    Ok((spaces, found))
}

/// The pilot, which finds the noise and with it the penalties, then the exploration. A pilot that
/// was stopped is all that there is.
fn explore_twice(
    spaces: &mut Spaces,
    penalties: &[Option<PenaltyRange>],
    settings: &Search,
    schedule: &Schedule,
    from: &[Vec<f64>],
    watch: &Watch<'_>,
) -> Vec<Trial> {
    let piloted = explore(spaces, settings.seed, schedule.pilot, from, watch);
    learn_noise(spaces, &piloted);
    for (space, penalties) in spaces.0.iter_mut().zip(penalties) {
        if penalties.is_none()
            && let Some((low, high)) = space.problem.penalties(CONTRIBUTIONS)
        {
            space.penalties = PenaltyRange(low, high);
        }
    }
    if watch.is_stopped() {
        return piloted;
    }
    let explored = explore(spaces, settings.seed, schedule.exploration, from, watch);
    learn_noise(spaces, &explored);
    if explored.is_empty() && watch.is_stopped() {
        return piloted;
    }
    explored
}

/// Why nothing was found.
fn nothing_found(space: &Space, watch: &Watch<'_>) -> Error {
    if watch.is_stopped() {
        return Error::Cancelled {
            stage: Stage::Searching,
        };
    }
    let PenaltyRange(low, high) = space.penalties;
    Error::setting(
        "penalty",
        format!("{:?}", (low, high)),
        "a range > 0 where media are collinear",
    )
}

/// Sets each KPI's weights of rows, the smoothness of its trend that the best of the candidates
/// suggests, and the noise that it leaves.
fn learn_noise(spaces: &mut Spaces, trials: &[Trial]) {
    let Some(best) = best_of(trials) else {
        return;
    };
    for kpi in 0..spaces.0.len() {
        let own = spaces.point_of(kpi, &best.point);
        let space = &mut spaces.0[kpi];
        reweigh(space, &own);
        relevel(space, &own);
        learn_smoothness(space, &own);
        let (mut statistics, mut workspace) = space.buffers();
        if let Some((linear, _)) = space.evaluate(&own, &mut statistics, &mut workspace) {
            space.problem.noise = Some(space.problem.noise_of(&statistics, &linear));
        }
    }
}

/// Rounds of walkers from the best of the candidates, which are added to; gives the draws and the
/// best point.
fn refine_by_walkers(
    spaces: &Spaces,
    seed: u64,
    rounds: usize,
    explored: &mut Vec<Trial>,
    best: Option<Trial>,
    watch: &Watch<'_>,
) -> (Vec<Vec<f64>>, Vec<f64>) {
    // Scores from before the noise was known are on another scale, so the walkers' own begin the
    // comparison.
    let mut best = Trial {
        objectives: Objectives {
            score: f64::NEG_INFINITY,
            ..explored[0].objectives
        },
        point: best.map_or_else(|| explored[0].point.clone(), |best| best.point),
    };
    let mut draws = vec![];
    let mut walkers = start(spaces, explored, |_| Goal::Posterior);
    keep_best(&mut best, &walkers);
    let random = Random::new(seed).stream(1);
    for round in 0..rounds {
        if watch.is_stopped() {
            break;
        }
        advance(spaces, &mut walkers, &random.stream(round as u64));
        watch.count(WALKERS);
        keep_best(&mut best, &walkers);
        if round as f64 >= WARM_UP * rounds as f64 {
            draws.extend(walkers.iter().map(|walker| walker.point.clone()));
        }
        explored.extend(walkers.iter().map(Walker::trial));
    }
    (draws, best.point)
}

/// The first of the walkers with the highest score, if it is higher than before.
fn keep_best(best: &mut Trial, walkers: &[Walker]) {
    for walker in walkers {
        if walker.objectives.score > best.objectives.score {
            *best = walker.trial();
        }
    }
}

fn best_of(trials: &[Trial]) -> Option<&Trial> {
    trials
        .iter()
        .max_by(|a, b| a.objectives.score.total_cmp(&b.objectives.score))
}

/// Evenly spaced draws; without rounds of refinement the best explored candidates.
fn thin(draws: Vec<Vec<f64>>, count: usize, explored: &[Trial]) -> Vec<Vec<f64>> {
    if draws.is_empty() {
        return explored
            .iter()
            .take(count)
            .map(|t| t.point.clone())
            .collect();
    }
    let count = count.min(draws.len());
    (0..count)
        .map(|m| draws[(2 * m + 1) * draws.len() / (2 * count)].clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_takes_draws_evenly() {
        let draws: Vec<Vec<f64>> = (0..100).map(|i| vec![f64::from(i)]).collect();
        assert_eq!(
            thin(draws.clone(), 4, &[]),
            [[12.0], [37.0], [62.0], [87.0]]
        );
        assert_eq!(thin(draws, 1000, &[]).len(), 100);
    }
}
