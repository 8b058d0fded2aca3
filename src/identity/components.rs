//! Which numbers belong together as long as no guard says otherwise.
//!
//! Guards that count a person's values depend on the order in which links are tried, and so take
//! one thread. But what they say of one component of the graph of links does not depend on any
//! other; and in nearly all components there is nothing to say, for even the whole of it has no
//! more values of any kind than a person may. So components come first, in parallel; links are
//! tried in order in the few that remain.

use crate::identity::ranges::{Pair, Ranges, halves, to_pair};
use crate::util::buckets::Buckets;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Disjoint sets of numbers from 0 that several threads join at a time, without locks (Anderson and
/// Woll 1991). 4 bytes a number.
///
/// A root goes below a smaller one, never the other way, so that in the end each root is the
/// smallest of its set: that depends on the links alone, whatever the threads did when. As numbers
/// are ranks of hashes, the smaller of two is as good a choice as the root of the larger set would
/// be (Goel, Khanna, Larkin and Tarjan 2014, Disjoint set union with randomized linking).
pub(super) struct Components {
    /// Of a root itself, of any other number a smaller one of its set.
    next: Vec<AtomicU32>,
}

impl Components {
    /// Each number a component of its own.
    pub(super) fn new(len: usize) -> Self {
        Self {
            next: (0..len as u32)
                .into_par_iter()
                .map(AtomicU32::new)
                .collect(),
        }
    }

    fn next(&self, number: u32) -> u32 {
        self.next[number as usize].load(Relaxed)
    }

    /// The root of a number's component as it is now, found with path halving (Tarjan and van
    /// Leeuwen 1984).
    fn find(&self, mut number: u32) -> u32 {
        loop {
            let next = self.next(number);
            let after = self.next(next);
            if next == after {
                return next;
            }
            // unless another thread has been here since, and knew more
            _ = self.next[number as usize].compare_exchange(next, after, Relaxed, Relaxed);
            number = after;
        }
    }

    /// Joins the components of two numbers.
    #[inline]
    fn join(&self, left: u32, right: u32) {
        loop {
            let (left, right) = (self.find(left), self.find(right));
            let (stays, goes) = (left.min(right), left.max(right));
            // no longer a root, if another thread was faster
            if stays == goes
                || self.next[goes as usize]
                    .compare_exchange(goes, stays, Relaxed, Relaxed)
                    .is_ok()
            {
                return;
            }
        }
    }

    /// Reads what joining these pairs will read first. Reads that do not wait for each other run at
    /// the same time, so doing this for a few dozen pairs ahead is to bring their lines into the
    /// cache sooner than one after the other would.
    #[inline]
    fn touch(&self, pairs: &[Pair]) {
        let read = |number: u32| self.next(self.next(number));
        std::hint::black_box(
            pairs
                .iter()
                .map(|&pair| halves(pair))
                .fold(0, |sum, (left, right)| sum ^ read(left) ^ read(right)),
        );
    }

    /// Joins what those of the pairs say that `passes` lets pass, for which it may keep accounts.
    ///
    /// Two rounds within ranges of numbers that fit the cache do nearly all of it: of 20 million
    /// pairs they leave 90,000, which are joined wherever they are. Joining all of them there took
    /// 1.2 s of processors where this takes 0.35.
    pub(super) fn connect<A: Default + Send>(
        &mut self,
        pairs: Vec<Buckets<Pair>>,
        passes: impl Fn(Pair, &mut A) -> bool + Sync,
    ) -> Vec<A> {
        let (mut pairs, accounts) = self.settle(&pairs, passes);
        for _ in 1..ROUNDS {
            (pairs, _) = self.settle(&pairs, |_, _: &mut ()| true);
        }
        pairs
            .par_iter()
            .flat_map(|pairs| pairs.all().par_chunks(AHEAD))
            .for_each(|ahead| {
                self.touch(ahead);
                ahead
                    .iter()
                    .map(|&pair| halves(pair))
                    .for_each(|(left, right)| self.join(left, right));
            });
        accounts
    }

    /// Joins what can be joined within the range of each pair's larger number; the result are pairs
    /// of smaller ones in place of the others.
    fn settle<A: Default + Send>(
        &mut self,
        pairs: &[Buckets<Pair>],
        passes: impl Fn(Pair, &mut A) -> bool + Sync,
    ) -> (Vec<Buckets<Pair>>, Vec<A>) {
        let ranges = ranges(self.next.len());
        let of_range = |(range, cells): (usize, &mut [AtomicU32])| {
            let (mut left, mut account) = (Vec::new(), A::default());
            for pairs in pairs {
                let passed = pairs
                    .part(range)
                    .iter()
                    .filter(|&&pair| passes(pair, &mut account));
                left.extend(passed.filter_map(|&pair| lower(cells, ranges.first(range), pair)));
            }
            (ranges.spread(&left), account)
        };
        self.next
            .par_chunks_mut(ranges.span())
            .enumerate()
            .map(of_range)
            .unzip()
    }

    /// Of each number the smallest of its component. What was once written for a number stays, as
    /// roots do not change any more.
    pub(super) fn representative(self) -> Vec<u32> {
        (0..self.next.len()).into_par_iter().for_each(|number| {
            let (next, root) = (self.next(number as u32), self.find(number as u32));
            if root != next {
                self.next[number].store(root, Relaxed);
            }
        });
        self.next.into_iter().map(AtomicU32::into_inner).collect()
    }
}

/// Joins the two numbers of a pair as far as numbers in these cells, from `first` on, say what they
/// are joined with; then the result is the pair of smaller numbers that remains to be joined (Rem's
/// algorithm in Dijkstra 1976).
fn lower(cells: &mut [AtomicU32], first: u32, pair: Pair) -> Option<Pair> {
    let (mut larger, mut smaller) = halves(pair);
    while larger >= first {
        let next = cells[(larger - first) as usize].get_mut();
        let before = *next;
        if before == smaller {
            return None;
        }
        // a root that was, or what it went to and where it goes now are one
        *next = before.min(smaller);
        if before == larger {
            return None;
        }
        (larger, smaller) = (before.max(smaller), before.min(smaller));
    }
    Some(to_pair(larger, smaller))
}

/// Rounds within ranges.
const ROUNDS: usize = 2;

/// Pairs joined before the next are read ahead.
const AHEAD: usize = 64;

/// The ranges by whose numbers pairs are spread: of 256 KB of cells, which fit the cache.
pub(super) fn ranges(len: usize) -> Ranges {
    Ranges::new(len, 1 << 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::union_find::{JOINED, UnionFind};
    use proptest::prelude::*;

    #[test]
    fn many_ranges_agree_with_union_by_size() {
        const LEN: u32 = 300_000;
        let mut random = crate::util::Random::new(3);
        let mut number = || random.index(u64::from(LEN)) as u32;
        // few large components, a path through every 30th number, and a number that a third of all
        // are linked with
        let mut pairs: Vec<(u32, u32)> = (0..150_000).map(|_| (number(), number())).collect();
        pairs.extend((0..LEN - 30).step_by(30).map(|first| (first + 30, first)));
        pairs.extend((0..LEN / 3).map(|_| (number(), LEN / 2)));
        let mut sets = UnionFind::new(LEN as usize);
        let passes = |(left, right): &(u32, u32)| !(left + right).is_multiple_of(7);
        for &(left, right) in pairs.iter().filter(|pair| passes(pair)) {
            let (left, right) = (sets.find(left), sets.find(right));
            if left != right {
                sets.join(left, right);
            }
        }
        let representative: Vec<u32> = sets
            .representative()
            .into_iter()
            .map(|representative| representative & !JOINED)
            .collect();
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let connected = pool.install(|| {
                let spread = |pairs: &[(u32, u32)]| {
                    let pairs: Vec<Pair> = pairs
                        .iter()
                        .map(|&(left, right)| to_pair(left, right))
                        .collect();
                    ranges(LEN as usize).spread(&pairs)
                };
                let mut components = Components::new(LEN as usize);
                let refused: Vec<u64> = components.connect(
                    pairs.chunks(10_000).map(spread).collect(),
                    |pair, refused| {
                        let passes = passes(&halves(pair));
                        *refused += u64::from(!passes);
                        passes
                    },
                );
                (components.representative(), refused.iter().sum::<u64>())
            });
            let refused = pairs.iter().filter(|pair| !passes(pair)).count();
            assert_eq!(connected, (representative.clone(), refused as u64));
        }
    }

    proptest! {
        #[test]
        fn any_threads_find_the_smallest(
            pairs in prop::collection::vec((0u32..300, 0u32..300), 0..400)
        ) {
            let mut labels: Vec<u32> = (0..300).collect();
            for &(left, right) in &pairs {
                let (left, right) = (labels[left as usize], labels[right as usize]);
                let larger = labels.iter_mut().filter(|label| **label == left.max(right));
                larger.for_each(|label| *label = left.min(right));
            }
            let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
            let components = Components::new(300);
            let join = |&(left, right): &(u32, u32)| components.join(left, right);
            pool.install(|| pairs.par_chunks(8).for_each(|pairs| pairs.iter().for_each(join)));
            prop_assert_eq!(components.representative(), labels);
        }
    }
}
