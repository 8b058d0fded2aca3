//! Persons of a batch by code: 4 bytes each while the codes lie within 2^32 of each other, 8
//! beyond.

use crate::event::person::PersonTable;
use std::cmp::Ordering;
use std::ops::Range;

/// A column of persons' codes.
#[derive(Debug)]
pub(crate) enum PersonCodes {
    /// Distances from the least code.
    Near { least: u64, distances: Vec<u32> },
    /// The codes themselves.
    Far(Vec<u64>),
}

impl Default for PersonCodes {
    fn default() -> Self {
        Self::Far(Vec::new())
    }
}

impl PersonCodes {
    /// These codes.
    pub(crate) fn new(codes: Vec<u64>) -> Self {
        let (least, most) = codes.iter().fold((u64::MAX, 0), |(least, most), &code| {
            (code.min(least), code.max(most))
        });
        match u32::try_from(most.saturating_sub(least)) {
            Ok(_) => Self::Near {
                least,
                distances: codes
                    .into_iter()
                    .map(|code| (code - least) as u32)
                    .collect(),
            },
            Err(_) => Self::Far(codes),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Near { distances, .. } => distances.len(),
            Self::Far(codes) => codes.len(),
        }
    }

    pub(crate) fn get(&self, row: usize) -> u64 {
        match self {
            Self::Near { least, distances } => least + u64::from(distances[row]),
            Self::Far(codes) => codes[row],
        }
    }

    /// Adds the codes of a range to others.
    pub(crate) fn append_to(&self, range: Range<usize>, to: &mut Vec<u64>) {
        match self {
            Self::Near { least, distances } => {
                let distances = distances[range].iter();
                to.extend(distances.map(|&distance| least + u64::from(distance)));
            }
            Self::Far(codes) => to.extend_from_slice(&codes[range]),
        }
    }
}

/// The order of persons: by rank, equal ranks by key.
#[inline]
pub(super) fn by_person(left: u64, right: u64, table: &PersonTable) -> Ordering {
    if left == right {
        return Ordering::Equal;
    }
    table
        .rank(left)
        .cmp(&table.rank(right))
        .then_with(|| table.key(left).cmp(&table.key(right)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_come_back_whatever_lies_between_them() {
        let wide = u64::from(u32::MAX);
        for (codes, near) in [
            ([7, 7 + wide, 9], true),
            ([7, 8 + wide, 9], false),
            ([0, u64::MAX, 1], false),
        ] {
            let column = PersonCodes::new(codes.to_vec());
            assert_eq!(matches!(column, PersonCodes::Near { .. }), near);
            let mut all = vec![5];
            column.append_to(0..3, &mut all);
            assert_eq!(all[1..], codes);
            assert_eq!([0, 1, 2].map(|row| column.get(row)), codes);
        }
    }
}
