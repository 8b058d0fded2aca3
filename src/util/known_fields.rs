//! Settings read from a file, an unknown field of which is refused with the nearest name.

use crate::error::nearest::nearest;
use serde::de::{
    DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use std::fmt;

/// Implements `Deserialize` for a struct that derives it with `#[serde(remote = "Self")]`, and
/// `Serialize` where it derives that too: an unknown field is refused with the nearest name.
macro_rules! refuse_unknown_fields {
    ($settings:ty) => {
        impl<'de> serde::Deserialize<'de> for $settings {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                <$settings>::deserialize($crate::util::known_fields::KnownFields(from))
            }
        }
    };
    ($settings:ty, serialize) => {
        $crate::util::known_fields::refuse_unknown_fields!($settings);

        impl serde::Serialize for $settings {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                <$settings>::serialize(self, to)
            }
        }
    };
}
pub(crate) use refuse_unknown_fields;

/// Implements `Deserialize` for settings by way of the struct of their fields, which derives it and
/// from which they are made: an unknown field is refused with the nearest name.
macro_rules! read_settings {
    ($settings:ty, $fields:ty) => {
        impl<'de> serde::Deserialize<'de> for $settings {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let from = $crate::util::known_fields::KnownFields(from);
                let fields = <$fields as serde::Deserialize>::deserialize(from)?;
                Self::try_from(fields).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use read_settings;

/// A deserializer of one struct that checks the names of its fields.
pub(crate) struct KnownFields<D>(pub(crate) D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for KnownFields<D> {
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
        let checked = Checked {
            inner: visitor,
            fields,
        };
        self.0.deserialize_struct(name, fields, checked)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// A visitor, or the map it is given, with the names that fields may have.
struct Checked<T> {
    inner: T,
    fields: &'static [&'static str],
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Checked<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Checked {
            inner: map,
            fields: self.fields,
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(seq)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Checked<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some(name) = self.inner.next_key::<String>()? else {
            return Ok(None);
        };
        if !self.fields.contains(&name.as_str()) {
            return Err(A::Error::custom(unknown(&name, self.fields)));
        }
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(seed)
    }
}

/// The message for a field that there is not.
fn unknown(name: &str, fields: &[&str]) -> String {
    let all = fields.join(", ");
    match nearest(name, fields.iter().copied()) {
        Some(nearest) => {
            format!("unknown field `{name}`, did you mean `{nearest}`? The fields are: {all}")
        }
        None => format!("unknown field `{name}`, expected one of: {all}"),
    }
}

#[cfg(test)]
mod tests {
    use super::refuse_unknown_fields;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(remote = "Self", default, deny_unknown_fields)]
    struct Settings {
        demand_capture: Vec<String>,
        bins: u32,
    }
    refuse_unknown_fields!(Settings, serialize);

    #[test]
    fn a_slip_is_refused_with_the_name_that_was_meant() {
        let error = |text: &str| {
            serde_json::from_str::<Settings>(text)
                .unwrap_err()
                .to_string()
        };
        for slip in [
            "demand_captures",
            "DemandCapture",
            "demand-capture",
            "demnad_capture",
        ] {
            let message = error(&format!("{{\"{slip}\": []}}"));
            assert!(
                message.contains("did you mean `demand_capture`?"),
                "{message}"
            );
        }
        let far = error(r#"{"weather": 1}"#);
        assert!(
            far.starts_with("unknown field `weather`, expected one of: demand_capture, bins"),
            "{far}"
        );
    }

    #[test]
    fn what_is_there_is_read_and_what_is_missing_is_the_default() {
        let settings: Settings = serde_json::from_str(r#"{"bins": 3}"#).unwrap();
        assert_eq!((settings.bins, settings.demand_capture.len()), (3, 0));
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings);
    }
}
