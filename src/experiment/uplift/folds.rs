//! Which persons a regression is fitted on, and which it is used for.

use crate::event::PersonKey;
use crate::util::random;
use xxhash_rust::xxh3::xxh3_64;

/// Parts that persons are divided into.
pub(super) const FOLDS: usize = 5;

/// A person's part: by key, so that it depends on no order and no other person.
pub(super) fn fold(person: PersonKey<'_>) -> usize {
    let hash = match person {
        PersonKey::Number(number) => random::step(number),
        PersonKey::Text(text) => xxh3_64(text.as_bytes()),
    };
    (hash % FOLDS as u64) as usize
}
