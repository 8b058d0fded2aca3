//! Packed rows of many persons, kept as they come and brought together when they are asked for.
//!
//! ```text
//! rows     ann ann zoe ann bob ..       one after the other, nothing between them
//! pieces   ann 14, zoe 7, ann 7, ..     whose each run of bytes is, and how long
//! asked    ann ann ann | bob | zoe      a counting sort, 65,536 persons at a time
//! ```
//!
//! A buffer of its own for each person would be a miss of the cache and now and then an allocation a
//! row. A bucket's persons fit the cache while they are sorted, and buckets are given back one by one.

use crate::error::argument;
use crate::packed::HEADER;
use datafusion::arrow::array::LargeBinaryArray;
use datafusion::arrow::array::builder::NullBufferBuilder;
use datafusion::arrow::buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use datafusion::error::Result;
use datafusion::logical_expr::EmitTo;

/// The bits of a person's number inside a bucket.
const BITS: u32 = u16::BITS;
const BUCKET: usize = 1 << BITS;

/// The packed rows of persons, who are numbered from 0.
#[derive(Debug, Default)]
pub(crate) struct Grouped {
    /// Of all states.
    header: Option<[u8; HEADER]>,
    persons: usize,
    buckets: Vec<Bucket>,
}

#[derive(Debug, Default)]
struct Bucket {
    rows: Vec<u8>,
    pieces: Vec<Piece>,
}

/// The next bytes of a bucket's rows.
#[derive(Debug, Clone, Copy)]
struct Piece {
    person: u16,
    len: u16,
}

impl Grouped {
    /// Makes room for persons; those without rows have no state.
    pub(crate) fn resize(&mut self, persons: usize) {
        self.persons = self.persons.max(persons);
    }

    /// States what all states begin with.
    ///
    /// # Errors
    /// If they begin with something else.
    pub(crate) fn state_header(&mut self, header: [u8; HEADER]) -> Result<()> {
        match self.header {
            Some(own) if own != header => Err(argument(
                "journeys",
                "states of other versions or channels do not merge",
            )),
            _ => {
                self.header = Some(header);
                Ok(())
            }
        }
    }

    /// Adds what `write` adds to the rows of a person.
    #[inline]
    pub(crate) fn push(&mut self, person: usize, write: impl FnOnce(&mut Vec<u8>)) {
        let at = person >> BITS;
        if at >= self.buckets.len() {
            self.buckets.resize_with(at + 1, Bucket::default);
        }
        self.buckets[at].push(person as u16, write);
    }

    /// Adds the rows of a state of a person.
    ///
    /// # Errors
    /// If it is of another version or other channels than those before.
    pub(crate) fn merge(&mut self, person: usize, state: &[u8]) -> Result<()> {
        let Some((header, rows)) = state.split_first_chunk() else {
            return Err(argument("journeys", "packed rows end early"));
        };
        self.state_header(*header)?;
        self.push(person, |own| own.extend_from_slice(rows));
        Ok(())
    }

    /// The states of the first persons, who are dropped; the others move up.
    pub(crate) fn take(&mut self, emit_to: EmitTo) -> Result<LargeBinaryArray> {
        let mut taken = std::mem::take(self);
        self.header = taken.header;
        if let EmitTo::First(persons) = emit_to {
            let whole = std::mem::take(&mut taken.buckets);
            self.persons = taken.persons.saturating_sub(persons);
            taken.persons = taken.persons.min(persons);
            for (at, bucket) in whole.into_iter().enumerate() {
                bucket.each(|person, rows| {
                    let person = at * BUCKET + usize::from(person);
                    let (to, person) = match person.checked_sub(persons) {
                        Some(person) => (&mut *self, person),
                        None => (&mut taken, person),
                    };
                    to.push(person, |own| own.extend_from_slice(rows));
                });
            }
        }
        taken.states()
    }

    /// A state a person, null where there is no row.
    fn states(self) -> Result<LargeBinaryArray> {
        let header = self.header.unwrap_or_default();
        let rows: usize = self.buckets.iter().map(|bucket| bucket.rows.len()).sum();
        let mut states = States {
            bytes: Vec::with_capacity(rows + self.persons * HEADER),
            ends: Vec::with_capacity(self.persons + 1),
            nulls: NullBufferBuilder::new(self.persons),
        };
        states.ends.push(0);
        let mut buckets = self.buckets.into_iter();
        for first in (0..self.persons).step_by(BUCKET) {
            let persons = BUCKET.min(self.persons - first);
            buckets
                .next()
                .unwrap_or_default()
                .sort(persons, header, &mut states);
        }
        let ends = OffsetBuffer::new(ScalarBuffer::from(states.ends));
        let bytes = Buffer::from_vec(states.bytes);
        Ok(LargeBinaryArray::try_new(
            ends,
            bytes,
            states.nulls.finish(),
        )?)
    }

