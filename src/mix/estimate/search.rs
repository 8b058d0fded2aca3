//! The search over transforms and penalty: low-discrepancy exploration, then refinement by walkers
//! that inform one another.
//!
//! A candidate is a point of the unit cube: the priors' quantiles of every transform parameter, and
//! the penalty's. Exploration takes points of Roberts' additive recurrence, which fill the cube
//! evenly at any number. The best become walkers; in every round each walker proposes, channel by
//! channel, a step along the difference of two other walkers (differential evolution Monte Carlo,
//! ter Braak 2006) or a fresh draw from the prior, and moves with the probability exp(difference of
//! scores). As the score is a log-evidence and the cube carries the prior, the walkers' positions
//! are draws from the posterior of the transforms: their average is the estimate with the smallest
//! expected squared error, which is why the ensemble beats its best member.
//!
//! Walkers move in two halves, each half on the other's last positions, with random numbers of
//! their own, so that the result is the same on any number of threads.

pub(crate) mod pareto_front;

use crate::mix::estimate::search::pareto_front::pareto;
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::mix::estimate::candidate::{Linear, Objectives, Problem, Workspace};
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
use crate::util::Random;

/// A candidate that was tried.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    pub(crate) point: Vec<f64>,
    pub(crate) objectives: Objectives,
}

/// What the search found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Draws from the posterior, one per ensemble member.
    pub(crate) members: Vec<Vec<f64>>,
    /// The candidate with the highest score.
    pub(crate) best: Vec<f64>,
    /// Candidates that no other beats in all objectives.
    pub(crate) front: Vec<Trial>,
    /// Candidates tried in all.
    pub(crate) tried: usize,
}

/// How the trials are spent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SearchSettings {
    pub(crate) trials: usize,
    pub(crate) front: usize,
    pub(crate) members: usize,
    pub(crate) seed: u64,
    /// The range to search; none for the default.
    pub(crate) penalty: Option<(f64, f64)>,
}

/// Walkers; an even number.
const WALKERS: usize = 24;
/// The penalties of the pilot, before the noise is known.
const UNINFORMED: (f64, f64) = (1e-6, 1e-1);
/// The smallest and largest standard deviation of a channel's mean contribution in units of the
/// mean KPI that the default penalties stand for.
const CONTRIBUTIONS: (f64, f64) = (0.05, 0.5);
/// The share of trials spent on exploration.
const EXPLORATION: f64 = 0.25;
/// How often a proposal is a fresh draw from the prior.
const FRESH: f64 = 0.15;
/// The share of refinement rounds that only find the way.
const WARM_UP: f64 = 0.33;

impl SearchSettings {
    /// The penalty at a quantile: uniform in the logarithm; a range from 0 begins at a millionth of
    /// its end.
    pub(crate) fn penalty_at(&self, u: f64) -> f64 {
        let (low, high) = self.penalty.unwrap_or(UNINFORMED);
        if low == high {
            return low;
        }
        let low = low.max(1e-6 * high);
        (low * libm::pow(high / low, u)).min(high)
    }
}

/// Searches, looking at the points `from` of an earlier search too. The problem's noise is set on
/// the way where there are tests to be weighed.
pub(crate) fn search(
    problem: Problem,
    effort: SearchSettings,
    from: Vec<Vec<f64>>,
) -> Result<(Problem, Found, SearchSettings)> {
    let exploration = ((effort.trials as f64 * EXPLORATION) as usize).clamp(1, effort.trials);
    let pilot = (exploration / 4).max(1);
    let piloted = explore(&problem, effort, pilot, &from);
    let problem = with_noise(problem, effort, &piloted);
    let effort = SearchSettings {
        penalty: effort.penalty.or_else(|| problem.penalties(CONTRIBUTIONS)),
        ..effort
    };
    let mut explored = explore(&problem, effort, exploration, &from);
    let mut tried = pilot + exploration + 2 * from.len();
    let problem = with_noise(problem, effort, &explored);
    let Some(best) = best_of(&explored) else {
        return Err(Error::setting(
            "penalty",
            format!("{:?}", effort.penalty.unwrap_or(UNINFORMED)),
            "a range above 0 where media are collinear",
        ));
    };
    let mut best = Trial {
        objectives: Objectives {
            score: f64::NEG_INFINITY,
            ..best.objectives
        },
        ..best.clone()
    };
    explored.sort_by(|a, b| b.objectives.score.total_cmp(&a.objectives.score));
    let mut walkers = start(&problem, effort, &explored, |_| Goal::Posterior);
    let rounds = (effort.trials - exploration) / WALKERS;
    // Scores from before the noise was known are on another scale, so the walkers' own begin the
    // comparison.
    for walker in &walkers {
        if walker.objectives.score > best.objectives.score {
            best = Trial {
                point: walker.point.clone(),
                objectives: walker.objectives,
            };
        }
    }
    let mut draws = vec![];
    let random = Random::new(effort.seed).stream(1);
    for round in 0..rounds {
        advance(&problem, effort, &mut walkers, &random.stream(round as u64));
        for walker in &walkers {
            let trial = Trial {
                point: walker.point.clone(),
                objectives: walker.objectives,
            };
            if trial.objectives.score > best.objectives.score {
                best = trial.clone();
            }
            if round as f64 >= WARM_UP * rounds as f64 {
                draws.push(trial.point.clone());
            }
            explored.push(trial);
        }
    }
    tried += rounds * WALKERS;
    let members = thin(draws, effort.members, &explored);
    if effort.front > 0 {
        explored.extend(crate::mix::estimate::search::pareto_front::refine(
            &problem, effort, &explored,
        ));
        tried += effort.front;
    }
    Ok((
        problem,
        Found {
            members,
            best: best.point,
            front: pareto(explored),
            tried,
        },
        effort,
    ))
}

