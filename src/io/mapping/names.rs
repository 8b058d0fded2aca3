//! Counts by name, of a bounded number of names.

use std::collections::{BTreeMap, HashMap};

/// What names beyond the most count as.
const FURTHER: &str = "(further ones)";

/// Counts by name. Those of pieces are joined in the order of the log, and the names that occur
/// first are kept: so the counts do not depend on where a log is cut into pieces.
#[derive(Debug, Default)]
pub(super) struct Names {
    places: HashMap<String, usize>,
    /// In order of first occurrence.
    counts: Vec<(String, u64)>,
    further: u64,
}

impl Names {
    /// Counts one of a name.
    pub(super) fn add(&mut self, name: &str) {
        match self.places.get(name) {
            Some(&at) => self.counts[at].1 += 1,
            None => self.insert(name.to_owned(), 1),
        }
    }

    fn insert(&mut self, name: String, rows: u64) {
        self.places.insert(name.clone(), self.counts.len());
        self.counts.push((name, rows));
    }

    /// Adds the counts of the rows that follow; new names beyond the most count as one.
    pub(super) fn append(&mut self, later: Self, most: usize) {
        self.further += later.further;
        for (name, rows) in later.counts {
            match self.places.get(&name) {
                Some(&at) => self.counts[at].1 += rows,
                None if self.counts.len() < most => self.insert(name, rows),
                None => self.further += rows,
            }
        }
    }

    /// The counts by name, further names as one.
    pub(super) fn into_counts(self) -> BTreeMap<String, u64> {
        let mut counts: BTreeMap<String, u64> = self.counts.into_iter().collect();
        if self.further > 0 {
            *counts.entry(FURTHER.to_owned()).or_default() += self.further;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pieces: &[&[&str]]) -> Vec<(String, u64)> {
        let mut all = Names::default();
        for piece in pieces {
            let mut names = Names::default();
            piece.iter().for_each(|name| names.add(name));
            all.append(names, 2);
        }
        all.into_counts().into_iter().collect()
    }

    #[test]
    fn the_first_names_are_kept_wherever_the_rows_are_cut() {
        let expected = [("(further ones)", 3), ("b", 2), ("z", 3)];
        let expected = expected.map(|(name, rows)| (name.to_owned(), rows));
        assert_eq!(
            counts(&[&["z", "b", "a", "z", "a", "c", "b", "z"]]),
            expected
        );
        for cut in 1..8 {
            let rows = ["z", "b", "a", "z", "a", "c", "b", "z"];
            assert_eq!(counts(&[&rows[..cut], &rows[cut..]]), expected, "{cut}");
        }
    }
}
