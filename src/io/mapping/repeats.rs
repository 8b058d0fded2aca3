//! Rows that share something, among many that do not.

use crate::util::random;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// Slots for each row: fewer, and more rows share a slot by chance.
const SLOTS: usize = 8;

/// Slots of two bits in a word.
const PER_WORD: u64 = 32;

/// The keys of rows that share a number with another row, sorted; a few others may be among them.
/// Most rows of a log share nothing, and are not worth sorting.
pub(super) fn sorted_repeats<K: Ord + Send>(
    rows: usize,
    key: impl Fn(usize) -> Option<(u64, K)> + Sync,
) -> Vec<K> {
    let met = Met::new(rows);
    let keys = || (0..rows).into_par_iter().filter_map(&key);
    keys().for_each(|(number, _)| met.add(number));
    let repeats = keys().filter(|(number, _)| met.is_repeated(*number));
    let mut repeats: Vec<K> = repeats.map(|(_, key)| key).collect();
    repeats.par_sort_unstable();
    repeats
}

/// Which numbers were met once, and which more than once: two bits for all numbers of a slot.
struct Met {
    words: Vec<AtomicU64>,
}

impl Met {
    fn new(rows: usize) -> Self {
        let words = (rows * SLOTS).div_ceil(PER_WORD as usize);
        let words = words.next_power_of_two();
        Self {
            words: (0..words).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// The word of a number's slot, and the slot's lower bit.
    #[inline]
    fn slot(&self, number: u64) -> (&AtomicU64, u64) {
        let mixed = random::step(number);
        let word = (mixed / PER_WORD) as usize & (self.words.len() - 1);
        (&self.words[word], 1 << (2 * (mixed % PER_WORD)))
    }

    #[inline]
    fn add(&self, number: u64) {
        let (word, once) = self.slot(number);
        if word.fetch_or(once, Ordering::Relaxed) & once != 0 {
            word.fetch_or(once << 1, Ordering::Relaxed);
        }
    }

    #[inline]
    fn is_repeated(&self, number: u64) -> bool {
        let (word, once) = self.slot(number);
        word.load(Ordering::Relaxed) & (once << 1) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_repeats_is_found_and_little_else() {
        let rows = 100_000;
        // every tenth row has the number of the row before
        let number = |row: usize| (row - usize::from(row % 10 == 9)) as u64;
        let found = sorted_repeats(rows, |row| Some((number(row), row)));
        assert!(found.is_sorted());
        let of_pairs = found.iter().filter(|&&row| row % 10 >= 8).count();
        assert_eq!(of_pairs, rows / 5);
        assert!(found.len() < rows * 2 / 5, "{}", found.len());
        assert!(sorted_repeats(0, |row| Some((0, row))).is_empty());
    }
}
