//! Person-time and conversions by state.

use hashbrown::HashTable;

/// Tallies by state.
#[derive(Debug, Clone, Default)]
pub(super) struct States {
    features: Vec<u32>,
    ends: Vec<usize>,
    tallies: Vec<Tally>,
    table: HashTable<u32>,
}

/// A state is known by its fingerprint, 128 bits that change with it feature by feature: of a
/// billion states two share one with a chance of 1 in 10^20. Features lie elsewhere in memory and
/// are not looked at.
#[derive(Debug, Clone, Copy)]
struct Tally {
    fingerprint: u128,
    seconds: f64,
    conversions: f64,
}

/// One state: the features that are 1 in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct State<'a> {
    pub(super) features: &'a [u32],
    pub(super) seconds: f64,
    pub(super) conversions: f64,
}

impl States {
    pub(super) fn add(
        &mut self,
        fingerprint: u128,
        features: &[u32],
        seconds: f64,
        conversions: f64,
    ) {
        let hash = fingerprint as u64;
        if let Some(&at) = self.table.find(hash, |&at| {
            self.tallies[at as usize].fingerprint == fingerprint
        }) {
            let tally = &mut self.tallies[at as usize];
            tally.seconds += seconds;
            tally.conversions += conversions;
            return;
        }
        let at = self.ends.len() as u32;
        self.push(
            features,
            Tally {
                fingerprint,
                seconds,
                conversions,
            },
        );
        let tallies = &self.tallies;
        self.table.insert_unique(hash, at, |&other| {
            tallies[other as usize].fingerprint as u64
        });
    }

    fn push(&mut self, features: &[u32], tally: Tally) {
        self.features.extend_from_slice(features);
        self.ends.push(self.features.len());
        self.tallies.push(tally);
    }

    pub(super) fn merge(&mut self, later: &Self) {
        let tallies = &self.tallies;
        self.table.reserve(later.len(), |&other| {
            tallies[other as usize].fingerprint as u64
        });
        for (tally, state) in later.tallies.iter().zip(later.iter()) {
            self.add(
                tally.fingerprint,
                state.features,
                state.seconds,
                state.conversions,
            );
        }
    }

    /// The states by fingerprint: in an order that does not depend on who came first.
    pub(super) fn sorted(&self) -> Self {
        let mut order: Vec<(u128, u32)> = self
            .tallies
            .iter()
            .map(|tally| tally.fingerprint)
            .zip(0..)
            .collect();
        rayon::slice::ParallelSliceMut::par_sort_unstable(&mut order[..]);
        let mut sorted = Self::default();
        order.into_iter().for_each(|(_, at)| {
            sorted.push(self.get(at as usize).features, self.tallies[at as usize])
        });
        sorted
    }

    pub(super) fn heap_size(&self) -> usize {
        self.features.capacity() * size_of::<u32>()
            + self.ends.capacity() * size_of::<usize>()
            + self.tallies.capacity() * size_of::<Tally>()
            + self.table.allocation_size()
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    pub(super) fn get(&self, at: usize) -> State<'_> {
        let Tally {
            seconds,
            conversions,
            ..
        } = self.tallies[at];
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        State {
            features: &self.features[start..self.ends[at]],
            seconds,
            conversions,
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = State<'_>> {
        (0..self.len()).map(|at| self.get(at))
    }
}
