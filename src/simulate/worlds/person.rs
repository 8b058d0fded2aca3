//! One person of a world: touches, conversions, and what the touches were worth.

use crate::error::Result;
use crate::event::{Event, Events};
use crate::simulate::worlds::catalogue::{Channel, Intent, Mechanism, Response};
use crate::simulate::worlds::days::{DAY, DAYS, START};
use crate::simulate::worlds::person_truth::{PersonTruth, shapley};
use crate::simulate::worlds::withheld::{Expected, Withheld};
use crate::util::Random;

/// When television runs: days from, and to.
const FLIGHTS: [(f64, f64); 2] = [(14.0, 28.0), (56.0, 70.0)];
/// A touch's effect falls in steps that end at these ages, in days; within a step it is constant,
/// so that the truth is exact.
const STEPS: [f64; 8] = [0.125, 0.5, 1.0, 2.0, 4.0, 7.0, 18.0, 30.0];

/// The step that ends at 7 days.
const RECENT: usize = 5;

/// One touch. It happens only if every channel of `needs` is there.
#[derive(Debug, Clone, Copy)]
struct Touch {
    day: f64,
    channel: usize,
    needs: u16,
    /// The touch that brought it, if one did.
    parent: Option<(usize, f64)>,
}

/// A mechanism with its decay curves.
#[derive(Debug)]
pub(super) struct Recipe<'a> {
    mechanism: &'a Mechanism,
    /// By channel, the intensity one touch adds in each step.
    steps: Vec<[f64; STEPS.len()]>,
}

/// A stretch of time in which a person's intensity is constant.
struct Segment {
    from: f64,
    to: f64,
    /// Conversions a day without any touch.
    baseline: f64,
    /// What each group of touches - same channel, same needs - adds.
    excitations: Vec<f64>,
    /// Whether each group had a touch within 7 days.
    recent: Vec<bool>,
}

/// What makes up a person's intensity: a channel, and the channels without which it is not there.
type Group = (usize, u16);

impl<'a> Recipe<'a> {
    pub(super) fn new(mechanism: &'a Mechanism) -> Self {
        let curve = |channel: &Channel| {
            let left = |age: f64| libm::exp(-age / channel.tau);
            let (mut steps, mut from) = ([0.0; STEPS.len()], 0.0);
            for (step, &to) in steps.iter_mut().zip(&STEPS) {
                *step = channel.effect * (left(from) - left(to))
                    / (to - from)
                    / (1.0 - left(STEPS[STEPS.len() - 1]));
                from = to;
            }
            steps
        };
        Self {
            mechanism,
            steps: mechanism.channels.iter().map(curve).collect(),
        }
    }

    /// Adds a person's rows to `events`, and what the person's touches were worth to `truth`.
    pub(super) fn person(
        &self,
        key: u64,
        mut random: Random,
        events: &mut Events,
        truth: &mut PersonTruth,
    ) -> Result<()> {
        let stretches = self.intents(&mut random);
        let touches = self.touches(&mut random, &stretches);
        let groups = groups(&touches);
        let segments = self.segments(&touches, &groups, &stretches);
        self.evaluate(&groups, &segments, truth);
        let second = |day: f64| START + (day * DAY) as i64;
        let mut rows: Vec<(f64, Option<usize>)> = touches
            .iter()
            .map(|touch| (touch.day, Some(touch.channel)))
            .collect();
        for segment in &segments {
            let intensity = self.intensity(segment, &groups);
            for _ in 0..random.poisson(intensity * segment.days()) {
                rows.push((random.between(segment.from, segment.to), None));
            }
        }
        rows.sort_by(|left, right| left.0.total_cmp(&right.0));
        for (day, channel) in rows {
            events.push(match channel.map(|at| &self.mechanism.channels[at]) {
                Some(channel) => {
                    Event::touch(key, second(day), channel.name).with_cost(channel.cost)
                }
                None => Event::conversion(key, second(day))
                    .with_value(cents(50.0 * libm::exp(0.6 * random.normal()))),
            })?;
        }
        Ok(())
    }

