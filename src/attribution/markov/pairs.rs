//! Steps of a chain of order 1, counted in a square of channels.

use crate::attribution::markov::ends::Ends;
use crate::channel::ChannelId;
use crate::journeys::Outcome;
use crate::journeys::arena::NullRun;

/// Counts by pair of channels and by channel.
#[derive(Debug, Clone)]
pub(super) struct Pairs {
    channels: usize,
    ends: Vec<Ends>,
    /// By channel left, then channel entered.
    steps: Vec<f64>,
    nulls: Nulls,
}

/// What null journeys add, in whole numbers; empty until there are any.
#[derive(Debug, Clone, Default)]
struct Nulls {
    /// Adjacent touches, whether of one journey or not. As many squares as there are
    /// [`Pairs::ways`], to be added up.
    adjacent: Vec<i64>,
    /// Adjacent touches of two journeys: what to take back, and with it where the one ends and the
    /// other starts.
    crossing: Vec<i64>,
    /// Of each run, where the first journey starts and the last one ends; and all that touches of
    /// no journey keep apart.
    starts: Vec<i64>,
    ends: Vec<i64>,
}

/// Up to this many channels neighbouring touches are counted in squares of their own, so that an
/// addition need not wait for the one before it in the same cell.
const WAYS: usize = 4;
const FEW: usize = 32;

impl Pairs {
    pub(super) fn new(channels: usize) -> Self {
        Self {
            channels,
            ends: vec![Ends::default(); channels],
            steps: vec![0.0; channels * channels],
            nulls: Nulls::default(),
        }
    }

    #[inline]
    pub(super) fn observe(&mut self, path: &[ChannelId], outcome: Outcome) {
        let weight = outcome.conversions + outcome.nulls;
        for pair in path.windows(2) {
            self.steps[pair[0].index() * self.channels + pair[1].index()] += weight;
        }
        self.ends[path[0].index()].starts += weight;
        self.ends[path[path.len() - 1].index()].add(outcome);
    }

    /// Counts all adjacent touches of a run, and what crosses from journey to journey once more: an
    /// addition a touch and another a journey, without a branch for either.
    pub(super) fn observe_nulls(&mut self, run: &NullRun<'_>) {
        let touches = run.touches();
        if touches.is_empty() {
            return;
        }
        self.nulls.make_room(self.channels, self.ways());
        self.count_adjacent(touches);
        let (channels, mut before) = (self.channels, None);
        run.each_bound(|start, end| {
            if start == end {
                return;
            }
            if before == Some(start) {
                self.nulls.crossing
                    [touches[start - 1].index() * channels + touches[start].index()] += 1;
            } else {
                self.skip(touches, before, start);
            }
            before = Some(end);
        });
        if let Some(end) = before {
            self.nulls.ends[touches[end - 1].index()] += 1;
        }
    }

    fn count_adjacent(&mut self, touches: &[ChannelId]) {
        let channels = self.channels;
        let mut before = touches[0].index();
        if self.ways() == 1 {
            for touch in &touches[1..] {
                self.nulls.adjacent[before * channels + touch.index()] += 1;
                before = touch.index();
            }
            return;
        }
        let (first, rest) = self.nulls.adjacent.split_at_mut(2 * channels * channels);
        let ((a, b), (c, d)) = (
            first.split_at_mut(channels * channels),
            rest.split_at_mut(channels * channels),
        );
        let (quads, tail) = touches[1..].as_chunks::<WAYS>();
        for quad in quads {
            let [w, x, y, z] = quad.map(ChannelId::index);
            a[before * channels + w] += 1;
            b[w * channels + x] += 1;
            c[x * channels + y] += 1;
            d[y * channels + z] += 1;
            before = z;
        }
        for touch in tail {
            a[before * channels + touch.index()] += 1;
            before = touch.index();
        }
    }

