//! The mappings of well-known exports.

use crate::error::{Error, Result};
use crate::io::mapping::lack::Excused;
use crate::io::mapping::stated_columns::stated_columns;
use serde_json::{Map, Value, json};

macro_rules! presets {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("presets/", $name, ".toml")))),*]
    };
}

/// Event logs first, then spend tables.
static PRESETS: [(&str, &str); 28] = presets![
    "plain",
    "ga4",
    "ga4-fivetran",
    "snowplow",
    "segment",
    "rudderstack",
    "posthog",
    "matomo",
    "adobe",
    "criteo",
    "shopify-orders",
    "shopify-visits",
    "hubspot-deals",
    "ra-attribution-events",
    "ra-attribution-orders",
    "google-ads",
    "google-ads-report",
    "adwords-report",
    "meta",
    "tiktok",
    "linkedin",
    "microsoft",
    "pinterest",
    "amazon",
    "snapchat",
    "reddit",
    "x",
    "apple",
];

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _)| *name)
}

/// The TOML of a preset.
pub(super) fn text(name: &str) -> Result<&'static str> {
    let found = PRESETS.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text).ok_or_else(|| {
        let known: Vec<&str> = names().collect();
        Error::setting("the preset", format!("{name:?}"), known.join(", "))
    })
}

/// Which columns of a mapping come from a preset.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct FromPreset {
    /// Those of events.
    events: bool,
    /// Those of spend.
    spend: bool,
    /// Those that the mapping states itself.
    stated: Vec<String>,
}

impl FromPreset {
    /// All of them.
    pub(super) fn whole() -> Self {
        Self {
            events: true,
            spend: true,
            stated: Vec::new(),
        }
    }

    /// Of a mapping as stated.
    pub(super) fn new(stated: &Value) -> Self {
        let whole = stated["preset"].as_str();
        let has_spend = |name| text(name).is_ok_and(|preset| preset.contains("[spend]"));
        Self {
            events: whole.is_some(),
            spend: whole.is_some_and(has_spend) || stated["spend"]["preset"].is_string(),
            stated: stated_columns(stated),
        }
    }

    /// The columns that logs may lack.
    pub(super) fn of_events(&self) -> Excused<'_> {
        Excused {
            has_preset: self.events,
            stated: &self.stated,
        }
    }

    /// The columns that spend tables may lack.
    pub(super) fn of_spend(&self) -> Excused<'_> {
        Excused {
            has_preset: self.spend,
            stated: &self.stated,
        }
    }
}

/// A mapping as stated, merged into the presets it names: one for the whole, one for its spend.
pub(super) fn with_base(mut stated: Value) -> Result<Value> {
    let Some(keys) = stated.as_object_mut() else {
        return Ok(stated);
    };
    let whole = keys.remove("preset");
    let spend = keys.get_mut("spend").and_then(Value::as_object_mut);
    let spend = spend.and_then(|spend| spend.remove("preset"));
    let mut merged = match whole {
        Some(name) => named(&name)?,
        None => Value::Object(Map::new()),
    };
    let preset = spend.map(|name| named(&name)).transpose()?;
    if let Some(mut preset) = preset {
        let mut of_spend = preset["spend"].take();
        of_spend["file"] = preset["file"].take();
        merge(&mut merged, json!({ "spend": of_spend }));
        merge(&mut merged, stated);
        append_channels(&mut merged, preset["channel"].take());
    } else {
        merge(&mut merged, stated);
    }
    Ok(merged)
}

/// The preset of that name as a value.
fn named(name: &Value) -> Result<Value> {
    let Some(name) = name.as_str() else {
        return Err(Error::setting("preset", name, "the name of a preset"));
    };
    let unusable = |error: toml::de::Error| Error::setting("the preset", name, error.to_string());
    toml::from_str(text(name)?).map_err(unusable)
}

/// Puts the rules for channels of a spend preset behind those of the mapping.
fn append_channels(merged: &mut Value, rules: Value) {
    let Value::Array(rules) = rules else {
        return;
    };
    match &mut merged["channel"] {
        Value::Array(own) => own.extend(rules),
        none => *none = Value::Array(rules),
    }
}

/// Settings that have one of several forms: what a mapping states replaces them whole.
const WHOLE: [&str; 3] = ["header", "sessions", "bad_rows"];

/// Tables are merged key by key; everything else is replaced, and null changes nothing.
fn merge(base: &mut Value, stated: Value) {
    match (base, stated) {
        (_, Value::Null) => {}
        (Value::Object(base), Value::Object(stated)) => {
            for (key, value) in stated {
                let is_whole = WHOLE.contains(&key.as_str()) && !value.is_null();
                let own = base.entry(key).or_insert(Value::Null);
                if is_whole {
                    *own = value;
                } else {
                    merge(own, value);
                }
            }
        }
        (base, stated) => *base = stated,
    }
}
