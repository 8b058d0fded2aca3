//! Text to small numbers, in order of first appearance.

use crate::error::{Error, Result};
use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// Distinct texts numbered from 0 in order of first appearance. All bytes stand in one buffer; per
/// text 12 bytes of offsets and hash and about 5 bytes of table come on top.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interner {
    bytes: String,
    ends: Vec<usize>,
    hashes: Vec<u64>,
    table: HashTable<u32>,
}

impl Interner {
    /// The number of `text`, given now if it is new.
    pub(crate) fn intern(&mut self, text: &str) -> Result<u32> {
        self.intern_hashed(text, xxh3_64(text.as_bytes()))
    }

    fn intern_hashed(&mut self, text: &str, hash: u64) -> Result<u32> {
        if let Some(id) = self.find_hashed(text, hash) {
            return Ok(id);
        }
        let id = u32::try_from(self.ends.len())
            .ok()
            .filter(|&id| id < u32::MAX)
            .ok_or_else(|| {
                Error::setting(
                    "distinct texts in one column",
                    self.ends.len() + 1,
                    "fewer than 2^32",
                )
            })?;
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
        self.hashes.push(hash);
        let hashes = &self.hashes;
        self.table
            .insert_unique(hash, id, |&other| hashes[other as usize]);
        Ok(id)
    }

    /// The number of `text`, if it has one.
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        self.find_hashed(text, xxh3_64(text.as_bytes()))
    }

    fn find_hashed(&self, text: &str, hash: u64) -> Option<u32> {
        self.table
            .find(hash, |&id| {
                self.hashes[id as usize] == hash && self.get(id) == text
            })
            .copied()
    }

    /// The text of a number this table gave out.
    pub(crate) fn get(&self, id: u32) -> &str {
        let at = id as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.bytes[start..self.ends[at]]
    }

    /// The hash of a text: XXH3, the same on every machine, so that an order by hash is one too.
    pub(crate) fn hash(&self, id: u32) -> u64 {
        self.hashes[id as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        (0..self.len() as u32).map(|id| self.get(id))
    }

    /// Keeps those texts only; the result maps old numbers to new ones, those of texts given up to
    /// any.
    pub(crate) fn keep(&mut self, kept: &[bool]) -> Vec<u32> {
        let old = std::mem::take(self);
        let keep = |(text, &kept): (&str, &bool)| {
            if kept {
                self.intern(text).unwrap_or(0)
            } else {
                0
            }
        };
        old.iter().zip(kept).map(keep).collect()
    }

    /// Interns all of `other`'s texts; the result maps its numbers to this table's. An empty table
    /// takes the other's numbers, which costs a copy and no look-up.
    pub(crate) fn absorb(&mut self, other: &Interner) -> Result<Vec<u32>> {
        if self.ends.is_empty() {
            self.clone_from(other);
            return Ok((0..other.len() as u32).collect());
        }
        other
            .iter()
            .zip(&other.hashes)
            .map(|(text, &hash)| self.intern_hashed(text, hash))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_in_order_of_appearance_and_lead_back() {
        let mut names = Interner::default();
        let ids: Vec<_> = ["eta", "beta", "", "eta", "zeta"]
            .iter()
            .map(|t| names.intern(t).unwrap())
            .collect();
        assert_eq!(ids, [0, 1, 2, 0, 3]);
        assert_eq!(
            names.iter().collect::<Vec<_>>(),
            ["eta", "beta", "", "zeta"]
        );
        assert_eq!(names.find("bet"), None);
    }

    #[test]
    fn absorbing_maps_numbers() {
        let (mut left, mut right) = (Interner::default(), Interner::default());
        for t in ["a", "b"] {
            left.intern(t).unwrap();
        }
        for t in ["c", "b"] {
            right.intern(t).unwrap();
        }
        assert_eq!(left.absorb(&right).unwrap(), [2, 1]);
        let mut empty = Interner::default();
        assert_eq!(empty.absorb(&right).unwrap(), [0, 1]);
        assert_eq!((empty.intern("d").unwrap(), empty.find("b")), (2, Some(1)));
    }
}
