//! Settings read from files: fields that there are not are refused, with the name probably meant.

use crate::error::nearest::nearest;
use serde::de::value::StringDeserializer;
use serde::de::{Deserialize, Visitor};
use serde::de::{DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess};
use std::fmt;

/// Reads a struct. Unlike serde's own `deny_unknown_fields`, the error names the nearest field.
pub(crate) fn read<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(Strict(deserializer))
}

/// A deserializer that knows the fields of the struct it is asked for.
pub(crate) struct Strict<D>(pub(crate) D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Fields { visitor, fields };
        self.0.deserialize_struct(name, fields, visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Fields<V> {
    visitor: V,
    fields: &'static [&'static str],
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Fields<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let fields = self.fields;
        self.visitor.visit_map(Keys { map, fields })
    }
}

struct Keys<A> {
    map: A,
    fields: &'static [&'static str],
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Keys<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some(key) = self.map.next_key::<String>()? else {
            return Ok(None);
        };
        if !self.fields.contains(&key.as_str()) {
            return Err(A::Error::custom(unknown(&key, self.fields)));
        }
        let key: StringDeserializer<A::Error> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

fn unknown(key: &str, fields: &[&str]) -> String {
    let meant = nearest(key, fields.iter().copied());
    let meant = meant.map_or(String::new(), |meant| format!("perhaps `{meant}`; "));
    format!(
        "unknown field `{key}`, expected: {meant}{}",
        fields.join(", ")
    )
}

/// Reads `$settings` by way of the struct `$fields`, which it is made from.
macro_rules! read_settings {
    ($settings:ty, $fields:ty) => {
        impl<'de> serde::Deserialize<'de> for $settings {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let fields: $fields = crate::util::settings::read(deserializer)?;
                Self::try_from(fields).map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use read_settings;

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(default)]
    struct Bounds {
        lower: f64,
        upper: f64,
    }

    impl Default for Bounds {
        fn default() -> Self {
            Self {
                lower: 0.0,
                upper: 1.0,
            }
        }
    }

    fn parsed(json: &str) -> Result<Bounds, String> {
        let mut reader = serde_json::Deserializer::from_str(json);
        read(&mut reader).map_err(|error| error.to_string())
    }

    #[test]
    fn unknown_fields_are_refused_with_the_nearest_and_missing_ones_defaulted() {
        let upper = |upper| Bounds { lower: 0.0, upper };
        assert_eq!(parsed("{}"), Ok(upper(1.0)));
        assert_eq!(parsed(r#"{"upper": 3}"#), Ok(upper(3.0)));
        let error = parsed(r#"{"uper": 3}"#).unwrap_err();
        let expected = "unknown field `uper`, expected: perhaps `upper`; lower, upper";
        assert!(error.starts_with(expected), "{error}");
    }
}
