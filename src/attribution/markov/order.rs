//! Scores for the choice of a chain's order.

use crate::attribution::markov::order_range::check_order;
use crate::attribution::markov::specification::Markov;
use crate::attribution::markov::transitions::Transitions;
use crate::error::{Error, Result};
use crate::journeys::Accumulator;
use crate::journeys::Journey;
use crate::journeys::arena::{Block, Journeys};
use serde::{Deserialize, Serialize};

/// How well chains of each order from 1 on describe the same journeys, by two measures that
/// disagree on purpose: one asks who converts, the other how whole journeys go.
///
/// ```
/// use mixtouch::{Outcome, PathTable};
/// use mixtouch::attribution::markov::Markov;
///
/// let mut table = PathTable::new();
/// table.push(["social", "search"], Outcome::new(30.0, 70.0, 0.0)?)?;
/// table.push(["e-mail", "search"], Outcome::new(5.0, 95.0, 0.0)?)?;
/// let choice = Markov::choose_order(&table.journeys()?, 2)?;
/// // The last channel is always search: only the one before it tells who converts.
/// assert_eq!(choice.scores()[0].auc, Some(0.5));
/// assert_eq!(choice.by_penalised_auc(), Some(2));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderChoice {
    scores: Vec<OrderScore>,
}

/// How well chains of one order describe the journeys.
///
/// ```
/// use mixtouch::attribution::markov::Markov;
/// use mixtouch::{Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social"], Outcome::new(1.0, 9.0, 50.0)?)?;
/// paths.push(["social", "search"], Outcome::new(4.0, 6.0, 200.0)?)?;
/// let journeys = paths.journeys()?;
/// let choice = Markov::choose_order(&journeys, 2)?;
/// let first = choice.scores()[0];
/// assert_eq!(first.order, 1);
/// assert!(first.auc > Some(0.5));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrderScore {
    /// The order.
    pub order: usize,
    /// The probability that a converting journey scores higher than one that does not, ties counted
    /// half; the score is the conversion rate of journeys with the same last state. `None` without
    /// conversions or without nulls.
    pub auc: Option<f64>,
    /// `1 - (1 - auc) (N - 1) / (N - m - 1)` with `N` journeys and
    /// `m = C(channels + order - 1, order)`, as ChannelAttribution 2.2.5 has it. `None` where `N`
    /// is at most `m + 1`.
    pub penalised_auc: Option<f64>,
    /// Log-likelihood of the journeys: first states, every step (repeats included) and how journeys
    /// end.
    pub log_likelihood: f64,
    /// How many probabilities are free: those observed, less one for each state left.
    pub parameters: usize,
    /// `parameters x log(steps) - 2 x log-likelihood` (Schwarz 1978, for chains Katz 1981). Steps
    /// are all touches and ends, the same number for every order: a journey of L touches counts
    /// L + 1, times its conversions and nulls. A higher order makes fewer choices of the same data,
    /// and must not be charged less for each parameter.
    pub bic: f64,
}

impl OrderChoice {
    /// The scores, order 1 first.
    pub fn scores(&self) -> &[OrderScore] {
        &self.scores
    }

    /// The order with the highest penalised AUC, as ChannelAttribution chooses it; the lowest of
    /// equals. `None` where no order has one.
    pub fn by_penalised_auc(&self) -> Option<usize> {
        let rated = self
            .scores
            .iter()
            .rev()
            .filter_map(|score| Some((score.order, score.penalised_auc?)));
        rated
            .max_by(|left, right| left.1.total_cmp(&right.1))
            .map(|(order, _)| order)
    }

    /// The order with the lowest BIC; the lowest of equals.
    pub fn by_bic(&self) -> usize {
        self.scores
            .iter()
            .min_by(|left, right| left.bic.total_cmp(&right.bic))
            .map_or(1, |score| score.order)
    }
}

impl Markov {
    /// Scores the orders from 1 to `highest`, all in one pass over the journeys.
    ///
    /// # Errors
    /// If the highest order is not 1 to 1000.
    pub fn choose_order(journeys: &Journeys, highest: usize) -> Result<OrderChoice> {
        let highest = check_order(highest)
            .map_err(|_| Error::setting("the highest order", highest, "1 to 1000"))?;
        let channels = journeys.channels();
        let orders = journeys.accumulate(|| {
            Orders(
                (1..=highest)
                    .map(|order| Transitions::new(channels, order, false))
                    .collect(),
            )
        })?;
        // a journey of order 1 takes a step to each touch and one to its end
        let steps = orders
            .0
            .first()
            .map_or(0.0, |first| likelihood(first).steps);
        Ok(OrderChoice {
            scores: orders.0.iter().map(|order| score(order, steps)).collect(),
        })
    }
}

/// Evidence of several orders.
struct Orders(Vec<Transitions>);

impl Accumulator for Orders {
    fn observe(&mut self, journey: Journey<'_>) {
        self.0.iter_mut().for_each(|order| order.observe(journey));
    }

    fn observe_block(&mut self, block: Block<'_>) {
        self.0
            .iter_mut()
            .for_each(|order| order.observe_block(block.clone()));
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.0
            .iter_mut()
            .zip(later.0)
            .try_for_each(|(order, later)| order.merge(later))
    }
}

