//! Identifiers in place of persons.

use crate::error::Result;
use crate::event::{Events, Identifier};
use crate::identity::Pseudonymiser;
use crate::io::arrow::arrays::{integers, map_texts, text_at};
use crate::io::arrow::source::Source;

impl Source<'_> {
    /// Hashes the identifiers of the kept rows. The persons, 0 here, are resolved later.
    pub(super) fn identify(
        &self,
        hasher: &Pseudonymiser,
        keeps: &[bool],
        events: &mut Events,
    ) -> Result<Vec<u64>> {
        let places = self.places.identifiers.iter();
        let columns = places
            .map(|&(kind, at)| self.identifiers(hasher, kind, at, keeps))
            .collect::<Result<Vec<_>>>()?;
        for row in (0..keeps.len()).filter(|&row| keeps[row]) {
            columns
                .iter()
                .filter_map(|column| column[row])
                .for_each(|identifier| events.identifiers_mut().add(identifier));
            if events.identifiers_mut().end_row() == 0 {
                return Err(self.columns.no_identifier(self.line(row)));
            }
        }
        Ok(vec![0; keeps.len()])
    }

    /// The identifiers of one kind, from the column at `at`; an empty field is none.
    fn identifiers(
        &self,
        hasher: &Pseudonymiser,
        kind: usize,
        at: usize,
        keeps: &[bool],
    ) -> Result<Vec<Option<Identifier>>> {
        let array = self.batch.column(at).as_ref();
        let hash = |text: &str| {
            if text.is_empty() {
                Some(None)
            } else {
                hasher.of_kind(kind, text).map(Some)
            }
        };
        let hashed: Vec<Option<Option<Identifier>>> = match integers(array) {
            Some(numbers) => numbers
                .map(|number| number.map_or(Some(None), |number| hash(&number.to_string())))
                .collect(),
            None => map_texts(array, hasher.name(kind), Some(None), |text| Ok(hash(text)))?,
        };
        let check = |(row, hashed): (usize, Option<Option<Identifier>>)| {
            if !keeps[row] {
                return Ok(None);
            }
            let value = || text_at(array, row);
            let bad = || self.columns.bad_identifier(self.line(row), kind, &value());
            hashed.ok_or_else(bad)
        };
        hashed.into_iter().enumerate().map(check).collect()
    }
}
