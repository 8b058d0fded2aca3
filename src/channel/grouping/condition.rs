//! One rule as it is written: a name and the conditions under which it names the channel.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A rule that names a channel where its condition holds.
///
/// ```toml
/// [[channel]]
/// name = "Brand search"
/// source = ["google", "bing"]
/// medium = "re:^(cpc|ppc)$"
/// campaign = "glob:*brand*"
/// not = { campaign = "glob:*non-brand*" }
/// ```
///
/// In code:
///
/// ```
/// use mixtouch::channel::{ChannelRule, ChannelRules, Condition, Grouping, Traffic};
///
/// let brand = Condition::new()
///     .with("medium", ["re:^(cpc|ppc)$"])
///     .with("campaign", ["glob:*brand*"])
///     .with_not([Condition::new().with("campaign", ["glob:*non-brand*"])]);
/// let rules = ChannelRules::default().with_channel(ChannelRule::new("Brand search", brand));
/// let grouping = Grouping::new(&rules)?;
/// let ad = Traffic { source: "google", medium: "cpc", campaign: "2026 Brand", ..Traffic::default() };
/// assert_eq!(grouping.group(&ad)?.channel(), Some("Brand search"));
/// let other = Traffic { campaign: "2026 Non-Brand", ..ad };
/// assert_eq!(grouping.group(&other)?.channel(), Some("Paid Search"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelRule {
    pub(super) name: String,
    pub(super) condition: Condition,
}

impl ChannelRule {
    /// A rule of that channel's name.
    pub fn new(name: impl Into<String>, condition: Condition) -> Self {
        Self {
            name: name.into(),
            condition,
        }
    }

    /// The channel it names.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// What must hold of a visit: every field matches one of its patterns, one block of `any` holds
/// (where there are some), and no block of `not`.
///
/// A condition without any part holds of every visit.
///
/// | field | |
/// |---|---|
/// | `source`, `medium`, `campaign` | after the preparation |
/// | `utm_source`, `utm_medium`, `utm_campaign` | the tags alone, without what the preparation concluded |
/// | `term`, `content`, `event` | |
/// | `referrer_host` | absent where the referrer is an own or payment host |
/// | `url_host`, `url_path` | of the landing page |
/// | `query:NAME` | the parameter NAME of the landing page's query |
/// | `click_id` | the parameter (`gclid`) or network (`google`) of any of the visit's click ids |
/// | `click_network` | the network of any of them |
/// | any other | a further column of the log, see [`Grouping::further_fields`] |
///
/// [`Grouping::further_fields`]: crate::channel::Grouping::further_fields
///
/// | pattern | matches |
/// |---|---|
/// | `cpc` | this text |
/// | an empty text | an absent value |
/// | `glob:*brand*` | `*` stands for any text, `?` for one character |
/// | `re:^paid` | a regular expression, anywhere in the value |
/// | `list:social` | a member of a list, see [`ChannelRules`](crate::channel::ChannelRules) |
///
/// ```
/// use mixtouch::channel::Condition;
///
/// let either: Condition = serde_json::from_str(
///     r#"{"any": [{"source": "sms"}, {"medium": ["sms", "text"]}]}"#,
/// ).unwrap();
/// let same = Condition::new().with_any([
///     Condition::new().with("source", ["sms"]),
///     Condition::new().with("medium", ["sms", "text"]),
/// ]);
/// assert_eq!(either, same);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Condition {
    pub(super) fields: BTreeMap<String, Vec<String>>,
    pub(super) any: Option<Vec<Condition>>,
    pub(super) not: Vec<Condition>,
}

impl Condition {
    /// A condition that holds of every visit.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds that a field matches one of these patterns.
    #[must_use]
    pub fn with<S: Into<String>>(
        mut self,
        field: impl Into<String>,
        patterns: impl IntoIterator<Item = S>,
    ) -> Self {
        let patterns = patterns.into_iter().map(Into::into).collect();
        self.fields.insert(field.into(), patterns);
        self
    }

    /// Adds that one of these conditions holds.
    #[must_use]
    pub fn with_any(mut self, blocks: impl IntoIterator<Item = Condition>) -> Self {
        self.any = Some(blocks.into_iter().collect());
        self
    }

    /// Adds that none of these conditions holds.
    #[must_use]
    pub fn with_not(mut self, blocks: impl IntoIterator<Item = Condition>) -> Self {
        self.not.extend(blocks);
        self
    }

