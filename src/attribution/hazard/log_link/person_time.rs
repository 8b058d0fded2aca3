//! Person-time and conversions by state of the most recent touches.

use crate::attribution::distinct::distinct;
use crate::attribution::evidence::EvidenceVersion;
use crate::attribution::hazard::basis::Basis;
use crate::attribution::hazard::log_link::changes::{Active, Change};
use crate::attribution::hazard::log_link::states::States;
use crate::attribution::limits::MOST_ENTRIES;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Accumulator;
use crate::journeys::Journey;
use crate::journeys::arena::Block;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_128;

/// The evidence of a [`LogLinearHazard`](crate::attribution::hazard::LogLinearHazard): person-time
/// and conversions by state, a state being the age bin of the most recent touch of each channel.
///
/// ```
/// use mixtouch::attribution::hazard::LogLinearHazard;
/// use mixtouch::{Event, Events, Fit, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_229_200))?;
/// log.push(Event::touch("bob", 1_767_225_600, "search"))?;
/// log.push(Event::touch("bob", 1_769_904_000, "search"))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let evidence = LogLinearHazard::default().gather(&journeys)?;
/// assert_eq!(evidence.channels().len(), 2);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct PersonTime {
    channels: Channels,
    ends: Vec<u32>,
    states: States,
    excluded: Vec<ChannelId>,
    /// Whether one person had more touches and channels than the limits allow.
    too_large: bool,
    /// By feature, what it adds to the fingerprint of a state.
    marks: Vec<u128>,
    changes: Vec<Change>,
    /// By channel, the second of the touch behind the one at hand.
    upcoming: Vec<u32>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Fields {
    version: EvidenceVersion<1>,
    channels: Channels,
    ends: Vec<u32>,
    states: Vec<(Vec<u32>, f64, f64)>,
    excluded: Vec<ChannelId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    too_large: bool,
}

impl From<PersonTime> for Fields {
    fn from(evidence: PersonTime) -> Self {
        let states = evidence
            .states
            .iter()
            .map(|state| (state.features.to_vec(), state.seconds, state.conversions))
            .collect();
        Self {
            version: EvidenceVersion,
            channels: evidence.channels,
            ends: evidence.ends,
            states,
            excluded: evidence.excluded,
            too_large: evidence.too_large,
        }
    }
}

impl TryFrom<Fields> for PersonTime {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let Fields {
            channels,
            ends,
            states,
            excluded,
            too_large,
            ..
        } = fields;
        Basis::bins(ends.clone())?;
        let mut evidence = Self::new(&channels, &ends);
        evidence.too_large = too_large;
        let features = channels.len() * ends.len();
        for (state, seconds, conversions) in states {
            let rising = state.windows(2).all(|pair| pair[0] < pair[1])
                && state.last().is_none_or(|&last| (last as usize) < features);
            let counts = [seconds, conversions]
                .iter()
                .all(|number| (0.0..f64::INFINITY).contains(number));
            if !(rising && counts) {
                return Err(Error::setting(
                    "a state of person-time",
                    format!("{state:?}"),
                    "rising features with finite tallies of 0 or more",
                ));
            }
            let fingerprint = evidence.fingerprint(&state);
            evidence
                .states
                .add(fingerprint, &state, seconds, conversions);
        }
        evidence.excluded = excluded
            .into_iter()
            .filter(|id| id.index() < channels.len())
            .collect();
        Ok(evidence)
    }
}

impl PersonTime {
    pub(super) fn new(channels: &Channels, ends: &[u32]) -> Self {
        Self {
            channels: channels.clone(),
            ends: ends.to_vec(),
            states: States::default(),
            excluded: Vec::new(),
            too_large: false,
            marks: (0..channels.len() * ends.len())
                .map(|feature| xxh3_128(&(feature as u64).to_le_bytes()))
                .collect(),
            changes: Vec::new(),
            upcoming: vec![u32::MAX; channels.len()],
        }
    }

    /// The names of the channels.
    pub fn channels(&self) -> &Channels {
        &self.channels
    }

    /// Fails unless the evidence is of these bins and within the limits.
    pub(super) fn check(&self, ends: &[u32]) -> Result<()> {
        if self.ends != ends {
            return Err(Error::setting(
                "the bins of person-time",
                format!("{:?} s", self.ends),
                format!("the specification's, {ends:?} s"),
            ));
        }
        if self.too_large {
            return Err(Error::setting(
                "the number of touches x bins of age x channels of one person",
                "larger",
                format!("at most {MOST_ENTRIES}: leave that person out, or cap its touches"),
            ));
        }
        Ok(())
    }

    /// The states in an order such that sums over them do not depend on who came first.
    pub(super) fn states(&self) -> States {
        self.states.sorted()
    }

