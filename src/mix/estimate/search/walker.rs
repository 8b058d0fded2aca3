//! Walkers: candidates that move through the cube on one another's positions.

use std::ops::Range;

use rayon::prelude::*;

use crate::mix::estimate::problem::{Linear, Problem, Workspace};
use crate::mix::estimate::search::candidate::{Space, Spaces, Trial, set_channel, together};
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
use crate::mix::posterior::Objectives;
use crate::util::Random;

/// Walkers; an even number.
pub(crate) const WALKERS: usize = 24;
/// How often a proposal is a fresh draw from the prior.
const FRESH: f64 = 0.15;

/// What a walker is after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Goal {
    /// Draws from the posterior: moves are accepted with the probability exp(gain in log-evidence).
    Posterior,
    /// The Pareto front, with the weight of RSSD against NRMSE, 0 to 1: only gains are accepted.
    Front(f64),
}

impl Goal {
    fn merit(
        self,
        problem: &Problem,
        statistics: &SufficientStatistics,
        penalty: f64,
        linear: &Linear,
    ) -> f64 {
        match self {
            Self::Posterior => linear.score,
            Self::Front(trade) => {
                let (nrmse, rssd) = (
                    problem.nrmse(statistics, penalty, linear),
                    problem.rssd(statistics, &linear.coefficients),
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
pub(crate) struct Walker {
    goal: Goal,
    pub(crate) point: Vec<f64>,
    kpis: Vec<Standing>,
    pub(crate) objectives: Objectives,
}

/// One KPI's solution where a walker stands.
struct Standing {
    merit: f64,
    statistics: SufficientStatistics,
    workspace: Workspace,
    linear: Linear,
}

impl Standing {
    /// One KPI's solution at its own point; none if there is none.
    fn new(space: &Space, own: &[f64], goal: Goal) -> Option<(Self, Objectives)> {
        let (mut statistics, mut workspace) = space.buffers();
        let (linear, objectives) = space.evaluate(own, &mut statistics, &mut workspace)?;
        let penalty = space.penalty(own);
        let standing = Self {
            merit: goal.merit(&space.problem, &statistics, penalty, &linear),
            statistics,
            workspace,
            linear,
        };
        Some((standing, objectives))
    }
}

/// Walkers at the given candidates, as many as there are to a full set.
pub(crate) fn start(
    spaces: &Spaces,
    from: &[Trial],
    goal: impl Fn(usize) -> Goal + Sync,
) -> Vec<Walker> {
    let walkers: Vec<Option<Walker>> = (0..WALKERS)
        .into_par_iter()
        .map(|i| Walker::new(spaces, from[i % from.len()].point.clone(), goal(i)))
        .collect();
    walkers.into_iter().flatten().collect()
}

/// One round: the first half moves on the second half's positions, then the other way round.
pub(crate) fn advance(spaces: &Spaces, walkers: &mut [Walker], random: &Random) {
    let middle = walkers.len() / 2;
    let (first, second) = walkers.split_at_mut(middle);
    move_all(spaces, first, second, &random.stream(0));
    move_all(spaces, second, first, &random.stream(1));
}

fn move_all(spaces: &Spaces, moving: &mut [Walker], others: &[Walker], random: &Random) {
    let positions: Vec<&[f64]> = others.iter().map(|w| w.point.as_slice()).collect();
    moving
        .par_iter_mut()
        .enumerate()
        .for_each(|(i, walker)| walker.step(spaces, &positions, random.stream(i as u64)));
}

impl Walker {
    /// A walker at a candidate; none if the candidate has no solution.
    fn new(spaces: &Spaces, point: Vec<f64>, goal: Goal) -> Option<Self> {
        let kpis = spaces.0.iter().enumerate();
        let standing = |(kpi, space)| Standing::new(space, &spaces.point_of(kpi, &point), goal);
        let (kpis, objectives): (Vec<_>, Vec<_>) = kpis
            .map(standing)
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .unzip();
        Some(Self {
            goal,
            point,
            kpis,
            objectives: together(objectives),
        })
    }

    /// Where it stands.
    pub(crate) fn trial(&self) -> Trial {
        Trial {
            point: self.point.clone(),
            objectives: self.objectives,
        }
    }

    /// One step in each channel's parameters, then one in each penalty.
    fn step(&mut self, spaces: &Spaces, others: &[&[f64]], mut random: Random) {
        let offsets = spaces.design().offsets();
        let mut penalties = spaces.penalties(&self.point);
        for (channel, block) in offsets.windows(2).enumerate() {
            if block[0] == block[1] {
                continue;
            }
            let proposal = propose(&self.point, block[0], block[1], others, &mut random);
            let kpis = self.kpis.iter_mut().zip(&spaces.0);
            kpis.for_each(|(kpi, space)| {
                set_channel(&space.problem, channel, &proposal, &mut kpi.statistics);
            });
            if self.move_to(spaces, &penalties, 0..penalties.len(), &mut random) {
                self.point[block[0]..block[1]].copy_from_slice(&proposal);
            } else {
                let kpis = self.kpis.iter_mut().zip(&spaces.0);
                kpis.for_each(|(kpi, space)| kpi.statistics.undo(channel, &space.problem.design));
            }
        }
        let transforms = self.point.len() - penalties.len();
        for kpi in 0..penalties.len() {
            let at = transforms + kpi;
            let proposal = propose(&self.point, at, at + 1, others, &mut random);
            let before = penalties[kpi];
            penalties[kpi] = spaces.0[kpi].penalties.at(proposal[0]);
            if self.move_to(spaces, &penalties, kpi..kpi + 1, &mut random) {
                self.point[at] = proposal[0];
            } else {
                penalties[kpi] = before;
            }
        }
        self.judge(spaces, &penalties);
    }

    /// Takes the objectives where it stands, if all KPIs have some.
    fn judge(&mut self, spaces: &Spaces, penalties: &[f64]) {
        let kpis = self.kpis.iter_mut().zip(&spaces.0).zip(penalties);
        let objectives = kpis.map(|((kpi, space), penalty)| {
            let (statistics, workspace) = (&kpi.statistics, &mut kpi.workspace);
            let problem = &space.problem;
            problem.objectives(statistics, *penalty, &kpi.linear, workspace)
        });
        if let Some(objectives) = objectives.collect::<Option<Vec<_>>>() {
            self.objectives = together(objectives);
        }
    }

    /// Solves some KPIs at the statistics as they now are and takes the solutions if they are
    /// accepted together.
    fn move_to(
        &mut self,
        spaces: &Spaces,
        penalties: &[f64],
        moved: Range<usize>,
        random: &mut Random,
    ) -> bool {
        let mut solved = Vec::with_capacity(moved.len());
        let (mut then, mut now) = (0.0, 0.0);
        for at in moved.clone() {
            let (kpi, problem) = (&mut self.kpis[at], &spaces.0[at].problem);
            let penalty = penalties[at];
            let Some(linear) = problem.solve(&kpi.statistics, penalty, &mut kpi.workspace) else {
                return false;
            };
            let merit = self.goal.merit(problem, &kpi.statistics, penalty, &linear);
            then += merit;
            now += kpi.merit;
            solved.push((linear, merit));
        }
        let accepted = self.goal.accepts(then - now, random);
        if accepted {
            for (kpi, (linear, merit)) in self.kpis[moved].iter_mut().zip(solved) {
                (kpi.linear, kpi.merit) = (linear, merit);
            }
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
}
