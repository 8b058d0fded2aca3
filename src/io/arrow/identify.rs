//! Identifiers in place of persons.

use crate::error::Result;
use crate::event::Identifier;
use crate::identity::Pseudonymiser;
use crate::io::arrow::arrays::{integers, map_texts};
use crate::io::arrow::persons::Stated;
use crate::io::arrow::source::Source;

impl Source<'_> {
    /// The hashed identifiers of all rows, a list for each kind.
    pub(super) fn identifiers(
        &self,
        hasher: &Pseudonymiser,
    ) -> Result<Vec<Vec<Stated<Identifier>>>> {
        let places = self.places.identifiers.iter();
        places
            .map(|&(kind, at)| self.identifiers_of(hasher, kind, at))
            .collect()
    }

    /// The identifiers of one kind, from the column at `at`.
    fn identifiers_of(
        &self,
        hasher: &Pseudonymiser,
        kind: usize,
        at: usize,
    ) -> Result<Vec<Stated<Identifier>>> {
        let array = self.batch.column(at).as_ref();
        let hash = |text: &str| match hasher.of_kind(kind, self.trimmed(text)) {
            Some(identifier) => Stated::Known(identifier),
            None if text.trim().is_empty() => Stated::Missing,
            None => Stated::Placeholder,
        };
        let missing = Stated::Missing;
        match integers(array) {
            Some(numbers) => Ok(numbers
                .map(|number| number.map_or(missing, |number| hash(&number.to_string())))
                .collect()),
            None => map_texts(array, hasher.name(kind), missing, |text| Ok(hash(text))),
        }
    }
}
