//! The Pareto front of fit, business sense and agreement with experiments.

use crate::mix::estimate::search::candidate::{Spaces, Trial};
use crate::mix::estimate::search::walker::{Goal, WALKERS, Walker, advance, start};
use crate::mix::estimate::search::watch::Watch;
use crate::mix::posterior::Objectives;
use crate::util::Random;

/// Whether `a` is at least as good as `b` in every objective and better in one.
fn dominates(a: &Objectives, b: &Objectives) -> bool {
    let pairs = [
        (a.nrmse, b.nrmse),
        (a.rssd, b.rssd),
        (a.lift_error.unwrap_or(0.0), b.lift_error.unwrap_or(0.0)),
    ];
    pairs.iter().all(|(a, b)| a <= b) && pairs.iter().any(|(a, b)| a < b)
}

/// The candidates that none dominates, by rising NRMSE.
pub(crate) fn pareto(mut trials: Vec<Trial>) -> Vec<Trial> {
    let key = |t: &Trial| {
        [
            t.objectives.nrmse,
            t.objectives.rssd,
            t.objectives.lift_error.unwrap_or(0.0),
        ]
    };
    let order = |a: &[f64; 3], b: &[f64; 3]| {
        a[0].total_cmp(&b[0])
            .then(a[1].total_cmp(&b[1]))
            .then(a[2].total_cmp(&b[2]))
    };
    trials.sort_by(|a, b| order(&key(a), &key(b)));
    let mut front: Vec<Trial> = vec![];
    for trial in trials {
        let same = front.last().is_some_and(|last| key(last) == key(&trial));
        if !same
            && !front
                .iter()
                .any(|kept| dominates(&kept.objectives, &trial.objectives))
        {
            front.push(trial);
        }
    }
    front
}

/// `evaluations` more candidates for the front alone: walkers of their own, each with its own trade
/// between the objectives, starting from the front so far.
pub(crate) fn refine(
    spaces: &Spaces,
    seed: u64,
    evaluations: usize,
    explored: &[Trial],
    watch: &Watch<'_>,
) -> Vec<Trial> {
    let front = pareto(explored.to_vec());
    let goal = |i: usize| Goal::Front((i as f64 + 0.5) / WALKERS as f64);
    // The front rises in NRMSE and the trade rises in favour of RSSD, so that walkers start near
    // where they are bound.
    let from: Vec<Trial> = (0..WALKERS)
        .map(|i| front[i * front.len() / WALKERS].clone())
        .collect();
    let mut walkers = start(spaces, &from, goal);
    let random = Random::new(seed).stream(2);
    let mut trials = vec![];
    for round in 0..evaluations / WALKERS {
        if watch.is_stopped() {
            break;
        }
        advance(spaces, &mut walkers, &random.stream(round as u64));
        watch.count(WALKERS);
        trials.extend(walkers.iter().map(Walker::trial));
    }
    trials
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(nrmse: f64, rssd: f64) -> Trial {
        Trial {
            point: vec![],
            objectives: Objectives {
                nrmse,
                validation_nrmse: None,
                rssd,
                lift_error: None,
                score: 0.0,
            },
        }
    }

    #[test]
    fn only_what_nothing_beats_is_kept_and_once() {
        let trials = vec![
            trial(0.3, 0.1),
            trial(0.1, 0.5),
            trial(0.2, 0.5),
            trial(0.2, 0.3),
            trial(0.1, 0.5),
            trial(0.1, 0.6),
        ];
        let front: Vec<(f64, f64)> = pareto(trials)
            .iter()
            .map(|t| (t.objectives.nrmse, t.objectives.rssd))
            .collect();
        assert_eq!(front, [(0.1, 0.5), (0.2, 0.3), (0.3, 0.1)]);
    }
}
