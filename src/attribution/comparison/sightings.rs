//! Which channels journeys touch never without another.

use crate::attribution::distinct::with_distinct;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::arena::{Block, Journeys};
use crate::journeys::{Accumulator, Journey};
use serde::{Deserialize, Serialize};

/// Journeys below which it says little that a channel always came with another.
const ENOUGH: f64 = 5.0;
/// Companions kept of a channel's first journey. A bot's journey may have thousands of channels.
const MOST: usize = 64;

/// What journeys show of each channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Sightings {
    by_channel: Vec<Sighting>,
    /// Channels not yet seen alone.
    open: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sighting {
    Unseen,
    /// In so many journeys, always with these channels.
    Accompanied(f64, Vec<ChannelId>),
    Alone,
}

impl Sightings {
    pub(super) fn new(channels: &Channels) -> Self {
        Self {
            by_channel: vec![Sighting::Unseen; channels.len()],
            open: channels.len(),
        }
    }

    pub(super) fn over(journeys: &Journeys) -> Self {
        let gathered = journeys.accumulate(|| Self::new(journeys.channels()));
        gathered.expect("sightings of the same channels merge")
    }

    /// # Errors
    /// If what was read from a file is not of these channels.
    pub(super) fn check(&self, channels: &Channels) -> Result<()> {
        channels.check_column("the sightings of channels", self.by_channel.len())?;
        let mut open = 0;
        for sighting in &self.by_channel {
            open += usize::from(*sighting != Sighting::Alone);
            if let Sighting::Accompanied(_, with) = sighting {
                channels.check_ids("the channels seen with others", with)?;
            }
        }
        match open == self.open {
            true => Ok(()),
            false => Err(Error::setting(
                "the number of channels not seen alone",
                self.open,
                open.to_string(),
            )),
        }
    }

    /// The channels that are never seen without others, with those. Of two that never part the
    /// first is given.
    pub(super) fn never_alone(&self) -> impl Iterator<Item = (ChannelId, &[ChannelId])> {
        let accompanied = |at: usize| match &self.by_channel[at] {
            Sighting::Accompanied(journeys, with) if *journeys >= ENOUGH => Some(&with[..]),
            _ => None,
        };
        (0..self.by_channel.len()).filter_map(move |at| {
            let (id, with) = (ChannelId(at as u16), accompanied(at)?);
            let said = |other: &ChannelId| {
                *other < id && accompanied(other.index()).is_some_and(|own| own.contains(&id))
            };
            (!with.iter().all(said)).then_some((id, with))
        })
    }

    fn see(&mut self, id: ChannelId, journeys: f64, set: &[ChannelId]) {
        let others = set.iter().copied().filter(|&other| other != id);
        let sighting = &mut self.by_channel[id.index()];
        match sighting {
            Sighting::Alone => return,
            Sighting::Unseen => {
                *sighting = Sighting::Accompanied(journeys, others.take(MOST).collect());
            }
            Sighting::Accompanied(seen, with) => {
                *seen += journeys;
                with.retain(|other| set.binary_search(other).is_ok());
            }
        }
        self.close(id);
    }

    fn close(&mut self, id: ChannelId) {
        let sighting = &mut self.by_channel[id.index()];
        if matches!(sighting, Sighting::Accompanied(_, with) if with.is_empty()) {
            *sighting = Sighting::Alone;
            self.open -= 1;
        }
    }
}

impl Accumulator for Sightings {
    fn observe(&mut self, journey: Journey<'_>) {
        let journeys = journey.outcome.conversions + journey.outcome.nulls;
        if journeys > 0.0 && !journey.is_empty() {
            with_distinct(journey.channels, |set| {
                set.iter().for_each(|&id| self.see(id, journeys, set));
            });
        }
    }

    /// Reads no touch once each channel was seen alone.
    fn observe_block(&mut self, block: Block<'_>) {
        for journey in block {
            if self.open == 0 {
                return;
            }
            self.observe(journey);
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        for (at, other) in later.by_channel.into_iter().enumerate() {
            let own = &mut self.by_channel[at];
            match (&mut *own, other) {
                (Sighting::Alone, _) | (_, Sighting::Unseen) => (),
                (Sighting::Accompanied(journeys, with), Sighting::Accompanied(more, others)) => {
                    *journeys += more;
                    with.retain(|other| others.contains(other));
                }
                (Sighting::Accompanied(_, with), Sighting::Alone) => with.clear(),
                (Sighting::Unseen, other) => {
                    self.open -= usize::from(other == Sighting::Alone);
                    *own = other;
                }
            }
            self.close(ChannelId(at as u16));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journeys::{Outcome, PathTable};

    fn sightings(rows: &[(&[&str], f64)]) -> Vec<(String, Vec<String>)> {
        let mut table = PathTable::new();
        for (path, conversions) in rows {
            let outcome = Outcome::new(*conversions, 0.0, 0.0).unwrap();
            table.push(path.iter().copied(), outcome).unwrap();
        }
        let journeys = table.journeys().unwrap();
        let name = |id: &ChannelId| journeys.channels().name(*id).to_owned();
        let sightings = Sightings::over(&journeys);
        let never = sightings.never_alone();
        let named = never.map(|(id, with)| (name(&id), with.iter().map(name).collect()));
        named.collect()
    }

    #[test]
    fn channels_that_always_come_with_others_are_found() {
        let rows: &[(&[&str], f64)] = &[
            (&["a", "b"], 3.0),
            (&["b", "c", "a"], 9.0),
            (&["b"], 1.0),
            (&["c", "a", "b"], 2.0),
            (&["d", "b"], 4.0),
        ];
        let named = |name: &str, with: &[&str]| {
            (
                name.to_owned(),
                with.iter().map(|&name| name.into()).collect(),
            )
        };
        // d has four journeys only
        let never = [named("a", &["b"]), named("c", &["a", "b"])];
        assert_eq!(sightings(rows), never);
        let twins = sightings(&[(&["x", "y"], 9.0), (&["y", "x", "y"], 9.0)]);
        assert_eq!(twins, [named("x", &["y"])]);
    }

    #[test]
    fn parts_merge_into_the_whole() {
        let sets: Vec<Vec<ChannelId>> = (1u16..64)
            .map(|bits| {
                (0..6)
                    .filter(|at| bits >> at & 1 == 1)
                    .map(ChannelId)
                    .collect()
            })
            .filter(|set: &Vec<ChannelId>| set.len() > 1)
            .collect();
        let channels = Channels::new(["a", "b", "c", "d", "e", "f"]).unwrap();
        let whole = |sets: &[Vec<ChannelId>]| {
            let mut sightings = Sightings::new(&channels);
            for set in sets {
                let outcome = Outcome::new(9.0, 0.0, 0.0).unwrap();
                sightings.observe(Journey::new(set, &[], 0, outcome).unwrap());
            }
            sightings
        };
        for cut in 0..sets.len() {
            for end in cut..sets.len() {
                let mut merged = whole(&sets[..cut]);
                merged.merge(whole(&sets[cut..end])).unwrap();
                let all = whole(&sets[..end]);
                assert_eq!((merged.by_channel, merged.open), (all.by_channel, all.open));
            }
        }
    }
}
