//! How many persons some credit is of, at least.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::journeys::arena::{Block, Journeys};
use crate::journeys::{Accumulator, Journey};

/// Persons by their number of conversions: in journeys with each channel, and with any.
///
/// Credit does not say whose conversions it is of. But nobody has more credit in a channel than
/// conversions after touches of it: those with most conversions make it up with fewest persons.
#[derive(Clone)]
pub(super) struct Buyers {
    by_channel: Vec<BTreeMap<u64, u64>>,
    any: BTreeMap<u64, u64>,
    /// Of the person at hand: conversions by channel, and the channels that have some.
    own: Vec<f64>,
    seen: Vec<usize>,
}

impl Buyers {
    pub(super) fn new(journeys: &Journeys) -> Result<Self> {
        let channels = journeys.channels().len();
        journeys.accumulate_converting(|| Self {
            by_channel: vec![BTreeMap::new(); channels],
            any: BTreeMap::new(),
            own: vec![0.0; channels],
            seen: Vec::new(),
        })
    }

    /// The fewest persons who can have so many conversions credited to a channel, or to any.
    pub(super) fn least(&self, channel: Option<usize>, conversions: f64) -> u64 {
        let persons = channel.map_or(&self.any, |channel| &self.by_channel[channel]);
        let mut left = conversions * (1.0 - 1e-9);
        let mut least = 0;
        for (&each, &persons) in persons.iter().rev() {
            if left <= 0.0 {
                break;
            }
            let needed = ((left / each as f64).ceil() as u64).min(persons);
            least += needed;
            left -= needed as f64 * each as f64;
        }
        least
    }

    fn observe_person<'a>(&mut self, journeys: impl Iterator<Item = Journey<'a>>) {
        let mut all = 0.0;
        for journey in journeys {
            let conversions = journey.outcome().conversions();
            if conversions <= 0.0 || journey.channels().is_empty() {
                continue;
            }
            all += conversions;
            let mut channels: Vec<usize> = journey.channels().iter().map(|it| it.index()).collect();
            channels.sort_unstable();
            channels.dedup();
            for channel in channels {
                if self.own[channel] == 0.0 {
                    self.seen.push(channel);
                }
                self.own[channel] += conversions;
            }
        }
        let count = |persons: &mut BTreeMap<u64, u64>, conversions: f64| {
            *persons.entry(conversions.ceil() as u64).or_default() += 1;
        };
        if all > 0.0 {
            count(&mut self.any, all);
        }
        for channel in self.seen.drain(..) {
            count(
                &mut self.by_channel[channel],
                std::mem::take(&mut self.own[channel]),
            );
        }
    }
}

impl Accumulator for Buyers {
    fn observe(&mut self, journey: Journey<'_>) {
        self.observe_person(std::iter::once(journey));
    }

    fn observe_block(&mut self, block: Block<'_>) {
        for person in block.people() {
            self.observe_person(person.journeys().map(|(_, journey)| journey));
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        let add = |to: &mut BTreeMap<u64, u64>, from: BTreeMap<u64, u64>| {
            for (conversions, persons) in from {
                *to.entry(conversions).or_default() += persons;
            }
        };
        add(&mut self.any, later.any);
        for (to, from) in self.by_channel.iter_mut().zip(later.by_channel) {
            add(to, from);
        }
        Ok(())
    }
}
