//! A table whose keys are n-grams: short sequences of channels.

use crate::channel::ChannelId;
use crate::util::random::step;
use hashbrown::HashTable;

/// Sequences of channels, each with a value: a hash table over one flat column of keys, so that a
/// key costs two bytes a channel and no allocation of its own, at any order and any number of
/// channels.
#[derive(Debug, Clone, Default)]
pub(super) struct NgramTable<T> {
    places: HashTable<u32>,
    keys: Vec<ChannelId>,
    /// Where each key ends in `keys`.
    ends: Vec<usize>,
    values: Vec<T>,
}

impl<T: Copy + Default> NgramTable<T> {
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The place of a key, made if there is none yet.
    pub(super) fn place(&mut self, key: &[ChannelId]) -> usize {
        let Self {
            places,
            keys,
            ends,
            values,
        } = self;
        let stored = |at: u32| stored(keys, ends, at as usize);
        let next = u32::try_from(values.len()).expect("memory ends before 2^32 keys");
        let at = *places
            .entry(hash(key), |&at| stored(at) == key, |&at| hash(stored(at)))
            .or_insert(next)
            .get();
        if at == next {
            keys.extend_from_slice(key);
            ends.push(keys.len());
            values.push(T::default());
        }
        at as usize
    }

    /// The value of a key, the default if there is none yet.
    #[inline]
    pub(super) fn value(&mut self, key: &[ChannelId]) -> &mut T {
        let at = self.place(key);
        &mut self.values[at]
    }

    /// The place of a key, if it is there.
    pub(super) fn find(&self, key: &[ChannelId]) -> Option<usize> {
        self.places
            .find(hash(key), |&at| self.key(at as usize) == key)
            .map(|&at| at as usize)
    }

    pub(super) fn key(&self, at: usize) -> &[ChannelId] {
        stored(&self.keys, &self.ends, at)
    }

    pub(super) fn get(&self, at: usize) -> T {
        self.values[at]
    }

    /// All entries, in the order in which they were made.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[ChannelId], T)> {
        (0..self.len()).map(|at| (self.key(at), self.values[at]))
    }

    /// Bytes on the heap, spare capacity included.
    pub(super) fn heap_size(&self) -> usize {
        self.places.allocation_size()
            + self.keys.capacity() * size_of::<ChannelId>()
            + self.ends.capacity() * size_of::<usize>()
            + self.values.capacity() * size_of::<T>()
    }

    /// The places of all entries, sorted by key.
    pub(super) fn sorted(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_unstable_by(|&left, &right| {
            self.key(left as usize).cmp(self.key(right as usize))
        });
        order
    }
}

#[inline]
fn stored<'a>(keys: &'a [ChannelId], ends: &[usize], at: usize) -> &'a [ChannelId] {
    let start = if at == 0 { 0 } else { ends[at - 1] };
    &keys[start..ends[at]]
}

/// Four channels a step of SplitMix64's finaliser.
#[inline]
fn hash(key: &[ChannelId]) -> u64 {
    key.chunks(4).fold(key.len() as u64, |hash, chunk| {
        step(
            hash ^ chunk
                .iter()
                .fold(0, |word, channel| word << 16 | u64::from(channel.0)),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_all_lengths_stay_apart() {
        let ids = |key: &[u16]| key.iter().map(|&id| ChannelId(id)).collect::<Vec<_>>();
        let keys = [
            ids(&[]),
            ids(&[0]),
            ids(&[0, 0]),
            ids(&[0, 0, 0, 0, 0]),
            ids(&[1, 0]),
            ids(&[0, 1, 0, 0, 9]),
            ids(&[65534; 5]),
        ];
        let mut table = NgramTable::<u32>::default();
        for (at, key) in keys.iter().enumerate() {
            *table.value(key) += at as u32;
            *table.value(key) += 100;
        }
        assert_eq!(table.len(), keys.len());
        for (at, key) in keys.iter().enumerate() {
            let place = table.place(key);
            assert_eq!(table.find(key), Some(place));
            assert_eq!(
                (table.key(place), table.get(place)),
                (key.as_slice(), at as u32 + 100)
            );
        }
        let sorted: Vec<&[ChannelId]> = table
            .sorted()
            .into_iter()
            .map(|at| table.key(at as usize))
            .collect();
        assert!(sorted.is_sorted());
        assert_eq!((table.len(), table.find(&ids(&[2]))), (keys.len(), None));
    }
}
