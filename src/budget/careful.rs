//! The best spend by what counts of an uncertain outcome.

use crate::budget::ascent::{Optimum, Problem};
use crate::budget::curve::ResponseCurve;
use crate::budget::ensemble::Ensemble;
use crate::budget::exchange::Exchange;
use crate::budget::risk::Risk;
use crate::error::Result;

/// How often the plan for the worst members is made anew for those that are the worst under it.
const ROUNDS: usize = 4;

/// The best spend of a problem by what counts of its outcome, from a start within its bounds.
///
/// The mean of the worst members is planned for, then for those that are the worst under that plan,
/// and so on, for tails of several lengths; moves between channels then improve each of these
/// plans, and the best is taken. Where curves are concave the mean of the worst is concave too; a
/// quantile is not, and is improved as far as moves can.
pub(crate) fn careful<C: ResponseCurve>(
    problem: &Problem<'_, C>,
    start: Optimum,
    risk: Risk,
) -> Result<Optimum> {
    let exchange = Exchange::new(problem, risk);
    let mut best = exchange.improve(start.spend.clone());
    for tail in tails(risk) {
        let mut at = start.spend.clone();
        let mut chosen = at.clone();
        for _ in 0..ROUNDS {
            let worst = problem
                .curves
                .part(&tail.tail(&problem.curves.outcomes(&at)))?;
            at = within(problem, &worst).climb(&at).spend;
            if exchange.value(&at) > exchange.value(&chosen) {
                chosen.clone_from(&at);
            }
        }
        let improved = exchange.improve(chosen);
        if exchange.value(&improved) > exchange.value(&best) {
            best = improved;
        }
    }
    let worst = problem
        .curves
        .part(&risk.tail(&problem.curves.outcomes(&best)))?;
    Ok(Optimum {
        value: problem.value(&best),
        ..within(problem, &worst).judged(best)
    })
}

/// The tails whose means are planned for; a quantile's neighbourhood has several.
fn tails(risk: Risk) -> Vec<Risk> {
    match risk {
        Risk::Quantile { probability } => [0.5, 1.0, 2.0, 4.0]
            .map(|factor| Risk::TailMean {
                share: (factor * probability).min(1.0),
            })
            .to_vec(),
        _ => vec![risk],
    }
}

/// The same problem for other curves.
const fn within<'a, C, D>(problem: &Problem<'a, C>, curves: &'a Ensemble<D>) -> Problem<'a, D> {
    Problem {
        curves,
        tree: problem.tree,
        cost: problem.cost,
    }
}
