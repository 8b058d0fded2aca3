//! Settings of a file that have forms of their own: signs as texts, a header as `true` or a table.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A setting that may be left to a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::io) enum Stated<T> {
    Auto,
    Is(T),
}

/// Where the names of the columns stand.
///
/// ```
/// use mixtouch::io::{FileFormat, Header};
///
/// // a report with title lines above the table
/// let names = ["Day", "Date"].map(String::from).to_vec();
/// let report = FileFormat::default().with_header(Header::StartsWith(names));
/// let settings = r#"{"header": {"starts_with": ["Day", "Date"]}}"#;
/// assert_eq!(serde_json::from_str::<FileFormat>(settings)?, report);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Header {
    /// In the first line that is not blank: `true`.
    #[default]
    FirstLine,
    /// In the first row that looks like it: `"auto"`.
    Auto,
    /// In the first row whose first field is one of these: `{ starts_with = [..] }`.
    StartsWith(Vec<String>),
    /// In the first row after this many lines: `{ skip_lines = 2 }`.
    SkipLines(u64),
    /// Not in the file, whose columns these are: `{ columns = [..] }`.
    Columns(Vec<String>),
}

/// A sign as a text of one character, none as the empty text.
pub(super) mod sign {
    use super::*;

    pub(in crate::io::file) fn serialize<S: Serializer>(
        sign: &Option<char>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        sign.map_or(String::new(), String::from).serialize(to)
    }

    pub(in crate::io::file) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<char>, D::Error> {
        let text = String::deserialize(from)?;
        if text.is_empty() {
            return Ok(None);
        }
        one(&text).map(Some).map_err(D::Error::custom)
    }
}

/// The one character of a text.
fn one(text: &str) -> Result<char, String> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(sign), None) => Ok(sign),
        _ => Err(format!("{text:?} is no single character")),
    }
}

impl Serialize for Stated<char> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => "auto".serialize(to),
            Self::Is(sign) => sign.serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Stated<char> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let sign = one(&text).map_err(|fault| D::Error::custom(format!("{fault}, nor auto")))?;
        Ok(Self::Is(sign))
    }
}

/// The forms of a header.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum HeaderForm {
    Stands(bool),
    Word(String),
    Table(HeaderTable),
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct HeaderTable {
    #[serde(skip_serializing_if = "Option::is_none")]
    starts_with: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skip_lines: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<String>>,
}

/// What a header may be, for messages.
const HEADER: &str = "a header is true, \"auto\", { starts_with = [..] }, { skip_lines = 2 } or, \
                      for a file without one, { columns = [..] }";

impl Serialize for Header {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut table = HeaderTable::default();
        match self {
            Self::FirstLine => return true.serialize(to),
            Self::Auto => return "auto".serialize(to),
            Self::StartsWith(names) => table.starts_with = Some(names.clone()),
            Self::SkipLines(lines) => table.skip_lines = Some(*lines),
            Self::Columns(names) => table.columns = Some(names.clone()),
        }
        table.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let form = HeaderForm::deserialize(from).map_err(|_| D::Error::custom(HEADER))?;
        let table = match form {
            HeaderForm::Stands(true) => return Ok(Self::FirstLine),
            HeaderForm::Word(word) if word == "auto" => return Ok(Self::Auto),
            HeaderForm::Table(table) => table,
            _ => return Err(D::Error::custom(HEADER)),
        };
        match (table.starts_with, table.skip_lines, table.columns) {
            (Some(names), None, None) => Ok(Self::StartsWith(names)),
            (None, Some(lines), None) => Ok(Self::SkipLines(lines)),
            (None, None, Some(names)) => Ok(Self::Columns(names)),
            _ => Err(D::Error::custom(HEADER)),
        }
    }
}
