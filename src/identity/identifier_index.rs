//! Identifiers to small numbers: their rank.

use crate::error::{Error, Result};
use crate::event::identifier::Identifier;
use crate::identity::shard::{Scratch, Shard};
use crate::util::buckets::Buckets;
use rayon::prelude::*;
use std::ops::Range;

/// Identifiers sorted, 16 bytes each, so that an identifier's number is its rank: neither the order
/// of rows nor threads matter, and of any set of identifiers the smallest number is the smallest
/// hash.
///
/// Hashes are spread evenly. So an index of their leading bits, a byte an identifier, leads to a
/// run of about four where the rank is found by looking: a line or two of the cache, where a search
/// by halves through all would miss it two dozen times.
#[derive(Debug, Clone, Default)]
pub(super) struct IdentifierIndex {
    sorted: Vec<u128>,
    starts: Vec<u32>,
    bits: u32,
}

/// Identifiers spread at a time: what fits the cache, and the unit of parallel work.
pub(super) const CHUNK: usize = 1 << 17;
/// Identifiers of a part, about, so that it fits the cache with a table of it.
const PART: usize = 1 << 14;
/// The most leading bits that tell parts: pieces of a chunk in more parts would be short.
const MOST_BITS: u32 = 11;

/// A numbering, and the numbers of the identifiers it was made of.
///
/// Looking 40 million identifiers up in a table of 280 MB waits for memory twice each. The parts
/// fit the cache: there each identifier is looked up while its part is at hand, in order of
/// appearance, so that a chunk's numbers are read back off the parts in the same order.
pub(super) struct Numbered {
    pub(super) numbering: IdentifierIndex,
    /// How many leading bits tell the part.
    bits: u32,
    parts: Vec<Shard>,
    /// The number of each part's first identifier.
    bases: Vec<u32>,
    /// Of each chunk, where its identifiers begin in each part; and where the last one's end.
    offsets: Vec<Vec<u32>>,
}

impl Numbered {
    /// Numbers all identifiers of these columns, which are cut into chunks of [`CHUNK`], each
    /// column on its own.
    ///
    /// Sorted as evenly spread numbers can be: spread over parts by their leading bits, and each
    /// part by a table.
    pub(super) fn new(columns: &[&[Identifier]]) -> Result<Self> {
        let chunks: Vec<&[Identifier]> = columns
            .iter()
            .flat_map(|column| column.chunks(CHUNK))
            .collect();
        let count: usize = columns.iter().map(|column| column.len()).sum();
        let bits = (count / PART).max(1).ilog2().min(MOST_BITS);
        let part = |identifier: &Identifier| identifier.leading(bits);
        let spread: Vec<Buckets<Identifier>> = chunks
            .into_par_iter()
            .map(|chunk| Buckets::new(chunk, 1 << bits, part))
            .collect();
        let part = |scratch: &mut Scratch, part| Shard::new(&spread, part, bits, scratch);
        let mut parts: Vec<Shard> = (0..1usize << bits)
            .into_par_iter()
            .map_init(Scratch::default, part)
            .collect();
        let mut sums = vec![0; 1 << bits];
        let offset = |chunk: &Buckets<Identifier>| {
            let here = sums.clone();
            sums.iter_mut()
                .zip(chunk.starts().windows(2))
                .for_each(|(sum, ends)| *sum += ends[1] - ends[0]);
            here
        };
        let mut offsets: Vec<Vec<u32>> = spread.iter().map(offset).collect();
        offsets.push(sums);
        drop(spread);
        let mut len = 0;
        let base = |part: &Shard| {
            let base = len as u32;
            len += part.distinct.len();
            base
        };
        let bases: Vec<u32> = parts.iter().map(base).collect();
        // The upper half of the numbers serves as a mark.
        if len > i32::MAX as usize {
            return Err(Error::setting(
                "distinct identifiers",
                len,
                "fewer than 2^31",
            ));
        }
        let distinct = parts
            .iter_mut()
            .map(|part| std::mem::take(&mut part.distinct))
            .collect();
        let numbering = IdentifierIndex::of_sorted(concatenated(distinct, len));
        Ok(Self {
            numbering,
            bits,
            parts,
            bases,
            offsets,
        })
    }

    /// The numbers of the identifiers of a chunk.
    ///
    /// What the parts hold of them is brought together first, some dozens at a time: read one by
    /// one they would be from another part, and hence page, each time.
    pub(super) fn ranks(&self, chunk: usize, identifiers: &[Identifier]) -> Vec<u32> {
        let (mut near, mut next) = (
            Vec::with_capacity(identifiers.len()),
            Vec::with_capacity(self.parts.len()),
        );
        let pieces = self.offsets[chunk].iter().zip(&self.offsets[chunk + 1]);
        for ((part, base), (start, end)) in self.parts.iter().zip(&self.bases).zip(pieces) {
            next.push(near.len() as u32);
            near.extend(
                part.ranks[*start as usize..*end as usize]
                    .iter()
                    .map(|rank| base + rank),
            );
        }
        let rank = |identifier: &Identifier| {
            let place = &mut next[identifier.leading(self.bits)];
            *place += 1;
            near[*place as usize - 1]
        };
        identifiers.iter().map(rank).collect()
    }
}

