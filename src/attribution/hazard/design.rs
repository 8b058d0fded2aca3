//! From a person's touches to the features of an intensity.

use crate::attribution::hazard::basis::Basis;
use crate::channel::ChannelId;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};

/// Same-channel touches and pairs of channels count as close within 7 days.
pub(super) const WEEK: u32 = 7 * crate::time::limits::DAY;
/// Frequency classes: 0, 1, 2 to 3, and 4 or more touches of the channel in the 7 days before.
pub(super) const CLASSES: usize = 4;

/// Which features there are. Numbered by channel, then frequency class, then function of age; pairs
/// follow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Design {
    pub(super) channels: usize,
    pub(super) basis: Basis,
    pub(super) frequency: bool,
    pub(super) pairs: bool,
}

impl Design {
    pub(super) fn classes(&self) -> usize {
        if self.frequency { CLASSES } else { 1 }
    }

    /// Features of single touches.
    pub(super) fn singles(&self) -> usize {
        self.channels * self.classes() * self.basis.len()
    }

    pub(super) fn features(&self) -> usize {
        self.singles()
            + if self.pairs {
                self.channels * self.channels.saturating_sub(1) / 2
            } else {
                0
            }
    }

    /// The first feature of touch `at`.
    #[inline]
    pub(super) fn feature(&self, channels: &[ChannelId], times: &[u32], at: usize) -> usize {
        let class = if self.frequency {
            class(channels, times, at)
        } else {
            0
        };
        (channels[at].index() * self.classes() + class) * self.basis.len()
    }

    /// The first feature of every touch, in time linear in their number.
    pub(super) fn each_feature(
        &self,
        channels: &[ChannelId],
        times: &[u32],
    ) -> impl Iterator<Item = usize> {
        let mut latest: HashMap<ChannelId, VecDeque<u32>> = HashMap::new();
        channels.iter().zip(times).map(move |(&channel, &time)| {
            let mut class = 0;
            if self.frequency {
                let own = latest.entry(channel).or_default();
                own.retain(|before| time - before <= WEEK);
                class = class_of(own.len());
                own.push_back(time);
                if own.len() > 4 {
                    own.pop_front();
                }
            }
            (channel.index() * self.classes() + class) * self.basis.len()
        })
    }

    /// The feature of a pair of different channels.
    pub(super) fn pair(&self, one: ChannelId, other: ChannelId) -> usize {
        let (low, high) = (one.min(other).index(), one.max(other).index());
        self.singles() + high * (high - 1) / 2 + low
    }

    /// The channels of pair feature `feature`.
    pub(super) fn pair_channels(&self, feature: usize) -> (ChannelId, ChannelId) {
        let mut low = feature - self.singles();
        let mut high = 1;
        while low >= high {
            low -= high;
            high += 1;
        }
        (ChannelId(low as u16), ChannelId(high as u16))
    }

    /// Where the touches begin that still have an effect at second `at`.
    #[inline]
    pub(super) fn first_active(&self, times: &[u32], at: u32) -> usize {
        let earliest = at.saturating_sub(self.basis.horizon());
        times.partition_point(|&time| time < earliest)
    }

    /// The features at second `at`, which no touch of `channels` and `times` lies behind, into
    /// `entries`; one may come twice.
    pub(super) fn entries(
        &self,
        channels: &[ChannelId],
        times: &[u32],
        at: u32,
        entries: &mut Vec<(u32, f64)>,
    ) {
        for touch in self.first_active(times, at)..times.len() {
            let first = self.feature(channels, times, touch);
            self.basis.at(at - times[touch], |function, value| {
                entries.push(((first + function) as u32, value))
            });
        }
        self.pair_entries(channels, times, at, entries);
    }

    /// The pairs of channels that both had a touch within 7 days before second `at`.
    pub(super) fn pair_entries(
        &self,
        channels: &[ChannelId],
        times: &[u32],
        at: u32,
        entries: &mut Vec<(u32, f64)>,
    ) {
        if self.pairs {
            let mut close: Vec<ChannelId> = channels
                .iter()
                .zip(times)
                .rev()
                .take_while(|&(_, &time)| at - time <= WEEK)
                .map(|(&channel, _)| channel)
                .collect();
            close.sort_unstable();
            close.dedup();
            for (place, &high) in close.iter().enumerate() {
                entries.extend(
                    close[..place]
                        .iter()
                        .map(|&low| (self.pair(low, high) as u32, 1.0)),
                );
            }
        }
    }

    /// Adds how long each feature was exposed between `open` and `end`, in the basis' unit; pairs
    /// in seconds.
    pub(super) fn expose(
        &self,
        channels: &[ChannelId],
        times: &[u32],
        open: u32,
        end: u32,
        weight: f64,
        exposure: &mut [f64],
    ) {
        let functions = self.basis.len();
        for (&time, first) in times.iter().zip(self.each_feature(channels, times)) {
            self.basis.integrate(
                open.saturating_sub(time),
                end.saturating_sub(time),
                weight,
                &mut exposure[first..first + functions],
            );
        }
        if self.pairs {
            self.expose_pairs((channels, times), (open, end), weight, None, exposure);
        }
    }

