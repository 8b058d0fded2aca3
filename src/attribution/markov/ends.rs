//! How journeys start and end at one state.

use crate::journeys::Outcome;
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// By state: journeys that start there, and how those end whose last state it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Ends {
    pub(super) starts: f64,
    pub(super) conversions: f64,
    pub(super) nulls: f64,
    pub(super) value: f64,
}

impl Ends {
    #[inline]
    pub(super) fn add(&mut self, outcome: Outcome) {
        self.conversions += outcome.conversions;
        self.nulls += outcome.nulls;
        self.value += outcome.value;
    }

    pub(super) fn is_valid(&self) -> bool {
        [self.starts, self.conversions, self.nulls, self.value]
            .iter()
            .all(|weight| *weight >= 0.0 && weight.is_finite())
    }
}

impl AddAssign for Ends {
    fn add_assign(&mut self, other: Self) {
        self.starts += other.starts;
        self.conversions += other.conversions;
        self.nulls += other.nulls;
        self.value += other.value;
    }
}