/// The identifiers of all parts, `len` together, as numbers: what is all zero at first is not
/// written twice.
fn concatenated(parts: Vec<Vec<Identifier>>, len: usize) -> Vec<u128> {
    let mut all = vec![0; len];
    let mut rest = &mut all[..];
    let mut pieces = Vec::with_capacity(parts.len());
    for part in parts {
        let (piece, later) = rest.split_at_mut(part.len());
        pieces.push((piece, part));
        rest = later;
    }
    pieces.into_par_iter().for_each(|(piece, part)| {
        piece
            .iter_mut()
            .zip(part)
            .for_each(|(cell, identifier)| *cell = identifier.to_u128())
    });
    all
}

impl IdentifierIndex {
    /// Numbers all identifiers of these columns.
    pub(super) fn new(columns: &[&[Identifier]]) -> Result<Self> {
        Ok(Numbered::new(columns)?.numbering)
    }

    fn of_sorted(sorted: Vec<u128>) -> Self {
        let bits = (sorted.len() / 4 + 1).ilog2();
        Self {
            starts: starts(&sorted, bits),
            sorted,
            bits,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.sorted.len()
    }

    /// The number of an identifier that has one.
    #[inline]
    pub(super) fn rank(&self, identifier: Identifier) -> Option<u32> {
        let bucket = identifier.leading(self.bits);
        let (start, end) = (*self.starts.get(bucket)?, self.starts[bucket + 1]);
        let run = &self.sorted[start as usize..end as usize];
        let at = run.partition_point(|&other| other < identifier.to_u128());
        (run.get(at) == Some(&identifier.to_u128())).then_some(start + at as u32)
    }

    /// The identifier of a number.
    pub(super) fn get(&self, number: u32) -> Identifier {
        Identifier::from_u128(self.sorted[number as usize])
    }

    /// Whether two identifiers begin with the same 63 bits.
    pub(super) fn has_alike(&self) -> bool {
        self.sorted
            .par_windows(2)
            .any(|pair| pair[0] >> 65 == pair[1] >> 65)
    }

    /// An identifier whose kind is none of the first `kinds`.
    pub(super) fn of_unknown_kind(&self, kinds: usize) -> Option<Identifier> {
        self.sorted
            .par_iter()
            .map(|&identifier| Identifier::from_u128(identifier))
            .find_first(|identifier| identifier.kind() >= kinds)
    }

    /// The kinds of the identifiers of these numbers.
    pub(super) fn kinds(&self, numbers: Range<usize>) -> impl Iterator<Item = usize> {
        self.sorted[numbers]
            .iter()
            .map(|&identifier| Identifier::from_u128(identifier).kind())
    }
}

/// Where the identifiers of each value of the leading bits begin.
fn starts(sorted: &[u128], bits: u32) -> Vec<u32> {
    let mut starts = vec![0u32; (1 << bits) + 1];
    let leading = |identifier: u128| Identifier::from_u128(identifier).leading(bits);
    starts
        .par_chunks_mut(STARTS)
        .enumerate()
        .for_each(|(chunk, starts)| {
            let mut at = sorted.partition_point(|&identifier| leading(identifier) < chunk * STARTS);
            for (start, value) in starts.iter_mut().zip(chunk * STARTS..) {
                at += sorted[at..]
                    .iter()
                    .take_while(|&&identifier| leading(identifier) < value)
                    .count();
                *start = at as u32;
            }
        });
    starts
}

/// Starts that are found by one thread, one after the other.
const STARTS: usize = 1 << 14;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    #[test]
    fn numbers_are_ranks_whatever_the_order() {
        let mut random = Random::new(1);
        let mut id = || Identifier::new(u128::from(random.next_u64()) << 64, 3);
        let many: Vec<Identifier> = (0..100_000).map(|_| id()).collect();
        let stranger = id();
        let (left, right) = many.split_at(7_000);
        let numbered = Numbered::new(&[left, right, left]).unwrap();
        let numbering = &numbered.numbering;
        let other = IdentifierIndex::new(&[right, left]).unwrap();
        assert_eq!(
            (numbering.len(), &numbering.sorted),
            (100_000, &other.sorted)
        );
        assert!(numbering.sorted.is_sorted());
        for (number, &identifier) in (0..).zip(&numbering.sorted) {
            assert_eq!(
                numbering.rank(Identifier::from_u128(identifier)),
                Some(number)
            );
        }
        assert_eq!(numbering.rank(stranger), None);
        let ranks: Vec<u32> = right
            .iter()
            .filter_map(|identifier| numbering.rank(*identifier))
            .collect();
        assert_eq!(numbered.ranks(1, right), ranks);
        assert_eq!(numbered.ranks(2, left), numbered.ranks(0, left));
    }

    #[test]
    fn few_are_numbered_too() {
        assert_eq!(
            IdentifierIndex::default().rank(Identifier::new(5 << 8, 0)),
            None
        );
        let numbering = IdentifierIndex::new(&[]).unwrap();
        assert_eq!(
            (numbering.len(), numbering.rank(Identifier::new(5 << 8, 0))),
            (0, None)
        );
        // leading bits that are all alike
        let ids: Vec<Identifier> = (0..100).map(|n| Identifier::new(n << 8, 0)).collect();
        let numbering = IdentifierIndex::new(&[&ids]).unwrap();
        assert!(
            ids.iter()
                .zip(0..)
                .all(|(id, number)| numbering.rank(*id) == Some(number))
        );
    }
}
