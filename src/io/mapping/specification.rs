//! How to read the logs and spend tables of one source.

use crate::channel::{ChannelRule, ChannelRules, Condition, Grouping};
use crate::error::{Error, Result};
use crate::io::file::format::FileFormat;
use crate::io::mapping::column::{MappedColumn, Texts};
use crate::io::mapping::currency::{Conversion, Rates, code};
use crate::io::mapping::kinds::KindRule;
use crate::io::mapping::presets::{self, FromPreset};
use crate::io::mapping::spend::SpendMapping;
use crate::io::mapping::tolerance::BadRows;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// How to read the logs and spend tables of one source: its file format, columns, kinds of events,
/// rules for channels, and what to leave out.
///
/// It is plain data for any serde format. [`Mapping::load`] reads TOML and JSON files;
/// [`Mapping::preset`] has those of well-known exports. A mapping that names a `preset` starts from
/// it: its own tables are merged with the preset's, and everything else in it replaces the
/// preset's.
///
/// ```
/// use mixtouch::Events;
/// use mixtouch::io::{EventReader, Mapping};
///
/// let mapping = Mapping::from_toml(r#"
///     [columns]
///     person = "user"
///     time = "ts"
///     event = "name"
///     value = "revenue"
///     source = "utm_source"
///     medium = "utm_medium"
///     [kinds]
///     order = { kind = "conversion" }
///     visit = { kind = "touch" }
///     [channels]
///     rules = "ga4"
/// "#)?;
/// let file = "user,ts,name,revenue,utm_source,utm_medium\n\
///             ann,1767225600,visit,,google,cpc\n\
///             ann,1767312000,order,50,,\n";
/// let reading = EventReader::new(mapping).with_bytes(file.as_bytes()).read()?;
/// let touch = reading.events.get(0).unwrap();
/// assert_eq!(touch.channel(), Some("Paid Search"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Mapping {
    /// The format of the files.
    pub file: FileFormat,
    /// Where the values of an event stand.
    pub columns: MappedColumns,
    /// What events are, by name.
    pub kinds: BTreeMap<String, KindRule>,
    /// How channels follow from sources, and what surrounds the rules.
    pub channels: ChannelRules,
    /// Rules for channels, tried in order before those of `channels`.
    pub channel: Vec<ChannelRule>,
    /// A copy of Google's `source,source_category` file, whose lists then hold: see
    /// [`Grouping::with_source_categories`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_categories: Option<String>,
    /// Rows to leave out.
    pub drop: DropRules,
    /// Rows that cannot be read.
    pub bad_rows: BadRows,
    /// Of spend tables: where the values of a row stand.
    pub spend: Option<SpendMapping>,
    /// The file it was loaded from; files that it names are relative to its folder.
    #[serde(skip)]
    loaded_from: Option<PathBuf>,
    /// Which columns come from a preset: files may lack these.
    #[serde(skip)]
    pub(super) from_preset: FromPreset,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    file: FileFormat,
    columns: MappedColumns,
    kinds: BTreeMap<String, KindRule>,
    channels: ChannelRules,
    channel: Vec<ChannelRule>,
    source_categories: Option<String>,
    drop: DropRules,
    bad_rows: BadRows,
    spend: Option<SpendMapping>,
}

impl From<Fields> for Mapping {
    fn from(fields: Fields) -> Self {
        Self {
            file: fields.file,
            columns: fields.columns,
            kinds: fields.kinds,
            channels: fields.channels,
            channel: fields.channel,
            source_categories: fields.source_categories,
            drop: fields.drop,
            bad_rows: fields.bad_rows,
            spend: fields.spend,
            loaded_from: None,
            from_preset: FromPreset::default(),
        }
    }
}

impl<'de> Deserialize<'de> for Mapping {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let stated = Value::deserialize(from)?;
        let from_preset = FromPreset::new(&stated);
        let merged = presets::with_base(stated).map_err(serde::de::Error::custom)?;
        let fields: Fields = serde_json::from_value(merged).map_err(serde::de::Error::custom)?;
        Ok(Self {
            from_preset,
            ..fields.into()
        })
    }
}