    /// What is expected of a person while an experiment counts, also touches of the channel
    /// `counted`; None for a person without touches withheld, where only others are in it.
    pub(super) fn withhold(
        &self,
        mut random: Random,
        mut withheld: Withheld,
        (counted, among_reached): (Option<usize>, bool),
    ) -> Option<Expected> {
        let stretches = self.intents(&mut random);
        let mut touches = self.touches(&mut random, &stretches);
        if among_reached {
            let is_own = |touch: &&Touch| withheld.withholds(touch.channel, touch.day);
            withheld = withheld.counted_since(touches.iter().find(is_own)?.day);
        }
        let count = |touches: &[Touch]| {
            let is_counted =
                |touch: &&Touch| Some(touch.channel) == counted && withheld.counts(touch.day);
            touches.iter().filter(is_counted).count() as f64
        };
        let with = self.expected(&touches, &stretches, &withheld);
        let met = count(&touches);
        let happens = |touch: &Touch| {
            let own = (touch.channel, touch.day);
            let mut causes = std::iter::once(own).chain(touch.parent);
            !causes.any(|(channel, day)| withheld.withholds(channel, day))
        };
        touches.retain(happens);
        let without = self.expected(&touches, &stretches, &withheld);
        Some(Expected {
            conversions: (with, without),
            touches: (met, count(&touches)),
        })
    }

    fn expected(&self, touches: &[Touch], stretches: &[(f64, f64)], counted: &Withheld) -> f64 {
        let groups = groups(touches);
        let segments = self.segments(touches, &groups, stretches);
        let part = |segment: &Segment| {
            self.intensity(segment, &groups) * counted.counted(segment.from, segment.to)
        };
        segments.iter().map(part).sum()
    }

    fn intents(&self, random: &mut Random) -> Vec<(f64, f64)> {
        let Some(Intent { rate, days, .. }) = self.mechanism.intent else {
            return Vec::new();
        };
        let mut stretches: Vec<(f64, f64)> = Vec::new();
        for _ in 0..random.poisson(rate * DAYS) {
            let from = random.between(0.0, DAYS);
            stretches.push((from, (from + random.exponential(1.0 / days)).min(DAYS)));
        }
        stretches
    }

    fn touches(&self, random: &mut Random, stretches: &[(f64, f64)]) -> Vec<Touch> {
        let activity = random.gamma(1.6) / 1.6;
        let mut touches = Vec::new();
        for (at, channel) in self.mechanism.channels.iter().enumerate() {
            let days: &[(f64, f64)] = if channel.flights {
                &FLIGHTS
            } else {
                &[(0.0, DAYS)]
            };
            for &(from, to) in days {
                let count = random.poisson(channel.rate * activity * (to - from));
                touches.extend((0..count).map(|_| Touch {
                    day: random.between(from, to),
                    channel: at,
                    needs: 1 << at,
                    parent: None,
                }));
            }
        }
        if let Some(Intent {
            chaser,
            touches: rate,
            ..
        }) = self.mechanism.intent
        {
            for &(from, to) in stretches {
                let count = random.poisson(rate * (to - from));
                touches.extend((0..count).map(|_| Touch {
                    day: random.between(from, to),
                    channel: chaser,
                    needs: 1 << chaser,
                    parent: None,
                }));
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
                let Touch {
                    day,
                    channel,
                    needs,
                    ..
                } = touches[at];
                let count = if channel == parent {
                    random.poisson(mean)
                } else {
                    0
                };
                for _ in 0..count {
                    let later = day + random.exponential(1.0);
                    if later < DAYS {
                        touches.push(Touch {
                            day: later,
                            channel: child,
                            needs: needs | 1 << child,
                            parent: Some((parent, day)),
                        });
                    }
                }
            }
        }
    }

    fn segments(
        &self,
        touches: &[Touch],
        groups: &[Group],
        stretches: &[(f64, f64)],
    ) -> Vec<Segment> {
        let mut cuts = vec![0.0, DAYS];
        cuts.extend(stretches.iter().flat_map(|stretch| [stretch.0, stretch.1]));
        for touch in touches {
            cuts.push(touch.day);
            cuts.extend(
                STEPS
                    .iter()
                    .map(|step| touch.day + step)
                    .filter(|&day| day < DAYS),
            );
        }
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        let place = |touch: &Touch| {
            groups
                .binary_search(&(touch.channel, touch.needs))
                .expect("every touch has its group")
        };
        let places: Vec<usize> = touches.iter().map(place).collect();
        let segment = |pair: &[f64]| {
            let middle = 0.5 * (pair[0] + pair[1]);
            let active = stretches
                .iter()
                .filter(|stretch| stretch.0 <= middle && middle < stretch.1)
                .count() as f64;
            let lift = self.mechanism.intent.map_or(0.0, |intent| intent.lift);
            let (mut excitations, mut recent) =
                (vec![0.0; groups.len()], vec![false; groups.len()]);
            let old = touches.partition_point(|touch| touch.day < middle - STEPS[STEPS.len() - 1]);
            for (touch, &place) in touches[old..]
                .iter()
                .zip(&places[old..])
                .take_while(|(touch, _)| touch.day < middle)
            {
                let step = STEPS.partition_point(|&end| end <= middle - touch.day);
                if let Some(rate) = self.steps[touch.channel].get(step) {
                    excitations[place] += rate;
                    recent[place] |= step <= RECENT;
                }
            }
            Segment {
                from: pair[0],
                to: pair[1],
                baseline: self.mechanism.baseline + active * lift,
                excitations,
                recent,
            }
        };
        cuts.windows(2).map(segment).collect()
    }

