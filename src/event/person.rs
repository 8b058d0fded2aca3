//! Keys of persons: any text or integer, in 8 bytes.

use crate::error::Result;
use crate::util::interner::Interner;
use crate::util::random;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The key of a person as a log states it. A text that is a plain decimal number (`42`, not `042`
/// or `+42`) is that number, so that the same person read from CSV and from Parquet is one person.
///
/// ```
/// use mixtouch::PersonKey;
///
/// assert_eq!(PersonKey::from("42"), PersonKey::Number(42));
/// assert_eq!(PersonKey::from("ann"), PersonKey::Text("ann"));
/// assert_eq!(serde_json::from_str::<PersonKey>("42")?, serde_json::from_str("\"42\"")?);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Read again, a key borrows its text; [`OwnedEvent`](crate::event::OwnedEvent) has keys of its
/// own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonKey<'a> {
    /// An integer from 0 to 2^64 - 2^32 - 1.
    Number(u64),
    /// Any other text.
    Text(&'a str),
}

impl Serialize for PersonKey<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_u64(*number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// Borrows its text from the input; a text that the input escapes, as JSON may, is an error.
impl<'de> Deserialize<'de> for PersonKey<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Key;
        impl<'de> Visitor<'de> for Key {
            type Value = PersonKey<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text without escapes, or an integer from 0")
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(PersonKey::Number(number))
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(text.into())
            }
        }
        deserializer.deserialize_any(Key)
    }
}

impl From<u64> for PersonKey<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<&'a str> for PersonKey<'a> {
    fn from(text: &'a str) -> Self {
        plain_number(text.as_bytes()).map_or(Self::Text(text), Self::Number)
    }
}

impl<'a> From<&'a String> for PersonKey<'a> {
    fn from(text: &'a String) -> Self {
        text.as_str().into()
    }
}

impl fmt::Display for PersonKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// The number that `text` writes without sign or leading zero, below the codes kept for texts.
pub(crate) fn plain_number(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 20 || (text[0] == b'0' && text.len() > 1) {
        return None;
    }
    let mut number = 0u64;
    for &byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    (number < PersonTable::TEXT).then_some(number)
}

/// Person keys as 64-bit codes: a number is its own code, texts are interned at the top of the
/// range.
#[derive(Debug, Clone, Default)]
pub(crate) struct PersonTable {
    texts: Interner,
}

impl PersonTable {
    /// The first code that stands for a text.
    pub(crate) const TEXT: u64 = u64::MAX - u32::MAX as u64;

    pub(crate) fn code(&mut self, key: PersonKey<'_>) -> Result<u64> {
        match key {
            PersonKey::Number(number) if number < Self::TEXT => Ok(number),
            PersonKey::Number(number) => self.text(&number.to_string()),
            PersonKey::Text(text) => {
                plain_number(text.as_bytes()).map_or_else(|| self.text(text), Ok)
            }
        }
    }

    /// The code of a key that has one.
    pub(crate) fn find(&self, key: PersonKey<'_>) -> Option<u64> {
        let text = |text: &str| {
            let number = self.texts.find(text)?;
            Some(Self::TEXT + u64::from(number))
        };
        match key {
            PersonKey::Number(number) if number < Self::TEXT => Some(number),
            PersonKey::Number(number) => text(&number.to_string()),
            PersonKey::Text(key) => plain_number(key.as_bytes()).or_else(|| text(key)),
        }
    }

    /// The code of a text that is no plain number.
    pub(crate) fn text(&mut self, text: &str) -> Result<u64> {
        Ok(Self::TEXT + u64::from(self.texts.intern(text)?))
    }

    /// The key behind a code of this table.
    pub(crate) fn key(&self, code: u64) -> PersonKey<'_> {
        if code < Self::TEXT {
            PersonKey::Number(code)
        } else {
            PersonKey::Text(self.texts.get((code - Self::TEXT) as u32))
        }
    }

    /// Where a person stands in the order of persons: a number that depends on the key alone, not
    /// on when it was first seen, and spreads persons evenly whatever their keys. Numbers map one
    /// to one (the finaliser of SplitMix64 is a bijection); texts take XXH3, and the rare equal
    /// hashes are distinguished by [`PersonTable::key`].
    pub(crate) fn rank(&self, code: u64) -> u64 {
        if code < Self::TEXT {
            random::step(code)
        } else {
            self.texts.hash((code - Self::TEXT) as u32)
        }
    }

    /// The texts by number.
    pub(crate) fn all_texts(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.texts.iter()
    }

    /// How many texts there are.
    pub(crate) fn texts(&self) -> usize {
        self.texts.len()
    }

    /// The number of the text behind a code, if it stands for one.
    pub(crate) fn text_of(code: u64) -> Option<usize> {
        code.checked_sub(Self::TEXT).map(|text| text as usize)
    }

    /// Keeps those texts only; the result maps the number of each to its new code.
    pub(crate) fn keep(&mut self, kept: &[bool]) -> Vec<u64> {
        self.texts
            .keep(kept)
            .into_iter()
            .map(|id| Self::TEXT + u64::from(id))
            .collect()
    }

    /// Takes over `other`'s texts; the result maps the number of each to a code of this table.
    pub(crate) fn absorb(&mut self, other: &Self) -> Result<Vec<u64>> {
        Ok(self
            .texts
            .absorb(&other.texts)?
            .into_iter()
            .map(|id| Self::TEXT + u64::from(id))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_numbers_are_numbers() {
        for text in [
            "007",
            "+7",
            "-7",
            "7.0",
            "",
            " 7",
            "18446744073709551615",
            "99999999999999999999",
            "７",
        ] {
            assert_eq!(PersonKey::from(text), PersonKey::Text(text), "{text:?}");
        }
        assert_eq!(PersonKey::from("7"), PersonKey::Number(7));
        assert_eq!(PersonKey::from("0"), PersonKey::Number(0));
    }

    #[test]
    fn a_number_written_out_is_the_number() {
        let mut table = PersonTable::default();
        assert_eq!(
            table.code(PersonKey::Text("42")).unwrap(),
            table.code(PersonKey::Number(42)).unwrap()
        );
        assert_eq!(
            table.code(PersonKey::Text("18446744073709551615")).unwrap(),
            table.code(PersonKey::Number(u64::MAX)).unwrap()
        );
    }

    #[test]
    fn every_key_comes_back() {
        let mut table = PersonTable::default();
        let biggest = u64::MAX.to_string();
        for key in [
            PersonKey::Number(3),
            PersonKey::Text("ann"),
            PersonKey::Number(PersonTable::TEXT - 1),
        ] {
            let code = table.code(key).unwrap();
            assert_eq!(table.key(code), key);
        }
        let code = table.code(PersonKey::Number(u64::MAX)).unwrap();
        assert_eq!(table.key(code), PersonKey::Text(&biggest));
    }
}
