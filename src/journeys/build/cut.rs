//! The third stage of building: from each person's rows to journeys.
//!
//! ```text
//! time           ----1-------2---3--C1------4-----C2---5------------> end of observation
//! journeys           [1       2   3 ]C1
//!                                          [4     ]C2
//!                                                      [5 ....... ]   null: the lookback closes it
//! with re-use        [1       2   3        4      ]C2
//! starts, ends   positions among the person's touches; a lookback moves starts to the right
//! ```

use crate::channel::{ChannelId, Channels};
use crate::error::Result;
use crate::event::Interaction;
use crate::journeys::arena::columns::Touches;
use crate::journeys::arena::observation::Observation;
use crate::journeys::build::cap::leave_out_heavy;
use crate::journeys::build::cut_journeys::CutJourneys;
use crate::journeys::build::duplicates::deduplicate;
use crate::journeys::build::gather::PersonRows;
use crate::journeys::journey::Outcome;
use crate::journeys::options::JourneyOptions;
use crate::journeys::transform::{Touch, known};
use std::collections::BTreeMap;
use std::ops::Range;

/// The options made ready for one log: names resolved, the end of observation known.
#[derive(Debug)]
pub(crate) struct PartitionCutter {
    pub(super) options: JourneyOptions,
    /// From the builder's channel numbers to ranks by name.
    ranks: Vec<ChannelId>,
    /// By channel: the lookback of touches whose interaction is unknown, clicks and views.
    lookbacks: Vec<[u32; 3]>,
    longest: u32,
    excluded: Vec<bool>,
    end: u32,
    pub(super) counts_goals: bool,
    keeps_runs: bool,
}

impl PartitionCutter {
    /// # Errors
    /// If the options name a channel that is not there.
    pub(crate) fn new(
        options: &JourneyOptions,
        channels: &Channels,
        ranks: Vec<ChannelId>,
        last_row: u32,
    ) -> Result<Self> {
        for name in options.lookback.channels() {
            known("lookback", name, channels)?;
        }
        let lookback = |name: &str| {
            [None, Some(Interaction::Click), Some(Interaction::View)]
                .map(|interaction| options.lookback.length(name, interaction))
        };
        let end = options.stated_end()?;
        Ok(Self {
            options: options.clone(),
            ranks,
            lookbacks: channels.iter().map(lookback).collect(),
            longest: options.lookback.longest(),
            excluded: options.excluded(channels)?,
            end: end.unwrap_or_else(|| last_row.min(options.period.last())),
            counts_goals: false,
            keeps_runs: options.keeps_runs(),
        })
    }

    /// Whether to count conversions by goal, unless one is chosen.
    pub(super) fn count_goals(&mut self, named: bool) {
        self.counts_goals = named && self.options.goal.is_none();
    }

    /// What is watched.
    pub(crate) fn observation(&self) -> Observation {
        Observation {
            from: self.options.period.first(),
            end: self.end,
            to: self.options.horizon().stop,
            excluded: self.excluded_channels(),
        }
    }

    /// The channels left out of journeys.
    fn excluded_channels(&self) -> Vec<ChannelId> {
        self.excluded
            .iter()
            .enumerate()
            .filter(|(_, excluded)| **excluded)
            .map(|(at, _)| ChannelId(at as u16))
            .collect()
    }

