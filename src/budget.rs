//! The next budget: how to spend so that the outcome is best.
//!
//! A [`Budget`] says what may be spent where, response curves say what spend returns, a [`Goal`]
//! says what is wanted, and the [`Plan`] says how to spend, which bounds hold it and how much it
//! gains. The planner knows curves only, no model.

mod ascent;
mod curve;
mod ensemble;
mod grid;
mod limits;
mod plan;
mod planner;
#[cfg(test)]
mod tests;
mod tree;

pub use self::curve::{HorizonCurve, ResponseCurve};
pub use self::ensemble::Ensemble;
pub use self::limits::{Budget, ChannelBudget, GroupBudget};
pub use self::plan::{Bound, Plan, PlannedChannel, PlannedGroup};

use serde::{Deserialize, Serialize};

use crate::budget::ascent::Optimum;
use crate::budget::planner::Planner;
use crate::budget::tree::Tree;
use crate::error::{Error, Result};

/// What a plan is to reach. Returns are outcome per unit of spend, over the same horizon.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Goal {
    /// The largest outcome for a total that is spent whole.
    Outcome {
        /// What is spent in all.
        total: f64,
    },
    /// The largest outcome whose return on the whole spend is the target or above.
    Roi {
        /// Outcome per unit of spend.
        target: f64,
    },
    /// Spend on every channel until the next unit returns just the target.
    MarginalRoi {
        /// Outcome of the next unit of spend.
        target: f64,
    },
    /// The largest profit: margin times outcome, less spend.
    Profit {
        /// What a unit of outcome earns before advertising, in units of spend.
        margin: f64,
    },
}

impl Budget {
    /// Plans the spend.
    ///
    /// The climb starts from the spend now and from the best plan on a coarse grid, and the best
    /// end is taken. On concave curves that is the optimum, where marginal returns are equal; on
    /// S-shaped curves it is the best around the grid's best, which in 100 random problems of three
    /// channels was nowhere below a fine exhaustive search. If the spend now keeps all bounds and
    /// serves the goal, the plan is never worse than it.
    ///
    /// ```
    /// use mixtouch::budget::{Budget, ChannelBudget, Ensemble, Goal, ResponseCurve};
    ///
    /// struct Root(f64);
    ///
    /// impl ResponseCurve for Root {
    ///     fn response(&self, spend: f64) -> f64 {
    ///         self.0 * spend.sqrt()
    ///     }
    ///
    ///     fn slope(&self, spend: f64) -> f64 {
    ///         0.5 * self.0 / spend.sqrt()
    ///     }
    /// }
    ///
    /// let budget = Budget::new(vec![ChannelBudget::new("tv", 50.0, 0.0, 100.0)?, ChannelBudget::new("search", 50.0, 0.0, 100.0)?])?;
    /// let plan = budget.plan(&Ensemble::single(vec![Root(1.0), Root(2.0)])?, Goal::Outcome { total: 100.0 })?;
    /// let spend: Vec<f64> = plan.channels().iter().map(|channel| channel.planned).collect();
    /// assert!((spend[0] - 20.0).abs() < 1e-6 && (spend[1] - 80.0).abs() < 1e-6);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the curves are not one for each channel or return what is not finite; if the total, a
    /// group's bounds or a target cannot be met within the bounds; or if the goal's number is out
    /// of range.
    pub fn plan<C: ResponseCurve>(&self, curves: &Ensemble<C>, goal: Goal) -> Result<Plan> {
        self.check_curves(curves)?;
        let tree = self.tree()?;
        let (least, most) = tree.span(0)?;
        let planner = Planner::new(curves, &tree, self.now());
        let (summit, cost) = match goal {
            Goal::Outcome { total } => (
                planner.best(positive("total budget", total, 0.0)?, total, 0.0)?,
                0.0,
            ),
            Goal::Profit { margin } => {
                let cost = 1.0 / positive("margin", margin, f64::MIN_POSITIVE)?;
                (planner.best(least, most, cost)?, cost)
            }
            Goal::MarginalRoi { target } => (
                planner.marginal(positive("target marginal ROI", target, 0.0)?, (least, most))?,
                target,
            ),
            Goal::Roi { target } => (
                planner.returning(positive("target ROI", target, 0.0)?, (least, most))?,
                0.0,
            ),
        };
        self.describe(curves, &tree, summit, cost)
    }

    fn check_curves<C: ResponseCurve>(&self, curves: &Ensemble<C>) -> Result<()> {
        let channels = self.channels();
        if curves.channels() != channels.len() {
            return Err(Error::setting(
                "number of response curves",
                curves.channels(),
                format!("{}, one for each channel", channels.len()),
            ));
        }
        for (index, channel) in channels.iter().enumerate() {
            for spend in [channel.now(), channel.low(), channel.high()] {
                let (response, slope) = (curves.response(index, spend), curves.slope(index, spend));
                if !response.is_finite() {
                    let what = format!(
                        "response of channel {:?} to spend {spend}",
                        channel.channel()
                    );
                    return Err(Error::setting(what, response, "a finite number"));
                }
                if slope.is_nan() {
                    let what = format!("slope of channel {:?} at spend {spend}", channel.channel());
                    return Err(Error::setting(
                        what,
                        slope,
                        "a number, finite but for spend 0",
                    ));
                }
            }
        }
        Ok(())
    }

    fn describe<C: ResponseCurve>(
        &self,
        curves: &Ensemble<C>,
        tree: &Tree,
        summit: Optimum,
        cost: f64,
    ) -> Result<Plan> {
        let now = self.now();
        let planned = |index: usize| {
            let (budget, spend) = (&self.channels()[index], summit.spend[index]);
            PlannedChannel {
                channel: budget.channel().to_owned(),
                now: now[index],
                planned: spend,
                outcome_now: curves.response(index, now[index]),
                outcome_planned: curves.response(index, spend),
                marginal_return: curves.slope(index, spend),
                at_bound: Bound::of(spend, budget.low(), budget.high()),
            }
        };
        let outcome_planned = curves.outcome(&summit.spend);
        if !outcome_planned.is_finite() {
            return Err(Error::setting(
                "outcome of the plan",
                outcome_planned,
                "response curves whose values and slopes are numbers",
            ));
        }
        Ok(Plan {
            channels: (0..now.len()).map(planned).collect(),
            groups: self.planned_groups(&summit.spend),
            total: summit.spend.iter().sum(),
            outcome_now: curves.outcome(&now),
            outcome_planned,
            marginal_return: total_price(tree, &summit) + cost,
            kkt_residual: summit.residual,
            gains: curves.gains(&now, &summit.spend),
        })
    }
}

/// The price of the total: that of the channels no group holds, or else the best of the others'
/// prices.
fn total_price(tree: &Tree, summit: &Optimum) -> f64 {
    let free = tree.nodes[0]
        .channels
        .first()
        .map(|&channel| summit.price[channel]);
    free.unwrap_or_else(|| {
        summit
            .price
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max)
    })
}

fn positive(name: &'static str, value: f64, least: f64) -> Result<f64> {
    let fits = value.is_finite() && value >= least;
    if fits {
        Ok(value)
    } else {
        Err(Error::setting(
            name,
            value,
            if least > 0.0 {
                "a finite number above 0"
            } else {
                "a finite number from 0"
            },
        ))
    }
}
