//! Outcomes counted by set of channels: the evidence of Shapley games and regressions.

use crate::attribution::distinct::{distinct, with_distinct};
use crate::attribution::evidence::EvidenceVersion;
use crate::attribution::ngram_table::NgramTable;
use crate::attribution::stored_outcome::StoredOutcome;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Accumulator;
use crate::journeys::{Journey, Outcome};
use crate::util::random::step;
use hashbrown::HashTable;
use serde::{Deserialize, Serialize};

/// Outcomes by the set of distinct channels of a journey: a row for each set that occurs.
///
/// ```
/// use mixtouch::attribution::ChannelSetCounts;
/// use mixtouch::{Outcome, PathTable};
///
/// let mut table = PathTable::new();
/// table.push(["social", "search", "social"], Outcome::new(2.0, 0.0, 0.0)?)?;
/// table.push(["search", "social"], Outcome::new(0.0, 3.0, 0.0)?)?;
/// let journeys = table.journeys()?;
/// let counts = journeys.accumulate(|| ChannelSetCounts::new(journeys.channels()))?;
/// let both: Vec<_> = journeys.channels().ids().collect();
/// assert_eq!(counts.get(&both), Some(Outcome::new(2.0, 3.0, 0.0)?));
/// # Ok::<(), mixtouch::Error>(())
/// ```
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
    sets: Vec<(Vec<ChannelId>, StoredOutcome)>,
}

impl From<ChannelSetCounts> for Sorted {
    fn from(counts: ChannelSetCounts) -> Self {
        Self {
            version: EvidenceVersion,
            sets: counts
                .sorted()
                .into_iter()
                .map(|(set, outcome)| (set, outcome.into()))
                .collect(),
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
            counts.add(&distinct(&set), outcome.try_into()?);
        }
        Ok(counts)
    }
}

impl ChannelSetCounts {
    /// Counts of no journeys.
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

    /// The outcomes of journeys with exactly this set; `set` is in order and without repeats.
    pub fn get(&self, set: &[ChannelId]) -> Option<Outcome> {
        if set
            .iter()
            .any(|channel| channel.index() >= self.channels.len())
        {
            return None;
        }
        match &self.sets {
            Sets::Bits(sets) => sets
                .find(step(bits(set)), |other| other.0 == bits(set))
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
    let entry = sets.entry(step(bits), |other| other.0 == bits, |other| step(other.0));
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
        // a bootstrap replicate may weigh a journey 0: then its set does not occur
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

    fn check_channels(&self, journeys: &Channels) -> Result<()> {
        self.channels.same_as(journeys)
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