    /// How many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        let sizes = self
            .buckets
            .iter()
            .map(|bucket| bucket.rows.capacity() + bucket.pieces.capacity() * size_of::<Piece>());
        sizes.sum::<usize>() + self.buckets.capacity() * size_of::<Bucket>()
    }
}

/// An array of states on its way.
struct States {
    bytes: Vec<u8>,
    ends: Vec<i64>,
    nulls: NullBufferBuilder,
}

impl Bucket {
    #[inline]
    fn push(&mut self, person: u16, write: impl FnOnce(&mut Vec<u8>)) {
        let before = self.rows.len();
        write(&mut self.rows);
        let mut len = self.rows.len() - before;
        while let Ok(more @ 1..) = u16::try_from(len.min(usize::from(u16::MAX))) {
            self.pieces.push(Piece { person, len: more });
            len -= usize::from(more);
        }
    }

    /// Calls `visit` with each piece and whose it is.
    fn each(&self, mut visit: impl FnMut(u16, &[u8])) {
        let mut rest = self.rows.as_slice();
        for piece in &self.pieces {
            let (rows, after) = rest.split_at(piece.len.into());
            visit(piece.person, rows);
            rest = after;
        }
    }

    /// Adds the states of the bucket's persons.
    fn sort(self, persons: usize, header: [u8; HEADER], to: &mut States) {
        let mut next = vec![0; persons];
        for piece in &self.pieces {
            next[usize::from(piece.person)] += usize::from(piece.len);
        }
        for next in &mut next {
            let len = std::mem::replace(next, to.bytes.len() + HEADER);
            if len > 0 {
                to.bytes.extend(header);
                to.bytes.resize(*next + len, 0);
            }
            to.nulls.append(len > 0);
            to.ends.push(to.bytes.len() as i64);
        }
        self.each(|person, rows| {
            let next = &mut next[usize::from(person)];
            to.bytes[*next..*next + rows.len()].copy_from_slice(rows);
            *next += rows.len();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::Array;

    fn grouped(pieces: &[(usize, &[u8])], persons: usize) -> Grouped {
        let mut grouped = Grouped::default();
        grouped.state_header([9; HEADER]).unwrap();
        grouped.resize(persons);
        for (person, rows) in pieces {
            grouped.push(*person, |own| own.extend_from_slice(rows));
        }
        grouped
    }

    fn rows(states: &LargeBinaryArray) -> Vec<Option<Vec<u8>>> {
        let own = |state: &[u8]| {
            assert_eq!(state[..HEADER], [9; HEADER]);
            state[HEADER..].to_vec()
        };
        states.iter().map(|state| state.map(own)).collect()
    }

    #[test]
    fn rows_of_a_person_stand_together_as_they_came() {
        let far = BUCKET + 3;
        let mut all = grouped(&[(2, b"a"), (far, b"bc"), (0, b"d"), (2, b"ef")], far + 2);
        assert!(all.size() >= 6);
        let states = rows(&all.take(EmitTo::All).unwrap());
        assert_eq!(states.len(), far + 2);
        assert_eq!(states[0].as_deref(), Some(&b"d"[..]));
        assert_eq!(states[2].as_deref(), Some(&b"aef"[..]));
        assert_eq!(states[far].as_deref(), Some(&b"bc"[..]));
        assert_eq!(states.iter().flatten().count(), 3);
        assert_eq!(all.take(EmitTo::All).unwrap().len(), 0);
    }

    #[test]
    fn first_persons_leave_and_the_others_move_up() {
        let far = BUCKET + 1;
        let mut all = grouped(&[(0, b"a"), (2, b"b"), (far, b"c"), (0, b"d")], far + 1);
        let first = rows(&all.take(EmitTo::First(2)).unwrap());
        assert_eq!(first, [Some(b"ad".to_vec()), None]);
        all.push(0, |own| own.extend_from_slice(b"e"));
        let others = rows(&all.take(EmitTo::All).unwrap());
        assert_eq!(others.len(), far - 1);
        assert_eq!(others[0].as_deref(), Some(&b"be"[..]));
        assert_eq!(others[far - 2].as_deref(), Some(&b"c"[..]));
    }

    #[test]
    fn a_long_state_is_one_state() {
        let long = vec![7; 200_000];
        let mut state = vec![9; HEADER];
        state.extend(&long);
        let mut all = grouped(&[(0, b"a")], 1);
        all.merge(0, &state).unwrap();
        let states = rows(&all.take(EmitTo::All).unwrap());
        assert_eq!(states[0].as_deref(), Some(&[b"a", &long[..]].concat()[..]));
    }

    #[test]
    fn states_of_other_versions_or_channels_do_not_merge() {
        let mut all = grouped(&[], 1);
        assert!(all.merge(0, &[9; HEADER]).is_ok());
        assert!(all.merge(0, &[8; HEADER]).is_err());
        assert!(all.merge(0, &[9; HEADER - 1]).is_err());
    }
}
