//! Channels that few persons used, taken together: a person of several of them counts once.

use crate::channel::Channels;
use crate::error::Result;
use crate::journeys::arena::{Block, Journeys};
use crate::journeys::{Accumulator, Journey};
use crate::privacy::{MinimumGroup, OTHER, SmallGroups};
use crate::stats::{ConfidenceLevel, Proportion};

/// The rates of channels that may be shown; those merged count persons, not persons and channels.
///
/// The loop raises the minimum until those merged are of enough persons.
pub(crate) fn shown_channels(
    rates: Vec<(String, Proportion)>,
    journeys: &Journeys,
    minimum: &MinimumGroup,
    level: ConfidenceLevel,
) -> Result<Vec<(String, Proportion)>> {
    let mut floor = minimum.with_small(SmallGroups::Merge);
    loop {
        let mut shown = floor.apply(rates.iter().cloned()).groups;
        let Some(merged) = shown.pop_if(|(name, _)| name == OTHER) else {
            return Ok(shown);
        };
        let is_shown = |name: &str| shown.iter().any(|(other, _)| other == name);
        let persons = persons_of(journeys, |name| !is_shown(name))?;
        if minimum.allows(persons.reached) {
            let rate = Proportion::from_counts(persons.converted, persons.reached, level);
            shown.extend((minimum.small() == SmallGroups::Merge).then_some((merged.0, rate)));
            return Ok(shown);
        }
        let next = floor.persons().saturating_add(1 + floor.persons() / 8);
        floor = MinimumGroup::new(next)?;
    }
}

/// The persons of the channels that a name stands for.
fn persons_of(journeys: &Journeys, is_meant: impl Fn(&str) -> bool) -> Result<Persons> {
    let channels: &Channels = journeys.channels();
    let meant: Vec<bool> = channels.iter().map(is_meant).collect();
    journeys.accumulate(|| Persons {
        meant: meant.clone(),
        reached: 0,
        converted: 0,
    })
}

/// Persons who touched one of some channels, and who converted after one.
struct Persons {
    /// By channel, whether it is one of them.
    meant: Vec<bool>,
    reached: u64,
    converted: u64,
}

impl Persons {
    fn observe_person<'a>(&mut self, journeys: impl Iterator<Item = Journey<'a>>) {
        let (mut reached, mut converted) = (false, false);
        for journey in journeys {
            let mut channels = journey.channels().iter();
            let touched = channels.any(|channel| self.meant[channel.index()]);
            reached |= touched;
            converted |= touched && journey.outcome().conversions() > 0.0;
        }
        self.reached += u64::from(reached);
        self.converted += u64::from(converted);
    }
}

impl Accumulator for Persons {
    fn observe(&mut self, journey: Journey<'_>) {
        self.observe_person(std::iter::once(journey));
    }

    fn observe_block(&mut self, block: Block<'_>) {
        for person in block.people() {
            self.observe_person(person.journeys().map(|(_, journey)| journey));
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.reached += later.reached;
        self.converted += later.converted;
        Ok(())
    }
}
