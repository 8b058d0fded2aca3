//! The columns of the arena, and one journey out of them.

use crate::channel::{ChannelId, Channels};
use crate::event::PersonKey;
use crate::event::person::PersonTable;
use crate::journeys::arena::conversions::Conversions;
use crate::journeys::arena::labels::TouchLabels;
use crate::journeys::arena::observation::Observation;
use crate::journeys::arena::offsets::Offsets;
use crate::journeys::arena::segments::Segments;
use crate::journeys::arena::totals::Totals;
use crate::journeys::irregularities::Irregularities;
use crate::journeys::journey::{Journey, Outcome, Timeline};
use crate::journeys::options::JourneyOptions;
use crate::time::TimeRange;
use rayon::prelude::*;

/// All journeys, ready to be scored.
///
/// Persons with a conversion come first, each person's journeys one after the other; beyond them
/// every journey is one null. So models that divide credit read the front of the arena alone.
/// Persons are ordered by a fixed hash of their key, in the front a 2,048th of them at a time by
/// number of touches, and channels by name: the order of rows cannot change a bit of any result.
/// Where they stand depends on rows from two lookbacks before the period on, so rows before that
/// may be [forgotten](crate::JourneyBuilder::forget_before).
///
/// In memory: 6 bytes a touch, 12 a journey, 24 to 26 more for each journey of a converting person,
/// 16 a person. Journeys are runs of their person's touches and share them, unless lookbacks differ
/// between touches, or channels are excluded or paths transformed: then journeys hold touches of
/// their own, 6 bytes each.
///
/// What that brings, measured on 10 million journeys of 40 million touches on two cores
/// (`cargo bench --bench threads`), in multiples of reading 13 bytes a touch once, some 17 ms:
/// where 5 % convert a rule takes 0.3 to 0.4, a Markov chain's evidence 1.4 to 1.6, eight models
/// together 4; where all do, a rule takes 4.5 to 6.4, the eight 40.
#[derive(Debug, Clone)]
pub struct Journeys {
    pub(in crate::journeys) channels: Channels,
    /// The front, converting persons' touches, is ordered by their number, so that loops over
    /// touches end as the last one did, which the processor foresees: a third off the time of
    /// scoring it.
    pub(in crate::journeys) touches: Touches,
    /// Where each journey begins in `touches`: touches before it and after the journey ahead of it
    /// lie in no window. Where none do, null journeys lie side by side, and their steps are counted
    /// without a branch a touch.
    pub(in crate::journeys) starts: Offsets,
    /// Where each ends; 4 bytes like the starts while there are fewer than 2^32 touches.
    pub(in crate::journeys) ends: Offsets,
    /// The second each journey closes; empty for a path table.
    pub(in crate::journeys) closes: Vec<u32>,
    /// Of the journeys of converting persons; of every journey of a path table. All others are one
    /// null, which takes no memory to say: where 5 % convert, a rule that divides credit leaves 95
    /// % of the arena unread.
    pub(in crate::journeys) outcomes: Vec<Outcome>,
    /// Where those conversions took place; nothing where the log does not say.
    pub(in crate::journeys) places: Option<Places>,
    pub(in crate::journeys) people: Option<People>,
    /// Every touch of every person, where journeys have touches of their own.
    pub(in crate::journeys) timeline: Option<Touches>,
    pub(in crate::journeys) costs: Option<Vec<f64>>,
    pub(in crate::journeys) observation: Observation,
    /// How the journeys were cut; none for a path table.
    pub(in crate::journeys) options: Option<Box<JourneyOptions>>,
    pub(in crate::journeys) segments: Option<Segments>,
    pub(in crate::journeys) labels: Option<TouchLabels>,
    pub(in crate::journeys) conversions: Option<Conversions>,
    pub(in crate::journeys) censored: u64,
    pub(in crate::journeys) irregularities: Irregularities,
    pub(in crate::journeys) net_of_returns: bool,
    /// The part of the period whose journeys may lack rows that the builder forgot.
    pub(in crate::journeys) forgotten: Option<TimeRange>,
    pub(in crate::journeys) totals: Totals,
}

/// Touches side by side: the channel, the second since 1970-01-01T00:00:00Z where there are times,
/// and the number of the label where there are labels.
#[derive(Debug, Clone, Default)]
pub(in crate::journeys) struct Touches {
    pub(in crate::journeys) channels: Vec<ChannelId>,
    pub(in crate::journeys) times: Vec<u32>,
    pub(in crate::journeys) labels: Vec<u32>,
}

