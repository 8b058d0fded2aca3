//! Journeys as they are, or as a bootstrap replicate counts them.

use crate::journeys::arena::columns::Journeys;
use crate::journeys::arena::weights::BootstrapWeights;

/// The journeys, each with the outcome it has or the one a replicate gives it. Nothing but outcomes
/// is ever copied.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample<'a> {
    pub(crate) journeys: &'a Journeys,
    pub(in crate::journeys) draws: Option<&'a BootstrapWeights>,
}

impl<'a> Sample<'a> {
    /// The journeys with these outcomes in place of their own; every journey that may have
    /// conversions has one.
    pub(crate) fn with_draws(journeys: &'a Journeys, draws: &'a BootstrapWeights) -> Self {
        Self {
            journeys,
            draws: Some(draws),
        }
    }
}

impl Journeys {
    /// The journeys with the outcomes they have.
    pub(crate) fn sample(&self) -> Sample<'_> {
        Sample {
            journeys: self,
            draws: None,
        }
    }
}
