//! `read_once`, what nothing that reads every touch can beat: summing 13 bytes a touch once with
//! all threads. 13 stays 13 however small the arena becomes, so that figures from different times
//! can be compared.

use rayon::prelude::*;

/// A buffer of 13 bytes a touch: 520 MB for 40 million.
pub(crate) fn buffer(touches: usize) -> Vec<u64> {
    (0..(touches * 13 / 8) as u64).collect()
}

/// The sum of its words.
pub(crate) fn read_once(buffer: &[u64]) -> u64 {
    buffer
        .par_chunks(1 << 16)
        .map(|chunk| {
            chunk
                .iter()
                .fold(0, |sum: u64, word| sum.wrapping_add(*word))
        })
        .sum()
}
