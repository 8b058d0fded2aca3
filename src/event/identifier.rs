//! Pseudonymous identifiers.

use crate::util::random::step;
use std::fmt;

/// A pseudonymous identifier: a keyed hash of a kind and a value, and the number of the kind. The
/// value itself, such as an e-mail address, is not stored.
///
/// It has 16 bytes: 120 bits of hash, then 8 bits of kind. Two of a thousand million values share a
/// hash with a probability of 10^-18. Identifiers are ordered by hash.
///
/// ```
/// use mixtouch::identity::{HashKey, Pseudonymiser, Rules};
///
/// let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
/// let card = hasher.identifier("card", "4711")?;
/// assert_ne!(card, hasher.identifier("cookie", "4711")?);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier(u128);

impl Identifier {
    pub(crate) fn new(hash: u128, kind: usize) -> Self {
        Self(hash & !0xff | kind as u128)
    }

    /// The identifier of one unknown person, of the kind that all rules have.
    #[cfg(any(feature = "csv", feature = "parquet"))]
    pub(crate) fn unknown(person: u64) -> Self {
        let hash = u128::from(person << 1) << 64 | u128::from(step(person));
        Self::new(hash, 0)
    }

    /// The identifier as a number; numbers sort like identifiers.
    pub(crate) fn to_u128(self) -> u128 {
        self.0
    }

    pub(crate) fn from_u128(number: u128) -> Self {
        Self(number)
    }

    /// The index of its kind among the kinds of the [`Rules`](crate::identity::Rules).
    pub fn kind(self) -> usize {
        (self.0 & 0xff) as usize
    }

    /// The leading bits of the hash.
    pub(crate) fn leading(self, bits: u32) -> usize {
        if bits == 0 {
            0
        } else {
            (self.0 >> (128 - bits)) as usize
        }
    }

    /// The `bits` bits that follow the first `skip`.
    pub(crate) fn bits(self, skip: u32, bits: u32) -> usize {
        if bits == 0 {
            0
        } else {
            ((self.0 << skip) >> (128 - bits)) as usize
        }
    }

    /// A number that orders identifiers by kind, then by hash.
    pub(crate) fn by_kind(self) -> u128 {
        self.0.rotate_right(8)
    }

    /// A different identifier for each second.
    pub(crate) fn at(self, time: u32) -> Self {
        let (upper, lower) = (step(u64::from(time)), step(!u64::from(time)));
        Self(self.0 ^ ((u128::from(upper) << 64 | u128::from(lower)) & !0xff))
    }

    /// The identifier with every bit of the hash inverted.
    pub(crate) fn turned(self) -> Self {
        Self(self.0 ^ !0xff)
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:030x}", self.0 >> 8)
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identifier({self} of kind {})", self.kind())
    }
}
