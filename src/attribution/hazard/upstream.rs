//! Channels that are outcomes themselves: which earlier touches brought their touches.

use crate::attribution::distinct::distinct;
use crate::attribution::hazard::basis::Basis;
use crate::attribution::hazard::design::Design;
use crate::attribution::hazard::em::Solution;
use crate::attribution::hazard::process::{Person, Process};
use crate::attribution::hazard::sliding::{Around, MANY, Target};
use crate::channel::ChannelId;
use crate::error::Result;
use crate::journeys::journey::Timeline;
use crate::progress::Progress;
use serde::{Deserialize, Serialize};

/// The touches of one channel as events, and the exposure to touches of the channels that may bring
/// them: all but those flagged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Arrivals {
    channel: ChannelId,
    flagged: Vec<ChannelId>,
    /// Whether terms in the distance to touches before and behind take up what comes in bursts.
    symmetric: bool,
    /// By feature of a past touch; where symmetric, then those of a near one.
    pub(super) process: Process,
}

impl Arrivals {
    pub(super) fn new(
        channel: ChannelId,
        flagged: &[ChannelId],
        symmetric: bool,
        design: &Design,
    ) -> Self {
        let past = design.channels * design.basis.len();
        Self {
            channel,
            flagged: flagged.to_vec(),
            symmetric,
            process: Process::new(if symmetric { 2 * past } else { past }),
        }
    }

    pub(super) fn key(&self) -> (ChannelId, &[ChannelId], bool) {
        (self.channel, &self.flagged, self.symmetric)
    }

    pub(super) fn is_sound(&self, design: &Design) -> bool {
        let features = Self::new(self.channel, &[], self.symmetric, design)
            .process
            .exposure
            .len();
        self.channel.index() < design.channels && self.process.is_sound(features)
    }

    pub(super) fn merge(&mut self, later: Self) {
        self.process.merge(later.process);
    }

    pub(super) fn heap_size(&self) -> usize {
        size_of_val(&self.flagged[..]) + self.process.heap_size()
    }

    /// Takes in one person. The person's first touch opens the time watched and is no event in it.
    pub(super) fn observe(
        &mut self,
        person: Person<'_>,
        basis: &Basis,
        entries: &mut Vec<(u32, f64)>,
    ) {
        let Person {
            channels,
            times,
            end,
            weight,
            ..
        } = person;
        let (first, functions) = (times[0], basis.len());
        let near = self.near();
        self.process.watched += weight * f64::from(end.saturating_sub(first));
        for (channel, &time) in channels
            .iter()
            .zip(times)
            .filter(|(channel, _)| !self.flagged.contains(channel))
        {
            let feature = channel.index() * functions;
            basis.integrate(
                0,
                end.saturating_sub(time),
                weight,
                &mut self.process.exposure[feature..feature + functions],
            );
            if self.symmetric {
                let sums = &mut self.process.exposure[near + feature..near + feature + functions];
                basis.integrate(0, end.saturating_sub(time), weight, sums);
                basis.integrate(0, time - first, weight, sums);
            }
        }
        if times.len() >= MANY {
            self.observe_many(person, basis, entries);
        } else {
            self.observe_few(person, basis, entries);
        }
    }

    /// Adds a row for each touch of the channel but the person's first.
    fn observe_few(&mut self, person: Person<'_>, basis: &Basis, entries: &mut Vec<(u32, f64)>) {
        let (channels, times) = (person.channels, person.times);
        let (near, functions) = (self.near(), basis.len());
        for at in (1..times.len()).filter(|&at| channels[at] == self.channel) {
            entries.clear();
            let neighbours = neighbours(times, at, basis.horizon(), self.symmetric);
            for other in
                neighbours.filter(|&other| other != at && !self.flagged.contains(&channels[other]))
            {
                let feature = channels[other].index() * functions;
                basis.at(times[at].abs_diff(times[other]), |function, value| {
                    if other < at {
                        entries.push(((feature + function) as u32, value));
                    }
                    if self.symmetric {
                        entries.push(((near + feature + function) as u32, value));
                    }
                });
            }
            self.process.rows.push(entries, person.weight);
        }
    }

