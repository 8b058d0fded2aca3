//! Where a mapping finds a value in a row, and how the value is written there.

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a mapping finds a value: a path; several, of which the first with a value counts; or a
/// table that also says how the value is written.
///
/// A path is the name of a column, `a.b` for a field inside one, or `param:KEY` for a key of GA4's
/// `event_params` (`LIST:KEY` for another list of keys and values). The path `""` is none.
///
/// | key | meaning |
/// |---|---|
/// | `column` | a path, or several |
/// | `join` | several paths, whose values together are one |
/// | `parameter` | a key of `event_params`, in place of `column` |
/// | `constant` | the value where the column has none |
/// | `unit` | of times `s`, `ms`, `us`, `ns`; of amounts the factor, such as `1e-6` for micros |
/// | `zone` | of times that state no offset: a name of the IANA database |
/// | `origin` | of times that do not count from 1970-01-01: the day they count from |
/// | `formats` | how times are written, as in `%m/%d/%Y` |
/// | `decimal`, `thousands` | the signs in amounts |
/// | `items`, `parts`, `part` | of amounts in a list: what separates items and their parts, and the number of the part to sum, from 1 |
/// | `none` | texts that mean no value |
/// | `to`, `rates` | of currencies: the one to convert to, and a file `date,from,to,rate` |
/// | `network`, `value` | of click ids: the column of the network and of the id |
///
/// ```
/// use mixtouch::io::MappedColumn;
///
/// let person: MappedColumn = serde_json::from_str(r#"["user_id", "user_pseudo_id"]"#)?;
/// assert_eq!(person.paths().collect::<Vec<_>>(), ["user_id", "user_pseudo_id"]);
/// let time = serde_json::from_str::<MappedColumn>(r#"{"column": "ts", "unit": "us"}"#)?;
/// assert_eq!(time.paths().collect::<Vec<_>>(), ["ts"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MappedColumn {
    #[serde(rename = "column")]
    pub(super) paths: Texts,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) joins: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) constant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) formats: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) decimal: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) thousands: Option<char>,
    pub(super) none: Texts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rates: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) network: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<usize>,
}

/// The table form.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Table {
    column: Texts,
    parameter: Option<String>,
    value: Option<String>,
    constant: Option<String>,
    unit: Option<String>,
    zone: Option<String>,
    formats: Vec<String>,
    decimal: Option<char>,
    thousands: Option<char>,
    none: Texts,
    to: Option<String>,
    rates: Option<String>,
    network: Option<String>,
    join: Vec<String>,
    joins: bool,
    origin: Option<String>,
    items: Option<char>,
    parts: Option<char>,
    part: Option<usize>,
}

fn is_false(of: &bool) -> bool {
    !of
}

impl MappedColumn {
    /// The column at one path.
    ///
    /// ```
    /// use mixtouch::io::MappedColumn;
    ///
    /// assert_eq!(MappedColumn::at("revenue").paths().next(), Some("revenue"));
    /// ```
    pub fn at(path: impl Into<String>) -> Self {
        Self {
            paths: Texts(vec![path.into()]),
            ..Self::default()
        }
    }

    /// The paths, of which the first with a value counts.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.0.iter().map(String::as_str)
    }

    /// Of amounts in a list: what separates items and their parts, and the number of the part.
    ///
    /// # Errors
    /// If some of these are stated and others not, or the part is 0.
    pub(super) fn list(&self) -> Result<Option<(char, char, usize)>, crate::Error> {
        match (self.items, self.parts, self.part) {
            (None, None, None) => Ok(None),
            (Some(items), Some(parts), Some(part)) if part > 0 => Ok(Some((items, parts, part))),
            stated => {
                let expected = "all of items, parts and part, which counts from 1";
                Err(crate::Error::setting(
                    "a list of amounts",
                    format!("{stated:?}"),
                    expected,
                ))
            }
        }
    }

    /// Whether the mapping names no place and no constant.
    pub(super) fn is_unset(&self) -> bool {
        self.paths.0.is_empty() && self.constant.is_none()
    }
}