    pub(crate) fn cut(&self, mut gathered: PersonRows) -> CutJourneys {
        for channel in &mut gathered.channels {
            *channel = self.ranks[channel.index()];
        }
        if self.options.deduplicate {
            deduplicate(&mut gathered);
        }
        let mut part = CutJourneys {
            costs: self.costs(&gathered),
            segment_costs: self.segment_costs(&gathered),
            counts: std::mem::take(&mut gathered.counts),
            ..CutJourneys::default()
        };
        if let Some(most) = self.options.most_touches {
            let period = self.options.period;
            leave_out_heavy(&mut gathered, most.get(), period, &mut part.counts);
        }
        part.reserve(gathered.persons.len() + gathered.sales.len());
        let mut scratch = Scratch {
            touches: Vec::new(),
            seen: vec![false; self.lookbacks.len()],
            lines: Vec::new(),
            goals: Vec::new(),
        };
        let (mut touch, mut sale) = (0, 0);
        for person in 0..gathered.persons.len() {
            if person == gathered.converting {
                part.converting = part.extent(person, touch);
            }
            let touches = touch..gathered.touch_ends[person] as usize;
            let sales = sale..gathered.sale_ends[person] as usize;
            (touch, sale) = (touches.end, sales.end);
            if self.options.segment.is_some() {
                part.person_segments
                    .push(first_segment(&gathered, touches.clone(), sales.clone()));
            }
            let first = gathered.sales[sales.clone()].first();
            let period = self.options.period.first();
            part.bought_before
                .push(first.is_some_and(|sale| sale.time < period));
            self.cut_person(&gathered, touches, sales, &mut part, &mut scratch);
            part.journey_ends.push(part.closes.len() as u32);
        }
        if gathered.converting == gathered.persons.len() {
            part.converting = part.extent(gathered.converting, touch);
        }
        part.counts.count_goals(&mut scratch.goals);
        part.outcomes.truncate(part.converting.journeys);
        part.places.truncate(part.converting.journeys);
        part.conversion_counts.truncate(part.converting.journeys);
        part.persons = gathered.persons;
        part.touch_ends = gathered.touch_ends;
        part.timeline = Touches {
            channels: gathered.channels,
            times: gathered.times,
            labels: gathered.labels,
        };
        part
    }

    /// Cost by channel over the period, in the order of rows; empty where no touch has a cost.
    fn costs(&self, gathered: &PersonRows) -> Vec<f64> {
        let mut costs = vec![
            0.0;
            if gathered.costs.is_empty() {
                0
            } else {
                self.lookbacks.len()
            }
        ];
        for (at, cost) in gathered.costs.iter().enumerate() {
            if self.options.period.includes(gathered.times[at]) {
                costs[gathered.channels[at].index()] += cost;
            }
        }
        costs
    }

    /// Cost by segment of the row and channel, like [`PartitionCutter::costs`].
    fn segment_costs(&self, gathered: &PersonRows) -> BTreeMap<(u32, ChannelId), f64> {
        let mut costs = BTreeMap::new();
        for ((at, cost), segment) in gathered.costs.iter().enumerate().zip(&gathered.segments) {
            if *cost > 0.0 && self.options.period.includes(gathered.times[at]) {
                *costs.entry((*segment, gathered.channels[at])).or_default() += cost;
            }
        }
        costs
    }

    fn cut_person(
        &self,
        rows: &PersonRows,
        touches: Range<usize>,
        sales: Range<usize>,
        part: &mut CutJourneys,
        scratch: &mut Scratch,
    ) {
        let mut free = touches.start; // the first touch no conversion has used up
        let mut passed = touches.start; // the first touch after the conversion at hand
        for same in rows.sales[sales].chunk_by(|left, right| left.time == right.time) {
            let (first, close) = (&same[0], same[0].time);
            while passed < touches.end && rows.times[passed] <= close {
                passed += 1;
            }
            if self.options.period.includes(close) {
                let outcome = self.outcome(same, part, scratch);
                self.emit(rows, free..passed, close, close, outcome, part, scratch);
                part.places.push(first.place);
                self.keep_conversions(same, part);
                part.segments
                    .extend(self.options.segment.as_ref().map(|_| first.segment));
            }
            if !self.options.reuse {
                free = passed;
            }
        }
        if passed < touches.end {
            self.cut_null(rows, passed..touches.end, part, scratch);
        }
    }

    /// The journey that did not end in a conversion.
    fn cut_null(
        &self,
        rows: &PersonRows,
        touches: Range<usize>,
        part: &mut CutJourneys,
        scratch: &mut Scratch,
    ) {
        let latest = rows.times[touches.end - 1];
        let natural = u64::from(latest) + u64::from(self.lookback(rows, touches.end - 1));
        let censored = natural > u64::from(self.end);
        let close = if censored { self.end } else { natural as u32 };
        if !self.options.period.includes(close) {
            return;
        }
        part.censored += u64::from(censored);
        if !(censored && self.options.drop_censored) {
            if part.converting.persons == 0 {
                part.places.push(ChannelId::NONE);
                part.conversion_counts
                    .extend(self.options.orders.then_some(0));
            }
            part.segments.extend(rows.segments.get(touches.end - 1));
            self.emit(rows, touches, latest, close, Outcome::NULL, part, scratch);
        }
    }

