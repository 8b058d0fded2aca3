//! Rows that say the same in a few columns.

use crate::io::arrow::rows::hashes::{hash_of, mixed};
use crate::io::arrow::rows::resolved::{Resolved, Selected, Source};
use crate::io::record::Value;
use hashbrown::HashTable;

/// What rows say in a few columns, such as event, source and medium: a *shape*, numbered in order
/// of first appearance. Most logs have few, so that what follows from one is worked out once.
#[derive(Debug)]
pub(in crate::io) struct Shapes {
    of_rows: Vec<u32>,
    /// The first row of each.
    firsts: Vec<u32>,
}

impl Shapes {
    /// The shapes of so many rows; none where more than half of the rows have one of their own.
    pub(super) fn new(resolved: &Resolved<'_>, columns: &Selected, rows: usize) -> Option<Self> {
        let mut hashes = vec![0; rows];
        for &(_, source) in &columns.0 {
            resolved.add_hashes(source, &mut hashes);
        }
        let is_same = |a: usize, b: usize| {
            let mut columns = columns.0.iter();
            hashes[a] == hashes[b] && columns.all(|&(_, source)| resolved.is_same(source, a, b))
        };
        let (mut of_rows, mut firsts) = (Vec::with_capacity(rows), Vec::<u32>::new());
        let mut table = HashTable::<u32>::new();
        let first_of = |firsts: &[u32], shape: u32| firsts[shape as usize] as usize;
        for (row, &hash) in hashes.iter().enumerate() {
            let found = table.find(hash, |&shape| is_same(first_of(&firsts, shape), row));
            let shape = found.copied().unwrap_or_else(|| {
                let shape = firsts.len() as u32;
                firsts.push(row as u32);
                table.insert_unique(hash, shape, |&other| hashes[first_of(&firsts, other)]);
                shape
            });
            of_rows.push(shape);
            if firsts.len() > 64 + row / 2 {
                return None;
            }
        }
        Some(Self { of_rows, firsts })
    }

    /// How many there are.
    pub(in crate::io) fn len(&self) -> usize {
        self.firsts.len()
    }

    /// That of a row.
    #[inline]
    pub(in crate::io) fn of(&self, row: usize) -> usize {
        self.of_rows[row] as usize
    }
}

impl Resolved<'_> {
    /// Adds what each row says to its hash.
    fn add_hashes(&self, source: Source, hashes: &mut [u64]) {
        match source {
            Source::Column(at) => self.columns[at].add_hashes(hashes),
            source => {
                for (row, hash) in hashes.iter_mut().enumerate() {
                    *hash = mixed(*hash, hash_of(self.typed_value(source, row)));
                }
            }
        }
    }

    /// Whether two rows say the same.
    #[inline]
    fn is_same(&self, source: Source, a: usize, b: usize) -> bool {
        match (self.typed_value(source, a), self.typed_value(source, b)) {
            // two zeros are equal, but are not written alike
            (Value::Number(a), Value::Number(b)) => a.to_bits() == b.to_bits(),
            (a, b) => a == b,
        }
    }
}
