//! What a file is like: its format, encoding and dialect.

use crate::error::{Error, Result};
use crate::io::csv::chunks::Dialect;
use crate::io::file::forms::{Header, Stated, sign};
use crate::util::known_fields::refuse_unknown_fields;
use serde::{Deserialize, Serialize};

/// What a file of rows is like: the table `[file]` of a mapping. By default the format shows from
/// the first bytes, a byte order mark decides the encoding, fields are separated by commas and
/// quoted with `"`, the first line is the header, numbers have a decimal point, and an empty field
/// is missing. Files compressed with gzip or zstd are read as what is in them.
///
/// `"auto"` asks for a guess from the first rows; what was guessed is reported, as a
/// [`Guess`](crate::io::Guess).
///
/// ```
/// use mixtouch::io::FileFormat;
///
/// let german = FileFormat::default()
///     .with_separator(';')
///     .with_decimal(',')
///     .with_thousands('.');
/// let settings = r#"{"separator": ";", "decimal": ",", "thousands": "."}"#;
/// assert_eq!(serde_json::from_str::<FileFormat>(settings)?, german);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct FileFormat {
    pub(in crate::io) format: FileKind,
    pub(in crate::io) encoding: String,
    pub(in crate::io) separator: Stated<char>,
    #[serde(with = "sign")]
    pub(in crate::io) quote: Option<char>,
    #[serde(with = "sign")]
    pub(in crate::io) escape: Option<char>,
    pub(in crate::io) header: Header,
    #[serde(alias = "missing")]
    pub(in crate::io) null: Vec<String>,
    pub(in crate::io) json: Vec<String>,
    pub(in crate::io) decimal: Stated<char>,
    #[serde(with = "sign")]
    pub(in crate::io) thousands: Option<char>,
}

refuse_unknown_fields!(FileFormat, serialize);

/// The format of a file.
///
/// ```
/// use mixtouch::io::FileKind;
///
/// assert_eq!(serde_json::to_string(&FileKind::JsonLines)?, r#""jsonl""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileKind {
    /// What the first bytes show.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// Fields separated by commas, semicolons, tabs or another sign.
    #[serde(rename = "csv", alias = "tsv")]
    Csv,
    /// One JSON object a line.
    #[serde(rename = "jsonl", alias = "ndjson")]
    JsonLines,
    /// Apache Parquet.
    #[serde(rename = "parquet")]
    Parquet,
}

impl Default for FileFormat {
    fn default() -> Self {
        Self {
            format: FileKind::Auto,
            encoding: "auto".into(),
            separator: Stated::Is(','),
            quote: Some('"'),
            escape: None,
            header: Header::FirstLine,
            null: vec![String::new()],
            json: Vec::new(),
            decimal: Stated::Is('.'),
            thousands: None,
        }
    }
}

