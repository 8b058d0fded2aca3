//! From bounds, curves and a goal to the plan.

use crate::budget::ascent::{Optimum, Problem};
use crate::budget::careful::careful;
use crate::budget::channel::ChannelBudget;
use crate::budget::curve::ResponseCurve;
use crate::budget::ensemble::{Ensemble, parts};
use crate::budget::goal::Goal;
use crate::budget::limits::Budget;
use crate::budget::plan::{Bound, Plan, PlannedChannel};
use crate::budget::planner::Planner;
use crate::budget::risk::Risk;
use crate::budget::steps::Steps;
use crate::budget::tree::Tree;
use crate::error::{Error, Result};
use crate::progress::Progress;

impl Budget {
    /// Plans the spend.
    ///
    /// The ascent starts from the spend now and from the best plan on a coarse grid, and the best
    /// end is taken. On concave curves that is the optimum, where marginal returns are equal. On
    /// S-shaped curves it is the best around the grid's best, which in 100 random problems of three
    /// channels was nowhere below a fine exhaustive search. If the spend now is within all bounds
    /// and serves the goal, the plan's outcome is never below it.
    ///
    /// The gain is not judged on the members that chose the plan. Members are dealt out to 5 parts,
    /// or to 2 where they are 100 or more; each part judges the plan that the others choose.
    ///
    /// ```
    /// use mixtouch::budget::{Budget, ChannelBudget, Ensemble, Goal, ResponseCurve};
    ///
    /// /// Sales that grow with the root of spend.
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
    /// let budget = Budget::new(
    ///     ["tv", "search"].map(|name| ChannelBudget::new(name, 50.0).with_bounds(0.0..=100.0)),
    /// );
    /// let curves = Ensemble::single(vec![Root(1.0), Root(2.0)])?;
    /// let plan = budget.plan(&curves, Goal::Outcome { total: 100.0 })?;
    /// let planned = |name| plan.channel(name).unwrap().planned;
    /// assert!((planned("tv") - 20.0).abs() < 1e-6 && (planned("search") - 80.0).abs() < 1e-6);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the bounds are not as [`Budget::check`] asks for, the goal's number is out of range, or
    /// the total, a group's bounds or a target cannot be met within the bounds. Also if the curves
    /// are not one for each channel, or return what is not finite.
    pub fn plan<C: ResponseCurve>(&self, curves: &Ensemble<C>, goal: Goal) -> Result<Plan> {
        self.plan_with_progress(curves, goal, &())
    }

    /// Plans the spend like [`Budget::plan`], while an observer watches and may stop it.
    ///
    /// Progress counts ascents, of which a plan takes 2 to some hundred.
    ///
    /// # Errors
    /// If the observer stops the work, or as for [`Budget::plan`].
    pub fn plan_with_progress<C: ResponseCurve>(
        &self,
        curves: &Ensemble<C>,
        goal: Goal,
        progress: &dyn Progress,
    ) -> Result<Plan> {
        self.check()?;
        self.check_curves(curves)?;
        let goal = goal.checked()?;
        if self.risk() != Risk::Mean && matches!(goal, Goal::Roi { .. }) {
            let expected = "the mean, or a goal other than a target ROI";
            return Err(Error::setting(
                "risk",
                format!("{:?}", self.risk()),
                expected,
            ));
        }
        let tree = self.tree()?;
        let optimum = self.optimum(curves, &tree, goal, progress)?;
        let gains = self.judged(curves, &tree, goal, &optimum, progress)?;
        self.describe(curves, &tree, &optimum, goal.cost(), gains)
    }

    /// The best spend.
    pub(crate) fn optimum<C: ResponseCurve>(
        &self,
        curves: &Ensemble<C>,
        tree: &Tree,
        goal: Goal,
        progress: &dyn Progress,
    ) -> Result<Optimum> {
        let (steps, cost) = (Steps::new(self), goal.cost());
        let planner = Planner::new(curves, tree, self.now(), progress);
        let free = self.pursue(&planner, goal, steps.is_some())?;
        let Some(steps) = steps else {
            return Ok(free);
        };
        let value = |optimum: &Optimum| {
            let outcome = self.risk().value(&curves.outcomes(&optimum.spend));
            outcome - cost * optimum.spend.iter().sum::<f64>()
        };
        let solve = |fixed: &Tree| {
            let planner = Planner::without_grid(curves, fixed, free.spend.clone(), progress);
            let optimum = self.pursue(&planner, goal, true)?;
            let value = value(&optimum);
            Ok((optimum, value))
        };
        // A plan under risk takes some thousand times as long.
        let tried = if self.risk() == Risk::Mean { 400 } else { 20 };
        let free = (&free, value(&free));
        steps.best(curves, tree, free, (cost, tried), &solve)
    }

