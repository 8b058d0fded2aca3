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

/// Identifiers spread at a time: what fits the cache, and the unit of parallel work.
const CHUNK: usize = 1 << 16;
/// Parts of the range that are sorted each on its own: some ten thousand identifiers of ten million, which fit the cache too.
const PARTS: u32 = 10;
/// Identifiers looked up at a time.
const AHEAD: usize = 64;

impl Numbering {
    /// Numbers all identifiers of these columns.
    ///
    /// Sorted as evenly spread numbers can be: spread over parts by their leading bits, then over runs of a few by the next bits,
    /// and the runs by comparing. Of 20 million links that took a quarter of the time of sorting chunks and merging them.
    pub(super) fn new(columns: &[&[Identifier]]) -> Result<Self> {
        let chunks: Vec<&[Identifier]> = columns.iter().flat_map(|column| column.chunks(CHUNK)).collect();
        let spread: Vec<Spread> = chunks.into_par_iter().map(|chunk| Spread::new(chunk, 0, PARTS)).collect();
        let parts: Vec<Vec<Identifier>> = (0..1usize << PARTS).into_par_iter().map(|part| sorted_part(&spread, part)).collect();
        drop(spread);
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

    /// The numbers of identifiers that all have one, put behind `numbers`.
    ///
    /// A look-up waits for memory twice. A few dozen at a time first read what they will need, without waiting for each other.
    pub(super) fn ranks(&self, identifiers: &[Identifier], numbers: &mut Vec<u32>) {
        for ahead in identifiers.chunks(AHEAD) {
            let start = |identifier: &Identifier| self.starts[identifier.leading(self.bits)] as usize;
            let starts = ahead.iter().fold(0usize, |sum, identifier| sum ^ start(identifier));
            std::hint::black_box(starts);
            let kinds = ahead.iter().fold(0usize, |sum, identifier| sum ^ self.sorted[start(identifier)].kind());
            std::hint::black_box(kinds);
            numbers.extend(ahead.iter().map(|identifier| self.rank(*identifier).expect("every link's ends are numbered")));
        }
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

/// Identifiers ordered by some of their bits.
struct Spread {
    all: Vec<Identifier>,
    starts: Vec<u32>,
}

impl Spread {
    /// By `bits` bits behind the first `skip`.
    fn new(identifiers: &[Identifier], skip: u32, bits: u32) -> Self {
        let mut starts = vec![0u32; (1 << bits) + 1];
        identifiers.iter().for_each(|identifier| starts[identifier.bits(skip, bits) + 1] += 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut all = identifiers.to_vec();
        for identifier in identifiers {
            let place = &mut next[identifier.bits(skip, bits)];
            all[*place as usize] = *identifier;
            *place += 1;
        }
        Self { all, starts }
    }

    fn part(&self, part: usize) -> &[Identifier] {
        &self.all[self.starts[part] as usize..self.starts[part + 1] as usize]
    }
}

/// What one part of the range has, each identifier once.
fn sorted_part(spread: &[Spread], part: usize) -> Vec<Identifier> {
    let gathered = spread.iter().flat_map(|chunk| chunk.part(part)).copied().collect::<Vec<Identifier>>();
    let bits = (gathered.len() + 1).ilog2();
    let mut runs = Spread::new(&gathered, PARTS, bits);
    for run in 0..1 << bits {
        runs.all[runs.starts[run] as usize..runs.starts[run + 1] as usize].sort_unstable();
    }
    runs.all.dedup();
    runs.all
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
