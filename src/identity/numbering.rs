//! Identifiers to small numbers: their rank.

use super::identifier::Identifier;
use super::spread::Spread;
use crate::error::{Error, Result};
use rayon::prelude::*;

/// Identifiers sorted, 16 bytes each, so that an identifier's number is its rank: neither the order of rows nor threads matter,
/// and of any set of identifiers the smallest number is the smallest hash.
///
/// Hashes are spread evenly. So an index of their leading bits, a byte an identifier, leads to a run of about four where the rank is
/// found by looking: a line or two of the cache, where a search by halves through all would miss it two dozen times.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbering {
    sorted: Vec<Identifier>,
    starts: Vec<u32>,
    bits: u32,
}

/// Identifiers spread at a time: what fits the cache, and the unit of parallel work.
pub(super) const CHUNK: usize = 1 << 16;
/// Parts of the range, as a power of two, that are sorted each on its own: some ten thousand identifiers of ten million, which fit
/// the cache too.
const PARTS: u32 = 11;

/// A numbering, and the numbers of the identifiers it was made of.
///
/// Looking 40 million identifiers up in a table of 280 MB waits for memory twice each. The parts fit the cache: there each
/// identifier is looked up while its part is at hand, in order of appearance, so that a chunk's numbers are read back off the parts
/// in the same order. With it resolving 20 million links took 8.5 s of processors in place of 13.2.
pub(super) struct Numbered {
    pub(super) numbering: Numbering,
    parts: Vec<Part>,
    /// The number of each part's first identifier.
    bases: Vec<u32>,
    /// Of each chunk, where its identifiers begin in each part; and where the last one's end.
    offsets: Vec<Vec<u32>>,
}

impl Numbered {
    /// Numbers all identifiers of these columns, which are cut into chunks of [`CHUNK`], each column on its own.
    ///
    /// Sorted as evenly spread numbers can be: spread over parts by their leading bits, then over runs of a few by the next bits,
    /// and the runs by comparing.
    pub(super) fn new(columns: &[&[Identifier]]) -> Result<Self> {
        let chunks: Vec<&[Identifier]> = columns.iter().flat_map(|column| column.chunks(CHUNK)).collect();
        let part = |identifier: &Identifier| identifier.leading(PARTS);
        let spread: Vec<Spread<Identifier>> = chunks.into_par_iter().map(|chunk| Spread::new(chunk, 1 << PARTS, part)).collect();
        let mut parts: Vec<Part> = (0..1usize << PARTS).into_par_iter().map(|part| Part::new(&spread, part)).collect();
        let mut sums = vec![0; 1 << PARTS];
        let offset = |chunk: &Spread<Identifier>| {
            let here = sums.clone();
            sums.iter_mut().zip(chunk.starts().windows(2)).for_each(|(sum, ends)| *sum += ends[1] - ends[0]);
            here
        };
        let mut offsets: Vec<Vec<u32>> = spread.iter().map(offset).collect();
        offsets.push(sums);
        drop(spread);
        let len: usize = parts.iter().map(|part| part.distinct.len()).sum();
        // The upper half of the numbers serves as a mark.
        if len > i32::MAX as usize {
            return Err(Error::setting("distinct identifiers", len, "fewer than 2^31"));
        }
        let mut sorted = Vec::with_capacity(len);
        let mut bases = Vec::with_capacity(parts.len());
        for part in &mut parts {
            bases.push(sorted.len() as u32);
            sorted.append(&mut std::mem::take(&mut part.distinct));
        }
        let bits = (len / 4 + 1).ilog2();
        Ok(Self { numbering: Numbering { starts: starts(&sorted, bits), sorted, bits }, parts, bases, offsets })
    }

    /// The numbers of the identifiers of a chunk.
    ///
    /// What the parts hold of them is brought together first, some dozens at a time: read one by one they would be from another
    /// part, and hence page, each time.
    pub(super) fn ranks(&self, chunk: usize, identifiers: &[Identifier]) -> Vec<u32> {
        let (mut near, mut next) = (Vec::with_capacity(identifiers.len()), Vec::with_capacity(self.parts.len()));
        let pieces = self.offsets[chunk].iter().zip(&self.offsets[chunk + 1]);
        for ((part, base), (start, end)) in self.parts.iter().zip(&self.bases).zip(pieces) {
            next.push(near.len() as u32);
            near.extend(part.ranks[*start as usize..*end as usize].iter().map(|rank| base + rank));
        }
        let rank = |identifier: &Identifier| {
            let place = &mut next[identifier.leading(PARTS)];
            *place += 1;
            near[*place as usize - 1]
        };
        identifiers.iter().map(rank).collect()
    }
}

