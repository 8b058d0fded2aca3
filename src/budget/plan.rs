//! What the planner returns.

use serde::Serialize;

use crate::stats::{ConfidenceLevel, Interval, quantile};

/// The bound at which a planned spend lies.
///
/// ```
/// use mixtouch::budget::{Bound, Budget, ChannelBudget, Ensemble, Goal, ResponseCurve};
///
/// /// Sales per unit of spend that do not fall.
/// struct Line(f64);
///
/// impl ResponseCurve for Line {
///     fn response(&self, spend: f64) -> f64 {
///         self.0 * spend
///     }
///
///     fn slope(&self, _: f64) -> f64 {
///         self.0
///     }
/// }
///
/// let channels = ["tv", "search"].map(|name| ChannelBudget::new(name, 50.0).with_bounds(0.0..=70.0));
/// let curves = Ensemble::single(vec![Line(1.0), Line(3.0)])?;
/// let plan = Budget::new(channels).plan(&curves, Goal::Outcome { total: 100.0 })?;
/// let bounds: Vec<_> = plan.channels().iter().map(|channel| channel.at_bound).collect();
/// assert_eq!(bounds, [None, Some(Bound::Upper)]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Bound {
    /// The smallest spend allowed.
    Lower,
    /// The largest spend allowed.
    Upper,
    /// Both, for they are equal: the spend was not to change.
    Fixed,
}

impl Bound {
    /// The bound at which a spend lies, if any.
    pub(crate) fn at(spend: f64, low: f64, high: f64) -> Option<Self> {
        let near = 1e-9 * (high - low);
        Self::from_sides(spend - low <= near, high - spend <= near)
    }

    /// The bound, by whether a spend lies at its lower and at its upper one.
    pub(crate) const fn from_sides(lower: bool, upper: bool) -> Option<Self> {
        match (lower, upper) {
            (true, true) => Some(Self::Fixed),
            (true, false) => Some(Self::Lower),
            (false, true) => Some(Self::Upper),
            (false, false) => None,
        }
    }
}

/// A channel's part in a [`Plan`].
///
/// ```
/// use mixtouch::budget::{Budget, ChannelBudget, Ensemble, Goal, ResponseCurve};
///
/// /// Sales per unit of spend that do not fall.
/// struct Line(f64);
///
/// impl ResponseCurve for Line {
///     fn response(&self, spend: f64) -> f64 {
///         self.0 * spend
///     }
///
///     fn slope(&self, _: f64) -> f64 {
///         self.0
///     }
/// }
///
/// let channels = ["tv", "search"].map(|name| ChannelBudget::new(name, 50.0).with_bounds(0.0..=70.0));
/// let curves = Ensemble::single(vec![Line(1.0), Line(3.0)])?;
/// let plan = Budget::new(channels).plan(&curves, Goal::Outcome { total: 100.0 })?;
/// let search = plan.channel("search").unwrap();
/// assert_eq!((search.now, search.planned), (50.0, 70.0));
/// assert_eq!((search.outcome_now, search.outcome_planned), (150.0, 210.0));
/// assert_eq!(search.marginal_return, 3.0);
/// assert_eq!((search.lowest, search.highest), (0.0, Some(70.0)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PlannedChannel {
    /// The channel's name.
    pub channel: String,
    /// The channel's spend now.
    pub now: f64,
    /// The channel's spend in the plan.
    pub planned: f64,
    /// The outcome of the spend now, in units of the curves' responses: the KPI, or revenue where the
    /// model's panel has that of a unit of the KPI.
    pub outcome_now: f64,
    /// The outcome of the planned spend, in the same units.
    pub outcome_planned: f64,
    /// The outcome that one more unit of spend would bring in the plan.
    pub marginal_return: f64,
    /// The least that the plan might spend on it.
    pub lowest: f64,
    /// The most that the plan might spend on it; none without a limit.
    pub highest: Option<f64>,
    /// The bound at which the planned spend lies; `None` inside the bounds.
    pub at_bound: Option<Bound>,
}

/// A group's part in a [`Plan`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PlannedGroup {
    /// The group's name.
    pub group: String,
    /// The sum of its channels' planned spend.
    pub planned: f64,
    /// The bound at which the sum lies; `None` inside the bounds.
    pub at_bound: Option<Bound>,
}