/// The problem with the noise that the best of the candidates leaves.
fn with_noise(problem: Problem, effort: SearchSettings, trials: &[Trial]) -> Problem {
    let (mut moments, mut bench) = (
        SufficientStatistics::new(&problem.design),
        Workspace::default(),
    );
    let solved = best_of(trials)
        .and_then(|best| evaluate(&problem, effort, &best.point, &mut moments, &mut bench));
    match solved {
        Some((linear, _)) => problem.with_noise_of(&moments, &linear),
        None => problem,
    }
}

fn best_of(trials: &[Trial]) -> Option<&Trial> {
    trials
        .iter()
        .max_by(|a, b| a.objectives.score.total_cmp(&b.objectives.score))
}

/// Evenly spaced draws; without rounds of refinement the best explored candidates.
fn thin(draws: Vec<Vec<f64>>, members: usize, explored: &[Trial]) -> Vec<Vec<f64>> {
    if draws.is_empty() {
        return explored
            .iter()
            .take(members)
            .map(|t| t.point.clone())
            .collect();
    }
    let members = members.min(draws.len());
    (0..members)
        .map(|m| draws[(2 * m + 1) * draws.len() / (2 * members)].clone())
        .collect()
}

/// The given candidates and others evenly over the cube, those without a solution left out.
fn explore(
    problem: &Problem,
    effort: SearchSettings,
    count: usize,
    from: &[Vec<f64>],
) -> Vec<Trial> {
    let dimensions = problem.design.dimensions() + 1;
    let mut random = Random::new(effort.seed).stream(0);
    let shift: Vec<f64> = (0..dimensions).map(|_| random.uniform()).collect();
    let steps = recurrence(dimensions);
    let trials: Vec<Option<Trial>> = (0..count + from.len())
        .into_par_iter()
        .map_init(
            || {
                (
                    SufficientStatistics::new(&problem.design),
                    Workspace::default(),
                )
            },
            |(moments, bench), i| {
                let fresh = || {
                    shift
                        .iter()
                        .zip(&steps)
                        .map(|(s, a)| (s + (i + 1) as f64 * a).fract())
                        .collect()
                };
                let point: Vec<f64> = i
                    .checked_sub(count)
                    .map_or_else(fresh, |known| from[known].clone());
                let objectives = evaluate(problem, effort, &point, moments, bench)?.1;
                Some(Trial { point, objectives })
            },
        )
        .collect();
    trials.into_iter().flatten().collect()
}

/// The steps of Roberts' recurrence R_d (2018): powers of 1 / g with g the root of g^(d+1) = g + 1.
fn recurrence(dimensions: usize) -> Vec<f64> {
    let mut root = 2.0_f64;
    for _ in 0..64 {
        root = libm::pow(1.0 + root, 1.0 / (dimensions as f64 + 1.0));
    }
    (1..=dimensions)
        .map(|j| libm::pow(root, -(j as f64)).fract())
        .collect()
}

/// All channels set to a point, then judged.
pub(crate) fn evaluate(
    problem: &Problem,
    effort: SearchSettings,
    point: &[f64],
    moments: &mut SufficientStatistics,
    bench: &mut Workspace,
) -> Option<(Linear, Objectives)> {
    set_all(problem, point, moments);
    problem.judge(moments, effort.penalty_at(point[point.len() - 1]), bench)
}

