//! Which numbers belong together.

/// Disjoint sets of numbers from 0: union by size, finding with path halving (Tarjan and van
/// Leeuwen 1984). 4 bytes a number.
#[derive(Debug, Clone)]
pub(super) struct UnionFind {
    /// Of a root its set's size with the upper bit set, of any other number one nearer to the root.
    next: Vec<u32>,
}

const ROOT: u32 = 1 << 31;

impl UnionFind {
    /// Each number a set of its own; at most 2^31 of them.
    pub(super) fn new(len: usize) -> Self {
        Self {
            next: vec![ROOT | 1; len],
        }
    }

    /// The root of a number's set.
    #[inline]
    pub(super) fn find(&mut self, mut number: u32) -> u32 {
        loop {
            let next = self.next[number as usize];
            if next & ROOT != 0 {
                return number;
            }
            let after = self.next[next as usize];
            if after & ROOT != 0 {
                return next;
            }
            self.next[number as usize] = after;
            number = after;
        }
    }

    /// Joins the sets of two different roots; the root of the larger one is theirs (of equal ones
    /// the smaller number). The result is the root that stays and the one that goes.
    #[inline]
    pub(super) fn join(&mut self, left: u32, right: u32) -> (u32, u32) {
        let (left_size, right_size) = (self.next[left as usize], self.next[right as usize]);
        let stays_left = (left_size, right) > (right_size, left);
        let (stays, goes) = if stays_left {
            (left, right)
        } else {
            (right, left)
        };
        self.next[stays as usize] = ROOT | (left_size + (right_size & !ROOT));
        self.next[goes as usize] = stays;
        (stays, goes)
    }

    /// A number on the way to the root, which is mostly the root itself.
    #[inline]
    pub(super) fn near(&self, number: u32) -> u32 {
        let next = self.next[number as usize];
        if next & ROOT != 0 { number } else { next }
    }

    /// Of each number the smallest of its set; marked with the upper bit where the set has more
    /// than one.
    pub(super) fn representative(mut self) -> Vec<u32> {
        let len = self.next.len() as u32;
        let mut representative = vec![u32::MAX; len as usize];
        for number in 0..len {
            let root = self.find(number) as usize;
            if representative[root] == u32::MAX {
                let alone = self.next[root] == ROOT | 1;
                // a root's own cell holds its set's answer until its turn comes, and then it is its
                // own answer too
                representative[root] = if alone { number } else { ROOT | number };
            }
            representative[number as usize] = representative[root];
        }
        representative
    }
}

/// The mark of [`UnionFind::representative`].
pub(super) const JOINED: u32 = ROOT;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The smallest of each number's set, by relabelling until nothing changes.
    fn by_hand(len: usize, pairs: &[(u32, u32)]) -> Vec<u32> {
        let mut labels: Vec<u32> = (0..len as u32).collect();
        for _ in 0..len {
            for &(left, right) in pairs {
                let least = labels[left as usize].min(labels[right as usize]);
                (labels[left as usize], labels[right as usize]) = (least, least);
            }
        }
        labels
    }

    proptest! {
        #[test]
        fn sets_are_those_found_by_hand(
            pairs in prop::collection::vec((0u32..30, 0u32..30), 0..40)
        ) {
            let mut sets = UnionFind::new(30);
            for &(left, right) in &pairs {
                let (left, right) = (sets.find(left), sets.find(right));
                if left != right {
                    sets.join(left, right);
                }
            }
            let labels = by_hand(30, &pairs);
            let representative = sets.representative();
            for number in 0..30 {
                prop_assert_eq!(representative[number] & !JOINED, labels[number]);
                let alone = labels.iter().filter(|label| **label == labels[number]).count() == 1;
                prop_assert_eq!(representative[number] & JOINED == 0, alone);
            }
        }
    }
}
