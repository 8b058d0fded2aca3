//! The guards at work: which values are shared, and which joins would give a person too many values.

use super::numbering::Numbering;
use super::rules::Rules;
use super::spread::{Ranges, Spread};
use super::union_find::UnionFind;
use rayon::prelude::*;
use std::collections::HashSet;

/// A value with what it is linked with, for one that may be shared.
pub(super) type Partner = u64;

pub(super) fn partner(value: u32, with: u32) -> Partner {
    u64::from(value) << 32 | u64::from(with)
}

/// By value.
pub(super) fn spread(partners: &[Partner], ranges: Ranges) -> Spread<Partner> {
    Spread::new(partners, ranges.count(), |partner| ranges.of(value_of(*partner)))
}

fn value_of(partner: Partner) -> u32 {
    (partner >> 32) as u32
}

/// The values that join more persons than their kind may, sorted.
///
/// A value linked with `d` values of a kind of which a person has at most `n` joins at least `d / n` persons, rounded up; the
/// largest such number over the kinds counts. It is a count, so the order of links does not matter.
pub(super) fn shared(partners: &[Spread<Partner>], ranges: Ranges, numbering: &Numbering, rules: &Rules) -> Vec<u32> {
    let of_range = |range| shared_of(Spread::gather(partners, range), numbering, rules);
    let shared: Vec<Vec<u32>> = (0..ranges.count()).into_par_iter().map(of_range).collect();
    shared.concat()
}

fn shared_of(mut partners: Vec<Partner>, numbering: &Numbering, rules: &Rules) -> Vec<u32> {
    partners.sort_unstable();
    partners.dedup();
    let limits: Vec<Option<u16>> = rules.kinds().map(|kind| kind.most_values()).collect();
    let mut counts = vec![0usize; limits.len()];
    let mut is_shared = |run: &[Partner]| {
        let most = rules.kind(numbering.get(value_of(run[0])).kind()).and_then(|kind| kind.most_persons());
        let most = most.map_or(usize::MAX, |most| most as usize);
        if run.len() <= most {
            return false;
        }
        counts.fill(0);
        run.iter().for_each(|partner| counts[numbering.get(*partner as u32).kind()] += 1);
        counts.iter().zip(&limits).any(|(count, limit)| limit.is_some_and(|limit| count.div_ceil(usize::from(limit)) > most))
    };
    partners.chunk_by(|left, right| value_of(*left) == value_of(*right)).filter(|run| is_shared(run)).map(|run| value_of(run[0])).collect()
}

/// Sets of identifiers none of which has more values of a kind than a person may.
#[derive(Debug)]
pub(super) struct GuardedSets {
    pub(super) sets: UnionFind,
    /// The limited kinds and their limits.
    limits: Vec<(usize, u16)>,
    /// Of each number, valid for roots: how many values of each limited kind its set has.
    counts: Vec<u16>,
    /// Persons and the values that held for a time, of limited kinds.
    held: HashSet<(u32, u32)>,
}

impl GuardedSets {
    /// Each of these identifiers alone: 4 bytes each, and 2 for every limited kind.
    pub(super) fn new(members: &[u32], numbering: &Numbering, rules: &Rules) -> Self {
        let limited = |(at, kind): (usize, &super::IdentifierKind)| kind.most_values().map(|most| (at, most));
        let limits: Vec<(usize, u16)> = rules.kinds().enumerate().filter_map(limited).collect();
        let own = |kind: usize| limits.iter().map(move |(limited, _)| u16::from(*limited == kind));
        let counts = members.iter().flat_map(|&number| own(numbering.get(number).kind())).collect();
        Self { sets: UnionFind::new(members.len()), limits, counts, held: HashSet::new() }
    }

    /// Reads what joining these identifiers will read first. Reads that do not wait for each other run at the same time, so doing
    /// this for a few dozen links ahead is to bring their lines into the cache sooner than one after the other would.
    #[inline]
    pub(super) fn touch(&self, numbers: impl Iterator<Item = u32>) {
        let kinds = self.limits.len();
        let sum = numbers.fold(0u32, |sum, number| {
            let near = self.sets.near(number);
            sum ^ near ^ self.counts.get(near as usize * kinds).copied().map_or(0, u32::from)
        });
        std::hint::black_box(sum);
    }

    /// Joins the sets of two identifiers, unless that gives a person too many values of the kind in the error.
    #[inline]
    pub(super) fn join(&mut self, left: u32, right: u32) -> Result<(), usize> {
        let (left, right) = (self.sets.find(left), self.sets.find(right));
        if left == right {
            return Ok(());
        }
        let kinds = self.limits.len();
        let of = |root: u32| root as usize * kinds..(root as usize + 1) * kinds;
        let (left_counts, right_counts) = (&self.counts[of(left)], &self.counts[of(right)]);
        for ((&(kind, most), &one), &other) in self.limits.iter().zip(left_counts).zip(right_counts) {
            if u32::from(one) + u32::from(other) > u32::from(most) {
                return Err(kind);
            }
        }
        let (stays, goes) = self.sets.join(left, right);
        for (stay, go) in of(stays).zip(of(goes)) {
            self.counts[stay] += self.counts[go];
        }
        Ok(())
    }

    /// Lets a person hold a value for a time, unless the person then has had too many of its kind.
    pub(super) fn hold(&mut self, value: u32, kind: usize, holder: u32) -> Result<(), usize> {
        let Some(slot) = self.limits.iter().position(|(limited, _)| *limited == kind) else { return Ok(()) };
        let root = self.sets.find(holder);
        if self.held.contains(&(root, value)) {
            return Ok(());
        }
        let count = &mut self.counts[root as usize * self.limits.len() + slot];
        if *count >= self.limits[slot].1 {
            return Err(kind);
        }
        *count += 1;
        self.held.insert((root, value));
        Ok(())
    }
}