/// Where the values of an event stand: all but `person` and `time` may be left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MappedColumns {
    /// Who: the first that is not a placeholder such as `(not set)` counts.
    pub person: MappedColumn,
    /// When.
    pub time: MappedColumn,
    /// What: the name that `kinds` knows. Without it every row is of kind `""`.
    pub event: MappedColumn,
    /// What a conversion was worth.
    pub value: MappedColumn,
    /// The currency of values and costs.
    pub currency: MappedColumn,
    /// The order behind a conversion.
    pub order_id: MappedColumn,
    /// What a touch cost.
    pub cost: MappedColumn,
    /// The goal of a conversion.
    pub goal: MappedColumn,
    /// `click` or `view`.
    pub interaction: MappedColumn,
    /// The channel, where the log states one; rules then only serve rows without.
    pub channel: MappedColumn,
    /// The place of sale of a conversion.
    pub place: MappedColumn,
    /// `utm_source` or what stands for it.
    pub source: MappedColumn,
    /// `utm_medium`.
    pub medium: MappedColumn,
    /// `utm_campaign`.
    pub campaign: MappedColumn,
    /// `utm_term`.
    pub term: MappedColumn,
    /// `utm_content`.
    pub content: MappedColumn,
    /// A click id that stands in a column of its own.
    pub click_id: MappedColumn,
    /// The page that linked here, as an address or a host.
    pub referrer: MappedColumn,
    /// The page visited, with its query.
    pub url: MappedColumn,
    /// Further columns to keep as texts, by the name they get, for segments.
    pub texts: BTreeMap<String, MappedColumn>,
}

/// Rows to leave out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DropRules {
    /// Rows that repeat an earlier one in these columns: the earliest stays. Rows that lack one of
    /// them stay.
    pub same: Texts,
    /// Rows that meet any of these: each names columns, all of which must match their pattern.
    pub r#where: Vec<Condition>,
}

