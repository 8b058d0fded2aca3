//! How fitting a hazard went.

use serde::{Deserialize, Serialize};

/// How fitting went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FitReport {
    /// Of the conversions inside the likelihood, at the rates found.
    pub log_likelihood: f64,
    /// EM steps taken, over all fits the options ask for.
    pub steps: u64,
    /// Whether the likelihood had stopped rising; if not, the steps ran out and shares may still
    /// move.
    pub converged: bool,
    /// Conversions inside the likelihood: those from their person's first touch on.
    pub conversions: f64,
    /// Days watched over all persons, from their first touch to the end of observation.
    pub person_days: f64,
}
