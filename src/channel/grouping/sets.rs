//! The rules of analytics tools, as data.

use crate::channel::grouping::condition::ChannelRule;
use crate::error::{Error, Result};
use serde::Deserialize;

/// Names of rule sets and the files that hold them.
pub(super) const RULE_SETS: [(&str, &str); 3] = [
    ("ga4", include_str!("rules/ga4.toml")),
    ("matomo", include_str!("rules/matomo.toml")),
    ("posthog", include_str!("rules/posthog.toml")),
];

/// The name that stands for no rules.
const NONE: &str = "none";

/// A file of rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    channel: Vec<ChannelRule>,
}

/// The rules of a set.
pub(super) fn rule_set(name: &str) -> Result<Vec<ChannelRule>> {
    if name == NONE {
        return Ok(Vec::new());
    }
    let Some((_, text)) = RULE_SETS.iter().find(|(known, _)| *known == name) else {
        let known: Vec<&str> = RULE_SETS.iter().map(|(known, _)| *known).collect();
        let expected = format!("one of {}, {NONE}", known.join(", "));
        return Err(Error::setting("rules", format!("{name:?}"), expected));
    };
    let file = toml::from_str::<RuleFile>(text);
    let file = file.map_err(|error| Error::setting(name.to_owned(), error, "channel rules"))?;
    Ok(file.channel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_sets_are_well_formed() {
        for (name, _) in RULE_SETS {
            assert!(rule_set(name).unwrap().len() > 5, "{name}");
        }
        assert!(rule_set("none").unwrap().is_empty());
    }
}
