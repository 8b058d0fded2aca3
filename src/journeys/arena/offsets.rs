//! Positions in the arena: 4 bytes each while they fit, 8 beyond.

use std::ops::Range;

/// A column of positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Offsets {
    /// While every position is below 2^32.
    Short(Vec<u32>),
    /// Beyond.
    Long(Vec<u64>),
}

impl Default for Offsets {
    fn default() -> Self {
        Self::Short(Vec::new())
    }
}

impl Offsets {
    /// Reserves space for `room` more positions.
    pub(crate) fn reserve_exact(&mut self, room: usize) {
        match self {
            Self::Short(all) => all.reserve_exact(room),
            Self::Long(all) => all.reserve_exact(room),
        }
    }

    /// Adds positions none of which exceeds `largest`.
    pub(crate) fn extend(&mut self, positions: impl Iterator<Item = usize>, largest: usize) {
        self.widen(largest);
        match self {
            Self::Short(all) => all.extend(positions.map(|position| position as u32)),
            Self::Long(all) => all.extend(positions.map(|position| position as u64)),
        }
    }

    /// Puts `head` in front and moves the positions behind it by `by`.
    pub(crate) fn prepend(&mut self, head: Self, by: usize) {
        self.widen(by + self.largest());
        match (self, head) {
            (Self::Short(all), Self::Short(head)) => {
                all.iter_mut().for_each(|position| *position += by as u32);
                prepend(all, head);
            }
            (Self::Long(all), head) => {
                all.iter_mut().for_each(|position| *position += by as u64);
                let head = (0..head.len()).map(|at| head.get(at) as u64).collect();
                prepend(all, head);
            }
            (all @ Self::Short(_), head @ Self::Long(_)) => {
                all.widen(usize::MAX);
                all.prepend(head, by);
            }
        }
    }

    /// Makes room for positions up to `largest`.
    pub(crate) fn widen(&mut self, largest: usize) {
        if let Self::Short(all) = self
            && u32::try_from(largest).is_err()
        {
            *self = Self::Long(all.iter().map(|&position| position.into()).collect());
        }
    }

    fn largest(&self) -> usize {
        match self {
            Self::Short(positions) => positions
                .iter()
                .max()
                .map_or(0, |&position| position as usize),
            Self::Long(positions) => positions
                .iter()
                .max()
                .map_or(0, |&position| position as usize),
        }
    }

    /// These positions, none of which exceeds `largest`.
    pub(crate) fn collect(positions: impl Iterator<Item = usize>, largest: usize) -> Self {
        if u32::try_from(largest).is_ok() {
            Self::Short(positions.map(|position| position as u32).collect())
        } else {
            Self::Long(positions.map(|position| position as u64).collect())
        }
    }

    /// The positions but those of `gone`; the ones behind move forward by `by`, and none exceeds
    /// `largest` then.
    pub(crate) fn without(&self, gone: &Range<usize>, by: usize, largest: usize) -> Self {
        let ahead = (0..gone.start).map(|at| self.get(at));
        let behind = (gone.end..self.len()).map(|at| self.get(at) - by);
        Self::collect(ahead.chain(behind), largest)
    }

    #[inline]
    pub(crate) fn get(&self, at: usize) -> usize {
        match self {
            Self::Short(positions) => positions[at] as usize,
            Self::Long(positions) => positions[at] as usize,
        }
    }

    /// Hands on the positions of a range side by side with those of another column, less the first
    /// of them. The widths are looked at once, not at every position, which saves an eighth of
    /// counting a Markov chain's steps.
    #[inline]
    pub(crate) fn each_with(
        &self,
        other: &Self,
        range: Range<usize>,
        mut take: impl FnMut(usize, usize),
    ) {
        if range.is_empty() {
            return;
        }
        let zero = self.get(range.start);
        if let (Self::Short(positions), Self::Short(others)) = (self, other) {
            let pairs = positions[range.clone()].iter().zip(&others[range]);
            pairs.for_each(|(&position, &other)| {
                take(position as usize - zero, other as usize - zero)
            });
        } else {
            range.for_each(|at| take(self.get(at) - zero, other.get(at) - zero));
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Short(positions) => positions.len(),
            Self::Long(positions) => positions.len(),
        }
    }

    pub(crate) fn capacity(&self) -> usize {
        match self {
            Self::Short(positions) => positions.capacity(),
            Self::Long(positions) => positions.capacity(),
        }
    }

    /// The first position in the column that is above `position`.
    pub(crate) fn first_above(&self, position: usize) -> usize {
        match self {
            Self::Short(positions) => {
                positions.partition_point(|&other| other as usize <= position)
            }
            Self::Long(positions) => positions.partition_point(|&other| other as usize <= position),
        }
    }
}

/// Puts `head` in front.
pub(crate) fn prepend<T: Copy>(to: &mut Vec<T>, head: Vec<T>) {
    if to.is_empty() {
        *to = head;
    } else {
        to.reserve_exact(head.len());
        to.splice(0..0, head);
    }
    to.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(offsets: &Offsets) -> Vec<usize> {
        (0..offsets.len()).map(|at| offsets.get(at)).collect()
    }

    #[test]
    fn positions_beyond_32_bits_widen_the_column() {
        let wide = u32::MAX as usize;
        let mut offsets = Offsets::default();
        offsets.extend([1, wide].into_iter(), wide);
        assert!(matches!(offsets, Offsets::Short(_)));
        offsets.extend([wide + 7].into_iter(), wide + 9);
        assert!(matches!(offsets, Offsets::Long(_)));
        assert_eq!(all(&offsets), [1, wide, wide + 7]);
    }

    #[test]
    fn columns_of_any_widths_are_read_side_by_side() {
        let (starts, ends) = ([3, 7, 7, 12], [5, 7, 11, 13]);
        let columns = |positions: [usize; 4]| {
            [0, usize::MAX].map(|largest| Offsets::collect(positions.into_iter(), largest))
        };
        for (starts, ends) in columns(starts)
            .iter()
            .flat_map(|starts| columns(ends).map(|ends| (starts.clone(), ends)))
        {
            let bounds = |range| {
                let mut bounds = Vec::new();
                starts.each_with(&ends, range, |start, end| bounds.push((start, end)));
                bounds
            };
            assert_eq!(bounds(0..4), [(0, 2), (4, 4), (4, 8), (9, 10)]);
            assert_eq!(bounds(1..3), [(0, 0), (0, 4)]);
            assert!(bounds(2..2).is_empty() && bounds(4..4).is_empty());
        }
    }

    #[test]
    fn a_head_moves_what_is_behind_it() {
        let wide = u32::MAX as usize;
        let of = |positions: &[usize]| {
            Offsets::collect(
                positions.iter().copied(),
                positions.iter().copied().max().unwrap_or(0),
            )
        };
        for (behind, head, by) in [
            (vec![0, 2], vec![1, 3], 3),
            (vec![], vec![4], 4),
            (vec![5], vec![], 0),
            (vec![2], vec![wide + 1], wide + 1),
        ] {
            let mut offsets = of(&behind);
            offsets.prepend(of(&head), by);
            let expected: Vec<usize> = head
                .iter()
                .copied()
                .chain(behind.iter().map(|position| position + by))
                .collect();
            assert_eq!(all(&offsets), expected);
        }
        let mut offsets = of(&[wide]);
        offsets.prepend(of(&[1]), 1);
        assert_eq!(all(&offsets), [1, wide + 1]);
    }
}
