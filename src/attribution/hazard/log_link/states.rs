//! How long persons were in which state, and how often they converted there.

use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journey::Journey;
use crate::journeys::{Accumulator, Block};
use hashbrown::HashTable;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64;

/// The evidence of a [`LogHazard`](crate::LogHazard): person-time and conversions by state, a state being the age bin of the most
/// recent touch of each channel.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct PersonTime {
    channels: Channels,
    ends: Vec<u32>,
    states: States,
    excluded: Vec<ChannelId>,
    changes: Vec<Change>,
    /// By channel, the second of the touch behind the one at hand.
    upcoming: Vec<u32>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Fields {
    channels: Channels,
    ends: Vec<u32>,
    states: Vec<(Vec<u32>, f64, f64)>,
    excluded: Vec<ChannelId>,
}

impl From<PersonTime> for Fields {
    fn from(evidence: PersonTime) -> Self {
        let states = evidence.states.iter().map(|state| (state.features.to_vec(), state.seconds, state.conversions)).collect();
        Self { channels: evidence.channels, ends: evidence.ends, states, excluded: evidence.excluded }
    }
}

impl TryFrom<Fields> for PersonTime {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let Fields { channels, ends, states, excluded } = fields;
        let mut evidence = Self::new(&channels, &ends);
        let features = channels.len() * ends.len();
        for (state, seconds, conversions) in states {
            let rising = state.windows(2).all(|pair| pair[0] < pair[1]) && state.last().is_none_or(|&last| (last as usize) < features);
            let counts = [seconds, conversions].iter().all(|number| (0.0..f64::INFINITY).contains(number));
            if !(rising && counts) {
                return Err(Error::setting("a state of person-time", format!("{state:?}"), "rising features with finite tallies from 0"));
            }
            evidence.states.add(&state, seconds, conversions);
        }
        evidence.excluded = excluded.into_iter().filter(|id| id.index() < channels.len()).collect();
        Ok(evidence)
    }
}

/// At a second, a channel's most recent touch moves into a bin, or out of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    at: u32,
    channel: u16,
    bin: Option<u16>,
}

/// Tallies by state.
#[derive(Debug, Clone, Default)]
pub(super) struct States {
    features: Vec<u32>,
    ends: Vec<usize>,
    tallies: Vec<(f64, f64)>,
    hashes: Vec<u64>,
    table: HashTable<u32>,
}

/// One state: the features that are 1 in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct State<'a> {
    pub(super) features: &'a [u32],
    pub(super) seconds: f64,
    pub(super) conversions: f64,
}

impl States {
    fn add(&mut self, features: &[u32], seconds: f64, conversions: f64) {
        // A state is a few small numbers; their bytes in order are its name.
        let mut bytes = [0u8; 4 * 16];
        let hash = if features.len() <= 16 {
            features.iter().zip(bytes.chunks_exact_mut(4)).for_each(|(feature, bytes)| bytes.copy_from_slice(&feature.to_le_bytes()));
            xxh3_64(&bytes[..4 * features.len()])
        } else {
            xxh3_64(&features.iter().flat_map(|feature| feature.to_le_bytes()).collect::<Vec<u8>>())
        };
        let found = self.table.find(hash, |&at| self.hashes[at as usize] == hash && self.get(at as usize).features == features);
        if let Some(&at) = found {
            let tally = &mut self.tallies[at as usize];
            *tally = (tally.0 + seconds, tally.1 + conversions);
            return;
        }
        let at = self.ends.len() as u32;
        self.features.extend_from_slice(features);
        self.ends.push(self.features.len());
        self.tallies.push((seconds, conversions));
        self.hashes.push(hash);
        let hashes = &self.hashes;
        self.table.insert_unique(hash, at, |&other| hashes[other as usize]);
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, at: usize) -> State<'_> {
        let (seconds, conversions) = self.tallies[at];
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        State { features: &self.features[start..self.ends[at]], seconds, conversions }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = State<'_>> {
        (0..self.len()).map(|at| self.get(at))
    }
}

impl PersonTime {
    pub(super) fn new(channels: &Channels, ends: &[u32]) -> Self {
        Self {
            channels: channels.clone(),
            ends: ends.to_vec(),
            states: States::default(),
            excluded: Vec::new(),
            changes: Vec::new(),
            upcoming: vec![u32::MAX; channels.len()],
        }
    }

    /// The names of the channels.
    pub fn channels(&self) -> &Channels {
        &self.channels
    }

    /// The states in order, so that sums over them do not depend on who came first.
    pub(super) fn states(&self) -> States {
        let mut order: Vec<usize> = (0..self.states.len()).collect();
        order.sort_unstable_by_key(|&at| self.states.get(at).features);
        let mut sorted = States::default();
        for state in order.into_iter().map(|at| self.states.get(at)) {
            sorted.add(state.features, state.seconds, state.conversions);
        }
        sorted
    }

    pub(super) fn excluded(&self) -> &[ChannelId] {
        &self.excluded
    }

    fn exclude(&mut self, channels: &[ChannelId]) {
        if self.excluded != channels {
            self.excluded.extend(channels);
            self.excluded.sort_unstable();
            self.excluded.dedup();
        }
    }

