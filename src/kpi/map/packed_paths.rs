//! Paths as small packed keys, counted in a hash table and kept in sorted order.

use std::cmp::Ordering;

use hashbrown::HashTable;

use crate::util::random::step;

/// How often a path was taken.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Taken {
    pub(crate) journeys: u64,
    pub(crate) converted: u64,
    pub(crate) value: f64,
    pub(crate) persons: u64,
    /// Sums over persons of squares and products: of their journeys on the path, j, of those that
    /// converted, c, and of all their journeys, a: j^2, j c, c^2 and j a.
    pub(crate) products: [f64; 4],
}

impl Taken {
    pub(crate) fn add(&mut self, other: Self) {
        self.journeys += other.journeys;
        self.converted += other.converted;
        self.value += other.value;
        self.persons += other.persons;
        for (sum, more) in self.products.iter_mut().zip(other.products) {
            *sum += more;
        }
    }

    /// Counts a person with journeys, of which so many converted, among all of the person's.
    fn add_person(&mut self, [journeys, converted]: [u64; 2], all: u64) {
        let [own, won, all] = [journeys, converted, all].map(|count| count as f64);
        self.journeys += journeys;
        self.converted += converted;
        self.persons += 1;
        let products = [own * own, own * won, won * won, own * all];
        for (sum, more) in self.products.iter_mut().zip(products) {
            *sum += more;
        }
    }
}

/// The steps of a path in `W` words: codes of equal width from the highest bits down, those of a
/// step (its number + 1) or [`Codes::more`], 0 behind the end. Keys stand in the order of their
/// paths.
pub(crate) type Key<const W: usize> = [u64; W];

/// How steps are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Codes {
    steps: usize,
    width: u32,
}

impl Codes {
    pub(crate) fn new(steps: usize) -> Self {
        Self {
            steps,
            width: usize::BITS - (steps + 1).leading_zeros(),
        }
    }

    /// Words that hold this many codes.
    pub(crate) fn words(self, codes: usize) -> usize {
        codes.div_ceil((u64::BITS / self.width) as usize)
    }

    /// Ends a path that goes on.
    fn more(self) -> u64 {
        self.steps as u64 + 1
    }

    /// The key of steps, no two alike in a row of which are to be given; those behind the first
    /// `longest` count as one.
    #[inline]
    pub(crate) fn key<const W: usize>(
        self,
        steps: impl Iterator<Item = u16>,
        longest: usize,
    ) -> Key<W> {
        let (mut key, mut word, mut left) = ([0; W], 0, u64::BITS);
        for (at, step) in steps.enumerate() {
            if left < self.width {
                (word, left) = (word + 1, u64::BITS);
            }
            left -= self.width;
            key[word] |= (if at == longest {
                self.more()
            } else {
                u64::from(step) + 1
            }) << left;
            if at == longest {
                break;
            }
        }
        key
    }

    /// The steps of a key, and whether the path goes on.
    pub(crate) fn steps<const W: usize>(self, key: &Key<W>) -> (Vec<u16>, bool) {
        let (mut steps, mask) = (Vec::new(), (1 << self.width) - 1);
        for word in key {
            let mut left = u64::BITS;
            while left >= self.width {
                left -= self.width;
                match word >> left & mask {
                    0 => return (steps, false),
                    code if code == self.more() => return (steps, true),
                    code => steps.push((code - 1) as u16),
                }
            }
        }
        (steps, false)
    }
}

type Path<const W: usize> = (Key<W>, Taken);

/// Different paths. Those of a piece are found by hash; once pieces come together they are sorted,
/// and sorted ones are merged side by side: adding one hash table to the other misses the cache at
/// each path. On 10 million journeys of `benches/kpis.rs` all of it took 5.3 s so, and takes 0.6 s
/// (2 cores).
#[derive(Debug, Clone, Default)]
pub(crate) struct PackedPaths<const W: usize> {
    sorted: Vec<Path<W>>,
    fresh: Vec<Path<W>>,
    /// Of the person at hand, journeys on each fresh path and those that converted, and the paths
    /// that have any.
    own: Vec<[u64; 2]>,
    taken: Vec<u32>,
    places: HashTable<u32>,
}

/// Fresh paths are sorted in at this number, or once they are as many as those sorted: before the
/// hash table outgrows the cache.
const FRESH: usize = 1 << 16;

impl<const W: usize> PackedPaths<W> {
    /// A path taken by the person at hand on journeys > 0, of which some converted.
    #[inline]
    pub(crate) fn take(&mut self, key: Key<W>, [journeys, converted]: [u64; 2], value: f64) {
        let at = self.place(key);
        let own = &mut self.own[at];
        if own[0] == 0 {
            self.taken.push(at as u32);
        }
        *own = [own[0] + journeys, own[1] + converted];
        self.fresh[at].1.value += value;
    }

    /// Counts the person at hand, who took `all` journeys.
    pub(crate) fn finish_person(&mut self, all: u64) {
        for at in self.taken.drain(..) {
            let own = std::mem::take(&mut self.own[at as usize]);
            self.fresh[at as usize].1.add_person(own, all);
        }
    }

