//! Things put in order by a small number, so that what belongs together can be worked on while it fits the cache.

/// Things ordered by the part they belong to, those of one part as they came.
pub(super) struct Spread<T> {
    all: Vec<T>,
    starts: Vec<u32>,
}

impl<T: Copy> Spread<T> {
    /// Puts each thing into its part, a number below `parts`.
    pub(super) fn new(things: &[T], parts: usize, part: impl Fn(&T) -> usize) -> Self {
        let mut starts = vec![0u32; parts + 1];
        things.iter().for_each(|thing| starts[part(thing) + 1] += 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut all = things.to_vec();
        for thing in things {
            let place = &mut next[part(thing)];
            all[*place as usize] = *thing;
            *place += 1;
        }
        Self { all, starts }
    }

    /// What belongs to a part.
    pub(super) fn part(&self, part: usize) -> &[T] {
        &self.all[self.starts[part] as usize..self.starts[part + 1] as usize]
    }

    /// Where each part begins, and where the last one ends.
    pub(super) fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// All things, and where each part begins.
    pub(super) fn into_inner(self) -> (Vec<T>, Vec<u32>) {
        (self.all, self.starts)
    }

    /// One part of several spreads, one after the other.
    pub(super) fn gather(spreads: &[Self], part: usize) -> Vec<T> {
        let mut gathered = Vec::with_capacity(spreads.iter().map(|spread| spread.part(part).len()).sum());
        spreads.iter().for_each(|spread| gathered.extend_from_slice(spread.part(part)));
        gathered
    }
}

/// Ranges of equal length, a power of two and a multiple of 64, that numbers from 0 fall into: about a thousand of them, or one.
#[derive(Clone, Copy)]
pub(super) struct Ranges {
    bits: u32,
    len: usize,
}

impl Ranges {
    /// Of the numbers below `len`.
    pub(super) fn new(len: usize) -> Self {
        Self { bits: (len | 1).ilog2().saturating_sub(10).max(14), len }
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

    /// Which one of its range a number is.
    pub(super) fn within(self, number: u32) -> usize {
        number as usize & (self.span() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_the_order_things_came_in() {
        let spread = |things: &[u32]| Spread::new(things, 4, |thing| (*thing % 4) as usize);
        let both = [spread(&[7, 4, 3, 0, 5]), spread(&[8, 11])];
        assert_eq!((both[0].part(0), both[0].part(2), both[0].starts()), (&[4, 0][..], &[][..], &[0, 2, 3, 3, 5][..]));
        assert_eq!((Spread::gather(&both, 3), Spread::gather(&both, 0)), (vec![7, 3, 11], vec![4, 0, 8]));
    }

    #[test]
    fn every_number_has_a_place_in_a_range() {
        for len in [0, 1, 16_384, 16_385, 17_529_503, (1 << 31) - 1] {
            let ranges = Ranges::new(len);
            assert!(ranges.count() <= 2048 && ranges.span().is_multiple_of(64) && ranges.count() * ranges.span() >= len, "{len}");
            for number in [0, len / 2, len.saturating_sub(1)] {
                assert_eq!(ranges.of(number as u32) * ranges.span() + ranges.within(number as u32), number);
            }
        }
    }
}
