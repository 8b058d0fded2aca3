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
/// and so on; moves between channels then improve the best of these. Where curves are concave the
/// mean of the worst is concave too; a quantile is not, and is improved as far as moves can.
pub(crate) fn careful<C: ResponseCurve>(
    problem: &Problem<'_, C>,
    start: Optimum,
    risk: Risk,
) -> Result<Optimum> {
    let exchange = Exchange::new(problem, risk);
    let (mut best, mut at) = (start.spend.clone(), start.spend);
    let mut value = exchange.value(&best);
    for _ in 0..ROUNDS {
        let worst = problem
            .curves
            .part(&risk.tail(&problem.curves.outcomes(&at)))?;
        at = within(problem, &worst).climb(&at).spend;
        let reached = exchange.value(&at);
        if reached > value {
            (best, value) = (at.clone(), reached);
        }
    }
    let spend = exchange.improve(best);
    let worst = problem
        .curves
        .part(&risk.tail(&problem.curves.outcomes(&spend)))?;
    Ok(Optimum {
        value: problem.value(&spend),
        ..within(problem, &worst).judged(spend)
    })
}

/// The same problem for other curves.
const fn within<'a, C, D>(problem: &Problem<'a, C>, curves: &'a Ensemble<D>) -> Problem<'a, D> {
    Problem {
        curves,
        tree: problem.tree,
        cost: problem.cost,
    }
}
