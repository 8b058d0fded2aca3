//! Links at work: from numbers that are linked to persons.

use crate::identity::candidates::Candidates;
use crate::identity::component_sizes::ComponentSizes;
use crate::identity::components::Components;
use crate::identity::guards::GuardedSets;
use crate::identity::identifier_index::IdentifierIndex;
use crate::identity::identifier_kind::IdentifierKind;
use crate::identity::ranges::{Pair, halves};
use crate::identity::rejected_links::{Rejections, Rule};
use crate::identity::rules::Rules;
use crate::identity::union_find::JOINED;
use crate::util::bitset::BitSet;
use crate::util::buckets::Buckets;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// A link as it is tried: confidence (from the surest down), time and the two numbers, smaller
/// first, in 16 bytes whose order as a number is the order of trying.
type Try = u128;

fn to_try(confidence: u32, time: u32, [left, right]: [u32; 2]) -> Try {
    u128::from(!confidence) << 96
        | u128::from(time) << 64
        | u128::from(left.min(right)) << 32
        | u128::from(left.max(right))
}

fn time_of(link: Try) -> u32 {
    (link >> 64) as u32
}

fn ends_of(link: Try) -> (u32, u32) {
    ((link >> 32) as u32, link as u32)
}

/// The same link with other numbers for its ends, in the same order.
fn with_ends(link: Try, left: u32, right: u32) -> Try {
    (link >> 64 << 64) | u128::from(left) << 32 | u128::from(right)
}

/// Links tried before the next are read ahead.
const AHEAD: usize = 64;

/// Links on their way to persons.
pub(super) struct OrderedLinker<'a> {
    numbering: &'a IdentifierIndex,
    rules: &'a Rules,
    /// Values that are shared.
    shared: BitSet,
    pub(super) refusals: Rejections,
    /// The second of each identifier's first link that was followed, where anonymous history does
    /// not join; else empty.
    pub(super) since: Vec<u32>,
    /// Value, second and holder of links that hold for a time.
    pub(super) held: Vec<(u32, u32, u32)>,
}

impl<'a> OrderedLinker<'a> {
    pub(super) fn new(
        numbering: &'a IdentifierIndex,
        rules: &'a Rules,
        shared: &[u32],
        refusals: Rejections,
    ) -> Self {
        let mut marks = BitSet::none(numbering.len());
        shared
            .iter()
            .for_each(|&number| marks.mark(number as usize));
        Self {
            numbering,
            rules,
            shared: marks,
            refusals,
            since: Vec::new(),
            held: Vec::new(),
        }
    }

    /// Joins what links join. The result is of each number the smallest of its person's, marked
    /// where there are several.
    pub(super) fn join(
        &mut self,
        pairs: Vec<Buckets<Pair>>,
        candidates: &Candidates<'_>,
    ) -> Vec<u32> {
        let mut components = Components::new(self.numbering.len());
        for refusals in components.connect(pairs, |pair, refusals| self.passes(pair, refusals)) {
            self.refusals.merge(refusals);
        }
        let mut representative = components.representative();
        let ComponentSizes { several, ordered } =
            ComponentSizes::new(&representative, self.numbering, self.rules);
        let in_order = self.in_order(candidates, &representative, &ordered);
        let members = if ordered.is_empty() {
            Vec::new()
        } else {
            members(&representative, &ordered)
        };
        let is_joined =
            |number: u32, representative: u32| representative != number || several.has(number);
        representative
            .par_iter_mut()
            .enumerate()
            .for_each(|(number, representative)| {
                *representative |= if is_joined(number as u32, *representative) {
                    JOINED
                } else {
                    0
                };
            });
        if !members.is_empty() {
            self.join_in_order(in_order, &members, &mut representative);
        }
        representative
    }

    /// Whether neither of two linked values is shared.
    fn passes(&self, pair: Pair, refusals: &mut Rejections) -> bool {
        let (larger, smaller) = halves(pair);
        let shared = [smaller, larger]
            .into_iter()
            .find(|&number| self.shared.has(number));
        shared
            .inspect(|&value| {
                refusals.refuse(Rule::MostPersons, Some(self.kind(value).0), &[value])
            })
            .is_none()
    }

