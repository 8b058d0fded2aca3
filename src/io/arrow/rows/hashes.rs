//! Hashes of what rows say.

use crate::io::record::Value;
use xxhash_rust::xxh3::xxh3_64;

/// A hash and a further number.
#[inline]
pub(super) fn mixed(hash: u64, number: u64) -> u64 {
    (hash.rotate_left(29) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A number that equal values share.
pub(super) fn hash_of(value: Value<'_>) -> u64 {
    match value {
        Value::Missing => 1,
        Value::Text(text) => xxh3_64(text.as_bytes()),
        Value::Integer(number) => number as u64,
        Value::Number(number) => number.to_bits(),
        Value::Boolean(truth) => 2 + u64::from(truth),
        Value::Instant(nanoseconds) | Value::Local(nanoseconds) => nanoseconds as u64,
        Value::Date(days) => days as u64,
    }
}