    /// The same in time linear in the person's touches.
    fn observe_many(&mut self, person: Person<'_>, basis: &Basis, entries: &mut Vec<(u32, f64)>) {
        let (channels, functions, near) = (person.channels, basis.len(), self.near());
        let mut groups = distinct(channels);
        groups.retain(|channel| !self.flagged.contains(channel));
        let part = |channel| Some((groups.binary_search(channel).ok()?, 1.0));
        let parts: Vec<_> = channels.iter().map(part).collect();
        let events: Vec<Target> = (1..channels.len())
            .filter(|&at| channels[at] == self.channel)
            .map(|at| (at, person.times[at]))
            .collect();
        if !self
            .process
            .has_room(events.len(), groups.len() * functions)
        {
            return;
        }
        let around = Around::new(basis, person.times, &parts, groups.len(), &events);
        let behind = around.behind(self.symmetric);
        let (mut row, process) = (0, &mut self.process);
        around.before(|sums| {
            entries.clear();
            for (at, &past) in sums.iter().enumerate() {
                let feature = groups[at / functions].index() * functions + at % functions;
                let future = behind.get(row * sums.len() + at).copied();
                if past > 0.0 {
                    entries.push((feature as u32, past));
                }
                if let Some(all) = future.map(|future| past + future).filter(|&all| all > 0.0) {
                    entries.push(((near + feature) as u32, all));
                }
            }
            process.rows.push(entries, person.weight);
            row += 1;
        });
    }

    /// Where the features of near touches begin.
    fn near(&self) -> usize {
        if self.symmetric {
            self.process.exposure.len() / 2
        } else {
            0
        }
    }

    pub(super) fn solve(
        &self,
        basis: &Basis,
        most_steps: u64,
        progress: &dyn Progress,
    ) -> Result<Upstream> {
        let ranked = self
            .process
            .ranked(self.process.exposure.len(), basis.unit());
        let problem = ranked.problem();
        let Solution {
            rates,
            steps,
            converged,
            ..
        } = problem.maximise(problem.start(), most_steps, progress)?;
        let rates = ranked.by_number(&rates);
        Ok(Upstream {
            channel: self.channel,
            symmetric: self.symmetric,
            rates,
            steps,
            converged,
            share: all(),
            is_found: false,
        })
    }

    /// The share of the channel's touches that those of some others brought, by a fit; none without
    /// touches behind a person's first.
    pub(super) fn brought_by(
        &self,
        fitted: &Upstream,
        others: &[ChannelId],
        basis: &Basis,
    ) -> Option<f64> {
        let functions = basis.len();
        let expected = others.iter().map(|channel| {
            let features = channel.index() * functions..(channel.index() + 1) * functions;
            let pairs = fitted.rates[features.clone()].iter();
            let pairs = pairs.zip(&self.process.exposure[features]);
            pairs
                .map(|(rate, exposure)| rate * exposure * basis.unit())
                .sum::<f64>()
        });
        let touches = self.process.rows.weight();
        (touches > 0.0).then(|| (expected.sum::<f64>() / touches).min(1.0))
    }
}

/// The touches around touch `at`, those before it only unless `both`.
fn neighbours(times: &[u32], at: usize, horizon: u32, both: bool) -> std::ops::Range<usize> {
    let start = times.partition_point(|&time| time < times[at].saturating_sub(horizon));
    let end = if both {
        times.partition_point(|&time| time <= times[at].saturating_add(horizon))
    } else {
        at
    };
    start..end
}

/// The fitted intensity of one channel's touches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Upstream {
    pub(super) channel: ChannelId,
    symmetric: bool,
    /// A day, as in [`Arrivals`]; the baseline's last.
    pub(super) rates: Vec<f64>,
    pub(super) steps: u64,
    pub(super) converged: bool,
    /// The share of its credit that the channel passes on; all unless tests found another.
    #[serde(default = "all", skip_serializing_if = "is_all")]
    pub(super) share: f64,
    /// Whether tests found it. What no touch brought then stays with the channel.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_found: bool,
}

const fn all() -> f64 {
    1.0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands on a reference"
)]
fn is_all(share: &f64) -> bool {
    *share == 1.0
}

impl Upstream {
    /// The same, which passes on a share of its credit that tests found.
    pub(super) fn passing(self, share: f64) -> Self {
        Self {
            share,
            is_found: true,
            ..self
        }
    }