    /// The links of components where their order may matter. Of the others it only may matter which
    /// one was first.
    fn in_order(
        &mut self,
        candidates: &Candidates<'_>,
        representative: &[u32],
        ordered: &BitSet,
    ) -> Vec<Try> {
        if ordered.is_empty() && self.rules.back_stitching() {
            return Vec::new();
        }
        let len = if self.rules.back_stitching() {
            0
        } else {
            representative.len()
        };
        let since: Vec<AtomicU32> = (0..len)
            .into_par_iter()
            .map(|_| AtomicU32::new(u32::MAX))
            .collect();
        let in_order = candidates.filter_map(|time, confidence, ends| {
            if ends.iter().any(|&end| self.shared.has(end)) {
                return None;
            }
            let is_ordered = ordered.has(representative[ends[0] as usize]);
            if !is_ordered && !since.is_empty() {
                ends.into_iter()
                    .for_each(|end| _ = since[end as usize].fetch_min(time, Relaxed));
            }
            is_ordered.then(|| to_try(confidence, time, ends))
        });
        self.since = since.into_iter().map(AtomicU32::into_inner).collect();
        in_order
    }

    /// Tries the links among some members, whose new numbers are their places there, one after the
    /// other.
    fn join_in_order(&mut self, mut tries: Vec<Try>, members: &[u32], representative: &mut [u32]) {
        renumber(&mut tries, members, representative.len());
        tries.par_sort_unstable();
        let mut sets = GuardedSets::new(members, self.numbering, self.rules);
        for ahead in tries.chunks(AHEAD) {
            sets.touch(
                ahead
                    .iter()
                    .flat_map(|&link| <[u32; 2]>::from(ends_of(link))),
            );
            for &link in ahead {
                let (left, right) = ends_of(link);
                let ends = [members[left as usize], members[right as usize]];
                if !ends.into_iter().any(|end| self.is_timed(end)) {
                    match sets.join(left, right) {
                        Ok(()) => self.note(link, ends),
                        Err(kind) => self.refusals.refuse(Rule::MostValues, Some(kind), &ends),
                    }
                }
            }
        }
        self.hold(&tries, members, &mut sets);
        for (&number, new) in members.iter().zip(sets.sets.representative()) {
            representative[number as usize] = members[(new & !JOINED) as usize] | new & JOINED;
        }
    }

    fn note(&mut self, link: Try, ends: [u32; 2]) {
        if !self.since.is_empty() {
            for number in ends {
                let since = &mut self.since[number as usize];
                *since = (*since).min(time_of(link));
            }
        }
    }

    /// Notes who holds what when, once it is known who is who.
    fn hold(&mut self, tries: &[Try], members: &[u32], sets: &mut GuardedSets) {
        for &link in tries {
            let (left, right) = ends_of(link);
            let is_timed = |this: &Self, end: u32| this.is_timed(members[end as usize]);
            let (value, holder) = match (is_timed(self, left), is_timed(self, right)) {
                (false, false) => continue,
                (true, _) => (left, right),
                (false, true) => (right, left),
            };
            let ends = [members[value as usize], members[holder as usize]];
            match sets.hold(value, self.kind(ends[0]).0, holder) {
                Ok(()) => self.held.push((ends[0], time_of(link), ends[1])),
                Err(kind) => self.refusals.refuse(Rule::MostValues, Some(kind), &ends),
            }
        }
        // of several holders in one second the surest, who comes first
        self.held.par_sort_by_key(|&(value, time, _)| (value, time));
        self.held.dedup_by_key(|held| (held.0, held.1));
    }

    fn kind(&self, number: u32) -> (usize, &IdentifierKind) {
        let kind = self.numbering.get(number).kind();
        (
            kind,
            self.rules
                .kind(kind)
                .expect("identifiers are of the rules' kinds"),
        )
    }

    /// Whether links of this identifier hold for a time only.
    fn is_timed(&self, number: u32) -> bool {
        self.kind(number).1.validity().is_some()
    }
}

/// The numbers whose components are marked.
fn members(representative: &[u32], marked: &BitSet) -> Vec<u32> {
    (0..representative.len() as u32)
        .into_par_iter()
        .filter(|&number| marked.has(representative[number as usize]))
        .collect()
}

/// Numbers the links' ends by their places among these members, of `len` numbers.
fn renumber(tries: &mut [Try], members: &[u32], len: usize) {
    let mut places = vec![0; len];
    (0..)
        .zip(members)
        .for_each(|(place, &number)| places[number as usize] = place);
    tries.par_iter_mut().for_each(|link| {
        let (left, right) = ends_of(*link);
        *link = with_ends(*link, places[left as usize], places[right as usize]);
    });
}