impl Mapping {
    /// Reads a mapping from a file: JSON if its name ends so, TOML otherwise. Files that the mapping
    /// names are relative to its folder.
    ///
    /// # Errors
    /// If the file cannot be read, or is no mapping: the error names the file, the key and what was
    /// expected.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let read = || {
            let text = std::fs::read_to_string(path)?;
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            let is_json = path
                .extension()
                .is_some_and(|end| end.eq_ignore_ascii_case("json"));
            if is_json {
                serde_json::from_str(text).map_err(unusable)
            } else {
                Self::from_toml(text)
            }
        };
        let mapping: Self = read().map_err(|error: Error| error.in_file(path))?;
        let loaded_from = Some(path.to_owned());
        Ok(Self {
            loaded_from,
            ..mapping
        })
    }

    /// Where a file lies that the mapping names.
    fn beside(&self, file: &str) -> PathBuf {
        let folder = self.loaded_from.as_deref().and_then(Path::parent);
        folder.unwrap_or(Path::new("")).join(file)
    }

    /// An error in the mapping, said of the file it was loaded from.
    pub(super) fn said_of(&self, error: Error) -> Error {
        match (&self.loaded_from, &error) {
            (None, _) | (_, Error::File { .. }) => error,
            (Some(file), _) => error.in_file(file),
        }
    }

    /// Reads a mapping from TOML.
    ///
    /// # Errors
    /// If the text is no TOML or no mapping: the error names the key and what was expected.
    pub fn from_toml(text: &str) -> Result<Self> {
        toml::from_str(text).map_err(unusable)
    }

    /// The mapping of a well-known export: see [`Mapping::presets`] for the names.
    ///
    /// ```
    /// use mixtouch::io::Mapping;
    ///
    /// let ga4 = Mapping::preset("ga4")?;
    /// assert!(ga4.kinds.contains_key("purchase"));
    /// assert!(Mapping::presets().any(|name| name == "google-ads"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is no preset of that name.
    pub fn preset(name: &str) -> Result<Self> {
        let mapping = Self::from_toml(presets::text(name)?)?;
        Ok(Self {
            from_preset: FromPreset::whole(),
            ..mapping
        })
    }

    /// The names of the presets: of event logs first, then of spend tables.
    pub fn presets() -> impl Iterator<Item = &'static str> {
        presets::names()
    }

    /// The TOML of a preset, to start a mapping of one's own from.
    ///
    /// # Errors
    /// If there is no preset of that name.
    pub fn preset_text(name: &str) -> Result<&'static str> {
        presets::text(name)
    }

    /// The rules for channels: those of this mapping, then those it names.
    ///
    /// # Errors
    /// If a rule is unusable, or the file of source categories cannot be read.
    pub(super) fn grouping(&self) -> Result<Grouping> {
        let grouping = Grouping::new(
            &self
                .channels
                .clone()
                .with_channels(self.channel.iter().cloned()),
        );
        let Some(file) = &self.source_categories else {
            return grouping;
        };
        let path = self.beside(file);
        let grouping = grouping?;
        let file = File::open(&path).map_err(Error::Io);
        let grouping = file.and_then(|file| grouping.with_source_categories(file));
        grouping.map_err(|error| error.in_file(path))
    }

    /// The format of spend tables.
    pub(super) fn spend_file(&self) -> &FileFormat {
        let own = self.spend.as_ref().and_then(|spend| spend.file.as_ref());
        own.unwrap_or(&self.file)
    }

    /// How amounts become one currency: by the rates given, or those of the file that the column
    /// names.
    ///
    /// # Errors
    /// If the file of rates cannot be read.
    pub(super) fn conversion(
        &self,
        currency: &MappedColumn,
        rates: Option<&Rates>,
    ) -> Result<Conversion> {
        let rates = match (rates, &currency.rates) {
            (Some(rates), _) => rates.clone(),
            (None, Some(file)) => {
                let path = self.beside(file);
                let rates = File::open(&path)
                    .map_err(Error::Io)
                    .and_then(Rates::from_csv);
                rates.map_err(|error| error.in_file(path))?
            }
            (None, None) => Rates::new(),
        };
        Ok(Conversion {
            to: currency.to.as_deref().map(code),
            rates,
        })
    }
}

/// The error of a text that is no mapping: what is wrong, and what was expected.
fn unusable(error: impl std::fmt::Display) -> Error {
    let reason = in_plain_words(error.to_string().trim());
    if let Some((said, expected)) = reason.rsplit_once(", expected: ")
        && let Some((name, value)) = said.split_once(" is ")
    {
        return Error::setting(name.to_owned(), value, expected.to_owned());
    }
    let parts = reason.rsplit_once(", expected ");
    let (value, expected) = parts.unwrap_or((&reason, "the keys and forms of a mapping"));
    Error::setting("a part of the mapping", value, expected.to_owned())
}

/// Names of types mean nothing to who writes a mapping: `struct KindRule` is a table.
fn in_plain_words(reason: &str) -> String {
    let mut pieces = reason.split("struct ");
    let mut plain = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        let name = piece.find(|next: char| !next.is_alphanumeric());
        plain += "a table";
        plain += &piece[name.unwrap_or(piece.len())..];
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_was_expected_once_and_in_plain_words() {
        let error = |text: &str| Mapping::from_toml(text).unwrap_err().to_string();
        let preset = error("preset = \"ga5\"");
        assert!(
            preset.starts_with("the preset is \"ga5\", expected: plain, ga4"),
            "{preset}"
        );
        let kind = error("[kinds]\nsale = \"conversion\"");
        for text in [&preset, &kind, &error("[kindz]\n")] {
            assert_eq!(text.matches("expected").count(), 1, "{text}");
        }
        assert!(kind.ends_with("expected: a table"), "{kind}");
    }
}
