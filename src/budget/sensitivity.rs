//! How much a plan depends on what the model does not know.

use serde::Serialize;

use crate::budget::ascent::Problem;
use crate::budget::channel::ChannelBudget;
use crate::budget::curve::ResponseCurve;
use crate::budget::ensemble::Ensemble;
use crate::budget::goal::Goal;
use crate::budget::limits::Budget;
use crate::budget::tabled::Tabled;
use crate::error::{Error, Result};
use crate::stats::{ConfidenceLevel, Interval, quantile};

/// How many members the figures are computed from, taken evenly from all.
const MEMBERS: usize = 40;
/// A part of the plan's outcome below which knowing a channel is worth nothing.
const WORTH: f64 = 1e-6;
/// Cells of the tables that mean curves are read from.
const CELLS: usize = 256;

/// One channel's part in a [`PlanSensitivity`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelSensitivity {
    /// The channel's name.
    pub channel: String,
    /// The channel's spend in the plan.
    pub planned: f64,
    /// The interval that holds the channel's best spend for the middle of the members, each taken
    /// for the truth.
    pub optimum: Interval,
    /// The outcome that a plan is expected to gain from knowing this channel's curve, such as by an
    /// experiment: the expected value of partial perfect information.
    pub worth_of_knowing: f64,
}

/// How far a plan would change if the model knew more, and what that would be worth.
///
/// Each member of the ensemble in turn is taken for the truth. The worth of knowing channel c is
///
/// mean over members m of max over x of V(x) - V(plan), V being the outcome with c's curve from
/// member m and the mean of all members for the other channels,
///
/// in units of the outcome, less the goal's cost of spend. It takes channels' curves as independent
/// (Heath, Manolopoulou and Baio 2017 review the general case). No experiment on the channel can be
/// worth more to this plan; the channel where it is largest is the one to test first.
///
/// ```
/// use mixtouch::budget::{Budget, ChannelBudget, Ensemble, Goal, ResponseCurve};
/// use mixtouch::stats::ConfidenceLevel;
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
/// // Television's effect is known to be 1 or 3, that of search is 2.
/// let draws = vec![(1.0, vec![Root(1.0), Root(2.0)]), (1.0, vec![Root(3.0), Root(2.0)])];
/// let curves = Ensemble::new(draws)?;
/// let budget = Budget::new(
///     ["tv", "search"].map(|name| ChannelBudget::new(name, 50.0).with_bounds(0.0..=100.0)),
/// );
/// let goal = Goal::Outcome { total: 100.0 };
/// let sensitivity = budget.sensitivity(&curves, goal, ConfidenceLevel::P90)?;
/// let [tv, search] = sensitivity.channels.as_slice() else { unreachable!() };
/// // Of 100, a_i^2 / sum of a^2: 20 or 69.2 for television.
/// assert!((tv.optimum.low() - 20.0).abs() < 1e-6 && (tv.optimum.high() - 69.2).abs() < 0.1);
/// assert!(tv.worth_of_knowing > 0.5 && search.worth_of_knowing < 1e-9);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PlanSensitivity {
    /// The channels, in the budget's order.
    pub channels: Vec<ChannelSensitivity>,
    /// The outcome that a plan is expected to gain from knowing all curves: the expected value of
    /// perfect information.
    pub worth_of_knowing_all: f64,
    /// What the plan is expected to bring.
    pub outcome: f64,
}

impl PlanSensitivity {
    /// The channel whose curve is most worth knowing; none where no knowledge changes the plan by more
    /// than rounding, a millionth of what it is expected to bring.
    pub fn to_test_first(&self) -> Option<&ChannelSensitivity> {
        self.channels
            .iter()
            .filter(|channel| channel.worth_of_knowing > WORTH * self.outcome.abs())
            .max_by(|a, b| a.worth_of_knowing.total_cmp(&b.worth_of_knowing))
    }
}

/// The mean of several curves.
struct MeanCurve<'a, C>(Vec<(f64, &'a C)>);

impl<C: ResponseCurve> ResponseCurve for MeanCurve<'_, C> {
    fn response(&self, spend: f64) -> f64 {
        let curves = self.0.iter();
        curves
            .map(|(weight, curve)| weight * curve.response(spend))
            .sum()
    }

    fn slope(&self, spend: f64) -> f64 {
        let curves = self.0.iter();
        curves
            .map(|(weight, curve)| weight * curve.slope(spend))
            .sum()
    }
}

impl Budget {
    /// How much the plan for a goal depends on what the ensemble does not know.
    ///
    /// It looks at 40 members, taken evenly, and plans for the mean, without steps. The mean curves of
    /// channels that are not known are read from tables, within 2e-7 of their largest response.
    ///
    /// # Errors
    /// As for [`Budget::plan`]; or if the goal is a target ROI, under which plans of different
    /// knowledge spend different totals and have no common measure.
    pub fn sensitivity<C: ResponseCurve>(
        &self,
        curves: &Ensemble<C>,
        goal: Goal,
        level: ConfidenceLevel,
    ) -> Result<PlanSensitivity> {
        let goal = goal.checked()?;
        if matches!(goal, Goal::Roi { .. }) {
            let expected = "an outcome, a profit or a marginal ROI";
            return Err(Error::setting(
                "goal of a sensitivity",
                "target ROI",
                expected,
            ));
        }
        let free = self.without_steps();
        let plan = free.plan(curves, goal)?;
        let planned: Vec<f64> = plan
            .channels()
            .iter()
            .map(|channel| channel.planned)
            .collect();
        let known = Knowledge::new(&free, curves, goal, planned)?;
        let optima = known.optima()?;
        let gains = optima.iter().map(|(weight, _, gain)| weight * gain);
        let worth_of_knowing_all = gains.sum::<f64>().max(0.0);
        let channels = self.channels().iter().enumerate();
        Ok(PlanSensitivity {
            channels: channels
                .map(|(at, channel)| known.channel(at, channel, &optima, level))
                .collect::<Result<_>>()?,
            worth_of_knowing_all,
            outcome: plan.outcome_planned(),
        })
    }
}

