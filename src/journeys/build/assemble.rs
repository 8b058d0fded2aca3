//! The last stage of building: all parts into one arena, persons with a conversion first, whichever
//! partition they come from.
//!
//! ```text
//! parts, one a partition   [front0 back0] [front1 back1] [front2 back2] ..
//!                              |    \________ |    \________ |    \__
//! while parts are added    front: front0 front1 front2 ..     back: back0 back1 back2 ..
//! at the end               arena: front0 front1 front2 .. back0 back1 back2 ..
//! ```
//!
//! Positions count inside a part, then inside the half, then in the arena: each step shifts them.

use crate::channel::ChannelId;
use crate::event::person::PersonTable;
use crate::journeys::arena::columns::{People, Touches};
use crate::journeys::arena::conversions::ConversionRow;
use crate::journeys::arena::offsets::{Offsets, prepend};
use crate::journeys::arena::segments::Segments;
use crate::journeys::build::cut_journeys::{CutJourneys, Extent};
use crate::journeys::journey::Outcome;
use crate::util::interner::Interner;
use rayon::scope;
use std::collections::BTreeMap;
use std::mem::take;
use std::ops::Range;

/// The arena's columns.
#[derive(Debug)]
pub(crate) struct AssembledColumns {
    pub(crate) touches: Touches,
    pub(crate) timeline: Option<Touches>,
    pub(crate) starts: Offsets,
    pub(crate) ends: Offsets,
    pub(crate) closes: Vec<u32>,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) places: Vec<ChannelId>,
    pub(crate) conversion_counts: Vec<u32>,
    pub(crate) conversions: Vec<ConversionRow>,
    pub(crate) people: People,
    pub(crate) segments: Option<Segments>,
}

/// By how much a column may outgrow the estimate from its first parts before it is copied.
const ROOM: f64 = 1.0625;

/// The arena as it grows, a few parts at a time, so that of a large log parts and arena never stand
/// side by side in memory. What belongs to persons with a conversion and what does not grow apart.
#[derive(Debug, Default)]
pub(crate) struct GrowingArena {
    front: HalfArena,
    back: HalfArena,
    outcomes: Vec<Outcome>,
    places: Vec<ChannelId>,
    conversion_counts: Vec<u32>,
    conversions: Vec<ConversionRow>,
    /// How many parts there will be, of how many rows, and how many parts there are.
    parts: usize,
    rows: usize,
    added: usize,
}

/// The columns that both halves of the arena have. Positions count inside the half.
#[derive(Debug, Default)]
struct HalfArena {
    persons: Vec<u64>,
    bought_before: Vec<bool>,
    touch_ends: Offsets,
    journey_ends: Offsets,
    timeline: Touches,
    touches: Touches,
    starts: Offsets,
    ends: Offsets,
    closes: Vec<u32>,
    segments: Vec<u32>,
    person_segments: Vec<u32>,
}

impl GrowingArena {
    /// An empty arena for `parts` parts, which have `rows` rows together.
    pub(crate) fn new(parts: usize, rows: usize) -> Self {
        Self {
            parts,
            rows,
            ..Self::default()
        }
    }

    /// Adds parts behind those that are there; `shared` where journeys are runs of the timeline.
    pub(crate) fn add(&mut self, parts: &[CutJourneys], shared: bool) {
        self.added += parts.len();
        let side = HalfOfParts {
            parts,
            front: true,
            whole: self.parts as f64 / self.added as f64 * ROOM,
            rows: self.rows,
        };
        let Self {
            front,
            back,
            outcomes,
            places,
            conversion_counts,
            conversions,
            ..
        } = self;
        scope(|scope| {
            scope.spawn(|_| {
                let counts = &mut *conversion_counts;
                side.copy(
                    counts,
                    |part| &part.conversion_counts,
                    |extent| extent.journeys,
                );
                let rows = parts.iter().flat_map(|part| &part.conversions);
                conversions.extend(rows);
            });
            scope.spawn(|_| front.add(side, shared));
            scope.spawn(|_| {
                back.add(
                    HalfOfParts {
                        front: false,
                        ..side
                    },
                    shared,
                )
            });
            scope.spawn(|_| side.copy(outcomes, |part| &part.outcomes, |extent| extent.journeys));
            scope.spawn(|_| side.copy(places, |part| &part.places, |extent| extent.journeys));
        });
    }

