//! Channels that are outcomes themselves: which earlier touches brought their touches.

use crate::attribution::hazard::basis::Basis;
use crate::attribution::hazard::design::Design;
use crate::attribution::hazard::em::Solution;
use crate::attribution::hazard::process::{Person, Process};
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
    process: Process,
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
            self.process.rows.push(entries, weight);
        }
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
        })
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
}

impl Upstream {
    pub(super) fn is_sound(&self, design: &Design) -> bool {
        let features = design.channels * design.basis.len() * if self.symmetric { 2 } else { 1 };
        self.channel.index() < design.channels
            && self.rates.len() == features + 1
            && self
                .rates
                .iter()
                .all(|rate| (0.0..f64::INFINITY).contains(rate))
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