/// All channels' columns at a point.
pub(crate) fn set_all(problem: &Problem, point: &[f64], moments: &mut SufficientStatistics) {
    let design = &problem.design;
    for (c, offsets) in design.offsets().windows(2).enumerate() {
        set_channel(problem, c, &point[offsets[0]..offsets[1]], moments);
    }
}

fn set_channel(problem: &Problem, channel: usize, at: &[f64], moments: &mut SufficientStatistics) {
    let design = &problem.design;
    let transform = design.channels[channel].transform(at, design.window, design.order);
    let curve = transform.bind(&design.channels[channel].activity, design.periods);
    moments.set_channel(channel, &curve, design);
}

/// What a walker is after.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Goal {
    /// Draws from the posterior: moves are accepted with the probability exp(gain in log-evidence).
    Posterior,
    /// The Pareto front where the trade is so much (0 to 1) for RSSD against NRMSE: only gains are
    /// accepted.
    Front(f64),
}

impl Goal {
    fn merit(
        self,
        problem: &Problem,
        moments: &SufficientStatistics,
        penalty: f64,
        linear: &Linear,
    ) -> f64 {
        match self {
            Self::Posterior => linear.score,
            Self::Front(trade) => {
                let (nrmse, rssd) = (
                    problem.nrmse(moments, penalty, linear),
                    problem.rssd(moments, &linear.coefficients),
                );
                (trade - 1.0) * libm::log(nrmse) - trade * libm::log(rssd.max(1e-9))
            }
        }
    }

    fn accepts(self, gain: f64, random: &mut Random) -> bool {
        match self {
            Self::Posterior => libm::log(1.0 - random.uniform()) < gain,
            Self::Front(_) => gain > 0.0,
        }
    }
}

/// A candidate that moves, with everything it needs to judge its next step.
struct Walker {
    goal: Goal,
    merit: f64,
    point: Vec<f64>,
    moments: SufficientStatistics,
    bench: Workspace,
    linear: Linear,
    objectives: Objectives,
}

/// Walkers at the given candidates, as many as there are to a full set.
fn start(
    problem: &Problem,
    effort: SearchSettings,
    from: &[Trial],
    goal: impl Fn(usize) -> Goal + Sync,
) -> Vec<Walker> {
    let walkers: Vec<Option<Walker>> = (0..WALKERS)
        .into_par_iter()
        .map(|i| {
            let (mut moments, mut bench) = (
                SufficientStatistics::new(&problem.design),
                Workspace::default(),
            );
            let point = from[i % from.len()].point.clone();
            let (linear, objectives) = evaluate(problem, effort, &point, &mut moments, &mut bench)?;
            let goal = goal(i);
            let merit = goal.merit(
                problem,
                &moments,
                effort.penalty_at(point[point.len() - 1]),
                &linear,
            );
            Some(Walker {
                goal,
                merit,
                point,
                moments,
                bench,
                linear,
                objectives,
            })
        })
        .collect();
    walkers.into_iter().flatten().collect()
}

/// One round: the first half moves on the second half's positions, then the other way round.
fn advance(problem: &Problem, effort: SearchSettings, walkers: &mut [Walker], random: &Random) {
    let middle = walkers.len() / 2;
    let (first, second) = walkers.split_at_mut(middle);
    move_all(problem, effort, first, second, &random.stream(0));
    move_all(problem, effort, second, first, &random.stream(1));
}

fn move_all(
    problem: &Problem,
    effort: SearchSettings,
    moving: &mut [Walker],
    others: &[Walker],
    random: &Random,
) {
    let positions: Vec<&[f64]> = others.iter().map(|w| w.point.as_slice()).collect();
    moving
        .par_iter_mut()
        .enumerate()
        .for_each(|(i, walker)| walker.step(problem, effort, &positions, random.stream(i as u64)));
}

impl Walker {
    /// One step in each channel's parameters, then one in the penalty.
    fn step(
        &mut self,
        problem: &Problem,
        effort: SearchSettings,
        others: &[&[f64]],
        mut random: Random,
    ) {
        let offsets = problem.design.offsets();
        let last = self.point.len() - 1;
        for (channel, block) in offsets.windows(2).enumerate() {
            if block[0] == block[1] {
                continue;
            }
            let proposal = propose(&self.point, block[0], block[1], others, &mut random);
            set_channel(problem, channel, &proposal, &mut self.moments);
            if self.move_to(problem, effort.penalty_at(self.point[last]), &mut random) {
                self.point[block[0]..block[1]].copy_from_slice(&proposal);
            } else {
                self.moments.undo(channel, &problem.design);
            }
        }
        let proposal = propose(&self.point, last, last + 1, others, &mut random);
        if self.move_to(problem, effort.penalty_at(proposal[0]), &mut random) {
            self.point[last] = proposal[0];
        }
        let penalty = effort.penalty_at(self.point[last]);
        if let Some(objectives) =
            problem.objectives(&self.moments, penalty, &self.linear, &mut self.bench)
        {
            self.objectives = objectives;
        }
    }

