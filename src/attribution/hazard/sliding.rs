//! Sums over the touches before each touch, in time linear in the number of touches.

use crate::attribution::hazard::basis::Basis;
use crate::attribution::hazard::decay::{DAY, Decay};

/// From this many touches of a person on, sums slide from touch to touch. Below, each is added up
/// anew: as fast there, and the figures keep their bits.
pub(super) const MANY: usize = 512;

/// How many touches stand before a moment, and its second.
pub(super) type Target = (usize, u32);

/// Touches in order of time: each counts with a weight towards a group, or not at all.
#[derive(Debug, Clone, Copy)]
struct Sources<'a> {
    basis: &'a Basis,
    times: &'a [u32],
    /// By touch; groups are numbered below `groups`.
    parts: &'a [Option<(usize, f64)>],
    groups: usize,
}

impl Sources<'_> {
    /// For each target, in order of time, hands on what stands before it: by group and then
    /// function of age, the sum of weight x function over the touches before it within reach.
    fn each(&self, targets: impl Iterator<Item = Target>, take: impl FnMut(&[f64])) {
        match self.basis {
            Basis::Bins(ends) => self.each_by_bins(ends, targets, take),
            Basis::Exponential(decays) => self.each_by_decays(decays, targets, take),
        }
    }

    /// Every touch moves from bin to bin as time goes on, and counts in one of them.
    fn each_by_bins(
        &self,
        ends: &[u32],
        targets: impl Iterator<Item = Target>,
        mut take: impl FnMut(&[f64]),
    ) {
        let mut sums = Sums::new(self.groups, ends.len());
        // by bin, how many touches have entered it or one beyond; then how many have left the last
        let mut entered = vec![0; ends.len() + 1];
        for (target, now) in targets {
            for (bin, entered) in entered.iter_mut().enumerate() {
                let until = match bin.checked_sub(1).map(|before| ends[before]) {
                    None => target,
                    Some(end) if bin == ends.len() => {
                        self.passed(*entered, target, |time| now - time > end)
                    }
                    Some(end) => self.passed(*entered, target, |time| now - time >= end),
                };
                for touch in std::mem::replace(entered, until)..until {
                    let Some((group, weight)) = self.parts[touch] else {
                        continue;
                    };
                    if let Some(before) = bin.checked_sub(1) {
                        sums.take(group, before, weight);
                    }
                    if bin < ends.len() {
                        sums.give(group, bin, weight);
                    }
                }
            }
            take(&sums.values);
        }
    }

    /// How many touches, from `start` on and before `target`, are as asked: a run from the oldest.
    fn passed(&self, start: usize, target: usize, old: impl Fn(u32) -> bool) -> usize {
        let older = self.times[start..target]
            .iter()
            .take_while(|&&time| old(time));
        start + older.count()
    }

    /// What is left of every touch shrinks by the same factor from one moment to the next.
    fn each_by_decays(
        &self,
        decays: &[Decay],
        targets: impl Iterator<Item = Target>,
        mut take: impl FnMut(&[f64]),
    ) {
        let functions = decays.len();
        let mut sums = Sums::new(self.groups, functions);
        let (mut added, mut left, mut then) = (0, vec![0; functions], 0);
        for (target, now) in targets {
            for (function, decay) in decays.iter().enumerate() {
                let remaining = |age: u32| libm::exp(-f64::from(age) / (decay.tau() * DAY));
                sums.shrink(function, remaining(now - then));
                for touch in added..target {
                    if let Some((group, weight)) = self.parts[touch] {
                        let age = now - self.times[touch];
                        sums.give(group, function, weight * remaining(age) / decay.tau());
                    }
                }
                let gone = self.passed(left[function], target, |time| now - time > decay.reach());
                for touch in std::mem::replace(&mut left[function], gone)..gone {
                    if let Some((group, weight)) = self.parts[touch] {
                        let age = now - self.times[touch];
                        sums.take(group, function, weight * remaining(age) / decay.tau());
                    }
                }
            }
            (added, then) = (target, now);
            take(&sums.values);
        }
    }
}

/// What stands before, and what behind, each of some moments.
pub(super) struct Around<'a> {
    sources: Sources<'a>,
    targets: &'a [Target],
}