/// What a plan is compared with: the plan itself, and the members that may be the truth.
struct Knowledge<'a, C> {
    budget: &'a Budget,
    members: Vec<(f64, &'a [C])>,
    means: Vec<Tabled<MeanCurve<'a, C>>>,
    goal: Goal,
    planned: Vec<f64>,
    /// The plan for the mean of these members, with which plans of more knowledge are compared.
    base: Vec<f64>,
}

impl<'a, C: ResponseCurve> Knowledge<'a, C> {
    fn new(
        budget: &'a Budget,
        curves: &'a Ensemble<C>,
        goal: Goal,
        planned: Vec<f64>,
    ) -> Result<Self> {
        let all = curves.members();
        let count = all.len().min(MEMBERS);
        let places = (0..count).map(|at| at * all.len() / count);
        let mut members: Vec<(f64, &[C])> =
            places.map(|at| (all[at].0, all[at].1.as_slice())).collect();
        let sum: f64 = members.iter().map(|(weight, _)| weight).sum();
        members.iter_mut().for_each(|(weight, _)| *weight /= sum);
        let mean = |channel: usize| {
            let curves = members.iter();
            let mean = MeanCurve(curves.map(|(w, curves)| (*w, &curves[channel])).collect());
            let bounds = &budget.channels()[channel];
            Tabled::new(mean, (bounds.low(), bounds.high()), CELLS)
        };
        let means: Vec<_> = (0..planned.len()).map(mean).collect();
        let mut known = Self {
            base: planned.clone(),
            means,
            budget,
            members,
            goal,
            planned,
        };
        let means = Ensemble::single(known.means.iter().collect())?;
        known.base = known.climbed(&means, &[&known.planned])?.1;
        Ok(known)
    }

    /// The best value and spend that climbs from some starts reach.
    fn climbed<D: ResponseCurve>(
        &self,
        curves: &Ensemble<D>,
        starts: &[&[f64]],
    ) -> Result<(f64, Vec<f64>)> {
        let tree = self.budget.tree()?;
        let (least, most) = match self.goal {
            Goal::Outcome { total } => (total, total),
            _ => tree.span(0)?,
        };
        let tree = tree.with_total(least, most);
        let problem = Problem {
            curves,
            tree: &tree,
            cost: self.goal.cost(),
        };
        let ends = starts.iter().map(|start| problem.climb(start));
        let best = ends.max_by(|a, b| a.value.total_cmp(&b.value));
        let best = best.expect("there is a start");
        Ok((best.value, best.spend))
    }

    /// The best spend if each member is the truth, and what it gains over the plan then.
    fn optima(&self) -> Result<Vec<(f64, Vec<f64>, f64)>> {
        let tree = self.budget.tree()?;
        let optimum = |(weight, curves): &(f64, &[C])| {
            let truth = Ensemble::single(curves.iter().collect())?;
            let best = self.budget.optimum(&truth, &tree, self.goal, &())?;
            let gain = self.value(&truth, &best.spend) - self.value(&truth, &self.base);
            Ok((*weight, best.spend, gain.max(0.0)))
        };
        self.members.iter().map(optimum).collect()
    }

    fn channel(
        &self,
        at: usize,
        channel: &ChannelBudget,
        optima: &[(f64, Vec<f64>, f64)],
        level: ConfidenceLevel,
    ) -> Result<ChannelSensitivity> {
        let draws = optima.iter().map(|(weight, spend, _)| (spend[at], *weight));
        let sorted = quantile::sorted_draws(draws);
        let tail = level.tail();
        Ok(ChannelSensitivity {
            channel: channel.channel().to_owned(),
            planned: self.planned[at],
            optimum: Interval::from_ends(
                quantile::weighted(&sorted, tail),
                quantile::weighted(&sorted, 1.0 - tail),
                level,
            ),
            worth_of_knowing: self.worth_of_knowing(at, optima)?,
        })
    }

    /// The mean gain of a plan made with one channel's curve known.
    fn worth_of_knowing(&self, channel: usize, optima: &[(f64, Vec<f64>, f64)]) -> Result<f64> {
        let mut worth = 0.0;
        for ((weight, curves), (_, optimum, _)) in self.members.iter().zip(optima) {
            let mixed = (0..self.planned.len()).map(|at| -> &dyn ResponseCurve {
                if at == channel {
                    &curves[at]
                } else {
                    &self.means[at]
                }
            });
            let mixed = Ensemble::single(mixed.collect())?;
            let before = self.value(&mixed, &self.base);
            let (reached, _) = self.climbed(&mixed, &[&self.base, optimum])?;
            worth += weight * (reached - before).max(0.0);
        }
        Ok(worth)
    }

    /// The outcome less the goal's cost of spend.
    fn value<D: ResponseCurve>(&self, curves: &Ensemble<D>, spend: &[f64]) -> f64 {
        curves.outcome(spend) - self.goal.cost() * spend.iter().sum::<f64>()
    }
}