    /// Conversions a day.
    fn intensity(&self, segment: &Segment, groups: &[Group]) -> f64 {
        match &self.mechanism.response {
            Response::Product { gain } => segment
                .excitations
                .iter()
                .fold(segment.baseline, |product, part| {
                    product * (1.0 + gain * part)
                }),
            _ => {
                segment.baseline
                    + self
                        .parts(segment, groups)
                        .iter()
                        .map(|part| part.1)
                        .sum::<f64>()
            }
        }
    }

    /// Where the intensity is a sum on top of the baseline: its parts, each with the channels
    /// without which it is not there.
    fn parts(&self, segment: &Segment, groups: &[Group]) -> Vec<(u16, f64)> {
        let excited = groups.iter().zip(&segment.excitations);
        let Response::Saturating {
            limit,
            pairs,
            synergy,
        } = &self.mechanism.response
        else {
            return excited.map(|(group, &part)| (group.1, part)).collect();
        };
        let saturated = |(&(channel, needs), part): (&Group, &f64)| {
            let most = limit * self.steps[channel][0];
            (needs, most * (1.0 - libm::exp(-part / most)))
        };
        let near = |channel: usize| {
            groups
                .iter()
                .zip(&segment.recent)
                .any(|(group, &recent)| group.0 == channel && recent)
        };
        let together = pairs
            .iter()
            .filter(|pair| near(pair.0) && near(pair.1))
            .map(|&(one, other)| (1 << one | 1 << other, *synergy));
        excited.map(saturated).chain(together).collect()
    }

    /// What the touches were worth: where the intensity is a sum, each part is lost with any
    /// channel it needs, and shared by all of them; else the game over the person's own channels.
    fn evaluate(&self, groups: &[Group], segments: &[Segment], truth: &mut PersonTruth) {
        truth.baseline += segments
            .iter()
            .map(|segment| segment.baseline * segment.days())
            .sum::<f64>();
        if let Response::Product { gain } = self.mechanism.response {
            return evaluate_product(gain, groups, segments, truth);
        }
        for segment in segments {
            for (needs, part) in self.parts(segment, groups) {
                let worth = part * segment.days();
                truth.total += worth;
                for channel in (0..16).filter(|channel| needs >> channel & 1 == 1) {
                    truth.removal[channel] += worth;
                    truth.shapley[channel] += worth / f64::from(needs.count_ones());
                }
            }
        }
    }
}

impl Segment {
    fn days(&self) -> f64 {
        self.to - self.from
    }
}

/// The game of a product: what every set of the person's channels is worth, by one multiplication a
/// set and segment.
fn evaluate_product(gain: f64, groups: &[Group], segments: &[Segment], truth: &mut PersonTruth) {
    let mut worths = vec![0.0; 1 << groups.len()];
    let mut products = worths.clone();
    for segment in segments {
        products[0] = segment.baseline * segment.days();
        worths[0] += products[0];
        for set in 1..products.len() {
            let lowest = set.trailing_zeros() as usize;
            products[set] = products[set & (set - 1)] * (1.0 + gain * segment.excitations[lowest]);
            worths[set] += products[set];
        }
    }
    let all = worths.len() - 1;
    truth.total += worths[all] - worths[0];
    for (at, &(channel, _)) in groups.iter().enumerate() {
        truth.removal[channel] += worths[all] - worths[all & !(1 << at)];
        truth.shapley[channel] += shapley(&worths, groups.len(), at);
    }
}

/// The groups of a person's touches, in order.
fn groups(touches: &[Touch]) -> Vec<Group> {
    let mut groups: Vec<Group> = touches
        .iter()
        .map(|touch| (touch.channel, touch.needs))
        .collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

fn cents(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