    /// Reads one entry of a block.
    fn read<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "any" => self.any = Some(map.next_value::<Blocks>()?.0),
            "not" => self.not = map.next_value::<Blocks>()?.0,
            _ => {
                let patterns = map.next_value::<Patterns>()?.0;
                if self.fields.contains_key(&key) {
                    return Err(A::Error::custom(format!(
                        "field `{key}` stands there twice"
                    )));
                }
                self.fields.insert(key, patterns);
            }
        }
        Ok(())
    }

    fn write<S: SerializeMap>(&self, map: &mut S) -> Result<(), S::Error> {
        for (field, patterns) in &self.fields {
            match patterns.as_slice() {
                [one] => map.serialize_entry(field, one)?,
                many => map.serialize_entry(field, many)?,
            }
        }
        if let Some(any) = &self.any {
            map.serialize_entry("any", any)?;
        }
        if !self.not.is_empty() {
            map.serialize_entry("not", &self.not)?;
        }
        Ok(())
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        self.write(&mut map)?;
        map.end()
    }
}

impl Serialize for ChannelRule {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        self.condition.write(&mut map)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Block;
        impl<'de> Visitor<'de> for Block {
            type Value = Condition;

            fn expecting(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
                text.write_str("a block of fields and their patterns")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Condition, A::Error> {
                let mut condition = Condition::new();
                while let Some(key) = map.next_key::<String>()? {
                    condition.read(key, &mut map)?;
                }
                Ok(condition)
            }
        }
        from.deserialize_map(Block)
    }
}

impl<'de> Deserialize<'de> for ChannelRule {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Rule;
        impl<'de> Visitor<'de> for Rule {
            type Value = ChannelRule;

            fn expecting(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
                text.write_str("a channel's name with fields and their patterns")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ChannelRule, A::Error> {
                let (mut name, mut condition) = (None, Condition::new());
                while let Some(key) = map.next_key::<String>()? {
                    if key == "name" {
                        name = Some(map.next_value()?);
                    } else {
                        condition.read(key, &mut map)?;
                    }
                }
                let name = name.ok_or_else(|| A::Error::missing_field("name"))?;
                Ok(ChannelRule { name, condition })
            }
        }
        from.deserialize_map(Rule)
    }
}

/// One block or a list of them.
struct Blocks(Vec<Condition>);

impl<'de> Deserialize<'de> for Blocks {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Blocks;

            fn expecting(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
                text.write_str("a block of fields and their patterns, or a list of blocks")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Blocks, A::Error> {
                let block = Condition::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Blocks(vec![block]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Blocks, A::Error> {
                let mut blocks = Vec::new();
                while let Some(block) = items.next_element()? {
                    blocks.push(block);
                }
                Ok(Blocks(blocks))
            }
        }
        from.deserialize_any(Either)
    }
}

/// One pattern or a list of them.
struct Patterns(Vec<String>);

impl<'de> Deserialize<'de> for Patterns {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Patterns;

            fn expecting(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
                text.write_str("a pattern or a list of patterns (a key with a point needs quotes)")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Patterns, E> {
                Ok(Patterns(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Patterns, A::Error> {
                let mut patterns = Vec::new();
                while let Some(pattern) = items.next_element()? {
                    patterns.push(pattern);
                }
                Ok(Patterns(patterns))
            }
        }
        from.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(toml: &str) -> String {
        let error = toml::from_str::<ChannelRule>(toml).unwrap_err();
        error.message().to_owned()
    }

    #[test]
    fn rules_read_and_write_alike() {
        let toml = "name = \"a\"\nsource = \"x\"\nmedium = [\"y\", \"\"]\n\
                    any = { term = \"t\" }\nnot = [{ event = \"e\" }, { any = [{ source = \"z\" }] }]";
        let rule: ChannelRule = toml::from_str(toml).unwrap();
        assert_eq!(rule.name(), "a");
        assert_eq!(rule.condition.not.len(), 2);
        let json = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<ChannelRule>(&json).unwrap(), rule);
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        assert_eq!(error("source = \"x\""), "missing field `name`");
        assert!(error("name = \"a\"\nsource = 1").contains("expected a pattern or a list"));
        assert!(error("name = \"a\"\nproperties.host = \"x\"").contains("needs quotes"));
        assert!(error("name = \"a\"\nany = \"x\"").contains("a list of blocks"));
        let twice = r#"{"name": "a", "source": "x", "source": "y"}"#;
        let twice = serde_json::from_str::<ChannelRule>(twice).unwrap_err();
        assert!(
            twice
                .to_string()
                .starts_with("field `source` stands there twice")
        );
    }
}