impl<'a> Around<'a> {
    pub(super) fn new(
        basis: &'a Basis,
        times: &'a [u32],
        parts: &'a [Option<(usize, f64)>],
        groups: usize,
        targets: &'a [Target],
    ) -> Self {
        let sources = Sources {
            basis,
            times,
            parts,
            groups,
        };
        Self { sources, targets }
    }

    /// Hands on, for each target, the sums over the touches before it.
    pub(super) fn before(&self, take: impl FnMut(&[f64])) {
        self.sources.each(self.targets.iter().copied(), take);
    }

    /// The sums over the touches behind each target, which is a touch, one target after the other;
    /// nothing unless `wanted`.
    pub(super) fn behind(&self, wanted: bool) -> Vec<f64> {
        if !wanted {
            return Vec::new();
        }
        let Sources {
            times,
            parts,
            groups,
            basis,
        } = self.sources;
        let (last, count) = (times.last().copied().unwrap_or(0), times.len());
        let times: Vec<u32> = times.iter().rev().map(|time| last - time).collect();
        let parts: Vec<_> = parts.iter().rev().copied().collect();
        let mirrored = Sources {
            times: &times,
            parts: &parts,
            ..self.sources
        };
        let width = groups * basis.len();
        let (mut sums, mut row) = (vec![0.0; width * self.targets.len()], self.targets.len());
        let mirror = |&(target, now): &Target| (count - 1 - target, last - now);
        mirrored.each(self.targets.iter().rev().map(mirror), |found| {
            row -= 1;
            sums[row * width..][..width].copy_from_slice(found);
        });
        sums
    }
}

/// Sums that touches enter and leave, by group and function.
struct Sums {
    functions: usize,
    values: Vec<f64>,
    /// How many touches each is a sum of: one of none is 0, whatever rounding has left.
    touches: Vec<usize>,
}

impl Sums {
    fn new(groups: usize, functions: usize) -> Self {
        Self {
            functions,
            values: vec![0.0; groups * functions],
            touches: vec![0; groups * functions],
        }
    }

    fn give(&mut self, group: usize, function: usize, part: f64) {
        let at = group * self.functions + function;
        self.values[at] += part;
        self.touches[at] += 1;
    }

    fn take(&mut self, group: usize, function: usize, part: f64) {
        let at = group * self.functions + function;
        self.touches[at] -= 1;
        self.values[at] = if self.touches[at] == 0 {
            0.0
        } else {
            (self.values[at] - part).max(0.0)
        };
    }

    fn shrink(&mut self, function: usize, factor: f64) {
        let own = self
            .values
            .iter_mut()
            .skip(function)
            .step_by(self.functions);
        own.for_each(|value| *value *= factor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    #[test]
    fn sliding_sums_are_those_added_up_anew() {
        let mut random = Random::new(3);
        let mut times: Vec<u32> = (0..400).map(|_| random.index(3_000_000) as u32).collect();
        times.extend_from_within(..50);
        times.sort_unstable();
        let part = |random: &mut Random| {
            let group = random.index(3) as usize;
            (group < 2).then(|| (group, 0.5 + random.index(100) as f64))
        };
        let parts: Vec<_> = times.iter().map(|_| part(&mut random)).collect();
        let bases = [
            Basis::default(),
            Basis::bins(vec![1, 50_000]).unwrap(),
            Basis::exponential(vec![0.01, 0.3, 3.0]).unwrap(),
        ];
        for basis in &bases {
            let sources = Sources {
                basis,
                times: &times,
                parts: &parts,
                groups: 2,
            };
            let mut looks = 0;
            let targets = (0..times.len()).step_by(3).map(|at| (at, times[at]));
            sources.each(targets, |sums| {
                let target = 3 * looks;
                let mut anew = vec![0.0; 2 * basis.len()];
                for (touch, part) in parts[..target].iter().enumerate() {
                    let age = times[target] - times[touch];
                    if let Some((group, weight)) = part.filter(|_| age <= basis.horizon()) {
                        basis.at(age, |at, value| {
                            anew[group * basis.len() + at] += weight * value
                        });
                    }
                }
                for (sum, anew) in sums.iter().zip(anew) {
                    approx::assert_relative_eq!(*sum, anew, max_relative = 1e-9, epsilon = 1e-12);
                    assert_eq!(*sum == 0.0, anew == 0.0);
                }
                looks += 1;
            });
            assert_eq!(looks, 150);
        }
    }
}
