//! Persons for conversions that state none.

use crate::util::random::step;
use xxhash_rust::xxh3::xxh3_64;

/// A person for one conversion alone, told by the row itself: the order of rows cannot change it,
/// and conversions of different seconds, values or orders are of different persons.
pub(crate) fn unknown_person(time: u32, value: f64, texts: [&str; 3]) -> u64 {
    let start = step(u64::from(time) ^ step(value.to_bits()));
    let mix = |hash, text: &str| step(hash ^ xxh3_64(text.as_bytes()));
    texts.into_iter().fold(start, mix) >> 1
}
