//! From bounds, curves by period and a goal to a plan by period.

use serde::Serialize;

use crate::budget::curve::ResponseCurve;
use crate::budget::flight::flights::Flights;
use crate::budget::goal::Goal;
use crate::budget::limits::Budget;
use crate::budget::risk::Risk;
use crate::budget::tree::{Group, Tree};
use crate::error::{Error, Result};
use crate::stats::{ConfidenceLevel, Interval, quantile};

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
    /// The outcome if each channel's planned spend were laid out evenly: what is above it is owed
    /// to timing alone.
    pub outcome_laid_out_evenly: f64,
    /// Each member's weight and the gain over the spend now, under its curves, of the plan that
    /// other members choose.
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
    /// bounds and its groups' hold for the sum over periods. The ascent starts from even layouts
    /// and from pulses in every other period; on concave curves its end is the optimum.
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
        let (optimum, gains) = flights.best(&tree, goal.cost(), &now);
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
        let (curves, channels) = (flights.channels(), self.channels().len());
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
