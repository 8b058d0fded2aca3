//! Numbering identifiers that begin alike, in a part that fits the cache.

use crate::event::identifier::Identifier;
use crate::util::buckets::Buckets;

/// Some of many identifiers: those of some value of the leading bits.
pub(super) struct Shard {
    /// Its identifiers sorted.
    pub(super) distinct: Vec<Identifier>,
    /// The rank in `distinct` of each identifier, as they come chunk by chunk.
    pub(super) ranks: Vec<u32>,
}

/// What numbering a part needs for the time, kept for the next one: memory that is new has to be
/// cleared first.
#[derive(Default)]
pub(super) struct Scratch {
    /// A table of places in `found`, by the leading bits behind the part's own.
    slots: Vec<u32>,
    /// The distinct identifiers as they come.
    found: Vec<Identifier>,
    /// The places in `found` of all identifiers, as they come.
    places: Vec<u32>,
    /// The ranks of the identifiers in `found`.
    ranks: Vec<u32>,
}

/// A slot without a place.
const FREE: u32 = u32::MAX;

impl Shard {
    /// Of a part number in the identifiers' first `skip` bits.
    pub(super) fn new(
        spread: &[Buckets<Identifier>],
        part: usize,
        skip: u32,
        scratch: &mut Scratch,
    ) -> Self {
        scratch.find(spread, part, skip);
        let distinct = scratch.sort();
        Self {
            distinct,
            ranks: scratch
                .places
                .iter()
                .map(|&place| scratch.ranks[place as usize])
                .collect(),
        }
    }
}

impl Scratch {
    /// Finds what is distinct in a table with linear probing, half full at the most.
    fn find(&mut self, spread: &[Buckets<Identifier>], part: usize, skip: u32) {
        let Self {
            slots,
            found,
            places,
            ..
        } = self;
        let count: usize = spread.iter().map(|chunk| chunk.part(part).len()).sum();
        let bits = (count + 1).ilog2() + 1;
        slots.clear();
        // no run of taken slots is longer than all identifiers together, and so none comes to the
        // end
        slots.resize((1 << bits) + count, FREE);
        found.clear();
        places.clear();
        for identifier in spread.iter().flat_map(|chunk| chunk.part(part)) {
            let mut slot = identifier.bits(skip, bits);
            while slots[slot] != FREE && found[slots[slot] as usize] != *identifier {
                slot += 1;
            }
            if slots[slot] == FREE {
                slots[slot] = found.len() as u32;
                found.push(*identifier);
            }
            places.push(slots[slot]);
        }
    }

    /// Sorts what was found. A slot follows from the leading bits and an identifier stands in the
    /// first free one from its own on: so in the order of slots they are sorted but for close
    /// neighbours, and each goes a place or two down at the most, mostly none.
    fn sort(&mut self) -> Vec<Identifier> {
        let Self {
            slots,
            found,
            ranks,
            ..
        } = self;
        let mut taken = 0;
        // branch-free: the condition is unpredictable
        for at in 0..slots.len() {
            let place = slots[at];
            slots[taken] = place;
            taken += usize::from(place != FREE);
        }
        let order = &mut slots[..taken];
        let mut distinct: Vec<Identifier> = Vec::with_capacity(taken);
        for at in 0..taken {
            let (place, identifier) = (order[at], found[order[at] as usize]);
            let to = distinct
                .iter()
                .rposition(|other| *other < identifier)
                .map_or(0, |before| before + 1);
            order.copy_within(to..at, to + 1);
            order[to] = place;
            distinct.insert(to, identifier);
        }
        ranks.clear();
        ranks.resize(taken, 0);
        (0..)
            .zip(order)
            .for_each(|(rank, place)| ranks[*place as usize] = rank);
        distinct
    }
}