    /// Solves at the moments as they now are and takes the solution if it is accepted.
    fn move_to(&mut self, problem: &Problem, penalty: f64, random: &mut Random) -> bool {
        let Some(linear) = problem.solve(&self.moments, penalty, &mut self.bench) else {
            return false;
        };
        let merit = self.goal.merit(problem, &self.moments, penalty, &linear);
        let accepted = self.goal.accepts(merit - self.merit, random);
        if accepted {
            (self.linear, self.merit) = (linear, merit);
        }
        accepted
    }
}

/// A new place for coordinates `from..to`, as likely from there as back.
fn propose(
    point: &[f64],
    from: usize,
    to: usize,
    others: &[&[f64]],
    random: &mut Random,
) -> Vec<f64> {
    if random.chance(FRESH) || others.len() < 2 {
        return (from..to).map(|_| random.uniform()).collect();
    }
    let a = random.index(others.len() as u64) as usize;
    let b = (a + 1 + random.index(others.len() as u64 - 1) as usize) % others.len();
    // The step that mixes best in d dimensions; a full difference now and then leaps between modes.
    let scale = if random.chance(0.1) {
        1.0
    } else {
        2.38 / libm::sqrt(2.0 * (to - from) as f64) * random.between(0.5, 1.0)
    };
    (from..to)
        .map(|j| reflect(point[j] + scale * (others[a][j] - others[b][j]) + 0.01 * random.normal()))
        .collect()
}

/// Folds a number back into [0, 1] at the ends.
fn reflect(x: f64) -> f64 {
    let x = x.rem_euclid(2.0);
    if x > 1.0 { 2.0 - x } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recurrence_is_roberts() {
        // The golden ratio's inverse in one dimension, the plastic number's in two (Roberts 2018).
        assert!((recurrence(1)[0] - 0.618_033_988_749_894_8).abs() < 1e-12);
        let two = recurrence(2);
        assert!(
            (two[0] - 0.754_877_666_246_692_7).abs() < 1e-12
                && (two[1] - 0.569_840_290_998_053_1).abs() < 1e-12
        );
    }

    #[test]
    fn proposals_stay_in_the_cube() {
        assert_eq!(
            (reflect(-0.25), reflect(1.25), reflect(2.5), reflect(1.0)),
            (0.25, 0.75, 0.5, 1.0)
        );
        let (point, others) = (
            [0.01, 0.99, 0.5],
            [[0.0, 1.0, 0.2], [1.0, 0.0, 0.9], [0.4, 0.4, 0.1]],
        );
        let others: Vec<&[f64]> = others.iter().map(|o| o.as_slice()).collect();
        let mut random = Random::new(1);
        for _ in 0..2000 {
            assert!(
                propose(&point, 0, 2, &others, &mut random)
                    .iter()
                    .all(|u| (0.0..=1.0).contains(u))
            );
        }
    }

    #[test]
    fn thinning_takes_draws_evenly() {
        let draws: Vec<Vec<f64>> = (0..100).map(|i| vec![f64::from(i)]).collect();
        assert_eq!(
            thin(draws.clone(), 4, &[]),
            [[12.0], [37.0], [62.0], [87.0]]
        );
        assert_eq!(thin(draws, 1000, &[]).len(), 100);
    }

    #[test]
    fn penalties_span_their_range() {
        let effort = |penalty| SearchSettings {
            trials: 1,
            front: 0,
            members: 1,
            seed: 0,
            penalty: Some(penalty),
        };
        assert_eq!(effort((0.0, 0.0)).penalty_at(0.7), 0.0);
        assert_eq!(
            (
                effort((0.1, 10.0)).penalty_at(0.0),
                effort((0.1, 10.0)).penalty_at(0.5)
            ),
            (0.1, 1.0)
        );
        assert_eq!(
            (
                effort((0.0, 1.0)).penalty_at(0.0),
                effort((0.0, 1.0)).penalty_at(1.0)
            ),
            (1e-6, 1.0)
        );
    }
}