/// Whose journeys and touches are whose.
#[derive(Debug, Clone)]
pub(in crate::journeys) struct People {
    pub(in crate::journeys) codes: Vec<u64>,
    pub(in crate::journeys) table: PersonTable,
    pub(in crate::journeys) touch_ends: Offsets,
    pub(in crate::journeys) journey_ends: Offsets,
    /// How many persons stand at the front: those with a conversion in the period.
    pub(in crate::journeys) converting: usize,
    /// Whether a person bought before the period; nobody did behind its end.
    pub(in crate::journeys) bought_before: Vec<bool>,
}

/// The place of each conversion, by journey of the front.
#[derive(Debug, Clone)]
pub(in crate::journeys) struct Places {
    pub(in crate::journeys) names: Channels,
    pub(in crate::journeys) by_journey: Vec<ChannelId>,
}

impl Journeys {
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
    pub fn censored(&self) -> u64 {
        self.censored
    }

    /// Whether touches and conversions have times: those of a path table have none.
    pub fn has_times(&self) -> bool {
        self.people.is_some()
    }

    /// The options the journeys were cut with, their period included; none for a path table.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::conversion("ann", 1_767_225_600).with_goal("sale"))?;
    /// let options = JourneyOptions::default().with_goal("sale");
    /// let journeys = Journeys::from_events(&log, options.clone())?;
    /// assert_eq!(journeys.options(), Some(&options));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn options(&self) -> Option<&JourneyOptions> {
        self.options.as_deref()
    }

    /// The same journeys with options that state the end of observation, the log's last second where
    /// they stated neither one nor an end of the period: parts of one log are alike only if all do.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "search"))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?.with_stated_end();
    /// assert_eq!(journeys.options().unwrap().observation_end(), Some(1_767_225_600));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_stated_end(self) -> Self {
        let last = self.observed_range().map(|observed| observed.to() - 1);
        let options = self.options.map(|options| match last {
            Ok(last) if matches!(options.stated_end(), Ok(None)) => {
                Box::new(options.with_observation_end(last))
            }
            _ => options,
        });
        Self { options, ..self }
    }

    /// The part of the period whose journeys may lack touches or conversions, as the builder
    /// [forgot](crate::JourneyBuilder::forget_before) rows that they may hold; none where all are
    /// whole.
    ///
    /// ```
    /// use mixtouch::time::TimeRange;
    /// use mixtouch::{Event, Events, JourneyBuilder, JourneyOptions, Lookback};
    ///
    /// let (start, day) = (1_767_225_600, 86_400);
    /// let mut log = Events::new();
    /// for number in 0..20 {
    ///     log.push(Event::touch("ann", start + number * day, "social"))?;
    /// }
    /// let options = JourneyOptions::default().with_lookback(Lookback::days(2.0)?);
    /// let mut builder = JourneyBuilder::new(options);
    /// builder.extend(&log)?;
    /// builder.forget_before(start + 10 * day);
    /// let from = |number: i64| TimeRange::new(start + number * day, start + 20 * day);
    /// assert_eq!(builder.snapshot(from(10)?)?.forgotten(), None);
    /// let part = TimeRange::new(start + 8 * day, start + 10 * day)?;
    /// assert_eq!(builder.snapshot(from(8)?)?.forgotten(), Some(part));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn forgotten(&self) -> Option<TimeRange> {
        self.forgotten
    }

    pub(in crate::journeys) fn with_forgotten(self, forgotten: Option<TimeRange>) -> Self {
        Self { forgotten, ..self }
    }

    /// What each channel cost over the period, by [`ChannelId`]; nothing unless some touch in it
    /// cost something or a table states costs.
    pub fn costs(&self) -> Option<&[f64]> {
        self.costs.as_deref()
    }

    /// Whether conversions are without what was returned of them.
    pub fn is_net_of_returns(&self) -> bool {
        self.net_of_returns
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
    pub(in crate::journeys) fn journey(&self, at: usize) -> Journey<'_> {
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
    pub(in crate::journeys) fn timeline(
        &self,
        people: &People,
        person: usize,
        close: u32,
    ) -> Timeline<'_> {
        let Touches {
            channels, times, ..
        } = self.timeline.as_ref().unwrap_or(&self.touches);
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

    /// The time whose conversions are reported: from the period's first second, or the first row's
    /// where the period is open, to the end of observation. Nothing for a path table.
    pub(crate) fn observed(&self) -> Option<TimeRange> {
        self.people.as_ref()?;
        let first = if self.observation.from > 0 {
            self.observation.from
        } else {
            let times = &self.timeline.as_ref().unwrap_or(&self.touches).times;
            let closes = self.closes.par_iter().min();
            times
                .par_iter()
                .min()
                .into_iter()
                .chain(closes)
                .min()
                .copied()?
        };
        TimeRange::new(first.into(), i64::from(self.observation.end) + 1).ok()
    }

    /// How many journeys at the front may have conversions.
    pub(crate) fn converting(&self) -> usize {
        self.outcomes.len()
    }
}
