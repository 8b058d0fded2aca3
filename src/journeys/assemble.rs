//! All parts into one arena: persons with a conversion first, whichever partition they come from.

use super::offsets::Offsets;
use super::segments::Segments;
use super::window::{Extent, Part};
use super::{Outcome, People, Touches};
use crate::channel::ChannelId;
use crate::intern::Interner;
use crate::person::PersonTable;
use rayon::prelude::*;

/// The arena's columns.
#[derive(Debug)]
pub(super) struct Assembled {
    pub(super) touches: Touches,
    pub(super) timeline: Option<Touches>,
    pub(super) starts: Offsets,
    pub(super) ends: Offsets,
    pub(super) closes: Vec<u32>,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) places: Vec<ChannelId>,
    pub(super) people: People,
    pub(super) segments: Option<Segments>,
}

/// Puts the parts together column by column, giving up each part's column as soon as it is copied.
/// `segments` names the codes of segments.
pub(super) fn assemble(mut parts: Vec<Part>, shared: bool, segments: &Interner) -> Assembled {
    let converting: Vec<Extent> = parts.iter().map(|part| part.converting).collect();
    let persons = Halves::of(&parts, &converting, |part| part.persons.len(), |extent| extent.persons);
    let journeys = Halves::of(&parts, &converting, |part| part.closes.len(), |extent| extent.journeys);
    let timeline = Halves::of(&parts, &converting, |part| part.timeline.channels.len(), |extent| extent.timeline);
    let own = Halves::of(&parts, &converting, |part| part.touches.channels.len(), |extent| extent.touches);

    let all = Touches {
        channels: timeline.join(&mut parts, |part| std::mem::take(&mut part.timeline.channels), ChannelId::NONE),
        times: timeline.join(&mut parts, |part| std::mem::take(&mut part.timeline.times), 0),
    };
    let (touches, apart) = if shared {
        (all, None)
    } else {
        let channels = own.join(&mut parts, |part| std::mem::take(&mut part.touches.channels), ChannelId::NONE);
        let times = own.join(&mut parts, |part| std::mem::take(&mut part.touches.times), 0);
        (Touches { channels, times }, Some(all))
    };
    let ranges = if shared { &timeline } else { &own };
    Assembled {
        touches,
        timeline: apart,
        starts: journeys.join_offsets(&mut parts, |part| std::mem::take(&mut part.starts), ranges),
        ends: journeys.join_offsets(&mut parts, |part| std::mem::take(&mut part.ends), ranges),
        closes: journeys.join(&mut parts, |part| std::mem::take(&mut part.closes), 0),
        segments: (segments.len() > 0).then(|| {
            let by_journey = journeys.join(&mut parts, |part| std::mem::take(&mut part.segments), 0);
            let by_person = persons.join(&mut parts, |part| std::mem::take(&mut part.person_segments), 0);
            Segments::new(segments, by_journey, by_person)
        }),
        outcomes: parts.iter_mut().flat_map(|part| std::mem::take(&mut part.outcomes)).collect(),
        places: parts.iter_mut().flat_map(|part| std::mem::take(&mut part.places)).collect(),
        people: People {
            touch_ends: persons.join_offsets(&mut parts, |part| std::mem::take(&mut part.touch_ends), &timeline),
            journey_ends: persons.join_offsets(&mut parts, |part| std::mem::take(&mut part.journey_ends), &journeys),
            codes: persons.join(&mut parts, |part| std::mem::take(&mut part.persons), 0),
            table: PersonTable::default(),
            bought_before: parts.iter_mut().flat_map(|part| std::mem::take(&mut part.bought_before)).collect(),
        },
    }
}

/// For one kind of thing, how many of each part stand among the converting and how many behind them.
struct Halves {
    front: Vec<usize>,
    back: Vec<usize>,
}

impl Halves {
    fn of(parts: &[Part], converting: &[Extent], len: impl Fn(&Part) -> usize, front: impl Fn(&Extent) -> usize) -> Self {
        let front: Vec<usize> = converting.iter().map(front).collect();
        let back = parts.iter().zip(&front).map(|(part, front)| len(part) - front).collect();
        Self { front, back }
    }

    fn total(&self) -> usize {
        self.front.iter().chain(&self.back).sum()
    }

    /// Where each part's front and back begin in the arena.
    fn bases(&self) -> Vec<(usize, usize)> {
        let (mut front, mut back) = (0, self.front.iter().sum::<usize>());
        let step = |(here, behind): (&usize, &usize)| {
            let at = (front, back);
            front += here;
            back += behind;
            at
        };
        self.front.iter().zip(&self.back).map(step).collect()
    }

    /// One column of the arena: every part's front, then every part's back.
    fn join<T: Copy + Send + Sync>(&self, parts: &mut [Part], take: impl Fn(&mut Part) -> Vec<T>, filler: T) -> Vec<T> {
        let columns: Vec<Vec<T>> = parts.iter_mut().map(take).collect();
        let mut joined = vec![filler; self.total()];
        self.fill(&mut joined, columns, |value, _, _| value);
        joined
    }

    /// The same for positions, which move with what they point into.
    fn join_offsets(&self, parts: &mut [Part], take: impl Fn(&mut Part) -> Vec<u32>, into: &Self) -> Offsets {
        let columns: Vec<Vec<u32>> = parts.iter_mut().map(take).collect();
        let mut joined = Offsets::zeros(self.total(), into.total());
        let bases = into.bases();
        let moved = |value: u32, part: usize, front: bool| {
            let (ahead, behind) = bases[part];
            if front { ahead + value as usize } else { behind + value as usize - into.front[part] }
        };
        match &mut joined {
            Offsets::Short(positions) => self.fill(positions, columns, |value, part, front| moved(value, part, front) as u32),
            Offsets::Long(positions) => self.fill(positions, columns, |value, part, front| moved(value, part, front) as u64),
        }
        joined
    }

    fn fill<S: Copy + Send + Sync, T: Send>(&self, joined: &mut [T], columns: Vec<Vec<S>>, put: impl Fn(S, usize, bool) -> T + Sync) {
        let (mut front, mut back) = joined.split_at_mut(self.front.iter().sum());
        let mut work = Vec::with_capacity(columns.len());
        for (part, column) in columns.into_iter().enumerate() {
            let (here, rest) = std::mem::take(&mut front).split_at_mut(self.front[part]);
            let (behind, later) = std::mem::take(&mut back).split_at_mut(self.back[part]);
            (front, back) = (rest, later);
            work.push((part, column, here, behind));
        }
        work.into_par_iter().for_each(|(part, column, here, behind)| {
            let (ahead, after) = column.split_at(here.len());
            here.iter_mut().zip(ahead).for_each(|(to, &from)| *to = put(from, part, true));
            behind.iter_mut().zip(after).for_each(|(to, &from)| *to = put(from, part, false));
        });
    }
}
