//! From bounds, curves by period and a goal to a plan by period.

use serde::Serialize;

use crate::budget::ascent::Optimum;
use crate::budget::curve::ResponseCurve;
use crate::budget::ensemble::parts;
use crate::budget::flight::ascent::{FlightProblem, outcome};
use crate::budget::flight::curve::FlightCurve;
use crate::budget::goal::Goal;
use crate::budget::limits::Budget;
use crate::budget::risk::Risk;
use crate::budget::tree::{Group, Tree};
use crate::error::{Error, Result};
use crate::stats::{ConfidenceLevel, Interval, quantile};

/// The channels' curves by period, of several members with weights (such as a posterior's draws).
///
/// A channel has one curve, or several whose outcomes add up (such as geos'). [`Budget::plan_flights`]
/// plans with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Flights<G> {
    members: Vec<(f64, Vec<Vec<FlightCurve<G>>>)>,
    periods: usize,
}

impl<G: ResponseCurve> Flights<G> {
    /// A weight (> 0) for each member and its curves by channel. Weights need not sum to 1.
    ///
    /// # Errors
    /// If there is no member, channel or curve, members differ in their number of channels, curves
    /// in their number of periods, or a weight is not finite and > 0.
    pub fn new(mut members: Vec<(f64, Vec<Vec<FlightCurve<G>>>)>) -> Result<Self> {
        let channels = members.first().map_or(0, |(_, channels)| channels.len());
        let mut lengths = members
            .iter()
            .flat_map(|(_, channels)| channels.iter().flatten().map(FlightCurve::periods));
        let periods = lengths.next().unwrap_or(0);
        let same = lengths.all(|length| length == periods)
            && members.iter().all(|(_, of)| of.len() == channels);
        if channels == 0 || periods == 0 || !same {
            return Err(Error::Empty {
                what: "curves by period".into(),
                expected: "as many channels for each member, and as many periods for each curve"
                    .into(),
            });
        }
        if let Some((weight, _)) = members.iter().find(|(w, _)| !(w.is_finite() && *w > 0.0)) {
            return Err(Error::setting(
                "weight of a member",
                weight,
                "a finite number > 0",
            ));
        }
        let sum: f64 = members.iter().map(|(weight, _)| weight).sum();
        members.iter_mut().for_each(|(weight, _)| *weight /= sum);
        Ok(Self { members, periods })
    }

    /// How many periods are planned.
    pub const fn periods(&self) -> usize {
        self.periods
    }

    fn problem<'a>(
        &'a self,
        tree: &'a Tree,
        cost: f64,
        part: impl Fn(usize) -> bool,
    ) -> FlightProblem<'a, G> {
        let members = self.members.iter().enumerate().filter(|(at, _)| part(*at));
        let mut members: Vec<(f64, &[Vec<FlightCurve<G>>])> = members
            .map(|(_, (weight, channels))| (*weight, channels.as_slice()))
            .collect();
        let sum: f64 = members.iter().map(|(weight, _)| weight).sum();
        members.iter_mut().for_each(|(weight, _)| *weight /= sum);
        FlightProblem {
            members,
            tree,
            periods: self.periods,
            cost,
        }
    }

    /// Each member's weight and outcome.
    pub(crate) fn outcomes(&self, spend: &[f64]) -> Vec<(f64, f64)> {
        let members = self.members.iter();
        members
            .map(|(weight, channels)| (*weight, outcome(channels, spend, self.periods)))
            .collect()
    }
}

/// A channel's part in a [`FlightPlan`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FlightedChannel {
    /// The channel's name.
    pub channel: String,
    /// The channel's spend now, over as many periods.
    pub now: f64,
    /// The channel's spend in the plan.
    pub planned: f64,
    /// The same by period.
    pub by_period: Vec<f64>,
}

