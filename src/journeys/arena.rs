//! The arena: every journey of a log or a path table in a few flat columns.

mod block;
mod erase;
pub(crate) mod offsets;
mod timelines;

pub use self::block::Block;
pub(crate) use self::block::NullRun;
pub(crate) use self::timelines::Observation;
use crate::event::CostTable;
use crate::journeys::accumulator::Accumulator;
use crate::journeys::build::JourneyBuilder;
use crate::journeys::options::JourneyOptions;
use crate::journeys::sample::Sample;
use crate::time::TimeRange;

use crate::channel::{ChannelId, Channels};
use crate::error::Result;
use crate::event::PersonKey;
use crate::event::person::PersonTable;
use crate::journeys::arena::offsets::Offsets;
use crate::journeys::journey::{Journey, Outcome, Timeline};
use serde::{Deserialize, Serialize};

/// All journeys, ready to be scored.
///
/// Persons with a conversion come first, each person's journeys one after the other; beyond them
/// every journey is one null. So models that divide credit read the front of the arena alone.
/// Persons are ordered by a fixed hash of their key, in the front a 2,048th of them at a time by
/// number of touches, and channels by name: the order of rows cannot change a bit of any result.
///
/// In memory: 6 bytes a touch, 12 a journey, 24 to 26 more for each journey of a converting person,
/// 16 a person. Journeys are runs of their person's touches and share them, unless lookbacks differ
/// between touches, or channels are excluded or paths transformed: then journeys hold touches of
/// their own, 6 bytes each.
///
/// What that brings, measured on 10 million journeys of 40 million touches on two cores
/// (`cargo bench --bench scaling`), in multiples of reading 13 bytes a touch once, some 17 ms:
/// where 5 % convert a rule takes 0.3 to 0.4, a Markov chain's evidence 1.4 to 1.6, eight models
/// together 4; where all do, a rule takes 4.5 to 6.4, the eight 40.
#[derive(Debug, Clone)]
pub struct Journeys {
    pub(super) channels: Channels,
    /// The front, converting persons' touches, is ordered by their number, so that loops over
    /// touches end as the last one did, which the processor foresees: a third off the time of
    /// scoring it.
    pub(super) touches: Touches,
    /// Where each journey begins in `touches`: touches before it and after the journey ahead of it
    /// lie in no window. Where none do, null journeys lie side by side, and their steps are counted
    /// without a branch a touch.
    pub(super) starts: Offsets,
    /// Where each ends; 4 bytes like the starts while there are fewer than 2^32 touches.
    pub(super) ends: Offsets,
    /// The second each journey closes; empty for a path table.
    pub(super) closes: Vec<u32>,
    /// Of the journeys of converting persons; of every journey of a path table. All others are one
    /// null, which takes no memory to say: where 5 % convert, a rule that divides credit leaves 95
    /// % of the arena unread.
    pub(super) outcomes: Vec<Outcome>,
    /// Where those conversions took place; nothing where the log does not say.
    pub(super) places: Option<Places>,
    pub(super) people: Option<People>,
    /// Every touch of every person, where journeys have touches of their own.
    pub(super) timeline: Option<Touches>,
    pub(super) costs: Option<Vec<f64>>,
    pub(super) observation: Observation,
    pub(super) segments: Option<crate::journeys::segments::Segments>,
    pub(super) immature: u64,
    pub(super) totals: Totals,
}

/// Touches side by side: the channel, and the second since 1970-01-01T00:00:00Z where there are
/// times.
#[derive(Debug, Clone, Default)]
pub(super) struct Touches {
    pub(super) channels: Vec<ChannelId>,
    pub(super) times: Vec<u32>,
}

/// Whose journeys and touches are whose.
#[derive(Debug, Clone)]
pub(super) struct People {
    pub(super) codes: Vec<u64>,
    pub(super) table: PersonTable,
    pub(super) touch_ends: Offsets,
    pub(super) journey_ends: Offsets,
    /// Whether a person bought before the period, of those who ever bought: they are the first
    /// ones.
    pub(super) bought_before: Vec<bool>,
}

/// The place of each conversion, by journey of the front.
#[derive(Debug, Clone)]
pub(super) struct Places {
    pub(super) names: Channels,
    pub(super) of: Vec<ChannelId>,
}

/// What all journeys add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Totals {
    /// Journeys; a row of a path table is as many as its conversions and nulls.
    pub journeys: f64,
    /// Touches inside journeys.
    pub touchpoints: f64,
    /// Conversions.
    pub conversions: f64,
    /// Their value.
    pub value: f64,
    /// Journeys that ended without a conversion.
    pub nulls: f64,
}