impl FileFormat {
    /// The settings of a file of which nothing is known: all of them are guessed.
    ///
    /// ```
    /// let unknown = mixtouch::io::FileFormat::guessed();
    /// let text = serde_json::to_string(&unknown)?;
    /// assert!(text.contains(r#""separator":"auto""#));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn guessed() -> Self {
        Self {
            separator: Stated::Auto,
            header: Header::Auto,
            decimal: Stated::Auto,
            ..Self::default()
        }
    }

    /// The format: what the first bytes show by default.
    #[must_use]
    pub fn with_format(self, format: FileKind) -> Self {
        Self { format, ..self }
    }

    /// The encoding, by a label of the WHATWG Encoding Standard such as `utf-16le` or
    /// `windows-1252`. By default, `auto`, a byte order mark decides; without one, a text that is
    /// not UTF-8 is guessed to be UTF-16 or windows-1252.
    #[must_use]
    pub fn with_encoding(self, label: impl Into<String>) -> Self {
        Self {
            encoding: label.into(),
            ..self
        }
    }

    /// What stands between fields: `,` by default.
    #[must_use]
    pub fn with_separator(self, separator: char) -> Self {
        Self {
            separator: Stated::Is(separator),
            ..self
        }
    }

    /// What stands around fields that hold separators or line ends: `"` by default. With `None`,
    /// quotes are text.
    #[must_use]
    pub fn with_quote(self, quote: Option<char>) -> Self {
        Self { quote, ..self }
    }

    /// What makes the next sign plain text: nothing by default, a backslash in MySQL's and Adobe's
    /// exports. Where fields are quoted it has this effect between quotes only.
    #[must_use]
    pub fn with_escape(self, escape: Option<char>) -> Self {
        Self { escape, ..self }
    }

    /// Where the names of the columns stand: in the first line by default.
    #[must_use]
    pub fn with_header(self, header: Header) -> Self {
        Self { header, ..self }
    }

    /// The texts that stand for a missing value: the empty text by default.
    #[must_use]
    pub fn with_nulls<S: Into<String>>(self, texts: impl IntoIterator<Item = S>) -> Self {
        Self {
            null: texts.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// The columns that hold JSON as text, into which paths such as `properties.$browser` lead.
    #[must_use]
    pub fn with_json_columns<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        Self {
            json: names.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// The decimal sign of numbers, `.` or `,`.
    #[must_use]
    pub fn with_decimal(self, decimal: char) -> Self {
        Self {
            decimal: Stated::Is(decimal),
            ..self
        }
    }

    /// The sign between groups of digits, as in `1,234,567`: none by default.
    #[must_use]
    pub fn with_thousands(self, thousands: char) -> Self {
        Self {
            thousands: Some(thousands),
            ..self
        }
    }

    /// The decimal sign and the thousands sign; a decimal point where none was stated or guessed.
    pub(in crate::io) fn number_signs(&self) -> (char, Option<char>) {
        match self.decimal {
            Stated::Is(decimal) => (decimal, self.thousands),
            Stated::Auto => ('.', self.thousands),
        }
    }

    /// The signs of the dialect.
    ///
    /// # Errors
    /// If a sign is not ASCII or ends lines, or two are the same.
    pub(in crate::io) fn dialect(&self) -> Result<Dialect> {
        let separator = match self.separator {
            Stated::Is(separator) => separator,
            Stated::Auto => ',',
        };
        let signs = [Some(separator), self.quote, self.escape];
        for (at, sign) in signs.iter().enumerate() {
            let Some(sign) = sign else { continue };
            if !sign.is_ascii() || matches!(sign, '\n' | '\r') || signs[..at].contains(&Some(*sign))
            {
                return Err(Error::setting(
                    ["the separator", "the quote", "the escape sign"][at],
                    format!("{sign:?}"),
                    "one sign of ASCII that ends no line, other than the file's other signs",
                ));
            }
        }
        let byte = |sign: char| sign as u8;
        Ok(Dialect {
            separator: byte(separator),
            quote: self.quote.map(byte),
            escape: self.escape.map(byte),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<FileFormat, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn settings_as_a_mapping_has_them() {
        assert_eq!(read(""), Ok(FileFormat::default()));
        let adobe = read(
            "format = 'tsv'\nseparator = \"\\t\"\nquote = ''\nescape = '\\'\n\
             header = { columns = ['a', 'b'] }\nnull = ['', 'NULL']\njson = ['x']",
        );
        let columns = ["a", "b"].map(String::from).to_vec();
        let expected = FileFormat::default()
            .with_format(FileKind::Csv)
            .with_separator('\t')
            .with_quote(None)
            .with_escape(Some('\\'))
            .with_header(Header::Columns(columns))
            .with_nulls(["", "NULL"])
            .with_json_columns(["x"]);
        assert_eq!(adobe, Ok(expected.clone()));
        let back = serde_json::to_string(&expected).unwrap();
        assert_eq!(serde_json::from_str::<FileFormat>(&back).unwrap(), expected);
        let auto = read("separator = 'auto'\ndecimal = 'auto'\nheader = 'auto'\nencoding = 'auto'");
        assert_eq!(auto, Ok(FileFormat::guessed()));
        let lines = read("header = { skip_lines = 2 }").unwrap();
        assert_eq!(lines.header, Header::SkipLines(2));
    }

    #[test]
    fn unknown_settings_are_refused() {
        assert!(read("seperator = ';'").unwrap_err().contains("separator"));
        assert!(
            read("separator = ';;'")
                .unwrap_err()
                .contains("no single character")
        );
        for header in [
            "false",
            "'first'",
            "{}",
            "{ lines = 2 }",
            "{ skip_lines = 1, columns = [] }",
        ] {
            let fault = read(&format!("header = {header}")).unwrap_err();
            assert!(fault.contains("a header is true"), "{fault}");
        }
    }

    #[test]
    fn signs_differ() {
        assert!(FileFormat::default().dialect().is_ok());
        for format in [
            FileFormat::default().with_separator('"'),
            FileFormat::default().with_separator('\n'),
            FileFormat::default().with_separator('\u{a6}'),
            FileFormat::default().with_escape(Some('"')),
        ] {
            assert!(format.dialect().is_err(), "{format:?}");
        }
    }
}
