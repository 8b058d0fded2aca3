//! Channels that are bought in whole multiples of an amount.
//!
//! With the stepped channels at given multiples the others are planned as ever. From the plan
//! without steps, rounded, the search moves one channel by a step, or two in opposite directions,
//! as long as that gains. Where curves are concave, the price of the total bounds what a move can
//! gain, so that most moves need no plan.

use crate::budget::ascent::Optimum;
use crate::budget::curve::ResponseCurve;
use crate::budget::ensemble::Ensemble;
use crate::budget::limits::Budget;
use crate::budget::tree::Tree;
use crate::error::Result;

/// Moves after which the search ends; it takes far fewer.
const MOVES: usize = 1000;
/// How many of the possible moves are tried, the most promising first.
const TRIED: usize = 60;

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

    /// The best plan whose stepped channels spend multiples. `free` is the plan without steps.
    pub(crate) fn best<C: ResponseCurve>(
        &self,
        curves: &Ensemble<C>,
        tree: &Tree,
        free: &Optimum,
        solve: Solve<'_>,
    ) -> Result<Optimum> {
        let mut at = self.start(free, tree, solve)?;
        for _ in 0..MOVES {
            let Some(better) = self.step_up(curves, tree, &at, solve) else {
                break;
            };
            at = better;
        }
        Ok(at.optimum)
    }

    /// The first rounding of the plan without steps that keeps the bounds: to the nearest multiples,
    /// down, or to the fewest.
    fn start(&self, free: &Optimum, tree: &Tree, solve: Solve<'_>) -> Result<Chosen> {
        let rounded = |round: &dyn Fn(f64) -> f64| -> Vec<u32> {
            let channels = self.channels.iter();
            channels
                .map(|stepped| {
                    let multiple = round(free.spend[stepped.channel] / stepped.step + 1e-9) as u32;
                    let range = &stepped.multiples;
                    multiple.clamp(range.start, range.end - 1)
                })
                .collect()
        };
        let starts = [rounded(&f64::round), rounded(&f64::floor)];
        let mut best: Option<Chosen> = None;
        for multiples in starts {
            if let Ok(chosen) = self.solved(multiples, tree, solve)
                && best.as_ref().is_none_or(|best| chosen.value > best.value)
            {
                best = Some(chosen);
            }
        }
        match best {
            Some(best) => Ok(best),
            None => self.solved(rounded(&|_| 0.0), tree, solve),
        }
    }

    fn solved(&self, multiples: Vec<u32>, tree: &Tree, solve: Solve<'_>) -> Result<Chosen> {
        let mut fixed = tree.clone();
        for (stepped, multiple) in self.channels.iter().zip(&multiples) {
            let spend = stepped.step * f64::from(*multiple);
            fixed.low[stepped.channel] = spend;
            fixed.high[stepped.channel] = spend;
        }
        let (optimum, value) = solve(&fixed)?;
        Ok(Chosen {
            multiples,
            optimum,
            value,
        })
    }

    /// The first better plan a move away, the most promising moves first.
    fn step_up<C: ResponseCurve>(
        &self,
        curves: &Ensemble<C>,
        tree: &Tree,
        from: &Chosen,
        solve: Solve<'_>,
    ) -> Option<Chosen> {
        let mut moves = self.moves(from);
        let promise = |multiples: &Vec<u32>| -> f64 {
            let changed = self.channels.iter().zip(multiples);
            changed
                .map(|(stepped, multiple)| {
                    let (channel, spend) = (stepped.channel, from.optimum.spend[stepped.channel]);
                    let to = stepped.step * f64::from(*multiple);
                    curves.response(channel, to)
                        - curves.response(channel, spend)
                        - from.optimum.price[channel] * (to - spend)
                })
                .sum()
        };
        moves.sort_by(|a, b| promise(b).total_cmp(&promise(a)));
        let better = 1e-12 * from.value.abs();
        moves.into_iter().take(TRIED).find_map(|multiples| {
            let chosen = self.solved(multiples, tree, solve).ok()?;
            (chosen.value > from.value + better).then_some(chosen)
        })
    }

    /// The multiples one move away.
    fn moves(&self, from: &Chosen) -> Vec<Vec<u32>> {
        let count = self.channels.len();
        let moved = |changes: &[(usize, bool)]| -> Option<Vec<u32>> {
            let mut multiples = from.multiples.clone();
            for &(at, up) in changes {
                let to = if up {
                    multiples[at].checked_add(1)?
                } else {
                    multiples[at].checked_sub(1)?
                };
                if !self.channels[at].multiples.contains(&to) {
                    return None;
                }
                multiples[at] = to;
            }
            Some(multiples)
        };
        let alone = (0..count).flat_map(|at| [vec![(at, true)], vec![(at, false)]]);
        let pairs = (0..count)
            .flat_map(|up| (0..count).map(move |down| (up, down)))
            .filter(|(up, down)| up != down)
            .map(|(up, down)| vec![(up, true), (down, false)]);
        alone
            .chain(pairs)
            .filter_map(|changes| moved(&changes))
            .collect()
    }
}

/// Multiples with the best plan of all else.
struct Chosen {
    multiples: Vec<u32>,
    optimum: Optimum,
    value: f64,
}
