//! Data structures and random numbers that carry no meaning of their own.

pub(crate) mod bitset;
pub(crate) mod buckets;
pub(crate) mod interner;
pub(crate) mod known_fields;
pub(crate) mod random;
pub(crate) use self::random::Random;
