//! How much a plan minds that its outcome is not sure.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What of an uncertain outcome a plan makes large; the outcome varies over the ensemble's members.
///
/// ```
/// use mixtouch::budget::{Budget, ChannelBudget, Ensemble, Goal, ResponseCurve, Risk};
///
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
/// // Television returns 1 or 5, search 2 for sure.
/// let draws = vec![(1.0, vec![Line(1.0), Line(2.0)]), (1.0, vec![Line(5.0), Line(2.0)])];
/// let curves = Ensemble::new(draws)?;
/// let channels = ["tv", "search"].map(|name| ChannelBudget::new(name, 50.0).with_bounds(0.0..=100.0));
/// let budget = Budget::new(channels);
/// let goal = Goal::Outcome { total: 100.0 };
/// let tv = |budget: &Budget| budget.plan(&curves, goal).map(|plan| plan.channels()[0].planned);
/// assert_eq!(tv(&budget)?, 100.0);
/// // Who looks at the worse half of the outcomes only, prefers what is sure.
/// assert!(tv(&budget.with_risk(Risk::TailMean { share: 0.5 }))? < 1e-6);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Risk {
    /// The mean: no mind to risk.
    #[default]
    Mean,
    /// The outcome that is reached with the probability 1 - `probability`.
    Quantile {
        /// 0 to 1, both excluded, such as .1.
        probability: f64,
    },
    /// The mean of the worst outcomes: conditional value at risk (Rockafellar and Uryasev 2000).
    TailMean {
        /// The share of outcomes that count as the worst, > 0 and at most 1, such as .2.
        share: f64,
    },
}

impl Risk {
    pub(crate) fn check(self) -> Result<()> {
        let (name, value, holds, expected) = match self {
            Self::Mean => return Ok(()),
            Self::Quantile { probability } => (
                "probability of the risk",
                probability,
                probability > 0.0 && probability < 1.0,
                "a number between 0 and 1",
            ),
            Self::TailMean { share } => (
                "share of the risk",
                share,
                share > 0.0 && share <= 1.0,
                "a number > 0, at most 1",
            ),
        };
        if holds {
            return Ok(());
        }
        Err(Error::setting(name, value, expected))
    }

    /// What counts of outcomes with weights that sum to 1.
    pub(crate) fn value(self, outcomes: &[(f64, f64)]) -> f64 {
        let tail = self.tail(outcomes);
        let weight: f64 = tail.iter().map(|(weight, _)| weight).sum();
        let sum: f64 = tail
            .iter()
            .map(|(weight, at)| weight * outcomes[*at].1)
            .sum();
        sum / weight
    }

    /// The members whose mean counts, with their weights.
    pub(crate) fn tail(self, outcomes: &[(f64, f64)]) -> Vec<(f64, usize)> {
        let mut order: Vec<usize> = (0..outcomes.len()).collect();
        let share = match self {
            Self::Mean => return order.iter().map(|&at| (outcomes[at].0, at)).collect(),
            Self::Quantile { probability } => probability,
            Self::TailMean { share } => share,
        };
        order.sort_by(|&a, &b| outcomes[a].1.total_cmp(&outcomes[b].1).then(a.cmp(&b)));
        let mut left = share;
        let mut tail = Vec::new();
        for at in order {
            let taken = outcomes[at].0.min(left);
            tail.push((taken, at));
            left -= taken;
            if left <= 1e-12 {
                break;
            }
        }
        match self {
            // The inverse distribution function: the outcome at which the share is reached.
            Self::Quantile { .. } => tail.split_off(tail.len() - 1),
            _ => tail,
        }
        .into_iter()
        .map(|(weight, at)| (weight.max(f64::MIN_POSITIVE), at))
        .collect()
    }
}