    /// The whole arena. `segments` names the codes of segments.
    pub(crate) fn finish(
        mut self,
        shared: bool,
        segments: &Interner,
        segment_costs: BTreeMap<(u32, ChannelId), f64>,
    ) -> AssembledColumns {
        self.shrink();
        let Self {
            front,
            mut back,
            outcomes,
            places,
            conversion_counts,
            conversions,
            ..
        } = self;
        let converting = front.persons.len();
        back.put_behind(front, shared);
        let people = back.take_people(converting);
        let HalfArena {
            timeline,
            touches,
            starts,
            ends,
            closes,
            ..
        } = back;
        let (touches, timeline) = if shared {
            (timeline, None)
        } else {
            (touches, Some(timeline))
        };
        let segments = (segments.len() > 0).then(|| {
            let (journeys, persons) = (back.segments, back.person_segments);
            Segments::new(segments, journeys, persons, segment_costs)
        });
        AssembledColumns {
            touches,
            timeline,
            starts,
            ends,
            closes,
            outcomes,
            places,
            conversion_counts,
            conversions,
            people,
            segments,
        }
    }
}

impl GrowingArena {
    /// Gives back what the columns of the front reserved in vain.
    fn shrink(&mut self) {
        self.outcomes.shrink_to_fit();
        self.places.shrink_to_fit();
        self.conversion_counts.shrink_to_fit();
        self.conversions.shrink_to_fit();
    }
}

/// Leaves flags up to the last that is set.
fn cut_behind_last(flags: &mut Vec<bool>) {
    let last = flags.iter().rposition(|&flag| flag);
    flags.truncate(last.map_or(0, |last| last + 1));
    flags.shrink_to_fit();
}

impl HalfArena {
    /// Adds one side of the parts, a column a thread.
    fn add(&mut self, side: HalfOfParts<'_>, shared: bool) {
        let timeline = (TIMELINE, self.timeline.channels.len());
        let journeys = (JOURNEYS, self.closes.len());
        let own_touches = (TOUCHES, self.touches.channels.len());
        let into = if shared { timeline } else { own_touches };
        let Self {
            persons,
            bought_before,
            touch_ends,
            journey_ends,
            starts,
            ends,
            closes,
            segments,
            person_segments,
            ..
        } = self;
        let (all, own) = (&mut self.timeline, &mut self.touches);
        let (times, channels) = (&mut all.times, &mut all.channels);
        let (own_times, own_channels) = (&mut own.times, &mut own.channels);
        let (labels, own_labels) = (&mut all.labels, &mut own.labels);
        let (by_person, by_journey) = (PERSONS.1, JOURNEYS.1);
        scope(|scope| {
            scope.spawn(|_| side.copy(times, |part| &part.timeline.times, TIMELINE.1));
            scope.spawn(|_| side.copy(channels, |part| &part.timeline.channels, TIMELINE.1));
            scope.spawn(|_| side.copy(labels, |part| &part.timeline.labels, TIMELINE.1));
            scope.spawn(|_| side.copy(own_labels, |part| &part.touches.labels, TOUCHES.1));
            scope.spawn(|_| side.copy(own_times, |part| &part.touches.times, TOUCHES.1));
            scope.spawn(|_| side.copy(own_channels, |part| &part.touches.channels, TOUCHES.1));
            scope.spawn(|_| side.copy(persons, |part| &part.persons, by_person));
            scope.spawn(|_| side.copy(bought_before, |part| &part.bought_before, by_person));
            scope.spawn(|_| side.shift(starts, |part| &part.starts, by_journey, into));
            scope.spawn(|_| side.shift(ends, |part| &part.ends, by_journey, into));
            scope.spawn(|_| side.shift(touch_ends, |part| &part.touch_ends, by_person, timeline));
            scope.spawn(|_| {
                side.shift(journey_ends, |part| &part.journey_ends, by_person, journeys)
            });
            scope.spawn(|_| side.copy(closes, |part| &part.closes, by_journey));
            scope.spawn(|_| side.copy(segments, |part| &part.segments, by_journey));
            scope.spawn(|_| side.copy(person_segments, |part| &part.person_segments, by_person));
        });
    }

    /// Whose rows are whose, of the whole arena.
    fn take_people(&mut self, converting: usize) -> People {
        cut_behind_last(&mut self.bought_before);
        People {
            codes: take(&mut self.persons),
            converting,
            table: PersonTable::default(),
            touch_ends: take(&mut self.touch_ends),
            journey_ends: take(&mut self.journey_ends),
            bought_before: take(&mut self.bought_before),
        }
    }

