//! One person of a world: touches, conversions, and what the touches were worth.

use super::catalogue::{Channel, Intent, Mechanism, Response};
use super::{ChannelTruth, Truth};
use crate::error::Result;
use crate::event::{Event, Events};
use crate::random::Random;

const DAY: f64 = 86_400.0;
/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;
/// Days watched.
const DAYS: f64 = 90.0;
/// When television runs: days from, and to.
const FLIGHTS: [(f64, f64); 2] = [(14.0, 28.0), (56.0, 70.0)];
/// A touch's effect falls in steps that end at these ages, in days; within a step it is constant, so that the truth is exact.
const STEPS: [f64; 12] = [1.0 / 24.0, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 7.0, 10.0, 14.0, 20.0, 30.0];

/// One touch. It happens only if every channel of `needs` is there.
#[derive(Debug, Clone, Copy)]
struct Touch {
    day: f64,
    channel: usize,
    needs: u16,
}

/// A mechanism with its decay curves.
#[derive(Debug)]
pub(super) struct Recipe<'a> {
    mechanism: &'a Mechanism,
    /// By channel, the intensity one touch adds in each step.
    steps: Vec<[f64; STEPS.len()]>,
}

/// Expected conversions, added up over persons.
#[derive(Debug, Clone)]
pub(super) struct PersonTruth {
    removal: Vec<f64>,
    shapley: Vec<f64>,
    total: f64,
    baseline: f64,
}

impl PersonTruth {
    pub(super) fn new(channels: usize) -> Self {
        Self { removal: vec![0.0; channels], shapley: vec![0.0; channels], total: 0.0, baseline: 0.0 }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.removal.iter_mut().zip(&other.removal).for_each(|(sum, part)| *sum += part);
        self.shapley.iter_mut().zip(&other.shapley).for_each(|(sum, part)| *sum += part);
        self.total += other.total;
        self.baseline += other.baseline;
    }

    pub(super) fn named(self, mechanism: &Mechanism) -> Truth {
        let row = |(at, channel): (usize, &Channel)| ChannelTruth {
            channel: channel.name.to_owned(),
            paid: channel.paid,
            removal: self.removal[at],
            shapley: self.shapley[at],
        };
        let mut channels: Vec<ChannelTruth> = mechanism.channels.iter().enumerate().map(row).collect();
        channels.sort_by(|left, right| left.channel.cmp(&right.channel));
        Truth { channels, total: self.total, baseline: self.baseline }
    }
}

/// A stretch of time in which a person's intensity is constant.
struct Segment {
    from: f64,
    to: f64,
    /// Conversions a day without any touch.
    baseline: f64,
    /// What each group of touches - same channel, same needs - adds.
    excitations: Vec<f64>,
}

/// What makes up a person's intensity: a channel, and the channels without which it is not there.
type Group = (usize, u16);

impl<'a> Recipe<'a> {
    pub(super) fn new(mechanism: &'a Mechanism) -> Self {
        let curve = |channel: &Channel| {
            let left = |age: f64| libm::exp(-age / channel.tau);
            let (mut steps, mut from) = ([0.0; STEPS.len()], 0.0);
            for (step, &to) in steps.iter_mut().zip(&STEPS) {
                *step = channel.effect * (left(from) - left(to)) / (to - from) / (1.0 - left(STEPS[STEPS.len() - 1]));
                from = to;
            }
            steps
        };
        Self { mechanism, steps: mechanism.channels.iter().map(curve).collect() }
    }