/// How to spend, and what it brings, in units of the curves' responses: the KPI, or revenue where the
/// model's panel has that of a unit of the KPI.
///
/// ```
/// use mixtouch::budget::{Bound, Budget, ChannelBudget, Ensemble, Goal, ResponseCurve};
/// use mixtouch::stats::ConfidenceLevel;
///
/// /// Sales per unit of spend that do not fall.
/// struct Line(f64);
///
/// impl ResponseCurve for Line {
///     fn response(&self, spend: f64) -> f64 {
///         self.0 * spend
///     }
///
///     fn slope(&self, _: f64) -> f64 {
///         self.0
///     }
/// }
///
/// let budget = Budget::new([
///     ChannelBudget::new("tv", 50.0).with_bounds(0.0..=70.0),
///     ChannelBudget::new("search", 50.0).with_bounds(0.0..=70.0),
/// ]);
/// // Two draws of a model: they differ in what television returns.
/// let draws = vec![(1.0, vec![Line(1.0), Line(3.0)]), (1.0, vec![Line(2.0), Line(3.0)])];
/// let plan = budget.plan(&Ensemble::new(draws)?, Goal::Outcome { total: 100.0 })?;
///
/// let search = plan.channel("search").unwrap();
/// assert_eq!((search.planned, search.at_bound), (70.0, Some(Bound::Upper)));
/// assert!((plan.gain() - 30.0).abs() < 1e-9);
/// let gain = plan.gain_interval(ConfidenceLevel::P90).unwrap();
/// assert!((gain.low() - 20.0).abs() < 1e-9 && (gain.high() - 40.0).abs() < 1e-9);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    pub(crate) channels: Vec<PlannedChannel>,
    pub(crate) groups: Vec<PlannedGroup>,
    pub(crate) total: f64,
    pub(crate) outcome_now: f64,
    pub(crate) outcome_planned: f64,
    pub(crate) marginal_return: f64,
    pub(crate) kkt_residual: f64,
    pub(crate) gains: Vec<(f64, f64)>,
}

impl Plan {
    /// The channels, in the budget's order.
    pub fn channels(&self) -> &[PlannedChannel] {
        &self.channels
    }

    /// A channel by its name.
    pub fn channel(&self, name: &str) -> Option<&PlannedChannel> {
        self.channels.iter().find(|channel| channel.channel == name)
    }

    /// A group by its name.
    pub fn group(&self, name: &str) -> Option<&PlannedGroup> {
        self.groups.iter().find(|group| group.group == name)
    }

    /// The groups, in the budget's order.
    pub fn groups(&self) -> &[PlannedGroup] {
        &self.groups
    }

    /// Total spend of the plan.
    pub const fn total(&self) -> f64 {
        self.total
    }

    /// The outcome of the spend now (for an ensemble, its weighted mean).
    pub const fn outcome_now(&self) -> f64 {
        self.outcome_now
    }

    /// The outcome of the plan (for an ensemble, its weighted mean).
    pub const fn outcome_planned(&self) -> f64 {
        self.outcome_planned
    }

    /// What the plan is expected to gain over the spend now: the mean of [`Plan::gains`].
    pub fn gain(&self) -> f64 {
        self.gains.iter().map(|(weight, gain)| weight * gain).sum()
    }

    /// Outcome of the plan minus outcome now, both in the mean of the members that chose the plan.
    ///
    /// The choice also follows the members' errors, so this promises more than can be expected; the
    /// excess over [`Plan::gain`] says how much.
    pub fn gain_where_chosen(&self) -> f64 {
        self.outcome_planned - self.outcome_now
    }

    /// Outcome per unit of spend in the plan: its return on investment in the outcome's units; 0
    /// where nothing is spent.
    pub fn roi(&self) -> f64 {
        if self.total > 0.0 {
            self.outcome_planned / self.total
        } else {
            0.0
        }
    }

    /// The outcome that one more unit of total budget would bring, spent as well as it can be: the
    /// shadow price of the total.
    ///
    /// Every channel inside its bounds, and in no group at a bound, returns this at the margin.
    pub const fn marginal_return(&self) -> f64 {
        self.marginal_return
    }

    /// KKT residual, relative to the largest marginal return.
    ///
    /// At about 1e-8 or below, no small change within the bounds improves the plan (the conditions
    /// of Karush, Kuhn and Tucker). Channels bought in steps count as fixed. Under a
    /// [`Risk`](crate::budget::Risk) it is that of the members that count, and need not be small:
    /// the best plan often lies where other members begin to count.
    pub const fn kkt_residual(&self) -> f64 {
        self.kkt_residual
    }

    /// Each member's weight and the gain under its curves of the plan that other members choose
    /// (see [`Budget::plan`](crate::budget::Budget::plan)). For a single model, the gain of the
    /// plan itself.
    pub fn gains(&self) -> &[(f64, f64)] {
        &self.gains
    }

    /// The interval that holds the gain for the middle of the ensemble's weight, such as 90 % of
    /// it; `None` for a single model.
    pub fn gain_interval(&self, level: ConfidenceLevel) -> Option<Interval> {
        if self.gains.len() < 2 {
            return None;
        }
        let draws = self.gains.iter().map(|&(weight, gain)| (gain, weight));
        let sorted = quantile::sorted_draws(draws);
        let tail = level.tail();
        Some(Interval::from_ends(
            quantile::weighted(&sorted, tail),
            quantile::weighted(&sorted, 1.0 - tail),
            level,
        ))
    }
}
