//! Positions in the arena: 4 bytes each while they fit, 8 beyond.

/// A column of positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Offsets {
    /// While every position is below 2^32.
    Short(Vec<u32>),
    /// Beyond.
    Long(Vec<u64>),
}

impl Offsets {
    /// Room for `len` positions none of which exceeds `largest`.
    pub(super) fn zeros(len: usize, largest: usize) -> Self {
        if u32::try_from(largest).is_ok() { Self::Short(vec![0; len]) } else { Self::Long(vec![0; len]) }
    }

    /// These positions, none of which exceeds `largest`.
    pub(super) fn collect(positions: impl Iterator<Item = usize>, largest: usize) -> Self {
        if u32::try_from(largest).is_ok() {
            Self::Short(positions.map(|position| position as u32).collect())
        } else {
            Self::Long(positions.map(|position| position as u64).collect())
        }
    }

    /// The positions but those of `gone`; the ones behind move forward by `by`, and none exceeds `largest` then.
    pub(super) fn without(&self, gone: &std::ops::Range<usize>, by: usize, largest: usize) -> Self {
        let ahead = (0..gone.start).map(|at| self.get(at));
        let behind = (gone.end..self.len()).map(|at| self.get(at) - by);
        Self::collect(ahead.chain(behind), largest)
    }

    #[inline]
    pub(super) fn get(&self, at: usize) -> usize {
        match self {
            Self::Short(positions) => positions[at] as usize,
            Self::Long(positions) => positions[at] as usize,
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Short(positions) => positions.len(),
            Self::Long(positions) => positions.len(),
        }
    }

    /// The first position in the column that is above `position`.
    pub(super) fn first_above(&self, position: usize) -> usize {
        match self {
            Self::Short(positions) => positions.partition_point(|&other| other as usize <= position),
            Self::Long(positions) => positions.partition_point(|&other| other as usize <= position),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_beyond_32_bits_widen_the_column() {
        assert!(matches!(Offsets::zeros(1, u32::MAX as usize), Offsets::Short(_)));
        let wide = Offsets::zeros(2, u32::MAX as usize + 1);
        assert!(matches!(wide, Offsets::Long(_)));
        assert_eq!((wide.len(), wide.get(1)), (2, 0));
    }
}