/// How much to spend in each channel and period, and what it brings.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FlightPlan {
    /// The channels, in the budget's order.
    pub channels: Vec<FlightedChannel>,
    /// Total spend.
    pub total: f64,
    /// The outcome of the spend now, laid out evenly over the periods.
    pub outcome_now: f64,
    /// The outcome of the plan.
    pub outcome_planned: f64,
    /// The outcome if each channel's planned spend were laid out evenly: what is above it is owed to
    /// timing alone.
    pub outcome_laid_out_evenly: f64,
    /// Each member's weight and the gain over the spend now, under its curves, of the plan that other
    /// members choose.
    pub gains: Vec<(f64, f64)>,
    /// KKT residual, relative to the largest marginal return: about 1e-6 or below, no small change
    /// within the bounds improves the plan.
    pub kkt_residual: f64,
}

impl FlightPlan {
    /// What the plan is expected to gain over the spend now: the mean of the gains.
    pub fn gain(&self) -> f64 {
        self.gains.iter().map(|(weight, gain)| weight * gain).sum()
    }

    /// The interval that holds the gain for the middle of the members' weight; none for one member.
    pub fn gain_interval(&self, level: ConfidenceLevel) -> Option<Interval> {
        let draws = self.gains.iter().map(|&(weight, gain)| (gain, weight));
        let sorted = quantile::sorted_draws(draws);
        let at = |part: f64| quantile::weighted(&sorted, part);
        let tail = level.tail();
        (self.gains.len() > 1).then(|| Interval::from_ends(at(tail), at(1.0 - tail), level))
    }
}

impl Budget {
    /// Plans the spend by channel and period: how much, and when within the horizon.
    ///
    /// A channel's spend in one period is at most `peak` times its upper bound laid out evenly; its
    /// bounds and its groups' hold for the sum over periods. The ascent starts from even layouts and
    /// from pulses in every other period; on concave curves its end is the optimum.
    ///
    /// ```
    /// use mixtouch::budget::{Budget, ChannelBudget, FlightCurve, Flights, Goal, ResponseCurve};
    ///
    /// struct Root;
    ///
    /// impl ResponseCurve for Root {
    ///     fn response(&self, spend: f64) -> f64 {
    ///         spend.sqrt()
    ///     }
    ///
    ///     fn slope(&self, spend: f64) -> f64 {
    ///         0.5 / spend.sqrt()
    ///     }
    /// }
    ///
    /// // What was spent before still works in the first of two periods: spend more in the second.
    /// let curve = FlightCurve::new(Root, 1.0, 2, &[0.8, 0.2], &[100.0])?;
    /// let flights = Flights::new(vec![(1.0, vec![vec![curve]])])?;
    /// let budget = Budget::new([ChannelBudget::new("tv", 100.0)]);
    /// let plan = budget.plan_flights(&flights, Goal::Outcome { total: 100.0 }, 2.0)?;
    /// let [first, second] = plan.channels[0].by_period[..] else { unreachable!() };
    /// assert!(first < second && (first + second - 100.0).abs() < 1e-9);
    /// assert!(plan.outcome_planned > plan.outcome_laid_out_evenly);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Budget::plan`]; also if `peak` is not finite and at least 1, the goal is a target
    /// ROI, or the budget has steps or a risk.
    pub fn plan_flights<G: ResponseCurve>(
        &self,
        flights: &Flights<G>,
        goal: Goal,
        peak: f64,
    ) -> Result<FlightPlan> {
        self.check()?;
        self.check_flights(flights, goal, peak)?;
        let (goal, periods) = (goal.checked()?, flights.periods());
        let tree = self.tree_by_period(periods, goal, peak)?;
        let even = |spend: &[f64]| -> Vec<f64> {
            let parts = spend.iter().map(|x| x / periods as f64);
            parts.flat_map(|part| vec![part; periods]).collect()
        };
        let now = even(&self.now());
        let best = |part: &dyn Fn(usize) -> bool| {
            let problem = flights.problem(&tree, goal.cost(), part);
            best_of(&problem, &now)
        };
        let optimum = best(&|_| true);
        let before = flights.outcomes(&now);
        let gains_of = |spend: &[f64]| -> Vec<(f64, f64)> {
            let after = flights.outcomes(spend).into_iter().zip(&before);
            after.map(|((weight, b), (_, a))| (weight, b - a)).collect()
        };
        let mut gains = gains_of(&optimum.spend);
        let parts = parts(gains.len());
        for part in 0..parts {
            let others = gains_of(&best(&|at| at % parts != part).spend);
            let judged = gains.iter_mut().zip(others).enumerate();
            judged
                .filter(|(at, _)| at % parts == part)
                .for_each(|(_, (gain, other))| *gain = other);
        }
        let channels: Vec<FlightedChannel> = self
            .channels()
            .iter()
            .zip(optimum.spend.chunks(periods))
            .map(|(channel, spend)| FlightedChannel {
                channel: channel.channel().to_owned(),
                now: channel.now(),
                planned: spend.iter().sum(),
                by_period: spend.to_vec(),
            })
            .collect();
        let planned: Vec<f64> = channels.iter().map(|channel| channel.planned).collect();
        let mean = |spend: &[f64]| flights.outcomes(spend).iter().map(|(w, y)| w * y).sum();
        Ok(FlightPlan {
            total: planned.iter().sum(),
            outcome_now: mean(&now),
            outcome_planned: mean(&optimum.spend),
            outcome_laid_out_evenly: mean(&even(&planned)),
            channels,
            gains,
            kkt_residual: optimum.residual,
        })
    }