    /// How long both channels of a pair had a touch within 7 days: the overlap of the stretches
    /// that each keeps open. Only pairs with the channel `only`, if there is one.
    pub(super) fn expose_pairs(
        &self,
        (channels, times): (&[ChannelId], &[u32]),
        (open, end): (u32, u32),
        weight: f64,
        only: Option<ChannelId>,
        exposure: &mut [f64],
    ) {
        let stretches = stretches(channels, times, open, end);
        for (place, (high, left)) in stretches.iter().enumerate() {
            for (low, right) in &stretches[..place] {
                if only.is_some_and(|only| only != *high && only != *low) {
                    continue;
                }
                exposure[self.pair(*low, *high)] += weight * overlap(left, right);
            }
        }
    }
}

/// The frequency class of touch `at`.
fn class(channels: &[ChannelId], times: &[u32], at: usize) -> usize {
    let before = channels[..at]
        .iter()
        .zip(times)
        .rev()
        .take_while(|&(_, &time)| times[at] - time <= WEEK);
    let own = before.filter(|&(&channel, _)| channel == channels[at]);
    class_of(own.take(4).count())
}

/// The frequency class behind that many touches.
fn class_of(earlier: usize) -> usize {
    match earlier {
        0 => 0,
        1 => 1,
        2 | 3 => 2,
        _ => 3,
    }
}

type Stretches = Vec<(u32, u32)>;

/// By channel in order, the stretches of time within `open..end` in which it had a touch within 7
/// days.
fn stretches(
    channels: &[ChannelId],
    times: &[u32],
    open: u32,
    end: u32,
) -> Vec<(ChannelId, Stretches)> {
    let mut all: Vec<(ChannelId, Stretches)> = Vec::new();
    for (&channel, &time) in channels.iter().zip(times) {
        let place = match all.binary_search_by_key(&channel, |stretch| stretch.0) {
            Ok(place) => place,
            Err(place) => {
                all.insert(place, (channel, Vec::new()));
                place
            }
        };
        let (from, to) = (time.max(open), time.saturating_add(WEEK).min(end));
        let own = &mut all[place].1;
        match own.last_mut().filter(|last| last.1 >= from) {
            Some(last) => last.1 = to.max(last.1),
            None if from < to => own.push((from, to)),
            None => {}
        }
    }
    all
}

fn overlap(left: &[(u32, u32)], right: &[(u32, u32)]) -> f64 {
    let (mut a, mut b, mut sum) = (0, 0, 0u64);
    while let (Some(one), Some(other)) = (left.get(a), right.get(b)) {
        sum += u64::from(one.1.min(other.1).saturating_sub(one.0.max(other.0)));
        if one.1 <= other.1 { a += 1 } else { b += 1 }
    }
    sum as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::time::limits::DAY;

    fn design(frequency: bool, pairs: bool) -> Design {
        Design {
            channels: 3,
            basis: Basis::default(),
            frequency,
            pairs,
        }
    }

    #[test]
    fn pairs_are_numbered_both_ways() {
        let design = design(false, true);
        let pairs: Vec<_> = (design.singles()..design.features())
            .map(|feature| design.pair_channels(feature))
            .collect();
        assert_eq!(
            pairs,
            [(0, 1), (0, 2), (1, 2)].map(|(low, high)| (ChannelId(low), ChannelId(high)))
        );
        assert!(
            pairs
                .iter()
                .zip(design.singles()..)
                .all(|(&(low, high), feature)| design.pair(high, low) == feature)
        );
    }

    #[test]
    fn frequency_classes_count_the_week_before() {
        let channels = [0, 0, 1, 0, 0, 0, 0].map(ChannelId);
        let times = [0, 1, 2, 3, 4, 5, 8].map(|day| day * DAY);
        let classes: Vec<usize> = (0..7).map(|at| class(&channels, &times, at)).collect();
        assert_eq!(classes, [0, 1, 0, 2, 2, 3, 3]);
        let design = design(true, false);
        let one_by_one = (0..7).map(|at| design.feature(&channels, &times, at));
        assert!(design.each_feature(&channels, &times).eq(one_by_one));
    }

    #[test]
    fn pairs_are_exposed_while_both_are_close() {
        let (channels, times) = ([0, 1, 0].map(ChannelId), [0, 5, 10].map(|day| day * DAY));
        let design = design(false, true);
        let mut exposure = vec![0.0; design.features()];
        design.expose(&channels, &times, 0, 100 * DAY, 1.0, &mut exposure);
        // channel 0 is close on days 0 to 7 and 10 to 17, channel 1 on days 5 to 12
        assert_eq!(
            exposure[design.pair(ChannelId(0), ChannelId(1))],
            f64::from(4 * DAY)
        );
        let mut entries = Vec::new();
        design.entries(&channels, &times, 11 * DAY, &mut entries);
        assert_eq!(
            entries
                .iter()
                .filter(|entry| entry.0 as usize >= design.singles())
                .count(),
            1
        );
    }
}
