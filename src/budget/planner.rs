//! From goals to ascents.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::budget::ascent::{Optimum, Problem};
use crate::budget::curve::ResponseCurve;
use crate::budget::ensemble::Ensemble;
use crate::budget::grid::{Grid, Responses};
use crate::budget::tree::Tree;
use crate::error::{Error, Result};
use crate::progress::{Progress, Stage, step};

/// What every goal is pursued with: curves, bounds, the spend now, and who watches.
pub(crate) struct Planner<'a, C> {
    curves: &'a Ensemble<C>,
    tree: &'a Tree,
    now: Vec<f64>,
    responses: Option<Responses>,
    progress: &'a dyn Progress,
    /// Ascents so far.
    ascents: AtomicU64,
}

impl<'a, C: ResponseCurve> Planner<'a, C> {
    pub(crate) fn new(
        curves: &'a Ensemble<C>,
        tree: &'a Tree,
        now: Vec<f64>,
        progress: &'a dyn Progress,
    ) -> Self {
        Self {
            curves,
            tree,
            now,
            responses: Responses::new(curves, tree),
            progress,
            ascents: AtomicU64::new(0),
        }
    }

    /// A planner that climbs from one spend only, such as a plan for nearly the same bounds.
    pub(crate) const fn without_grid(
        curves: &'a Ensemble<C>,
        tree: &'a Tree,
        start: Vec<f64>,
        progress: &'a dyn Progress,
    ) -> Self {
        Self {
            curves,
            tree,
            now: start,
            responses: None,
            progress,
            ascents: AtomicU64::new(0),
        }
    }

