//! What a plan is to reach.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The goal of a plan. Returns are outcome per unit of spend, over the same horizon; the outcome is
/// the KPI, or revenue where the model's panel has that of a unit of the KPI.
///
/// ```
/// use mixtouch::budget::Goal;
///
/// let goal: Goal = serde_json::from_str(r#"{"roi": {"target": 2.5}}"#).unwrap();
/// assert_eq!(goal, Goal::Roi { target: 2.5 });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Goal {
    /// The largest outcome for a given total, all of which is spent; with channels bought in steps,
    /// at most the total.
    Outcome {
        /// Total spend, 0 or more.
        total: f64,
    },
    /// The largest outcome whose return on the whole spend is the target or more.
    Roi {
        /// Outcome per unit of spend, 0 or more.
        target: f64,
    },
    /// Spend on every channel until the next unit returns just the target.
    MarginalRoi {
        /// Outcome of the next unit of spend, 0 or more.
        target: f64,
    },
    /// The largest profit: margin times outcome, less spend.
    Profit {
        /// What a unit of outcome earns before advertising, in units of spend; > 0.
        margin: f64,
    },
}

impl Goal {
    /// Outcome that a unit of spend has to bring at the margin; 0 where the goal says nothing of
    /// it.
    pub(crate) fn cost(self) -> f64 {
        match self {
            Self::Profit { margin } => 1.0 / margin,
            Self::MarginalRoi { target } => target,
            Self::Outcome { .. } | Self::Roi { .. } => 0.0,
        }
    }

    /// The goal, once its number is in range.
    pub(crate) fn checked(self) -> Result<Self> {
        let (name, value, least, expected) = match self {
            Self::Outcome { total } => ("total budget", total, 0.0, "a finite number, 0 or more"),
            Self::Roi { target } => ("target ROI", target, 0.0, "a finite number, 0 or more"),
            Self::MarginalRoi { target } => (
                "target marginal ROI",
                target,
                0.0,
                "a finite number, 0 or more",
            ),
            Self::Profit { margin } => ("margin", margin, f64::MIN_POSITIVE, "a finite number > 0"),
        };
        if value.is_finite() && value >= least {
            return Ok(self);
        }
        Err(Error::setting(name, value, expected))
    }
}
