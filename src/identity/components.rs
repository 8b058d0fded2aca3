//! Which numbers belong together as long as no guard says otherwise.
//!
//! Guards that count a person's values depend on the order in which links are tried, and so take one thread. But what they say of
//! one component of the graph of links does not depend on any other; and in nearly all components there is nothing to say, for even
//! the whole of it has no more values of any kind than a person may. So components come first, in parallel; links are tried in
//! order in the few that remain.

use super::marks::Marks;
use super::numbering::Numbering;
use super::rules::Rules;
use super::spread::{Ranges, Spread};
use rayon::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Disjoint sets of numbers from 0 that several threads join at a time, without locks (Anderson and Woll 1991). 4 bytes a number.
///
/// A root goes below a smaller one, never the other way, so that in the end each root is the smallest of its set: that depends on
/// the links alone, whatever the threads did when.
pub(super) struct Components {
    /// Of a root itself, of any other number a smaller one of its set.
    next: Vec<AtomicU32>,
}

impl Components {
    /// Each number a component of its own.
    pub(super) fn new(len: usize) -> Self {
        Self { next: (0..len as u32).into_par_iter().map(AtomicU32::new).collect() }
    }

    fn next(&self, number: u32) -> u32 {
        self.next[number as usize].load(Relaxed)
    }

    /// The root of a number's component as it is now, found with path halving (Tarjan and van Leeuwen 1984).
    fn find(&self, mut number: u32) -> u32 {
        loop {
            let next = self.next(number);
            let after = self.next(next);
            if next == after {
                return next;
            }
            // What another thread may have written here since is above `number` too, as is what is written over it.
            self.next[number as usize].store(after, Relaxed);
            number = after;
        }
    }

    /// Joins the components of two numbers.
    #[inline]
    pub(super) fn join(&self, left: u32, right: u32) {
        loop {
            let (left, right) = (self.find(left), self.find(right));
            let (stays, goes) = (left.min(right), left.max(right));
            // no longer a root, if another thread was faster
            if stays == goes || self.next[goes as usize].compare_exchange(goes, stays, Relaxed, Relaxed).is_ok() {
                return;
            }
        }
    }

    /// Reads what joining these numbers will read first. Reads that do not wait for each other run at the same time, so doing this
    /// for a few dozen links ahead is to bring their lines into the cache sooner than one after the other would.
    #[inline]
    pub(super) fn touch(&self, numbers: impl Iterator<Item = u32>) {
        std::hint::black_box(numbers.fold(0u32, |sum, number| sum ^ self.next(self.next(number))));
    }

    /// Of each number the smallest of its component. As every number is below a smaller one, whose answer is there already, one
    /// read each is enough.
    pub(super) fn smallest(self) -> Vec<u32> {
        let mut smallest: Vec<u32> = self.next.into_par_iter().map(AtomicU32::into_inner).collect();
        for number in 0..smallest.len() {
            smallest[number] = smallest[smallest[number] as usize];
        }
        smallest
    }
}

/// What is to be known of components, by their smallest numbers.
#[derive(Default)]
pub(super) struct Sizes {
    /// Those of more than one number.
    pub(super) several: Marks,
    /// Those where the order of links may matter: with more values of a kind than a person may have, or with a value whose links
    /// hold for a time.
    pub(super) ordered: Marks,
}

impl Sizes {
    /// Counts the members of each component by kind, in ranges of components that fit the cache.
    pub(super) fn new(smallest: &[u32], numbering: &Numbering, rules: &Rules) -> Self {
        let ranges = Ranges::new(smallest.len());
        let spread = |(smallest, identifiers): (&[u32], &[super::Identifier])| {
            let member = |(smallest, identifier): (&u32, &super::Identifier)| (*smallest, identifier.kind() as u8);
            let members: Vec<(u32, u8)> = smallest.iter().zip(identifiers).map(member).collect();
            Spread::new(&members, ranges.count(), |member| ranges.of(member.0))
        };
        let chunks = smallest.par_chunks(SPREAD).zip(numbering.sorted().par_chunks(SPREAD));
        let members: Vec<Spread<(u32, u8)>> = chunks.map(spread).collect();
        let most = |kind: &super::IdentifierKind| match kind.validity() {
            Some(_) => 0,
            None => kind.most_values().map_or(u32::MAX, u32::from),
        };
        let most: Vec<u32> = rules.kinds().map(most).collect();
        let counts = || vec![0u32; ranges.span() * most.len()];
        let of_range = |counts: &mut Vec<u32>, range| Self::of_range(ranges, range, &members, &most, counts);
        let counted: Vec<Self> = (0..ranges.count()).into_par_iter().map_init(counts, of_range).collect();
        let mut all = Self::default();
        for Self { several, ordered } in counted {
            all.several.append(several);
            all.ordered.append(ordered);
        }
        all
    }

    fn of_range(ranges: Ranges, range: usize, members: &[Spread<(u32, u8)>], most: &[u32], counts: &mut [u32]) -> Self {
        counts.fill(0);
        for (smallest, kind) in members.iter().flat_map(|members| members.part(range)) {
            counts[ranges.within(*smallest) * most.len() + usize::from(*kind)] += 1;
        }
        let of = |is: &dyn Fn(&[u32]) -> bool| {
            let marked = (0u32..).zip(counts.chunks(most.len())).filter(|(_, counts)| is(counts));
            Marks::of(ranges.span(), marked.map(|(number, _)| number))
        };
        let several = of(&|counts| counts.iter().sum::<u32>() > 1);
        let ordered = of(&|counts| counts.iter().zip(most).any(|(count, most)| count > most));
        Self { several, ordered }
    }
}

/// Numbers spread at a time.
const SPREAD: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_threads_find_the_smallest(pairs in prop::collection::vec((0u32..300, 0u32..300), 0..400)) {
            let mut labels: Vec<u32> = (0..300).collect();
            for &(left, right) in &pairs {
                let (left, right) = (labels[left as usize], labels[right as usize]);
                labels.iter_mut().filter(|label| **label == left.max(right)).for_each(|label| *label = left.min(right));
            }
            let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
            let components = Components::new(300);
            pool.install(|| pairs.par_chunks(8).for_each(|pairs| pairs.iter().for_each(|&(left, right)| components.join(left, right))));
            prop_assert_eq!(components.smallest(), labels);
        }
    }
}