    /// Takes in one person with touches; the time watched does not begin before the first of them.
    fn observe_person(
        &mut self,
        channels: &[ChannelId],
        times: &[u32],
        watched: Range<u32>,
        weight: f64,
        conversions: impl Iterator<Item = (u32, f64)>,
    ) {
        let Range { start: open, end } = watched;
        self.find_changes(channels, times);
        let mut conversions = conversions.filter(|&(at, _)| at >= open).peekable();
        let mut active: Vec<u32> = Vec::new();
        let (mut from, bins) = (open, self.ends.len() as u32);
        for &Change { at, channel, bin } in &self.changes {
            while let Some((_, count)) = conversions.next_if(|&(time, _)| time < at) {
                self.states.add(&active, 0.0, weight * count);
            }
            let until = at.min(end);
            if until > from {
                self.states.add(&active, weight * f64::from(until - from), 0.0);
                from = until;
            }
            let own = u32::from(channel) * bins..(u32::from(channel) + 1) * bins;
            active.retain(|feature| !own.contains(feature));
            if let Some(bin) = bin {
                let feature = own.start + u32::from(bin);
                active.insert(active.partition_point(|&other| other < feature), feature);
            }
        }
        self.states.add(&active, weight * f64::from(end.saturating_sub(from)), 0.0);
        conversions.for_each(|(_, count)| self.states.add(&active, 0.0, weight * count));
    }

    /// Every change of bin of a channel's most recent touch, in order of time.
    fn find_changes(&mut self, channels: &[ChannelId], times: &[u32]) {
        self.changes.clear();
        self.upcoming.fill(u32::MAX);
        for (&channel, &time) in channels.iter().zip(times).rev() {
            let until = std::mem::replace(&mut self.upcoming[channel.index()], time);
            let mut from = time;
            for (bin, &end) in self.ends.iter().enumerate() {
                if from >= until {
                    break;
                }
                self.changes.push(Change { at: from, channel: channel.0, bin: Some(bin as u16) });
                from = time.saturating_add(end);
            }
            // the last bin holds its upper end too
            from = from.saturating_add(1);
            if from < until {
                self.changes.push(Change { at: from, channel: channel.0, bin: None });
            }
        }
        self.changes.sort_unstable();
    }
}

impl Accumulator for PersonTime {
    /// A journey from outside an arena is taken for all touches of one person, watched up to its close.
    fn observe(&mut self, journey: Journey<'_>) {
        let (channels, times) = (journey.credited_channels(), journey.credited_times());
        if let Some(&first) = times.first() {
            let conversions = journey.outcome.conversions;
            let events = (conversions > 0.0).then_some((journey.close, conversions));
            self.observe_person(channels, times, first..journey.close, 1.0, events.into_iter());
        }
    }

    fn observe_block(&mut self, block: Block<'_>) {
        let observation = block.observation();
        self.exclude(&observation.excluded);
        for person in block.people() {
            if let Some(first) = person.times.first().filter(|_| person.weight > 0.0) {
                let events = person.conversions().map(|(at, outcome)| (at, outcome.conversions));
                let watched = observation.from.max(*first)..observation.end;
                self.observe_person(person.channels, person.times, watched, person.weight, events);
            }
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.channels.same_as(&later.channels)?;
        if self.ends != later.ends {
            return Err(Error::setting("the bins of person-time", format!("{:?}", later.ends), format!("{:?}", self.ends)));
        }
        later.states.iter().for_each(|state| self.states.add(state.features, state.seconds, state.conversions));
        self.exclude(&later.excluded);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_split_by_state() {
        let channels = Channels::new(["a", "b"]).unwrap();
        let mut evidence = PersonTime::new(&channels, &[10, 20]);
        let touches = [0, 1, 0].map(ChannelId);
        evidence.observe_person(&touches, &[100, 105, 112], 100..200, 1.0, [(100, 1.0), (112, 2.0), (150, 1.0)].into_iter());
        let mut states: Vec<_> = evidence.states.iter().map(|state| (state.features.to_vec(), state.seconds, state.conversions)).collect();
        states.sort_by(|left, right| left.0.cmp(&right.0));
        // a: 100-110 bin 0, 110-112 bin 1, 112-122 bin 0, 122-132 bin 1; b: 105-115 bin 0, 115-125 bin 1; the last bins hold second 20 too
        let known = [
            (vec![], 67.0, 1.0),
            (vec![0], 5.0, 1.0),
            (vec![0, 2], 8.0, 2.0),
            (vec![0, 3], 7.0, 0.0),
            (vec![1], 7.0, 0.0),
            (vec![1, 2], 2.0, 0.0),
            (vec![1, 3], 4.0, 0.0),
        ];
        assert_eq!(states, known);
        let text = serde_json::to_string(&evidence).unwrap();
        assert_eq!(serde_json::from_str::<PersonTime>(&text).unwrap().states.len(), 7);
        assert!(serde_json::from_str::<PersonTime>(&text.replace("[1,3]", "[3,1]")).is_err());
    }
}
