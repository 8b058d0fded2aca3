//! Which sets of channels met which outcomes: what the counted Shapley games are played on.

use crate::attribution::distinct::{distinct, with_distinct};
use crate::attribution::evidence::EvidenceVersion;
use crate::attribution::ngram_table::NgramTable;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::event::person::mix;
use crate::journeys::Accumulator;
use crate::journeys::{Journey, Outcome};
use hashbrown::HashTable;
use serde::{Deserialize, Serialize};

/// Outcomes by the set of distinct channels of a journey.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Sorted", into = "Sorted")]
pub struct ChannelSetCounts {
    channels: Channels,
    sets: Sets,
}

#[derive(Debug, Clone)]
enum Sets {
    /// A bit a channel, for up to 64 of them: no sorting, and a set is as large as a number.
    Bits(HashTable<(u64, Outcome)>),
    Lists(NgramTable<Outcome>),
}

/// The same as sorted pairs.
#[derive(PartialEq, Serialize, Deserialize)]
struct Sorted {
    version: EvidenceVersion<1>,
    channels: Channels,
    sets: Vec<(Vec<ChannelId>, Outcome)>,
}

impl From<ChannelSetCounts> for Sorted {
    fn from(counts: ChannelSetCounts) -> Self {
        Self {
            version: EvidenceVersion,
            sets: counts.sorted(),
            channels: counts.channels,
        }
    }
}

impl PartialEq for ChannelSetCounts {
    fn eq(&self, other: &Self) -> bool {
        self.channels == other.channels && self.sorted() == other.sorted()
    }
}

impl TryFrom<Sorted> for ChannelSetCounts {
    type Error = Error;

    fn try_from(sorted: Sorted) -> Result<Self> {
        let mut counts = Self::new(&sorted.channels);
        for (set, outcome) in sorted.sets {
            sorted.channels.check_ids("a channel of a set", &set)?;
            if set.is_empty() {
                return Err(Error::setting(
                    "a set of channels",
                    "empty",
                    "at least one channel",
                ));
            }
            counts.add(&distinct(&set), outcome);
        }
        Ok(counts)
    }
}

impl ChannelSetCounts {
    /// No journeys yet.
    pub fn new(channels: &Channels) -> Self {
        let few = channels.len() <= u64::BITS as usize;
        let sets = if few {
            Sets::Bits(HashTable::new())
        } else {
            Sets::Lists(NgramTable::default())
        };
        Self {
            channels: channels.clone(),
            sets,
        }
    }

    /// The names of the channels.
    pub fn channels(&self) -> &Channels {
        &self.channels
    }

    /// How often journeys of exactly this set, in order and without repeats, ended how.
    pub fn get(&self, set: &[ChannelId]) -> Option<Outcome> {
        if set
            .iter()
            .any(|channel| channel.index() >= self.channels.len())
        {
            return None;
        }
        match &self.sets {
            Sets::Bits(sets) => sets
                .find(mix(bits(set)), |other| other.0 == bits(set))
                .map(|found| found.1),
            Sets::Lists(sets) => sets.find(set).map(|at| sets.get(at)),
        }
    }

    /// All sets in order.
    pub fn sorted(&self) -> Vec<(Vec<ChannelId>, Outcome)> {
        let mut sets: Vec<_> = match &self.sets {
            Sets::Bits(sets) => sets
                .iter()
                .map(|&(bits, outcome)| (list(bits), outcome))
                .collect(),
            Sets::Lists(sets) => sets
                .iter()
                .map(|(set, outcome)| (set.to_vec(), outcome))
                .collect(),
        };
        sets.sort_unstable_by(|left, right| left.0.cmp(&right.0));
        sets
    }

    /// Adds to a set in order and without repeats.
    fn add(&mut self, set: &[ChannelId], outcome: Outcome) {
        match &mut self.sets {
            Sets::Bits(sets) => add(bits_entry(sets, bits(set)), outcome),
            Sets::Lists(sets) => add(sets.value(set), outcome),
        }
    }
}

/// The channels as bits; they are below 64.
#[inline]
fn bits(set: &[ChannelId]) -> u64 {
    set.iter()
        .fold(0, |bits, channel| bits | 1 << channel.index())
}

fn list(bits: u64) -> Vec<ChannelId> {
    (0..u64::BITS as u16)
        .filter(|&at| bits >> at & 1 == 1)
        .map(ChannelId)
        .collect()
}

#[inline]
fn bits_entry(sets: &mut HashTable<(u64, Outcome)>, bits: u64) -> &mut Outcome {
    let entry = sets.entry(mix(bits), |other| other.0 == bits, |other| mix(other.0));
    &mut entry.or_insert((bits, Outcome::default())).into_mut().1
}

#[inline]
fn add(sum: &mut Outcome, outcome: Outcome) {
    sum.conversions += outcome.conversions;
    sum.nulls += outcome.nulls;
    sum.value += outcome.value;
}

impl Accumulator for ChannelSetCounts {
    #[inline]
    fn observe(&mut self, journey: Journey<'_>) {
        let outcome = journey.outcome;
        // A replicate of the bootstrap may count a journey not at all: then its set was not seen.
        if journey.is_empty() || outcome.conversions + outcome.nulls == 0.0 {
            return;
        }
        match &mut self.sets {
            Sets::Bits(sets) => add(bits_entry(sets, bits(journey.channels)), outcome),
            Sets::Lists(sets) => {
                with_distinct(journey.channels, |set| add(sets.value(set), outcome))
            }
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.channels.same_as(&later.channels)?;
        match (&mut self.sets, later.sets) {
            (Sets::Bits(sets), Sets::Bits(others)) => others
                .iter()
                .for_each(|other| add(bits_entry(sets, other.0), other.1)),
            (Sets::Lists(sets), Sets::Lists(others)) => others
                .iter()
                .for_each(|(set, outcome)| add(sets.value(set), outcome)),
            _ => unreachable!("as many channels are kept in the same way"),
        }
        Ok(())
    }

    fn size(&self) -> usize {
        let heap = match &self.sets {
            Sets::Bits(sets) => sets.allocation_size(),
            Sets::Lists(sets) => sets.heap_size(),
        };
        size_of::<Self>() + heap
    }
}