    /// The best spend of channels that take any amount. With `up_to` a given total is an upper
    /// limit, and a target of the next unit need not be met.
    fn pursue<C: ResponseCurve>(
        &self,
        planner: &Planner<'_, C>,
        goal: Goal,
        up_to: bool,
    ) -> Result<Optimum> {
        let (least, most) = planner.tree().span(0)?;
        let cost = goal.cost();
        let (range, optimum) = match goal {
            Goal::Outcome { total } => {
                let range = if up_to && total >= least {
                    (least, total.min(most))
                } else {
                    (total, total)
                };
                (range, planner.best(range.0, range.1, 0.0)?)
            }
            Goal::MarginalRoi { target } if !up_to => {
                ((least, most), planner.marginal(target, (least, most))?)
            }
            Goal::Profit { .. } | Goal::MarginalRoi { .. } => {
                ((least, most), planner.best(least, most, cost)?)
            }
            Goal::Roi { target } => return planner.returning(target, (least, most)),
        };
        if self.risk() == Risk::Mean {
            return Ok(optimum);
        }
        let tree = planner.tree().with_total(range.0, range.1);
        let problem = Problem {
            curves: planner.curves(),
            tree: &tree,
            cost,
        };
        careful(&problem, optimum, self.risk())
    }

    /// Each member's gain under the plan that members of the other parts choose.
    ///
    /// A plan that is judged by the curves that chose it promises what their errors promise.
    fn judged<C: ResponseCurve>(
        &self,
        curves: &Ensemble<C>,
        tree: &Tree,
        goal: Goal,
        optimum: &Optimum,
        progress: &dyn Progress,
    ) -> Result<Vec<(f64, f64)>> {
        let now = self.now();
        let mut gains = curves.gains(&now, &optimum.spend);
        let parts = parts(gains.len());
        for part in 0..parts {
            let others = curves.without_part(part, parts)?;
            let spend = match self.optimum(&others, tree, goal, progress) {
                Ok(chosen) => chosen.spend,
                Err(error @ Error::Cancelled { .. }) => return Err(error),
                // A target that these members alone cannot reach.
                Err(_) => continue,
            };
            let judged = curves.gains(&now, &spend).into_iter().enumerate();
            judged
                .filter(|(at, _)| at % parts == part)
                .for_each(|(at, gain)| gains[at] = gain);
        }
        Ok(gains)
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
        channels
            .iter()
            .enumerate()
            .try_for_each(|(index, channel)| check_curve(curves, index, channel))
    }

    fn describe<C: ResponseCurve>(
        &self,
        curves: &Ensemble<C>,
        tree: &Tree,
        optimum: &Optimum,
        cost: f64,
        gains: Vec<(f64, f64)>,
    ) -> Result<Plan> {
        let outcome_planned = curves.outcome(&optimum.spend);
        if !outcome_planned.is_finite() {
            return Err(Error::setting(
                "outcome of the plan",
                outcome_planned,
                "response curves whose values and slopes are numbers",
            ));
        }
        let now = self.now();
        let channels = self.channels().iter().enumerate();
        Ok(Plan {
            channels: channels
                .map(|(index, channel)| planned(curves, index, channel, optimum.spend[index]))
                .collect(),
            groups: self.planned_groups(&optimum.spend),
            total: optimum.spend.iter().sum(),
            outcome_now: curves.outcome(&now),
            outcome_planned,
            marginal_return: total_price(tree, optimum) + cost,
            kkt_residual: optimum.residual,
            gains,
        })
    }
}

fn check_curve<C: ResponseCurve>(
    curves: &Ensemble<C>,
    index: usize,
    channel: &ChannelBudget,
) -> Result<()> {
    let name = channel.channel();
    for spend in [channel.now(), channel.low(), channel.high()] {
        let (response, slope) = (curves.response(index, spend), curves.slope(index, spend));
        if !response.is_finite() {
            return Err(Error::setting(
                format!("response of channel {name:?} to spend {spend}"),
                response,
                "a finite number",
            ));
        }
        if slope.is_nan() {
            return Err(Error::setting(
                format!("slope of channel {name:?} at spend {spend}"),
                slope,
                "a number, finite but for spend 0",
            ));
        }
    }
    Ok(())
}

/// A channel's part in a plan.
fn planned<C: ResponseCurve>(
    curves: &Ensemble<C>,
    index: usize,
    budget: &ChannelBudget,
    spend: f64,
) -> PlannedChannel {
    PlannedChannel {
        channel: budget.channel().to_owned(),
        now: budget.now(),
        planned: spend,
        outcome_now: curves.response(index, budget.now()),
        outcome_planned: curves.response(index, spend),
        marginal_return: curves.slope(index, spend),
        lowest: budget.low(),
        highest: Some(budget.high()).filter(|high| high.is_finite()),
        at_bound: Bound::at(spend, budget.low(), budget.high()),
    }
}

/// The price of the total: that of the channels in no group, or else the largest price.
fn total_price(tree: &Tree, optimum: &Optimum) -> f64 {
    let free = tree.nodes[0]
        .channels
        .first()
        .map(|&channel| optimum.price[channel]);
    free.unwrap_or_else(|| {
        optimum
            .price
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max)
    })
}