    /// Adds a person's rows to `events`, and what the person's touches were worth to `truth`.
    pub(super) fn person(&self, key: u64, mut random: Random, events: &mut Events, truth: &mut PersonTruth) -> Result<()> {
        let stretches = self.intents(&mut random);
        let touches = self.touches(&mut random, &stretches);
        let groups = groups(&touches);
        let segments = self.segments(&touches, &groups, &stretches);
        self.evaluate(&groups, &segments, truth);
        let second = |day: f64| START + (day * DAY) as i64;
        let mut rows: Vec<(f64, Option<usize>)> = touches.iter().map(|touch| (touch.day, Some(touch.channel))).collect();
        for segment in &segments {
            let intensity = self.intensity(segment, &groups, u16::MAX);
            for _ in 0..random.poisson(intensity * (segment.to - segment.from)) {
                rows.push((random.between(segment.from, segment.to), None));
            }
        }
        rows.sort_by(|left, right| left.0.total_cmp(&right.0));
        for (day, channel) in rows {
            events.push(match channel.map(|at| &self.mechanism.channels[at]) {
                Some(channel) => Event::touch(key, second(day), channel.name).with_cost(channel.cost),
                None => Event::conversion(key, second(day)).with_value(cents(50.0 * libm::exp(0.6 * random.normal()))),
            })?;
        }
        Ok(())
    }

    fn intents(&self, random: &mut Random) -> Vec<(f64, f64)> {
        let Some(Intent { rate, days, .. }) = self.mechanism.intent else { return Vec::new() };
        let mut stretches: Vec<(f64, f64)> = Vec::new();
        for _ in 0..random.poisson(rate * DAYS) {
            let from = random.between(0.0, DAYS);
            stretches.push((from, (from + random.exponential(1.0 / days)).min(DAYS)));
        }
        stretches
    }

    fn touches(&self, random: &mut Random, stretches: &[(f64, f64)]) -> Vec<Touch> {
        let activity = random.gamma(1.2) / 1.2;
        let mut touches = Vec::new();
        for (at, channel) in self.mechanism.channels.iter().enumerate() {
            let days: &[(f64, f64)] = if channel.flights { &FLIGHTS } else { &[(0.0, DAYS)] };
            for &(from, to) in days {
                let count = random.poisson(channel.rate * activity * (to - from));
                touches.extend((0..count).map(|_| Touch { day: random.between(from, to), channel: at, needs: 1 << at }));
            }
        }
        if let Some(Intent { chaser, touches: rate, .. }) = self.mechanism.intent {
            for &(from, to) in stretches {
                let count = random.poisson(rate * (to - from));
                touches.extend((0..count).map(|_| Touch { day: random.between(from, to), channel: chaser, needs: 1 << chaser }));
            }
        }
        self.bring(random, &mut touches);
        touches.sort_by(|left, right| left.day.total_cmp(&right.day));
        touches
    }

    /// Touches that others bring, on average a day later.
    fn bring(&self, random: &mut Random, touches: &mut Vec<Touch>) {
        for &(parent, child, mean) in &self.mechanism.brings {
            for at in 0..touches.len() {
                let Touch { day, channel, needs } = touches[at];
                let count = if channel == parent { random.poisson(mean) } else { 0 };
                for _ in 0..count {
                    let day = day + random.exponential(1.0);
                    if day < DAYS {
                        touches.push(Touch { day, channel: child, needs: needs | 1 << child });
                    }
                }
            }
        }
    }

    fn segments(&self, touches: &[Touch], groups: &[Group], stretches: &[(f64, f64)]) -> Vec<Segment> {
        let mut cuts = vec![0.0, DAYS];
        cuts.extend(stretches.iter().flat_map(|stretch| [stretch.0, stretch.1]));
        for touch in touches {
            cuts.push(touch.day);
            cuts.extend(STEPS.iter().map(|step| touch.day + step).filter(|&day| day < DAYS));
        }
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        let segment = |pair: &[f64]| {
            let middle = 0.5 * (pair[0] + pair[1]);
            let active = stretches.iter().filter(|stretch| stretch.0 <= middle && middle < stretch.1).count() as f64;
            let lift = self.mechanism.intent.map_or(0.0, |intent| intent.lift);
            let mut excitations = vec![0.0; groups.len()];
            for touch in touches.iter().take_while(|touch| touch.day < middle) {
                let step = STEPS.partition_point(|&end| end <= middle - touch.day);
                if let Some(rate) = self.steps[touch.channel].get(step) {
                    let group = groups.iter().position(|&group| group == (touch.channel, touch.needs));
                    excitations[group.expect("every touch has its group")] += rate;
                }
            }
            Segment { from: pair[0], to: pair[1], baseline: self.mechanism.baseline + active * lift, excitations }
        };
        cuts.windows(2).map(segment).collect()
    }