    fn fingerprint(&self, features: &[u32]) -> u128 {
        features.iter().fold(0, |sum, &feature| {
            sum.wrapping_add(self.marks[feature as usize])
        })
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
        let changes = self.changes.len();
        // a person has no more channels than changes, so few of these are never too many
        if changes > MOST_ENTRIES.isqrt() && changes * distinct(channels).len() > MOST_ENTRIES {
            self.too_large = true;
            return;
        }
        let mut conversions = conversions.filter(|&(at, _)| at >= open).peekable();
        let Self {
            states,
            marks,
            changes,
            ends,
            ..
        } = self;
        let mut add = |active: &Active, seconds, count| {
            states.add(active.fingerprint, &active.features, seconds, count)
        };
        let mut active = Active::default();
        let (mut from, bins) = (open, ends.len() as u32);
        for change in changes {
            while let Some((_, count)) = conversions.next_if(|&(time, _)| time < change.at()) {
                add(&active, 0.0, weight * count);
            }
            let until = change.at().min(end);
            if until > from {
                add(&active, weight * f64::from(until - from), 0.0);
                from = until;
            }
            let first = change.channel() * bins;
            active.replace(
                first..first + bins,
                change.bin().map(|bin| first + bin),
                marks,
            );
        }
        add(&active, weight * f64::from(end.saturating_sub(from)), 0.0);
        conversions.for_each(|(_, count)| add(&active, 0.0, weight * count));
    }

    /// Every change of bin of a channel's most recent touch, in order of time.
    fn find_changes(&mut self, channels: &[ChannelId], times: &[u32]) {
        self.changes.clear();
        for (&channel, &time) in channels.iter().zip(times).rev() {
            let until = std::mem::replace(&mut self.upcoming[channel.index()], time);
            let mut from = time;
            for (bin, &end) in self.ends.iter().enumerate() {
                if from >= until {
                    break;
                }
                self.changes.push(Change::new(from, channel, Some(bin)));
                from = time.saturating_add(end);
            }
            // the last bin holds its upper end too
            from = from.saturating_add(1);
            if from < until {
                self.changes.push(Change::new(from, channel, None));
            }
        }
        self.changes.sort_unstable();
        // only what was set: there may be many more channels than one person touches
        for channel in channels {
            self.upcoming[channel.index()] = u32::MAX;
        }
    }
}

impl Accumulator for PersonTime {
    /// A journey from outside an arena is taken for all touches of one person, watched up to its
    /// close.
    fn observe(&mut self, journey: Journey<'_>) {
        let (channels, times) = (journey.credited_channels(), journey.credited_times());
        if let Some(&first) = times.first() {
            let conversions = journey.outcome.conversions;
            let events = (conversions > 0.0).then_some((journey.close, conversions));
            self.observe_person(
                channels,
                times,
                first..journey.close,
                1.0,
                events.into_iter(),
            );
        }
    }

    fn observe_block(&mut self, block: Block<'_>) {
        let observation = block.observation();
        self.exclude(&observation.excluded);
        for person in block.people() {
            if let Some(first) = person.times.first().filter(|_| person.weight > 0.0) {
                let events = person
                    .conversions()
                    .map(|(at, outcome)| (at, outcome.conversions));
                let watched = observation.from.max(*first)..observation.end;
                self.observe_person(
                    person.channels,
                    person.times,
                    watched,
                    person.weight,
                    events,
                );
            }
        }
    }

    fn check_channels(&self, journeys: &Channels) -> Result<()> {
        self.channels.same_as(journeys)
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.channels.same_as(&later.channels)?;
        if self.ends != later.ends {
            return Err(Error::setting(
                "the bins of person-time",
                format!("{:?}", later.ends),
                format!("{:?}", self.ends),
            ));
        }
        self.states.merge(&later.states);
        self.too_large |= later.too_large;
        self.exclude(&later.excluded);
        Ok(())
    }

    fn size(&self) -> usize {
        size_of::<Self>()
            + self.states.heap_size()
            + size_of_val(&self.ends[..])
            + size_of_val(&self.marks[..])
            + size_of_val(&self.upcoming[..])
            + self.changes.capacity() * size_of::<Change>()
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
        evidence.observe_person(
            &touches,
            &[100, 105, 112],
            100..200,
            1.0,
            [(100, 1.0), (112, 2.0), (150, 1.0)].into_iter(),
        );
        let mut states: Vec<_> = evidence
            .states
            .iter()
            .map(|state| (state.features.to_vec(), state.seconds, state.conversions))
            .collect();
        states.sort_by(|left, right| left.0.cmp(&right.0));
        // a: 100-110 bin 0, 110-112 bin 1, 112-122 bin 0, 122-132 bin 1; b: 105-115 bin 0, 115-125
        // bin 1; the last bins hold second 20 too
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
        assert_eq!(
            serde_json::from_str::<PersonTime>(&text)
                .unwrap()
                .states
                .len(),
            7
        );
        assert!(serde_json::from_str::<PersonTime>(&text.replace("[1,3]", "[3,1]")).is_err());
    }
}