    fn check_flights<G: ResponseCurve>(
        &self,
        flights: &Flights<G>,
        goal: Goal,
        peak: f64,
    ) -> Result<()> {
        let (curves, channels) = (flights.members[0].1.len(), self.channels().len());
        if curves != channels {
            let expected = format!("{channels}, one for each channel");
            return Err(Error::setting(
                "number of channels' curves",
                curves,
                expected,
            ));
        }
        if !(peak.is_finite() && peak >= 1.0) {
            return Err(Error::setting(
                "peak of a period",
                peak,
                "a finite number, at least 1",
            ));
        }
        let stepped = self
            .channels()
            .iter()
            .any(|channel| channel.step().is_some());
        if stepped || self.risk() != Risk::Mean || matches!(goal, Goal::Roi { .. }) {
            return Err(Error::setting(
                "plan by period",
                "with steps, a risk or a target ROI",
                "amounts of any size, the mean, and another goal",
            ));
        }
        Ok(())
    }

    /// The bounds of cells: channel by channel, each period; channels' own bounds are groups.
    fn tree_by_period(&self, periods: usize, goal: Goal, peak: f64) -> Result<Tree> {
        let whole = self.tree()?;
        let (least, most) = match goal {
            Goal::Outcome { total } => (total, total),
            _ => whole.span(0)?,
        };
        let cells = |channel: usize| channel * periods..(channel + 1) * periods;
        let channels = 0..self.channels().len();
        let channel_groups = channels.map(|at| Group {
            name: self.channels()[at].channel().to_owned(),
            low: whole.low[at],
            high: whole.high[at],
            members: cells(at).collect(),
        });
        let groups = self.tree_groups()?.into_iter().map(|group| Group {
            members: group.members.iter().flat_map(|&at| cells(at)).collect(),
            ..group
        });
        let groups: Vec<Group> = groups.chain(channel_groups).collect();
        let high = whole.high.iter().map(|high| peak * high / periods as f64);
        let high: Vec<f64> = high.flat_map(|high| vec![high; periods]).collect();
        let tree = Tree::new(vec![0.0; high.len()], high, &groups)?.with_total(least, most);
        tree.span(0).map(|_| tree)
    }
}

/// The best end of climbs from the spend now, an even layout and pulses.
fn best_of<G: ResponseCurve>(problem: &FlightProblem<'_, G>, now: &[f64]) -> Optimum {
    let pulses = |offset: usize| -> Vec<f64> {
        let cells = now.iter().enumerate();
        let on = |cell: usize| (cell % problem.periods) % 2 == offset;
        cells
            .map(|(at, x)| if on(at) { 2.0 * x } else { 0.0 })
            .collect()
    };
    let middle = problem.tree.high.iter().map(|high| 0.5 * high).collect();
    let starts = [now.to_vec(), middle, pulses(0), pulses(1)];
    let ends = starts.iter().map(|start| problem.climb(start));
    let higher = |best: Optimum, next: Optimum| {
        if next.value > best.value + 1e-12 * best.value.abs() {
            next
        } else {
            best
        }
    };
    ends.reduce(higher).expect("there are four starts")
}