    /// Starts a journey that no other ends at: takes back the steps to, between and from touches
    /// that lie between two journeys.
    #[cold]
    fn skip(&mut self, touches: &[ChannelId], before: Option<usize>, start: usize) {
        self.nulls.starts[touches[start].index()] += 1;
        if let Some(before) = before {
            for at in before..=start {
                self.nulls.adjacent
                    [touches[at - 1].index() * self.channels + touches[at].index()] -= 1;
            }
            self.nulls.ends[touches[before - 1].index()] += 1;
        }
    }

    fn ways(&self) -> usize {
        if self.channels <= FEW { WAYS } else { 1 }
    }

    pub(super) fn merge(&mut self, later: &Self) {
        self.ends
            .iter_mut()
            .zip(&later.ends)
            .for_each(|(ends, other)| *ends += *other);
        self.steps
            .iter_mut()
            .zip(&later.steps)
            .for_each(|(sum, other)| *sum += other);
        if !later.nulls.adjacent.is_empty() {
            self.nulls.make_room(self.channels, self.ways());
            self.nulls.merge(&later.nulls);
        }
    }

    /// Bytes on the heap.
    pub(super) fn heap_size(&self) -> usize {
        let nulls = &self.nulls;
        let whole = [&nulls.adjacent, &nulls.crossing, &nulls.starts, &nulls.ends];
        size_of_val(&self.ends[..])
            + size_of_val(&self.steps[..])
            + whole
                .map(|column| size_of_val(&column[..]))
                .iter()
                .sum::<usize>()
    }

    /// What goes through each channel, and each pair with its count, sorted.
    pub(super) fn totals(&self) -> (Vec<Ends>, Vec<([ChannelId; 2], f64)>) {
        let (mut ends, mut steps, channels) =
            (self.ends.clone(), self.steps.clone(), self.channels);
        for at in 0..if self.nulls.adjacent.is_empty() {
            0
        } else {
            channels * channels
        } {
            let crossing = self.nulls.crossing[at];
            let adjacent: i64 = self
                .nulls
                .adjacent
                .iter()
                .skip(at)
                .step_by(channels * channels)
                .sum();
            steps[at] += (adjacent - crossing) as f64;
            ends[at / channels].nulls += crossing as f64;
            ends[at % channels].starts += crossing as f64;
        }
        for (ends, (starts, nulls)) in ends
            .iter_mut()
            .zip(self.nulls.starts.iter().zip(&self.nulls.ends))
        {
            ends.starts += *starts as f64;
            ends.nulls += *nulls as f64;
        }
        let pair = |at: usize| {
            [
                ChannelId((at / channels) as u16),
                ChannelId((at % channels) as u16),
            ]
        };
        (
            ends,
            steps
                .into_iter()
                .enumerate()
                .filter(|step| step.1 > 0.0)
                .map(|(at, weight)| (pair(at), weight))
                .collect(),
        )
    }

    /// Sets counts as they were written down.
    pub(super) fn put(&mut self, channel: ChannelId, ends: Ends) {
        self.ends[channel.index()] += ends;
    }

    /// The same for a pair.
    pub(super) fn put_step(&mut self, from: ChannelId, to: ChannelId, weight: f64) {
        self.steps[from.index() * self.channels + to.index()] += weight;
    }
}

impl Nulls {
    fn make_room(&mut self, channels: usize, ways: usize) {
        if self.adjacent.is_empty() {
            let zeros = |len| vec![0; len];
            *self = Self {
                adjacent: zeros(ways * channels * channels),
                crossing: zeros(channels * channels),
                starts: zeros(channels),
                ends: zeros(channels),
            };
        }
    }

    fn merge(&mut self, later: &Self) {
        let columns = [
            &mut self.adjacent,
            &mut self.crossing,
            &mut self.starts,
            &mut self.ends,
        ];
        for (sums, others) in
            columns
                .into_iter()
                .zip([&later.adjacent, &later.crossing, &later.starts, &later.ends])
        {
            sums.iter_mut()
                .zip(others)
                .for_each(|(sum, other)| *sum += other);
        }
    }
}