/// Scores a chain; `steps` are those of order 1, so that all orders count the same data.
fn score(evidence: &Transitions, steps: f64) -> OrderScore {
    let order = evidence.order();
    let ends: Vec<[f64; 2]> = evidence
        .ends()
        .iter()
        .map(|(_, ends)| [ends.conversions, ends.nulls])
        .collect();
    let journeys: f64 = ends.iter().flatten().sum();
    let auc = auc(ends);
    let classes = choose(evidence.channels().len() + order - 1, order);
    let penalised = |auc: f64| 1.0 - (1.0 - auc) * (journeys - 1.0) / (journeys - classes - 1.0);
    let Likelihood {
        sum, parameters, ..
    } = likelihood(evidence);
    OrderScore {
        order,
        auc,
        penalised_auc: auc.filter(|_| journeys > classes + 1.0).map(penalised),
        log_likelihood: sum,
        parameters,
        bic: if steps > 0.0 {
            parameters as f64 * libm::log(steps) - 2.0 * sum
        } else {
            0.0
        },
    }
}

/// The area under the curve of conversions against nulls, by rate.
fn auc(mut ends: Vec<[f64; 2]>) -> Option<f64> {
    ends.retain(|[conversions, nulls]| conversions + nulls > 0.0);
    let rate = |[conversions, nulls]: &[f64; 2]| conversions / (conversions + nulls);
    ends.sort_by(|left, right| rate(left).total_cmp(&rate(right)));
    let (mut area, mut conversions, mut nulls) = (0.0, 0.0, 0.0);
    for equals in ends.chunk_by(|left, right| rate(left) == rate(right)) {
        let [converted, ended] =
            [0, 1].map(|at| equals.iter().map(|counts| counts[at]).sum::<f64>());
        area += converted * (nulls + ended / 2.0);
        conversions += converted;
        nulls += ended;
    }
    (conversions > 0.0 && nulls > 0.0).then(|| area / (conversions * nulls))
}

fn choose(of: usize, count: usize) -> f64 {
    if of < count {
        return 0.0;
    }
    (0..count).fold(1.0, |product, step| {
        product * (of - count + 1 + step) as f64 / (step + 1) as f64
    })
}

#[derive(Default)]
struct Likelihood {
    sum: f64,
    parameters: usize,
    steps: f64,
}

impl Likelihood {
    /// Adds the choices made at one state: what was chosen how often.
    fn add(&mut self, choices: &[f64]) {
        let all: f64 = choices.iter().sum();
        let seen = choices.iter().filter(|&&weight| weight > 0.0);
        self.parameters += seen.clone().count().saturating_sub(1);
        self.sum += seen
            .map(|weight| weight * libm::log(weight / all))
            .sum::<f64>();
        self.steps += all;
    }
}

fn likelihood(evidence: &Transitions) -> Likelihood {
    let mut likelihood = Likelihood::default();
    let ends = evidence.ends();
    likelihood.add(
        &ends
            .iter()
            .map(|(_, ends)| ends.starts)
            .collect::<Vec<f64>>(),
    );
    let mut choices: Vec<(Vec<_>, Vec<f64>)> = ends
        .into_iter()
        .map(|(state, ends)| (state, vec![ends.conversions, ends.nulls]))
        .collect();
    let mut passed = Vec::new();
    let mut at = 0;
    evidence.each_step(|step, weight| {
        let from = &step[..step.len() - 1];
        while choices
            .get(at)
            .is_some_and(|(state, _)| state.as_slice() < from)
        {
            at += 1;
        }
        match choices.get_mut(at).filter(|(state, _)| state == from) {
            Some((_, choices)) => choices.push(weight),
            // A state in which no journey starts or ends.
            None => passed.push((from.to_vec(), weight)),
        }
    });
    choices
        .iter()
        .for_each(|(_, choices)| likelihood.add(choices));
    for same in passed.chunk_by(|left, right| left.0 == right.0) {
        likelihood.add(&same.iter().map(|(_, weight)| *weight).collect::<Vec<f64>>());
    }
    likelihood
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations() {
        assert_eq!(
            [
                choose(12, 1),
                choose(13, 2),
                choose(15, 4),
                choose(3, 3),
                choose(0, 1)
            ],
            [12.0, 78.0, 1365.0, 1.0, 0.0]
        );
    }

    /// By hand: rates 0.25 (1 of 4) and 0.5 (2 of 4); pairs 3 x 5, of which conversions at 0.5 beat
    /// the 3 nulls at 0.25 and tie with 2: 2 x (3 + 1) + 1 x 1.5 = 9.5.
    #[test]
    fn auc_by_hand() {
        assert_eq!(
            auc(vec![[2.0, 2.0], [1.0, 3.0], [0.0, 0.0]]),
            Some(9.5 / 15.0)
        );
        assert_eq!(auc(vec![[1.0, 1.0], [1.0, 1.0]]), Some(0.5));
        assert_eq!(auc(vec![[1.0, 0.0]]), None);
    }
}
