//! Identifiers to small numbers: their rank.

use super::identifier::Identifier;
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

/// Identifiers sorted at a time: what fits the cache, and the unit of parallel work.
const CHUNK: usize = 1 << 16;
/// Parts of the range that are merged each on its own.
const PARTS: u32 = 9;

impl Numbering {
    /// Numbers all identifiers of these columns.
    pub(super) fn new(columns: &[&[Identifier]]) -> Result<Self> {
        let chunks: Vec<&[Identifier]> = columns.iter().flat_map(|column| column.chunks(CHUNK)).collect();
        let runs: Vec<Vec<Identifier>> = chunks.into_par_iter().map(|chunk| sorted(chunk.to_vec())).collect();
        let parts: Vec<Vec<Identifier>> = (0..1usize << PARTS).into_par_iter().map(|part| merged(&runs, part)).collect();
        drop(runs);
        let all = parts.concat();
        // The upper half of the numbers serves as a mark.
        if all.len() > i32::MAX as usize {
            return Err(Error::setting("distinct identifiers", all.len(), "fewer than 2^31"));
        }
        let bits = (all.len() / 4 + 1).ilog2();
        Ok(Self { starts: starts(&all, bits), sorted: all, bits })
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

fn sorted(mut run: Vec<Identifier>) -> Vec<Identifier> {
    run.sort_unstable();
    run.dedup();
    run
}

/// What the runs have in one part of the range.
fn merged(runs: &[Vec<Identifier>], part: usize) -> Vec<Identifier> {
    let mut all = Vec::new();
    for run in runs {
        let start = run.partition_point(|identifier| identifier.leading(PARTS) < part);
        let end = start + run[start..].partition_point(|identifier| identifier.leading(PARTS) == part);
        all.extend_from_slice(&run[start..end]);
    }
    sorted(all)
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
        let numbering = Numbering::new(&[left, right, left]).unwrap();
        let other = Numbering::new(&[right, left]).unwrap();
        assert_eq!((numbering.len(), numbering.sorted()), (20_000, other.sorted()));
        assert!(numbering.sorted().is_sorted());
        for (number, identifier) in (0..).zip(numbering.sorted()) {
            assert_eq!(numbering.rank(*identifier), Some(number));
        }
        assert_eq!(numbering.rank(stranger), None);
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
