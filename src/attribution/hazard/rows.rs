//! What preceded each event: sparse rows of features.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Rows a task moves at a time.
const PART: usize = 8192;

/// Rows of (feature, value) pairs by rising feature, each with how many events it stands for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Rows {
    /// Where each row ends.
    ends: Vec<usize>,
    features: Vec<u32>,
    values: Vec<f64>,
    weights: Vec<f64>,
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row<'a> {
    pub(super) features: &'a [u32],
    pub(super) values: &'a [f64],
    pub(super) weight: f64,
}

impl Rows {
    /// Adds a row of `entries` in any order; values of one feature add up.
    pub(super) fn push(&mut self, entries: &mut [(u32, f64)], weight: f64) {
        entries.sort_by_key(|&(feature, _)| feature);
        let start = self.features.len();
        for &(feature, value) in entries.iter() {
            if self.features.len() > start && self.features.last() == Some(&feature) {
                *self.values.last_mut().expect("a value for each feature") += value;
            } else {
                self.features.push(feature);
                self.values.push(value);
            }
        }
        self.ends.push(self.features.len());
        self.weights.push(weight);
    }

    pub(super) fn append(&mut self, later: Self) {
        let base = self.features.len();
        self.ends
            .extend(later.ends.into_iter().map(|end| base + end));
        self.features.extend(later.features);
        self.values.extend(later.values);
        self.weights.extend(later.weights);
    }

    pub(super) fn heap_size(&self) -> usize {
        self.ends.capacity() * size_of::<usize>()
            + self.features.capacity() * size_of::<u32>()
            + (self.values.capacity() + self.weights.capacity()) * size_of::<f64>()
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    pub(super) fn get(&self, at: usize) -> Row<'_> {
        let range = at.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[at];
        Row {
            features: &self.features[range.clone()],
            values: &self.values[range],
            weight: self.weights[at],
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// All events.
    pub(super) fn weight(&self) -> f64 {
        // from 0.0, as the sum of nothing is -0.0
        self.weights.iter().fold(0.0, |sum, weight| sum + weight)
    }

    /// The same rows with every feature moved to its place.
    pub(super) fn moved(&self, places: &[usize]) -> Self {
        let part = |first: usize| {
            let (mut moved, mut entries) = (Self::default(), Vec::new());
            for row in (first..self.len().min(first + PART)).map(|at| self.get(at)) {
                entries.clear();
                entries.extend(
                    row.features
                        .iter()
                        .zip(row.values)
                        .map(|(&feature, &value)| (places[feature as usize] as u32, value)),
                );
                moved.push(&mut entries, row.weight);
            }
            moved
        };
        let parts: Vec<Self> = (0..self.len().div_ceil(PART))
            .into_par_iter()
            .map(|at| part(at * PART))
            .collect();
        parts.into_iter().fold(Self::default(), |mut all, part| {
            all.append(part);
            all
        })
    }

    /// Whether the rows can be read: positions in order, features below `limit` and rising, numbers
    /// finite and 0 or more.
    pub(super) fn is_sound(&self, limit: usize) -> bool {
        let lengths = self.ends.last().copied().unwrap_or(0) == self.features.len()
            && self.features.len() == self.values.len()
            && self.ends.len() == self.weights.len()
            && self.ends.is_sorted();
        let sound = |row: Row<'_>| {
            row.features.windows(2).all(|pair| pair[0] < pair[1])
                && row
                    .features
                    .last()
                    .is_none_or(|&last| (last as usize) < limit)
        };
        lengths
            && self
                .values
                .iter()
                .chain(&self.weights)
                .all(|&number| (0.0..f64::INFINITY).contains(&number))
            && self.iter().all(sound)
    }

    /// The same rows in order, equal ones as one with their weights added up: a log with many
    /// conversions has many alike, and the order no longer depends on that of persons.
    pub(super) fn compressed(&self) -> Self {
        let key = |row: Row<'_>| (row.features.len(), row.features.first().copied());
        let compare = |&left: &u32, &right: &u32| {
            let (left, right) = (self.get(left as usize), self.get(right as usize));
            let values = || {
                left.values
                    .iter()
                    .map(|value| value.to_bits())
                    .cmp(right.values.iter().map(|value| value.to_bits()))
            };
            let whole = || {
                left.features
                    .cmp(right.features)
                    .then_with(values)
                    .then(left.weight.total_cmp(&right.weight))
            };
            key(left).cmp(&key(right)).then_with(whole)
        };
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.par_sort_unstable_by(compare);
        let mut packed = Self::default();
        for at in order {
            let row = self.get(at as usize);
            let same = packed.len().checked_sub(1).map(|last| packed.get(last));
            if same.is_some_and(|last| last.features == row.features && last.values == row.values) {
                *packed.weights.last_mut().expect("a weight for each row") += row.weight;
                continue;
            }
            packed.features.extend_from_slice(row.features);
            packed.values.extend_from_slice(row.values);
            packed.ends.push(packed.features.len());
            packed.weights.push(row.weight);
        }
        packed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_become_one() {
        let mut rows = Rows::default();
        for (entries, weight) in [
            (vec![(3, 1.0), (1, 1.0), (3, 1.0)], 1.0),
            (vec![], 2.0),
            (vec![(1, 1.0), (3, 2.0)], 4.0),
        ] {
            rows.push(&mut entries.clone(), weight);
        }
        let packed = rows.compressed();
        assert_eq!(
            packed
                .iter()
                .map(|row| (row.features.to_vec(), row.weight))
                .collect::<Vec<_>>(),
            [(vec![], 2.0), (vec![1, 3], 5.0)]
        );
        assert_eq!(
            (rows.weight(), packed.weight(), packed.features.len()),
            (7.0, 7.0, 2)
        );
        assert!(packed.is_sound(4) && !packed.is_sound(3));
    }
}