    pub(crate) const fn curves(&self) -> &'a Ensemble<C> {
        self.curves
    }

    pub(crate) const fn tree(&self) -> &'a Tree {
        self.tree
    }

    /// The best spend whose total lies within a range, at a cost for each unit of it.
    pub(crate) fn best(&self, least: f64, most: f64, cost: f64) -> Result<Optimum> {
        self.best_from(&[], least, most, cost)
    }

    /// The same with further starts.
    fn best_from(&self, starts: &[Vec<f64>], least: f64, most: f64, cost: f64) -> Result<Optimum> {
        let tree = self.tree.with_total(least, most);
        tree.span(0)?;
        let problem = Problem {
            curves: self.curves,
            tree: &tree,
            cost,
        };
        let grid = self
            .responses
            .as_ref()
            .and_then(|responses| Grid::new(responses, &tree, cost).best());
        let mut best = self.climb(&problem, &self.now)?;
        for start in grid.iter().chain(starts) {
            best = better(best, self.climb(&problem, start)?);
        }
        // The climb may end a rounding error below the spend now, where that is the best already.
        let value = problem.value(&self.now);
        let now_is_best = value > best.value && tree.allows(&self.now);
        Ok(if now_is_best {
            Optimum {
                spend: self.now.clone(),
                value,
                ..best
            }
        } else {
            best
        })
    }

    /// One ascent, which the observer is told of.
    fn climb(&self, problem: &Problem<'_, C>, start: &[f64]) -> Result<Optimum> {
        let ascents = self.ascents.fetch_add(1, Ordering::Relaxed);
        step(self.progress, Stage::Planning, ascents, None)?;
        Ok(problem.climb(start))
    }

    /// Spend until the next unit returns the target.
    pub(crate) fn marginal(&self, target: f64, (least, most): (f64, f64)) -> Result<Optimum> {
        let optimum = self.best(least, most, target)?;
        let returns = |channel: usize| self.curves.slope(channel, optimum.spend[channel]);
        let free = (0..optimum.spend.len())
            .filter(|&channel| self.tree.high[channel] > self.tree.low[channel]);
        let steepest = free.map(returns).reduce(f64::max).unwrap_or(target);
        if total(&optimum) <= least * (1.0 + 1e-12) && steepest < target {
            let expected =
                format!("at most {steepest}, what the next unit returns at the smallest spend");
            return Err(Error::setting("target marginal ROI", target, expected));
        }
        Ok(optimum)
    }

    /// The largest outcome that still returns the target: between the largest total found to return
    /// it and the whole, by the secant method of Illinois on what is left over.
    pub(crate) fn returning(&self, target: f64, (least, most): (f64, f64)) -> Result<Optimum> {
        let left = |optimum: &Optimum| optimum.value - target * total(optimum);
        let all = self.best(most, most, 0.0)?;
        if left(&all) >= 0.0 {
            return Ok(all);
        }
        let mut low = self.surest(target, (least, most))?;
        let mut found = low.clone();
        for start in self.promising(target, (total(&low), most)) {
            let optimum = self.best(start, start, 0.0)?;
            if left(&optimum) >= 0.0 {
                found = higher(found, &optimum);
                low = if total(&optimum) > total(&low) {
                    optimum
                } else {
                    low
                };
            }
        }
        // An end that stays while the other moves twice counts half, or it would stay for good.
        let (mut high, mut weights) = (all, (1.0, 1.0));
        for _ in 0..100 {
            let (below, above) = (weights.0 * left(&low), -weights.1 * left(&high));
            let between = total(&low)
                + (total(&high) - total(&low)) * (below / (below + above)).clamp(1e-3, 1.0 - 1e-3);
            if left(&found) <= 1e-11 * found.value || total(&high) - total(&low) <= 1e-12 * most {
                break;
            }
            let optimum = self.best_from(&[low.spend.clone()], between, between, 0.0)?;
            if left(&optimum) >= 0.0 {
                found = higher(found, &optimum);
                weights = (
                    1.0,
                    if weights.0 == 1.0 {
                        0.5 * weights.1
                    } else {
                        1.0
                    },
                );
                low = optimum;
            } else {
                weights = (
                    if weights.1 == 1.0 {
                        0.5 * weights.0
                    } else {
                        1.0
                    },
                    1.0,
                );
                high = optimum;
            }
        }
        Ok(found)
    }

    /// Totals that may return the target: that of the spend now, and the largest that the grid has.
    fn promising(&self, target: f64, (least, most): (f64, f64)) -> Vec<f64> {
        let grid = self
            .responses
            .as_ref()
            .and_then(|responses| Grid::new(responses, self.tree, 0.0).largest_returning(target));
        let totals = [Some(self.now.iter().sum::<f64>()), grid];
        totals
            .into_iter()
            .flatten()
            .filter(|total| (least..=most).contains(total))
            .collect()
    }

    /// A spend that returns the target with the most to spare.
    fn surest(&self, target: f64, bounds: (f64, f64)) -> Result<Optimum> {
        let optimum = self.best(bounds.0, bounds.1, target)?;
        if optimum.value >= 0.0 {
            return Ok(Optimum {
                value: self.curves.outcome(&optimum.spend),
                ..optimum
            });
        }
        let reached = self.highest_return(optimum, bounds)?;
        Err(Error::setting(
            "target ROI",
            target,
            format!("at most {reached}, the highest return within the bounds"),
        ))
    }

    /// The highest return on the whole spend, by Dinkelbach's iteration.
    fn highest_return(&self, mut optimum: Optimum, (least, most): (f64, f64)) -> Result<f64> {
        let mut highest = 0.0;
        for _ in 0..50 {
            let spent = total(&optimum);
            let reached = if spent > 0.0 {
                self.curves.outcome(&optimum.spend) / spent
            } else {
                0.0
            };
            if reached <= highest * (1.0 + 1e-9) {
                break;
            }
            highest = reached;
            optimum = self.best_from(&[optimum.spend], least, most, highest)?;
        }
        Ok(highest)
    }
}

fn total(optimum: &Optimum) -> f64 {
    optimum.spend.iter().sum()
}

fn higher(first: Optimum, second: &Optimum) -> Optimum {
    if second.value > first.value {
        second.clone()
    } else {
        first
    }
}

/// The higher of two optima, or of two that differ by rounding the one that meets the conditions
/// best.
fn better(first: Optimum, second: Optimum) -> Optimum {
    let margin = 1e-12 * first.value.abs();
    let higher = second.value > first.value + margin;
    let level = second.value >= first.value - margin && second.residual < first.residual;
    if higher || level { second } else { first }
}
