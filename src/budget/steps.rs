//! Channels that are bought in whole multiples of an amount.
//!
//! With the stepped channels at given multiples the others are planned as ever. Which multiples are
//! tried, and in which order, follows from the plan without steps: by the price p of spend there, a
//! channel at x instead of x* loses at least f(x*) - f(x) - p (x* - x) where curves are concave.
//! The search takes the smallest losses first and ends where no other multiples can be better.

use crate::budget::ascent::Optimum;
use crate::budget::curve::ResponseCurve;
use crate::budget::ensemble::Ensemble;
use crate::budget::limits::Budget;
use crate::budget::tree::Tree;
use crate::error::Result;

/// How many combinations of multiples are ranked.
const RANKED: usize = 20_000;

/// The stepped channels of a budget: their places, steps and multiples.
pub(crate) struct Steps {
    channels: Vec<Stepped>,
}

struct Stepped {
    channel: usize,
    step: f64,
    multiples: std::ops::Range<u32>,
}

/// What is planned for given bounds: the best spend, and what counts of it.
pub(crate) type Solve<'a> = &'a dyn Fn(&Tree) -> Result<(Optimum, f64)>;

impl Steps {
    /// The stepped channels, if there are any.
    pub(crate) fn new(budget: &Budget) -> Option<Self> {
        let channels: Vec<Stepped> = budget
            .channels()
            .iter()
            .enumerate()
            .filter_map(|(at, channel)| {
                let step = channel.step()?;
                Some(Stepped {
                    channel: at,
                    step,
                    multiples: channel.multiples(step),
                })
            })
            .collect();
        (!channels.is_empty()).then_some(Self { channels })
    }

    /// The best plan whose stepped channels spend multiples, of at most `tried` combinations of
    /// them. `free` is the plan without steps, with what counts of it, at a cost for each unit of
    /// spend.
    pub(crate) fn best<C: ResponseCurve>(
        &self,
        curves: &Ensemble<C>,
        tree: &Tree,
        (free, value): (&Optimum, f64),
        (cost, tried): (f64, usize),
        solve: Solve<'_>,
    ) -> Result<Optimum> {
        let mut best: Option<(Optimum, f64)> = None;
        let mut refused = None;
        for (gain, spend) in self.ranked(curves, free, cost).into_iter().take(tried) {
            let margin = 1e-9 * value.abs();
            if best
                .as_ref()
                .is_some_and(|(_, reached)| *reached >= value + gain + margin)
            {
                break;
            }
            match solve(&self.fixed(tree, &spend)) {
                Ok((optimum, reached)) => {
                    if best.as_ref().is_none_or(|(_, before)| reached > *before) {
                        best = Some((optimum, reached));
                    }
                }
                Err(error) => refused = Some(error),
            }
        }
        match (best, refused) {
            (Some((optimum, _)), _) => Ok(optimum),
            // Nothing near the plan without steps is allowed: the fewest multiples, or its error.
            (None, _) => {
                let least = |stepped: &Stepped| stepped.step * f64::from(stepped.multiples.start);
                let least: Vec<f64> = self.channels.iter().map(least).collect();
                solve(&self.fixed(tree, &least)).map(|(optimum, _)| optimum)
            }
        }
    }

    fn fixed(&self, tree: &Tree, spend: &[f64]) -> Tree {
        let mut fixed = tree.clone();
        for (stepped, x) in self.channels.iter().zip(spend) {
            fixed.low[stepped.channel] = *x;
            fixed.high[stepped.channel] = *x;
        }
        fixed
    }

    /// Spend of the stepped channels by what it can gain at most over the plan without steps, the
    /// largest gain first.
    fn ranked<C: ResponseCurve>(
        &self,
        curves: &Ensemble<C>,
        free: &Optimum,
        cost: f64,
    ) -> Vec<(f64, Vec<f64>)> {
        let kept = libm::pow(RANKED as f64, 1.0 / self.channels.len() as f64) as usize;
        let mut all = vec![(0.0, vec![])];
        for stepped in &self.channels {
            let mut own = stepped.gains(curves, free, cost);
            own.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.total_cmp(&b.1)));
            own.truncate(kept.max(2));
            let joined = all.iter().flat_map(|(gain, spend): &(f64, Vec<f64>)| {
                own.iter().map(move |(more, x)| {
                    let mut spend = spend.clone();
                    spend.push(*x);
                    (gain + more, spend)
                })
            });
            let mut joined: Vec<(f64, Vec<f64>)> = joined.collect();
            joined.sort_by(|a, b| b.0.total_cmp(&a.0));
            joined.truncate(RANKED);
            all = joined;
        }
        all
    }
}

impl Stepped {
    /// What each multiple can gain over the plan without steps, with its spend.
    fn gains<C: ResponseCurve>(
        &self,
        curves: &Ensemble<C>,
        free: &Optimum,
        cost: f64,
    ) -> Vec<(f64, f64)> {
        let (at, price) = (free.spend[self.channel], free.price[self.channel] + cost);
        let before = curves.response(self.channel, at);
        let spends = self.multiples.clone();
        let spends = spends.map(|multiple| self.step * f64::from(multiple));
        spends
            .map(|x| {
                let gain = curves.response(self.channel, x) - before - price * (x - at);
                (gain, x)
            })
            .collect()
    }
}