    /// Adds the journey of those `touches` whose lookback from `anchor` covers them.
    #[allow(clippy::too_many_arguments)] // the rows, the window, the outcome, and where it goes
    #[inline]
    fn emit(
        &self,
        rows: &PersonRows,
        touches: Range<usize>,
        anchor: u32,
        close: u32,
        outcome: Outcome,
        part: &mut CutJourneys,
        scratch: &mut Scratch,
    ) {
        let range = if self.keeps_runs {
            self.run(rows, touches, anchor)
        } else {
            self.select(rows, touches, anchor, scratch);
            let start = part.touches.channels.len();
            part.touches
                .channels
                .extend(scratch.touches.iter().map(|touch| touch.0));
            part.touches
                .times
                .extend(scratch.touches.iter().map(|touch| touch.1));
            if !rows.labels.is_empty() {
                part.touches
                    .labels
                    .extend(scratch.touches.iter().map(|touch| touch.2));
            }
            start..part.touches.channels.len()
        };
        part.starts.push(range.start as u32);
        part.ends.push(range.end as u32);
        part.closes.push(close);
        if part.converting.persons == 0 {
            part.outcomes.push(outcome);
        }
    }

    /// Those of `touches` that the longest lookback from `anchor` covers. A search by halves: with
    /// re-use every conversion starts from the person's first touch, and a walk would take
    /// conversions x touches steps.
    fn reachable(&self, rows: &PersonRows, touches: Range<usize>, anchor: u32) -> Range<usize> {
        let earliest = anchor.saturating_sub(self.longest);
        let times = &rows.times[touches.clone()];
        // mostly it covers all
        let before = match times.first() {
            Some(&first) if first < earliest => times.partition_point(|&time| time < earliest),
            _ => 0,
        };
        touches.start + before..touches.end
    }

    /// The window as a run of the person's touches.
    fn run(&self, rows: &PersonRows, touches: Range<usize>, anchor: u32) -> Range<usize> {
        let most = self.options.trim.map_or(usize::MAX, |trim| trim.get());
        let Range { start, end } = self.reachable(rows, touches, anchor);
        start.max(end.saturating_sub(most))..end
    }

    /// The window touch by touch, into the scratch buffer.
    fn select(&self, rows: &PersonRows, touches: Range<usize>, anchor: u32, scratch: &mut Scratch) {
        let Scratch {
            touches: selected,
            seen,
            ..
        } = scratch;
        let inside = |&at: &usize| anchor - rows.times[at] <= self.lookback(rows, at);
        selected.clear();
        selected.extend(
            self.reachable(rows, touches, anchor)
                .filter(inside)
                .map(|at| -> Touch {
                    let label = rows.labels.get(at).copied().unwrap_or(0);
                    (rows.channels[at], rows.times[at], label)
                }),
        );
        self.options.reshape(selected, &self.excluded, seen);
    }

    fn lookback(&self, rows: &PersonRows, at: usize) -> u32 {
        if self.options.lookback.is_uniform() {
            return self.options.lookback.seconds();
        }
        let interaction = match rows.interactions.get(at).copied().flatten() {
            None => 0,
            Some(Interaction::Click) => 1,
            Some(Interaction::View) => 2,
        };
        self.lookbacks[rows.channels[at].index()][interaction]
    }
}

pub(super) struct Scratch {
    touches: Vec<Touch>,
    seen: Vec<bool>,
    /// Orders and goals of conversions of one second.
    pub(super) lines: Vec<(u32, u32)>,
    /// The goals of the conversions so far, where they are counted.
    pub(super) goals: Vec<u32>,
}

/// The segment of a person: that of the first row, a touch where it shares its second with a
/// conversion.
fn first_segment(rows: &PersonRows, touches: Range<usize>, sales: Range<usize>) -> u32 {
    let (touch, sale) = (touches.clone().next(), rows.sales[sales].first());
    match (touch, sale) {
        (Some(touch), Some(sale)) if sale.time < rows.times[touch] => sale.segment,
        (Some(touch), _) => rows.segments[touch],
        (None, sale) => sale.map_or(0, |sale| sale.segment),
    }
}