    /// Puts this half behind another one.
    fn put_behind(&mut self, front: Self, shared: bool) {
        let (timeline, journeys) = (front.timeline.channels.len(), front.closes.len());
        let touches = if shared {
            timeline
        } else {
            front.touches.channels.len()
        };
        scope(|scope| {
            scope.spawn(|_| prepend(&mut self.timeline.times, front.timeline.times));
            scope.spawn(|_| prepend(&mut self.timeline.channels, front.timeline.channels));
            scope.spawn(|_| prepend(&mut self.timeline.labels, front.timeline.labels));
            scope.spawn(|_| prepend(&mut self.touches.labels, front.touches.labels));
            scope.spawn(|_| prepend(&mut self.touches.times, front.touches.times));
            scope.spawn(|_| prepend(&mut self.touches.channels, front.touches.channels));
            scope.spawn(|_| prepend(&mut self.persons, front.persons));
            scope.spawn(|_| prepend(&mut self.bought_before, front.bought_before));
            scope.spawn(|_| self.starts.prepend(front.starts, touches));
            scope.spawn(|_| self.ends.prepend(front.ends, touches));
            scope.spawn(|_| self.touch_ends.prepend(front.touch_ends, timeline));
            scope.spawn(|_| self.journey_ends.prepend(front.journey_ends, journeys));
            scope.spawn(|_| prepend(&mut self.closes, front.closes));
            scope.spawn(|_| prepend(&mut self.segments, front.segments));
            scope.spawn(|_| prepend(&mut self.person_segments, front.person_segments));
        });
    }
}

/// How many of something a part has, and how many of them stand in its front.
type Count = (fn(&CutJourneys) -> usize, fn(&Extent) -> usize);

const PERSONS: Count = (|part| part.persons.len(), |extent| extent.persons);
const JOURNEYS: Count = (|part| part.closes.len(), |extent| extent.journeys);
/// Touches of persons.
const TIMELINE: Count = (
    |part| part.timeline.channels.len(),
    |extent| extent.timeline,
);
/// Touches that journeys have of their own.
const TOUCHES: Count = (|part| part.touches.channels.len(), |extent| extent.touches);

/// The fronts of some parts, or what stands behind them.
#[derive(Clone, Copy)]
struct HalfOfParts<'a> {
    parts: &'a [CutJourneys],
    front: bool,
    /// The size to reserve, as a multiple of what stands there with these parts.
    whole: f64,
    /// How many rows all parts have.
    rows: usize,
}

impl HalfOfParts<'_> {
    fn range(self, len: usize, front: usize) -> Range<usize> {
        if self.front {
            0..front.min(len)
        } else {
            front.min(len)..len
        }
    }

    /// How much to reserve in a column of `len`, if anything, for what these parts add.
    /// Parts are alike, so the first ones tell how long a column will be; doubling its room instead
    /// copies it again and again while other threads wait, a seventh of the time of building on two
    /// threads. Where parts are not alike, as one person has most rows, it is no more than doubling
    /// or the rows ask.
    fn room<T>(
        self,
        len: usize,
        capacity: usize,
        column: fn(&CutJourneys) -> &Vec<T>,
        front: fn(&Extent) -> usize,
    ) -> usize {
        let more: usize = self
            .parts
            .iter()
            .map(|part| {
                self.range(column(part).len(), front(&part.converting))
                    .len()
            })
            .sum();
        let needed = len + more;
        let expected = (needed as f64 * self.whole) as usize;
        if needed <= capacity {
            0
        } else {
            expected.clamp(needed, self.rows.max(2 * needed)) - len
        }
    }

    fn copy<T: Copy>(
        self,
        to: &mut Vec<T>,
        column: fn(&CutJourneys) -> &Vec<T>,
        front: fn(&Extent) -> usize,
    ) {
        to.reserve_exact(self.room(to.len(), to.capacity(), column, front));
        for part in self.parts {
            let values = column(part);
            to.extend_from_slice(&values[self.range(values.len(), front(&part.converting))]);
        }
    }

    /// The same for positions, which move with what they point into; `base` counts how much of it
    /// stands there already.
    fn shift(
        self,
        to: &mut Offsets,
        column: fn(&CutJourneys) -> &Vec<u32>,
        front: fn(&Extent) -> usize,
        (into, mut base): (Count, usize),
    ) {
        to.widen(base + self.parts.iter().map(into.0).sum::<usize>());
        to.reserve_exact(self.room(to.len(), to.capacity(), column, front));
        for part in self.parts {
            let positions = column(part);
            let own = self.range(into.0(part), into.1(&part.converting));
            let kept = &positions[self.range(positions.len(), front(&part.converting))];
            to.extend(
                kept.iter()
                    .map(|&position| base + position as usize - own.start),
                base + own.len(),
            );
            base += own.len();
        }
    }
}

#[cfg(test)]
mod tests;