impl Journeys {
    /// The journeys of a log.
    ///
    /// # Errors
    /// As [`JourneyBuilder::extend`] and [`JourneyBuilder::build`].
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
    /// log.push(Event::conversion("ann", 1_767_315_600).with_value(50.0))?;
    /// log.push(Event::touch("ann", 1_767_400_000, "e-mail"))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// assert_eq!((journeys.len(), journeys.totals().conversions, journeys.totals().nulls), (2, 1.0, 1.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn from_events(events: &crate::event::Events, options: JourneyOptions) -> Result<Self> {
        let mut builder = JourneyBuilder::new(options);
        builder.extend(events)?;
        builder.build()
    }

    /// How many journeys there are; rows, for a path table.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names of all channels.
    pub fn channels(&self) -> &Channels {
        &self.channels
    }

    /// What all journeys add up to.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// How many null journeys the end of the log cuts short: their persons may yet convert.
    pub fn immature(&self) -> u64 {
        self.immature
    }

    /// Whether touches and conversions have times: those of a path table have none.
    pub fn has_times(&self) -> bool {
        self.people.is_some()
    }

    /// What each channel cost over the period, by [`ChannelId`]; nothing unless some touch in it
    /// cost something or a table states costs.
    pub fn costs(&self) -> Option<&[f64]> {
        self.costs.as_deref()
    }

    /// One journey, if there is one; in the arena's order.
    pub fn get(&self, at: usize) -> Option<Journey<'_>> {
        (at < self.len()).then(|| self.journey(at))
    }

    /// All journeys in the arena's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Journey<'_>> {
        (0..self.len()).map(|at| self.journey(at))
    }

    /// The person a journey belongs to; none for a path table.
    pub fn person(&self, journey: usize) -> Option<PersonKey<'_>> {
        let people = self.people.as_ref()?;
        let code = people.codes.get(people.journey_ends.first_above(journey))?;
        Some(people.table.key(*code))
    }

    #[inline]
    fn journey(&self, at: usize) -> Journey<'_> {
        let range = self.starts.get(at)..self.ends.get(at);
        Journey {
            channels: &self.touches.channels[range.clone()],
            times: self.touches.times.get(range).unwrap_or(&[]),
            close: self.closes.get(at).copied().unwrap_or(0),
            outcome: self.outcomes.get(at).copied().unwrap_or(Outcome::NULL),
            timeline: None,
        }
    }

    /// The touches of one person up to a close.
    fn timeline(&self, people: &People, person: usize, close: u32) -> Timeline<'_> {
        let Touches { channels, times } = self.timeline.as_ref().unwrap_or(&self.touches);
        let start = if person == 0 {
            0
        } else {
            people.touch_ends.get(person - 1)
        };
        let times = &times[start..people.touch_ends.get(person)];
        let end = times.partition_point(|&time| time <= close);
        Timeline {
            channels: &channels[start..start + end],
            times: &times[..end],
        }
    }

    /// The journeys that may have conversions, as one block.
    pub(crate) fn converting_block(&self) -> Block<'_> {
        Block::new(self.sample(), 0..self.converting())
    }

    /// The journeys with the outcomes they have.
    pub(crate) fn sample(&self) -> Sample<'_> {
        Sample {
            journeys: self,
            draws: None,
        }
    }

    /// How many journeys at the front may have conversions.
    pub(crate) fn converting(&self) -> usize {
        self.outcomes.len()
    }

    pub(super) fn new(
        columns: crate::journeys::build::assemble::Assembled,
        channels: Channels,
        table: PersonTable,
    ) -> Result<Self> {
        let crate::journeys::build::assemble::Assembled {
            touches,
            timeline,
            starts,
            ends,
            closes,
            outcomes,
            places: _,
            people,
            segments,
        } = columns;
        let people = Some(People { table, ..people });
        let mut journeys = Self {
            channels,
            touches,
            starts,
            ends,
            closes,
            outcomes,
            places: None,
            people,
            timeline,
            costs: None,
            observation: Observation::default(),
            segments,
            immature: 0,
            totals: Totals::default(),
        };
        journeys.totals = journeys.accumulate(Totals::default)?;
        Ok(journeys)
    }

    /// Adds the costs of a table, whose channels are among this arena's, over the period.
    pub(super) fn add_costs(&mut self, table: &CostTable, period: TimeRange) {
        for (channel, cost) in table.by_channel(period) {
            let channels = &self.channels;
            let costs = self.costs.get_or_insert_with(|| vec![0.0; channels.len()]);
            if let Some(id) = channels.id(channel) {
                costs[id.index()] += cost;
            }
        }
    }
}

impl Accumulator for Totals {
    fn observe(&mut self, journey: Journey<'_>) {
        let Outcome {
            conversions,
            nulls,
            value,
        } = journey.outcome();
        self.journeys += conversions + nulls;
        self.touchpoints += journey.len() as f64 * (conversions + nulls);
        self.conversions += conversions;
        self.value += value;
        self.nulls += nulls;
    }

    fn observe_block(&mut self, block: Block<'_>) {
        let (journeys, nulls) = block.split_nulls();
        journeys.for_each(|journey| self.observe(journey));
        let (mut runs, mut touches) = (0, 0);
        nulls.each_bound(|start, end| {
            runs += 1;
            touches += end - start;
        });
        self.journeys += runs as f64;
        self.nulls += runs as f64;
        self.touchpoints += touches as f64;
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.journeys += later.journeys;
        self.touchpoints += later.touchpoints;
        self.conversions += later.conversions;
        self.value += later.value;
        self.nulls += later.nulls;
        Ok(())
    }
}
