//! What experiments are compared with: the exposure to the touches that each of them is about.

use crate::attribution::hazard::design::Design;
use crate::attribution::hazard::process::Person;
use crate::channel::{ChannelId, Channels};
use crate::error::Result;
use crate::experiment::LiftTest;
use crate::time::limits::DAY;
use crate::time::{TimeRange, TimeZone};
use serde::{Deserialize, Serialize};

/// Seconds of a step of the time left, in which flows are added up.
pub(super) const STEP: u32 = 3_600;

/// The touches a test is about, and up to when it counted what they brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Window {
    pub(super) channel: ChannelId,
    /// The first and the last second of its touches.
    first: u32,
    last: u32,
    /// The second up to which their conversions count.
    until: u32,
}

impl Window {
    /// None for a channel that is not known.
    ///
    /// # Errors
    /// If the days cannot be told in seconds of a log.
    pub(super) fn new(
        test: &LiftTest,
        channels: &Channels,
        zone: &TimeZone,
    ) -> Result<Option<Self>> {
        let days = TimeRange::days(Some(test.start()), Some(test.end()), zone)?;
        let end = days.last().saturating_add(1);
        Ok(channels.id(test.channel()).map(|channel| Self {
            channel,
            first: days.first(),
            last: days.last(),
            until: end.saturating_add(test.tail_days().saturating_mul(DAY)),
        }))
    }

    fn is_sound(&self, channels: usize) -> bool {
        self.channel.index() < channels && self.first <= self.last && self.last <= self.until
    }

    /// How many steps the time left of a touch may have.
    fn steps(&self) -> usize {
        ((self.until - self.first) / STEP) as usize + 1
    }
}

/// The exposure of every feature to the touches of one test: as evidence has it to all touches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct TestedTouches {
    pub(super) window: Window,
    /// By feature, in the basis' unit; pairs in seconds.
    pub(super) exposure: Vec<f64>,
    /// Touches by the hours left until conversions no longer count.
    pub(super) left: Vec<f64>,
    /// The first touch of any person, and the end of observation.
    seen: Option<(u32, u32)>,
}

impl TestedTouches {
    pub(super) fn new(window: Window, features: usize) -> Self {
        Self {
            window,
            exposure: vec![0.0; features],
            left: vec![0.0; window.steps()],
            seen: None,
        }
    }

    pub(super) fn is_sound(&self, design: &Design, features: usize) -> bool {
        let numbers = || self.exposure.iter().chain(&self.left);
        self.window.is_sound(design.channels)
            && self.exposure.len() == features
            && self.left.len() == self.window.steps()
            && numbers().all(|number| (0.0..f64::INFINITY).contains(number))
    }

    pub(super) fn heap_size(&self) -> usize {
        (self.exposure.capacity() + self.left.capacity()) * size_of::<f64>()
    }

    /// How many touches the test is about.
    pub(super) fn touches(&self) -> f64 {
        self.left.iter().sum()
    }

    /// The part of the test's days that the log covers, 0 to 1.
    pub(super) fn seen(&self) -> f64 {
        let Window { first, last, .. } = self.window;
        let Some((from, end)) = self.seen else {
            return 0.0;
        };
        // a log's first and last row stand for their days
        let (from, end) = (from.saturating_sub(DAY), end.saturating_add(DAY));
        let covered = last.min(end).saturating_sub(first.max(from));
        if from > last || end < first {
            return 0.0;
        }
        f64::from(covered) / f64::from(last - first).max(1.0)
    }

    /// Takes in one person.
    pub(super) fn observe(&mut self, person: Person<'_>, design: &Design) {
        let Person {
            channels,
            times,
            end,
            weight,
            ..
        } = person;
        let (earliest, latest) = self.seen.unwrap_or((times[0], end));
        self.seen = Some((earliest.min(times[0]), latest.max(end)));
        let Window {
            channel,
            first,
            last,
            until,
        } = self.window;
        let from = times.partition_point(|&time| time < first);
        let to = times.partition_point(|&time| time <= last);
        if !channels[from..to].contains(&channel) {
            return;
        }
        let features = design.each_feature(channels, times);
        for ((&time, &own), feature) in times.iter().zip(channels).zip(features).take(to) {
            if own == channel && time >= first {
                let exposure = &mut self.exposure[feature..feature + design.basis.len()];
                design.basis.integrate(0, until - time, weight, exposure);
                self.left[((until - time) / STEP) as usize] += weight;
            }
        }
        if design.pairs {
            self.observe_pairs(person, design);
        }
    }

    /// Adds how long pairs with the channel were open through its touches of the test.
    fn observe_pairs(&mut self, person: Person<'_>, design: &Design) {
        let Window {
            channel,
            first,
            last,
            until,
        } = self.window;
        let touches = person.channels.iter().zip(person.times);
        let (channels, times): (Vec<ChannelId>, Vec<u32>) = touches
            .filter(|&(&own, time)| own != channel || (first..=last).contains(time))
            .unzip();
        let span = (first, until);
        let only = Some(channel);
        let pairs = (&channels[..], &times[..]);
        design.expose_pairs(pairs, span, person.weight, only, &mut self.exposure);
    }

    pub(super) fn merge(&mut self, later: Self) {
        let sums = self.exposure.iter_mut().zip(later.exposure);
        let counts = self.left.iter_mut().zip(later.left);
        sums.chain(counts).for_each(|(sum, other)| *sum += other);
        self.seen = match (self.seen, later.seen) {
            (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.max(other.1))),
            (one, other) => one.or(other),
        };
    }
}