    pub(super) fn is_sound(&self, design: &Design) -> bool {
        let features = design.channels * design.basis.len() * if self.symmetric { 2 } else { 1 };
        self.channel.index() < design.channels
            && self.rates.len() == features + 1
            && (0.0..=1.0).contains(&self.share)
            && self
                .rates
                .iter()
                .all(|rate| (0.0..f64::INFINITY).contains(rate))
    }

    /// Divides what touches of the channel are credited, `parts` by touch, among the touches that
    /// brought them, in time linear in the timeline. `give` says how much of a part it takes; the
    /// result is what no touch takes.
    pub(super) fn divide(
        &self,
        timeline: Timeline<'_>,
        parts: &[f64],
        basis: &Basis,
        mut give: impl FnMut(usize, f64) -> f64,
    ) -> f64 {
        let events: Vec<usize> = (0..parts.len()).filter(|&at| parts[at] > 0.0).collect();
        let intensities = self.intensities(timeline, &events, basis);
        let mut flows = vec![None; parts.len()];
        for (&at, intensity) in events.iter().zip(intensities) {
            flows[at] = (intensity > 0.0).then(|| (0, parts[at] / intensity));
        }
        let all: Vec<Target> = timeline.times.iter().copied().enumerate().collect();
        let around = Around::new(basis, timeline.times, &flows, 1, &all);
        let (behind, functions) = (around.behind(true), basis.len());
        let mut left: f64 = parts.iter().sum();
        for (at, sums) in behind.chunks(functions).enumerate() {
            let rates = &self.rates[timeline.channels[at].index() * functions..];
            let part: f64 = sums.iter().zip(rates).map(|(sum, rate)| sum * rate).sum();
            if part > 0.0 {
                left -= give(at, part);
            }
        }
        left.max(0.0)
    }

    /// The intensity at each of these touches.
    fn intensities(&self, timeline: Timeline<'_>, events: &[usize], basis: &Basis) -> Vec<f64> {
        let groups = distinct(timeline.channels);
        let part = |channel| Some((groups.binary_search(channel).ok()?, 1.0));
        let parts: Vec<_> = timeline.channels.iter().map(part).collect();
        let targets: Vec<Target> = events.iter().map(|&at| (at, timeline.times[at])).collect();
        let around = Around::new(basis, timeline.times, &parts, groups.len(), &targets);
        let functions = basis.len();
        let behind = around.behind(self.symmetric);
        let past = (self.rates.len() - 1) / 2;
        let mut found = Vec::with_capacity(events.len());
        around.before(|sums| {
            let mut intensity = self.rates[self.rates.len() - 1];
            for (at, before) in sums.iter().enumerate() {
                let feature = groups[at / functions].index() * functions + at % functions;
                intensity += self.rates[feature] * before;
                if let Some(after) = behind.get(found.len() * sums.len() + at) {
                    intensity += self.rates[past + feature] * (before + after);
                }
            }
            found.push(intensity);
        });
        found
    }

    /// Each earlier touch with the part of touch `at` that it brought. Touches behind the
    /// timeline's end cannot be seen here: what they would take of the part that comes in bursts is
    /// left to the others.
    pub(super) fn parents(
        &self,
        timeline: Timeline<'_>,
        at: usize,
        basis: &Basis,
        mut each: impl FnMut(usize, f64),
    ) {
        let Timeline { channels, times } = timeline;
        let past = (self.rates.len() - 1) / 2;
        let effect = |other: usize, shift: usize| {
            let mut sum = 0.0;
            let first = shift + channels[other].index() * basis.len();
            basis.at(times[at].abs_diff(times[other]), |function, value| {
                sum += self.rates[first + function] * value
            });
            sum
        };
        let mut intensity = self.rates[self.rates.len() - 1];
        for other in
            neighbours(times, at, basis.horizon(), self.symmetric).filter(|&other| other != at)
        {
            intensity += if other < at { effect(other, 0) } else { 0.0 };
            intensity += if self.symmetric {
                effect(other, past)
            } else {
                0.0
            };
        }
        if intensity > 0.0 {
            for other in neighbours(times, at, basis.horizon(), false) {
                each(other, effect(other, 0) / intensity);
            }
        }
    }
}

#[cfg(test)]
mod tests;
