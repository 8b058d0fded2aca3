//! Two numbers that are linked, and ranges of numbers by which pairs are put in order.

use crate::util::buckets::Buckets;

/// Two numbers in 8 bytes: by the upper half it is put in order.
pub(super) type Pair = u64;

/// Two numbers of which it does not matter which is which: the larger comes first.
pub(super) fn to_pair(one: u32, other: u32) -> Pair {
    of_halves(one.max(other), one.min(other))
}

pub(super) fn of_halves(upper: u32, lower: u32) -> Pair {
    u64::from(upper) << 32 | u64::from(lower)
}

/// The upper half and the lower one.
pub(super) fn halves(pair: Pair) -> (u32, u32) {
    ((pair >> 32) as u32, pair as u32)
}

/// Ranges of equal length, a power of two and a multiple of 64, that numbers from 0 fall into: a
/// thousand or two of them at the most.
#[derive(Clone, Copy)]
pub(super) struct Ranges {
    bits: u32,
    len: usize,
}

impl Ranges {
    /// Of the numbers below `len`, with at least `least` of them each, a power of two.
    pub(super) fn new(len: usize, least: usize) -> Self {
        Self {
            bits: (len | 1).ilog2().saturating_sub(10).max(least.ilog2()),
            len,
        }
    }

    /// How many ranges there are.
    pub(super) fn count(self) -> usize {
        self.len.div_ceil(1 << self.bits)
    }

    /// How many numbers a range has.
    pub(super) fn span(self) -> usize {
        1 << self.bits
    }

    /// The range of a number.
    pub(super) fn of(self, number: u32) -> usize {
        (number >> self.bits) as usize
    }

    /// The first number of a range.
    pub(super) fn first(self, range: usize) -> u32 {
        (range << self.bits) as u32
    }

    /// Which one of its range a number is.
    pub(super) fn within(self, number: u32) -> usize {
        number as usize & (self.span() - 1)
    }

    /// Pairs by the range of their upper half.
    pub(super) fn spread(self, pairs: &[Pair]) -> Buckets<Pair> {
        Buckets::new(pairs, self.count(), |pair| self.of(halves(*pair).0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_place_in_a_range() {
        for len in [0, 1, 16_384, 16_385, 17_529_503, (1 << 31) - 1] {
            let ranges = Ranges::new(len, 1 << 14);
            assert!(
                ranges.count() <= 2048
                    && ranges.span().is_multiple_of(64)
                    && ranges.count() * ranges.span() >= len,
                "{len}"
            );
            for number in [0, len / 2, len.saturating_sub(1)] {
                assert_eq!(
                    ranges.of(number as u32) * ranges.span() + ranges.within(number as u32),
                    number
                );
            }
        }
    }
}
