//! Which sets of channels met which outcomes: what the counted Shapley games are played on.

use super::distinct;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journey::{Journey, Outcome};
use crate::journeys::Accumulator;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Outcomes by the set of distinct channels of a journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Sorted", into = "Sorted")]
pub struct Coalitions {
    channels: Channels,
    sets: HashMap<Box<[ChannelId]>, Outcome>,
}

/// The same as sorted pairs.
#[derive(Serialize, Deserialize)]
struct Sorted {
    channels: Channels,
    sets: Vec<(Vec<ChannelId>, Outcome)>,
}

impl From<Coalitions> for Sorted {
    fn from(coalitions: Coalitions) -> Self {
        let sets = coalitions.sorted().into_iter().map(|(set, outcome)| (set.to_vec(), outcome)).collect();
        Self { channels: coalitions.channels, sets }
    }
}

impl TryFrom<Sorted> for Coalitions {
    type Error = Error;

    fn try_from(sorted: Sorted) -> Result<Self> {
        let mut coalitions = Self::new(&sorted.channels);
        for (set, outcome) in sorted.sets {
            sorted.channels.check_ids("a channel of a set", &set)?;
            if set.is_empty() {
                return Err(Error::setting("a set of channels", "empty", "at least one channel"));
            }
            coalitions.add(distinct(&set), outcome);
        }
        Ok(coalitions)
    }
}

impl Coalitions {
    /// No journeys yet.
    pub fn new(channels: &Channels) -> Self {
        Self { channels: channels.clone(), sets: HashMap::new() }
    }

    /// The names of the channels.
    pub fn channels(&self) -> &Channels {
        &self.channels
    }

    /// How often journeys of exactly this set, in order and without repeats, ended how.
    pub fn get(&self, set: &[ChannelId]) -> Option<Outcome> {
        self.sets.get(set).copied()
    }

    /// All sets in order.
    pub fn sorted(&self) -> Vec<(&[ChannelId], Outcome)> {
        let mut sets: Vec<_> = self.sets.iter().map(|(set, &outcome)| (&**set, outcome)).collect();
        sets.sort_unstable_by(|left, right| left.0.cmp(right.0));
        sets
    }

    fn add(&mut self, set: Vec<ChannelId>, outcome: Outcome) {
        let sum = self.sets.entry(set.into_boxed_slice()).or_default();
        sum.conversions += outcome.conversions;
        sum.nulls += outcome.nulls;
        sum.value += outcome.value;
    }
}

impl Accumulator for Coalitions {
    fn observe(&mut self, journey: Journey<'_>) {
        if !journey.is_empty() {
            self.add(distinct(journey.channels()), journey.outcome());
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.channels.same_as(&later.channels)?;
        for (set, outcome) in later.sets {
            self.add(set.into_vec(), outcome);
        }
        Ok(())
    }
}