/// One part of the range.
struct Part {
    /// Its identifiers sorted.
    distinct: Vec<Identifier>,
    /// The rank in `distinct` of each identifier, as they come chunk by chunk.
    ranks: Vec<u32>,
}

impl Part {
    fn new(spread: &[Spread<Identifier>], part: usize) -> Self {
        let gathered = Spread::gather(spread, part);
        let bits = (gathered.len() + 1).ilog2();
        let places: Vec<u32> = (0..gathered.len() as u32).collect();
        let of = |place: u32| gathered[place as usize];
        let (mut places, ends) = Spread::new(&places, 1 << bits, |place| of(*place).bits(PARTS, bits)).into_inner();
        let mut distinct: Vec<Identifier> = Vec::with_capacity(gathered.len());
        let mut ranks = vec![0; gathered.len()];
        for run in ends.windows(2).filter(|run| run[0] < run[1]) {
            let run = &mut places[run[0] as usize..run[1] as usize];
            run.sort_unstable_by_key(|place| of(*place));
            for same in run.chunk_by(|one, other| of(*one) == of(*other)) {
                same.iter().for_each(|&place| ranks[place as usize] = distinct.len() as u32);
                distinct.push(of(same[0]));
            }
        }
        Self { distinct, ranks }
    }
}

impl Numbering {
    /// Numbers all identifiers of these columns.
    pub(super) fn new(columns: &[&[Identifier]]) -> Result<Self> {
        Ok(Numbered::new(columns)?.numbering)
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
        let at = run.partition_point(|other| *other < identifier);
        (run.get(at) == Some(&identifier)).then_some(start + at as u32)
    }

    /// The identifier of a number.
    pub(super) fn get(&self, number: u32) -> Identifier {
        self.sorted[number as usize]
    }

    /// All identifiers in order.
    pub(super) fn sorted(&self) -> &[Identifier] {
        &self.sorted
    }
}

/// Where the identifiers of each value of the leading bits begin.
fn starts(sorted: &[Identifier], bits: u32) -> Vec<u32> {
    let mut starts = vec![0u32; (1 << bits) + 1];
    for identifier in sorted {
        starts[identifier.leading(bits) + 1] += 1;
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    #[test]
    fn numbers_are_ranks_whatever_the_order() {
        let mut random = Random::new(1);
        let mut id = || Identifier::new(u128::from(random.next_u64()) << 64, 3);
        let many: Vec<Identifier> = (0..20_000).map(|_| id()).collect();
        let stranger = id();
        let (left, right) = many.split_at(7_000);
        let numbered = Numbered::new(&[left, right, left]).unwrap();
        let numbering = &numbered.numbering;
        let other = Numbering::new(&[right, left]).unwrap();
        assert_eq!((numbering.len(), numbering.sorted()), (20_000, other.sorted()));
        assert!(numbering.sorted().is_sorted());
        for (number, identifier) in (0..).zip(numbering.sorted()) {
            assert_eq!(numbering.rank(*identifier), Some(number));
        }
        assert_eq!(numbering.rank(stranger), None);
        let ranks: Vec<u32> = right.iter().filter_map(|identifier| numbering.rank(*identifier)).collect();
        assert_eq!(numbered.ranks(1, right), ranks);
        assert_eq!(numbered.ranks(2, left), numbered.ranks(0, left));
    }

    #[test]
    fn few_are_numbered_too() {
        assert_eq!(Numbering::default().rank(Identifier::new(5 << 8, 0)), None);
        let numbering = Numbering::new(&[]).unwrap();
        assert_eq!((numbering.len(), numbering.rank(Identifier::new(5 << 8, 0))), (0, None));
        // leading bits that are all alike
        let ids: Vec<Identifier> = (0..100).map(|n| Identifier::new(n << 8, 0)).collect();
        let numbering = Numbering::new(&[&ids]).unwrap();
        assert!(ids.iter().zip(0..).all(|(id, number)| numbering.rank(*id) == Some(number)));
    }
}