    /// A path of those gathered before.
    pub(crate) fn add(&mut self, key: Key<W>, taken: Taken) {
        let at = self.place(key);
        self.fresh[at].1.add(taken);
    }

    #[inline]
    fn place(&mut self, key: Key<W>) -> usize {
        let hash = hash(key);
        let Self { fresh, places, .. } = self;
        if let Some(&at) = places.find(hash, |&at| fresh[at as usize].0 == key) {
            return at as usize;
        }
        let at = fresh.len();
        fresh.push((key, Taken::default()));
        self.own.push([0; 2]);
        places.insert_unique(hash, at as u32, |&at| self::hash(fresh[at as usize].0));
        at
    }

    /// Between persons: sorts fresh paths in where they are many.
    pub(crate) fn tidy(&mut self) {
        if self.fresh.len() >= FRESH.max(self.sorted.len()) {
            self.settle();
        }
    }

    /// Sorts all paths.
    pub(crate) fn settle(&mut self) {
        let mut fresh = std::mem::take(&mut self.fresh);
        fresh.sort_unstable_by_key(|path| path.0);
        self.own.clear();
        self.places.clear();
        self.sorted = merged(std::mem::take(&mut self.sorted), fresh);
    }

    pub(crate) fn merge(&mut self, mut later: Self) {
        self.settle();
        later.settle();
        self.sorted = merged(std::mem::take(&mut self.sorted), later.sorted);
    }

    /// The paths in order, once they are [settled](PackedPaths::settle).
    pub(crate) fn paths(&self) -> &[Path<W>] {
        &self.sorted
    }
}

fn hash<const W: usize>(key: Key<W>) -> u64 {
    key.into_iter().fold(0, |hash, word| step(hash ^ word))
}

/// Both in order; what both have is added up, the earlier first.
fn merged<const W: usize>(earlier: Vec<Path<W>>, later: Vec<Path<W>>) -> Vec<Path<W>> {
    if earlier.is_empty() || later.is_empty() {
        return if later.is_empty() { earlier } else { later };
    }
    let mut all = Vec::with_capacity(earlier.len() + later.len());
    let mut later = later.into_iter().peekable();
    for mut path in earlier {
        while let Some(other) = later.next_if(|other| other.0 < path.0) {
            all.push(other);
        }
        if let Some(same) = later.next_if(|other| other.0.cmp(&path.0) == Ordering::Equal) {
            path.1.add(same.1);
        }
        all.push(path);
    }
    all.extend(later);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn as_few_words_as_steps_need() {
        let words = |steps: usize| Codes::new(steps).words(11);
        assert_eq!(
            [1, 30, 31, 1_022, 1_023, 65_534].map(words),
            [1, 1, 2, 2, 3, 3]
        );
    }

    fn there_and_back<const W: usize>(steps: usize, path: &[u16], longest: usize) {
        let codes = Codes::new(steps);
        let (found, goes_on) = codes.steps(&codes.key::<W>(path.iter().copied(), longest));
        assert_eq!(
            (found.as_slice(), goes_on),
            (&path[..path.len().min(longest)], path.len() > longest)
        );
    }

    proptest! {
        #[test]
        fn keys_hold_their_paths_and_their_order(
            paths in prop::collection::vec(prop::collection::vec(0u16..30, 0..13), 2), many in prop::collection::vec(0u16..65_534, 0..13)
        ) {
            paths.iter().for_each(|path| there_and_back::<1>(30, path, 10));
            there_and_back::<3>(65_534, &many, 10);
            there_and_back::<2>(1_022, &many.iter().map(|step| step % 1_022).collect::<Vec<_>>(), 10);
            let codes = Codes::new(30);
            let key = |path: &[u16]| codes.key::<1>(path.iter().copied(), 13);
            let short: Vec<&[u16]> = paths.iter().map(|path| &path[..path.len().min(11)]).collect();
            prop_assert_eq!(key(short[0]).cmp(&key(short[1])), short[0].cmp(short[1]));
        }

        #[test]
        fn any_pieces_are_the_whole(rows in prop::collection::vec((0u64..40, 1u64..6), 0..200), cuts in prop::collection::vec(0usize..200, 0..4)) {
            let table = |rows: &[(u64, u64)], person: u64| {
                let mut table = PackedPaths::<1>::default();
                for (at, row) in (person..).zip(rows) {
                    table.take([row.0], [row.1, row.1 / 2], row.1 as f64);
                    table.finish_person(row.1);
                    if at % 7 == 0 { table.settle(); }
                }
                table
            };
            let mut whole = table(&rows, 1);
            let mut cuts: Vec<usize> = cuts.iter().map(|&cut| cut.min(rows.len())).collect();
            whole.settle();
            cuts.sort_unstable();
            let mut parts = PackedPaths::default();
            for (from, to) in [0].iter().chain(&cuts).zip(cuts.iter().chain([&rows.len()])) {
                parts.merge(table(&rows[*from..*to], 1));
            }
            parts.settle();
            prop_assert_eq!(parts.paths(), whole.paths());
        }
    }
}
