//! Data structures and random numbers that carry no meaning of their own.

pub(crate) mod bitset;
#[cfg(feature = "mapping")]
pub(crate) mod blanks;
pub(crate) mod buckets;
pub(crate) mod interner;
pub(crate) mod known_fields;
pub(crate) mod random;
pub(crate) use self::random::Random;
