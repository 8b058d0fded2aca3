//! The fields of a message that are more than a plain type.

use crate::error::Error;
use crate::error::readable::{NOT_SHOWN, is_address};
use crate::time::rfc3339::{TIMESTAMPS, rfc3339};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A person's key that owns its text.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum OwnedKey {
    Number(u64),
    Text(String),
}

/// What a message may state in a field of several types.
trait Field: Sized {
    const NAME: &str;
    const EXPECTED: &str;

    fn number(number: u64) -> Option<Self>;
    fn below_zero(_: i64) -> Option<Self> {
        None
    }
    fn text(text: &str) -> Option<Self>;
}

impl Field for OwnedKey {
    const NAME: &str = "the person of a message";
    const EXPECTED: &str = "a text, or a whole number from 0";

    fn number(number: u64) -> Option<Self> {
        Some(Self::Number(number))
    }

    fn text(text: &str) -> Option<Self> {
        Some(Self::Text(text.to_owned()))
    }
}

/// A second. Whether a log can hold it, the log says.
struct Timestamp(i64);

impl Field for Timestamp {
    const NAME: &str = "the timestamp of a message";
    const EXPECTED: &str = TIMESTAMPS;

    fn number(number: u64) -> Option<Self> {
        i64::try_from(number).ok().map(Self)
    }

    fn below_zero(number: i64) -> Option<Self> {
        Some(Self(number))
    }

    fn text(text: &str) -> Option<Self> {
        rfc3339(text).map(Self)
    }
}

/// An error that does not repeat what may be an address, as where fields are swapped.
fn refused<E: de::Error>(name: &'static str, value: &str, expected: &'static str) -> E {
    let told = if is_address(value) { NOT_SHOWN } else { value };
    E::custom(Error::setting(name, told, expected))
}

/// Reads a field, whatever type states it.
struct Reading<F>(std::marker::PhantomData<F>);

impl<F: Field> Reading<F> {
    fn field<'de, D: Deserializer<'de>>(deserializer: D) -> Result<F, D::Error> {
        deserializer.deserialize_any(Self(std::marker::PhantomData))
    }

    fn bad<E: de::Error>(value: impl ToString) -> E {
        refused(F::NAME, &value.to_string(), F::EXPECTED)
    }
}

impl<F: Field> Visitor<'_> for Reading<F> {
    type Value = F;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(F::EXPECTED)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<F, E> {
        F::number(number).ok_or_else(|| Self::bad(number))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<F, E> {
        let field = u64::try_from(number).map_or_else(|_| F::below_zero(number), F::number);
        field.ok_or_else(|| Self::bad(number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<F, E> {
        F::text(text).ok_or_else(|| Self::bad(format!("{text:?}")))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<F, E> {
        Err(Self::bad(number))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<F, E> {
        Err(Self::bad(value))
    }

    fn visit_unit<E: de::Error>(self) -> Result<F, E> {
        Err(Self::bad("null"))
    }
}

impl<'de> Deserialize<'de> for OwnedKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reading::field(deserializer)
    }
}

/// A second since 1970-01-01T00:00:00Z.
pub(super) fn timestamp<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let Timestamp(second) = Reading::field(deserializer)?;
    Ok(second)
}

/// An amount; 0 where none is stated.
pub(super) fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(stated_amount(deserializer)?.unwrap_or_default())
}

/// An amount, where one is stated.
pub(super) fn stated_amount<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<f64>, D::Error> {
    Ok(Option::deserialize(deserializer)?.map(|Amount(amount)| amount))
}

struct Amount(f64);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AmountVisitor)
    }
}

struct AmountVisitor;

impl Visitor<'_> for AmountVisitor {
    type Value = Amount;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E>(self, number: f64) -> Result<Amount, E> {
        Ok(Amount(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Amount, E> {
        Ok(Amount(number as f64))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Amount, E> {
        Ok(Amount(number as f64))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
        Err(refused("an amount of a message", text, "a number"))
    }
}

/// A word of a few, such as a kind.
pub(super) fn word<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let word = String::deserialize(deserializer)?;
    if is_address(&word) {
        return Err(refused(
            "a word of a message",
            &word,
            "a kind or an interaction",
        ));
    }
    T::deserialize(de::value::StringDeserializer::new(word))
}

/// Texts by column, those that are stated.
pub(super) fn texts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let stated: Option<BTreeMap<String, Option<String>>> = Option::deserialize(deserializer)?;
    let texts = stated.into_iter().flatten();
    let texts = texts.filter_map(|(column, text)| Some((column, text?)));
    Ok(texts.collect())
}