impl From<Table> for MappedColumn {
    fn from(table: Table) -> Self {
        let mut paths = table.column.0;
        paths.extend(table.parameter.map(|key| format!("param:{key}")));
        paths.extend(table.value);
        let joins = table.joins || !table.join.is_empty();
        paths.extend(table.join);
        paths.retain(|path| !path.is_empty());
        Self {
            paths: Texts(paths),
            joins,
            origin: table.origin,
            items: table.items,
            parts: table.parts,
            part: table.part,
            constant: table.constant,
            unit: table.unit,
            zone: table.zone,
            formats: table.formats,
            decimal: table.decimal,
            thousands: table.thousands,
            none: table.none,
            to: table.to,
            rates: table.rates,
            network: table.network,
        }
    }
}

impl<'de> Deserialize<'de> for MappedColumn {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Forms;
        impl<'de> Visitor<'de> for Forms {
            type Value = MappedColumn;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a column's name, a list of names, or a table with `column`")
            }

            fn visit_str<E: Error>(self, path: &str) -> Result<MappedColumn, E> {
                let column = Texts(vec![path.to_owned()]);
                Ok(Table {
                    column,
                    ..Table::default()
                }
                .into())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<MappedColumn, A::Error> {
                let column = Texts(texts(list)?);
                Ok(Table {
                    column,
                    ..Table::default()
                }
                .into())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<MappedColumn, A::Error> {
                Table::deserialize(MapAccessDeserializer::new(map)).map(Into::into)
            }
        }
        from.deserialize_any(Forms)
    }
}

/// One text, or a list of texts.
///
/// ```
/// use mixtouch::io::Texts;
///
/// let one: Texts = serde_json::from_str("\"event_id\"")?;
/// assert_eq!(one, Texts::from(vec!["event_id".to_owned()]));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Texts(pub(super) Vec<String>);

impl From<Vec<String>> for Texts {
    fn from(texts: Vec<String>) -> Self {
        Self(texts)
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Forms;
        impl<'de> Visitor<'de> for Forms {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Texts, A::Error> {
                texts(list).map(Texts)
            }
        }
        from.deserialize_any(Forms)
    }
}

fn texts<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Vec<String>, A::Error> {
    let mut texts = Vec::new();
    while let Some(text) = list.next_element()? {
        texts.push(text);
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_and_written_back() {
        for text in [
            r#""ts""#,
            r#"["user_id", "user_pseudo_id"]"#,
            r#"{"column": ["a", "b"], "unit": "us", "zone": "Europe/Berlin"}"#,
            r#"{"constant": "google"}"#,
            r#"{"network": "mkt_network", "value": "mkt_clickid"}"#,
            r#"{"join": ["high", "low"]}"#,
            r#"{"column": "products", "items": ",", "parts": ";", "part": 4}"#,
        ] {
            let column: MappedColumn = serde_json::from_str(text).unwrap();
            let written = serde_json::to_string(&column).unwrap();
            assert_eq!(
                serde_json::from_str::<MappedColumn>(&written).unwrap(),
                column,
                "{text}"
            );
        }
        let parameter: MappedColumn = serde_json::from_str(r#"{"parameter": "currency"}"#).unwrap();
        assert_eq!(parameter, MappedColumn::at("param:currency"));
        assert!(
            serde_json::from_str::<MappedColumn>(r#""""#)
                .unwrap()
                .is_unset()
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |text: &str| {
            serde_json::from_str::<MappedColumn>(text)
                .unwrap_err()
                .to_string()
        };
        assert!(error("7").contains("expected a column's name, a list of names, or a table"));
        assert!(error(r#"{"colum": "a"}"#).contains("unknown field `colum`"));
    }
}
