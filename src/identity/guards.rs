//! The guards at work: which values are shared, and which joins would give a person too many
//! values.

use crate::identity::identifier_index::IdentifierIndex;
use crate::identity::ranges::{Pair, Ranges, halves};
use crate::identity::rules::Rules;
use crate::identity::union_find::UnionFind;
use crate::util::buckets::Buckets;
use rayon::prelude::*;
use std::collections::HashSet;

/// The values that join more persons than their kind may, sorted.
///
/// A value linked with `d` values of a kind of which a person has at most `n` joins at least
/// `d / n` persons, rounded up; the largest such number over the kinds counts. It is a count, so
/// the order of links does not matter.
pub(super) fn shared(
    partners: &[Buckets<Pair>],
    ranges: Ranges,
    numbering: &IdentifierIndex,
    rules: &Rules,
) -> Vec<u32> {
    let of_range = |first: &mut Vec<u32>, range| {
        let mut several = of_several(partners, ranges, range, first);
        several.sort_unstable();
        several.dedup();
        shared_of(&several, numbering, rules)
    };
    let shared: Vec<Vec<u32>> = (0..ranges.count())
        .into_par_iter()
        .map_init(Vec::new, of_range)
        .collect();
    shared.concat()
}

/// The pairs of a range's values with several partners; most have one, and one person has it.
fn of_several(
    partners: &[Buckets<Pair>],
    ranges: Ranges,
    range: usize,
    first: &mut Vec<u32>,
) -> Vec<Pair> {
    const NONE: u32 = u32::MAX;
    const SEVERAL: u32 = NONE - 1;
    first.clear();
    first.resize(ranges.span(), NONE);
    let mut none = true;
    for &pair in partners.iter().flat_map(|partners| partners.part(range)) {
        let (value, with) = halves(pair);
        let first = &mut first[ranges.within(value)];
        if *first == NONE {
            *first = with;
        } else if *first != with {
            *first = SEVERAL;
            none = false;
        }
    }
    let has_several = |pair: &&Pair| first[ranges.within(halves(**pair).0)] == SEVERAL;
    if none {
        Vec::new()
    } else {
        partners
            .iter()
            .flat_map(|partners| partners.part(range))
            .filter(has_several)
            .copied()
            .collect()
    }
}

fn shared_of(partners: &[Pair], numbering: &IdentifierIndex, rules: &Rules) -> Vec<u32> {
    let limits: Vec<Option<u16>> = rules.kinds().map(|kind| kind.most_values()).collect();
    let mut counts = vec![0usize; limits.len()];
    let value_of = |partner: Pair| halves(partner).0;
    let mut is_shared = |run: &[Pair]| {
        let most = rules
            .kind(numbering.get(value_of(run[0])).kind())
            .and_then(|kind| kind.most_persons());
        let most = most.map_or(usize::MAX, |most| most as usize);
        if run.len() <= most {
            return false;
        }
        counts.fill(0);
        run.iter()
            .for_each(|&partner| counts[numbering.get(halves(partner).1).kind()] += 1);
        counts.iter().zip(&limits).any(|(count, limit)| {
            limit.is_some_and(|limit| count.div_ceil(usize::from(limit)) > most)
        })
    };
    let runs = partners.chunk_by(|left, right| value_of(*left) == value_of(*right));
    runs.filter(|run| is_shared(run))
        .map(|run| value_of(run[0]))
        .collect()
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
    pub(super) fn new(members: &[u32], numbering: &IdentifierIndex, rules: &Rules) -> Self {
        let limited = |(at, kind): (usize, &crate::identity::identifier_kind::IdentifierKind)| {
            kind.most_values().map(|most| (at, most))
        };
        let limits: Vec<(usize, u16)> = rules.kinds().enumerate().filter_map(limited).collect();
        let own = |kind: usize| {
            limits
                .iter()
                .map(move |(limited, _)| u16::from(*limited == kind))
        };
        let counts = members
            .iter()
            .flat_map(|&number| own(numbering.get(number).kind()))
            .collect();
        Self {
            sets: UnionFind::new(members.len()),
            limits,
            counts,
            held: HashSet::new(),
        }
    }

    /// Reads what joining these identifiers will read first. Reads that do not wait for each other
    /// run at the same time, so doing this for a few dozen links ahead is to bring their lines into
    /// the cache sooner than one after the other would.
    #[inline]
    pub(super) fn touch(&self, numbers: impl Iterator<Item = u32>) {
        let kinds = self.limits.len();
        let sum = numbers.fold(0u32, |sum, number| {
            let near = self.sets.near(number);
            sum ^ near
                ^ self
                    .counts
                    .get(near as usize * kinds)
                    .copied()
                    .map_or(0, u32::from)
        });
        std::hint::black_box(sum);
    }

    /// Joins the sets of two identifiers, unless that gives a person too many values of the kind in
    /// the error.
    #[inline]
    pub(super) fn join(&mut self, left: u32, right: u32) -> Result<(), usize> {
        let (left, right) = (self.sets.find(left), self.sets.find(right));
        if left == right {
            return Ok(());
        }
        let kinds = self.limits.len();
        let of = |root: u32| root as usize * kinds..(root as usize + 1) * kinds;
        let (left_counts, right_counts) = (&self.counts[of(left)], &self.counts[of(right)]);
        for ((&(kind, most), &one), &other) in self.limits.iter().zip(left_counts).zip(right_counts)
        {
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
        let Some(slot) = self.limits.iter().position(|(limited, _)| *limited == kind) else {
            return Ok(());
        };
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