    /// Conversions a day while the channels of `present` are there.
    fn intensity(&self, segment: &Segment, groups: &[Group], present: u16) -> f64 {
        let parts = || groups.iter().zip(&segment.excitations).filter(move |(group, _)| group.1 & !present == 0);
        let baseline = segment.baseline;
        match &self.mechanism.response {
            Response::Sum => baseline + parts().map(|part| part.1).sum::<f64>(),
            Response::Product { gain } => parts().fold(baseline, |product, (_, excitation)| product * (1.0 + gain * excitation)),
            Response::Saturating { limit, pairs, synergy } => {
                let mut by_channel = [0.0; 16];
                parts().for_each(|(group, excitation)| by_channel[group.0] += excitation);
                let saturated = |channel: usize| {
                    let most = limit * self.steps[channel][0];
                    most * (1.0 - libm::exp(-by_channel[channel] / most))
                };
                let alone: f64 = parts().map(|(group, _)| saturated(group.0)).sum();
                let together = pairs.iter().map(|&(one, other)| (saturated(one) * saturated(other)).sqrt()).sum::<f64>();
                baseline + alone + synergy * together
            }
        }
    }

    /// What the touches were worth: a sum of groups where effects add up, else the game over the person's own channels.
    fn evaluate(&self, groups: &[Group], segments: &[Segment], truth: &mut PersonTruth) {
        let without: f64 = segments.iter().map(|segment| segment.baseline * (segment.to - segment.from)).sum();
        truth.baseline += without;
        if let Response::Sum = self.mechanism.response {
            for (at, &(_, needs)) in groups.iter().enumerate() {
                let worth: f64 = segments.iter().map(|segment| segment.excitations[at] * (segment.to - segment.from)).sum();
                truth.total += worth;
                for channel in (0..16).filter(|channel| needs >> channel & 1 == 1) {
                    truth.removal[channel] += worth;
                    truth.shapley[channel] += worth / f64::from(needs.count_ones());
                }
            }
            return;
        }
        let players: Vec<usize> = groups.iter().map(|group| group.0).collect();
        let worth = |set: usize| -> f64 {
            let present = players.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).fold(0, |mask, (_, player)| mask | 1 << player);
            segments.iter().map(|segment| self.intensity(segment, groups, present) * (segment.to - segment.from)).sum()
        };
        let worths: Vec<f64> = (0..1usize << players.len()).map(worth).collect();
        truth.total += worths[worths.len() - 1] - without;
        for (at, &player) in players.iter().enumerate() {
            truth.removal[player] += worths[worths.len() - 1] - worths[(worths.len() - 1) & !(1 << at)];
            truth.shapley[player] += shapley(&worths, players.len(), at);
        }
    }
}

/// The groups of a person's touches, in order.
fn groups(touches: &[Touch]) -> Vec<Group> {
    let mut groups: Vec<Group> = touches.iter().map(|touch| (touch.channel, touch.needs)).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// The Shapley value of one player, from what every set of players is worth.
fn shapley(worths: &[f64], players: usize, player: usize) -> f64 {
    // n! / (s! (n - 1 - s)!) orders have the same s players ahead; the reciprocal is the weight of such a set.
    let mut weights = vec![1.0 / players as f64; players];
    for size in 1..players {
        weights[size] = weights[size - 1] * size as f64 / (players - size) as f64;
    }
    let gain = |set: usize| weights[set.count_ones() as usize] * (worths[set | 1 << player] - worths[set]);
    (0..worths.len()).filter(|set| set >> player & 1 == 0).map(gain).sum()
}

fn cents(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glove_game() {
        // one left glove, two right ones: 2/3, 1/6, 1/6 (a textbook example)
        let worth = |set: usize| f64::from(u8::from(set & 1 == 1 && set > 1));
        let worths: Vec<f64> = (0..8).map(worth).collect();
        let values: Vec<f64> = (0..3).map(|player| shapley(&worths, 3, player)).collect();
        values
            .iter()
            .zip([2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0])
            .for_each(|(value, known)| approx::assert_relative_eq!(*value, known, max_relative = 1e-14));
    }
}
