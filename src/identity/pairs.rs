//! How good a partition is.

use crate::error::{Error, Result};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// How many pairs of things - rows of a log, say - two partitions put together: the found one, the
/// true one, and both.
///
/// Pairs are counted from the table of both partitions' sizes, `n (n - 1) / 2` a cell, and never
/// made: a million rows take milliseconds. See Hassanzadeh et al., Framework for evaluating
/// clustering algorithms in duplicate detection, VLDB 2009.
///
/// ```
/// use mixtouch::identity::PairCounts;
///
/// // five rows of two persons, of which one row went to the wrong one
/// let pairs = PairCounts::new(&[1, 1, 1, 2, 2], &[7, 7, 8, 8, 8])?;
/// assert_eq!((pairs.precision(), pairs.recall()), (0.5, 0.5));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PairCounts {
    /// Pairs that the found partition puts together.
    pub found: f64,
    /// Pairs that the true one puts together.
    pub truth: f64,
    /// Pairs that both do.
    pub both: f64,
}

impl PairCounts {
    /// Compares two partitions given by a label a thing.
    ///
    /// # Errors
    /// If the numbers of labels differ.
    pub fn new(found: &[u64], truth: &[u64]) -> Result<Self> {
        if found.len() != truth.len() {
            return Err(Error::setting(
                "the number of true labels",
                truth.len(),
                format!("as many as found ones, {}", found.len()),
            ));
        }
        let cells: Vec<(u64, u64)> = found.iter().copied().zip(truth.iter().copied()).collect();
        Ok(Self {
            found: pairs(found.to_vec()),
            truth: pairs(truth.to_vec()),
            both: pairs(cells),
        })
    }

    /// Of the pairs put together, the share that belong together; 1 where there are none.
    pub fn precision(&self) -> f64 {
        if self.found > 0.0 {
            self.both / self.found
        } else {
            1.0
        }
    }

    /// Of the pairs that belong together, the share put together; 1 where there are none.
    pub fn recall(&self) -> f64 {
        if self.truth > 0.0 {
            self.both / self.truth
        } else {
            1.0
        }
    }
}

fn pairs<T: Ord + Send>(mut labels: Vec<T>) -> f64 {
    labels.par_sort_unstable();
    labels
        .chunk_by(|left, right| left == right)
        .map(|run| run.len() as f64 * (run.len() as f64 - 1.0) / 2.0)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_are_those_of_every_pair(
            labels in prop::collection::vec((0u64..5, 0u64..5), 0..40)
        ) {
            let (found, truth): (Vec<u64>, Vec<u64>) = labels.iter().copied().unzip();
            let mut by_hand = PairCounts::default();
            for (at, left) in labels.iter().enumerate() {
                for right in &labels[at + 1..] {
                    by_hand.found += f64::from(u8::from(left.0 == right.0));
                    by_hand.truth += f64::from(u8::from(left.1 == right.1));
                    by_hand.both += f64::from(u8::from(left == right));
                }
            }
            prop_assert_eq!(PairCounts::new(&found, &truth).unwrap(), by_hand);
        }
    }

    #[test]
    fn lengths_must_agree() {
        assert!(PairCounts::new(&[1], &[]).is_err());
    }
}
