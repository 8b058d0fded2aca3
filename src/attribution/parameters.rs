//! A model's settings, for reports.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Settings by name, in alphabetical order. The name states the unit where there is one.
pub type Parameters = BTreeMap<String, Parameter>;

/// One setting.
///
/// ```
/// use mixtouch::AttributionModel;
/// use mixtouch::attribution::Parameter;
/// use mixtouch::attribution::rules::Position;
///
/// let parameters = Position::new(0.4, 0.2, 0.4)?.parameters();
/// assert_eq!(parameters.get("first"), Some(&Parameter::Number(0.4)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Parameter {
    /// Yes or no.
    Flag(bool),
    /// A number; the setting's name states its unit.
    Number(f64),
    /// A text.
    Text(String),
    /// Names of channels.
    Names(Vec<String>),
}

impl From<bool> for Parameter {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<f64> for Parameter {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<String>> for Parameter {
    fn from(names: Vec<String>) -> Self {
        Self::Names(names)
    }
}

/// Settings from pairs of name and value.
pub(super) fn parameters<const N: usize>(pairs: [(&str, Parameter); N]) -> Parameters {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
