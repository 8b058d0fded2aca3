//! Which components of linked numbers need a closer look.

use crate::identity::identifier_index::IdentifierIndex;
use crate::identity::identifier_kind::IdentifierKind;
use crate::identity::ranges::{Pair, Ranges, halves, of_halves};
use crate::identity::rules::Rules;
use crate::util::bitset::BitSet;
use crate::util::buckets::Buckets;
use rayon::prelude::*;

/// Component sizes, indexed by each component's smallest member.
#[derive(Default)]
pub(super) struct ComponentSizes {
    /// Those of more than one number.
    pub(super) several: BitSet,
    /// Those where the order of links may matter: with more values of a kind than a person may
    /// have, or with a value whose links hold for a time.
    pub(super) ordered: BitSet,
}

impl ComponentSizes {
    /// Counts the members of each component by kind, in ranges of components that fit the cache.
    pub(super) fn new(representative: &[u32], numbering: &IdentifierIndex, rules: &Rules) -> Self {
        let ranges = Ranges::new(representative.len(), SPAN);
        let others = others(representative, numbering, ranges);
        let most: Vec<u32> = rules.kinds().map(most).collect();
        let of_range = |counts: &mut Vec<u32>, (range, representative): (usize, &[u32])| {
            let first = ranges.first(range) as usize;
            let mut sizes = Self {
                several: BitSet::none(ranges.span()),
                ordered: BitSet::none(ranges.span()),
            };
            counts.clear();
            counts.resize(representative.len() * most.len(), 0);
            for (representative, kind) in others
                .iter()
                .flat_map(|others| others.part(range))
                .map(|&other| halves(other))
            {
                let number = ranges.within(representative);
                sizes.several.mark(number);
                counts[number * most.len() + kind as usize] += 1;
            }
            let kinds = numbering.kinds(first..first + representative.len());
            for (number, kind) in kinds
                .enumerate()
                .filter(|(number, _)| representative[*number] as usize == first + number)
            {
                let counts = &mut counts[number * most.len()..(number + 1) * most.len()];
                counts[kind] += 1;
                if counts.iter().zip(&most).any(|(count, most)| count > most) {
                    sizes.ordered.mark(number);
                }
            }
            sizes
        };
        let mut all = Self::default();
        for Self { several, ordered } in representative
            .par_chunks(ranges.span())
            .enumerate()
            .map_init(Vec::new, of_range)
            .collect::<Vec<_>>()
        {
            all.several.append(several);
            all.ordered.append(ordered);
        }
        all
    }
}

/// The most values of a kind in a component whose links may come in any order.
fn most(kind: &IdentifierKind) -> u32 {
    match kind.validity() {
        Some(_) => 0,
        None => kind.most_values().map_or(u32::MAX, u32::from),
    }
}

/// The kinds of all members but the smallest ones, by component.
fn others(
    representative: &[u32],
    numbering: &IdentifierIndex,
    ranges: Ranges,
) -> Vec<Buckets<Pair>> {
    let spread = |(chunk, representative): (usize, &[u32])| {
        let numbers = chunk * CHUNK..chunk * CHUNK + representative.len();
        let members = numbers
            .clone()
            .zip(representative)
            .zip(numbering.kinds(numbers));
        let others =
            members.filter(|((number, representative), _)| **representative != *number as u32);
        ranges.spread(
            &others
                .map(|((_, representative), kind)| of_halves(*representative, kind as u32))
                .collect::<Vec<Pair>>(),
        )
    };
    representative
        .par_chunks(CHUNK)
        .enumerate()
        .map(spread)
        .collect()
}

/// Numbers spread at a time.
const CHUNK: usize = 1 << 16;

/// Components counted at a time, at least: with seven kinds their counts take 450 KB.
const SPAN: usize = 1 << 14;
