//! What a file is like, guessed from its first rows where the settings ask for it.

use crate::error::{Error, Result};
use crate::io::csv::chunks::Dialect;
use crate::io::file::format::{FileFormat, FileKind};
use crate::io::file::forms::{Header, Stated};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What was guessed of a file: nothing where its settings state it all.
///
/// ```
/// use mixtouch::io::Guess;
///
/// assert_eq!(Guess::default().to_string(), "nothing guessed");
/// let guess: Guess = serde_json::from_str(r#"{"separator": ";", "decimal": ","}"#)?;
/// assert_eq!(guess.to_string(), "guessed: separator ';', decimal sign ','");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Guess {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::io) format: Option<FileKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::io) encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::io) separator: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::io) header_line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::io) decimal: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::io) thousands: Option<char>,
}

impl Guess {
    /// Whether nothing was guessed.
    ///
    /// ```
    /// assert!(mixtouch::io::Guess::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Guess {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.format.map(|kind| match kind {
            FileKind::JsonLines => "format jsonl".to_owned(),
            FileKind::Parquet => "format parquet".to_owned(),
            _ => "format csv".to_owned(),
        });
        let parts = [
            kind,
            self.encoding
                .as_ref()
                .map(|name| format!("encoding {name}")),
            self.separator.map(|sign| format!("separator {sign:?}")),
            self.header_line
                .map(|line| format!("header in line {line}")),
            self.decimal.map(|sign| format!("decimal sign {sign:?}")),
            self.thousands
                .map(|sign| format!("thousands sign {sign:?}")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        match parts.is_empty() {
            true => to.write_str("nothing guessed"),
            false => write!(to, "guessed: {}", parts.join(", ")),
        }
    }
}

/// The rows that are looked at.
const ROWS: usize = 200;

/// The settings with every guess made.
///
/// # Errors
/// If the file is of no format that is read here, there is no row of names to guess, or numbers
/// with a decimal point stand beside numbers with a decimal comma.
pub(super) fn settle(format: &FileFormat, sample: &[u8]) -> Result<(FileFormat, Guess)> {
    let (mut settled, mut guess) = (format.clone(), Guess::default());
    if format.format == FileKind::Auto {
        settled.format = kind(sample)?;
        guess.format = Some(settled.format);
    }
    if settled.format != FileKind::Csv {
        return Ok((settled, guess));
    }
    let sample = whole_lines(sample);
    if format.separator == Stated::Auto {
        let separator = separator(format, sample)?;
        settled.separator = Stated::Is(separator);
        guess.separator = Some(separator);
    }
    let rows = Rows::read(sample, settled.dialect()?);
    if format.header == Header::Auto && !rows.rows.is_empty() {
        let line = rows.header_line()?;
        settled.header = Header::SkipLines(line - 1);
        guess.header_line = Some(line);
    }
    if format.decimal == Stated::Auto {
        let signs = rows.signs(format.thousands)?;
        settled.decimal = Stated::Is(signs.decimal);
        guess.decimal = Some(signs.decimal);
        if format.thousands.is_none() {
            (settled.thousands, guess.thousands) = (signs.thousands, signs.thousands);
        }
    }
    Ok((settled, guess))
}

/// The format that the first bytes show.
pub(super) fn kind(sample: &[u8]) -> Result<FileKind> {
    let refused = |value: &str, expected: &'static str| {
        Err(Error::setting("the format of the file", value, expected))
    };
    if sample.starts_with(b"PAR1") {
        return Ok(FileKind::Parquet);
    }
    if sample.starts_with(b"PK\x03\x04") {
        return refused("a zip archive or spreadsheet", "CSV, JSON lines or Parquet");
    }
    match sample.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => Ok(FileKind::JsonLines),
        Some(b'[') => refused("a JSON list", "JSON lines, one object a line"),
        _ => Ok(FileKind::Csv),
    }
}

/// The sample without the line that its end cuts.
fn whole_lines(sample: &[u8]) -> &[u8] {
    let end = memchr::memrchr(b'\n', sample).map_or(sample.len(), |at| at + 1);
    &sample[..end]
}

/// The separator that most rows agree on.
fn separator(format: &FileFormat, sample: &[u8]) -> Result<char> {
    let mut best = (0, 0, ',');
    for separator in [',', ';', '\t', '|'] {
        let dialect = format.clone().with_separator(separator).dialect();
        let Ok(dialect) = dialect else { continue };
        let (rows, width) = Rows::read(sample, dialect).usual_width();
        if width > 1 && (rows, width) > (best.0, best.1) {
            best = (rows, width, separator);
        }
    }
    Ok(best.2)
}

/// The first rows of a file, with their lines.
struct Rows {
    rows: Vec<(u64, Vec<String>)>,
}

/// The signs of numbers.
struct Signs {
    decimal: char,
    thousands: Option<char>,
}

impl Rows {
    fn read(sample: &[u8], dialect: Dialect) -> Self {
        let mut reader = csv::ReaderBuilder::new();
        reader
            .has_headers(false)
            .flexible(true)
            .delimiter(dialect.separator);
        match dialect.quote {
            Some(quote) => reader.quote(quote).escape(dialect.escape),
            None => reader.quoting(false),
        };
        let texts = |record: csv::ByteRecord| {
            let line = record
                .position()
                .map_or(1, |began| crate::io::csv::table::line_of(sample, began));
            let text = |field: &[u8]| String::from_utf8_lossy(field).trim().to_owned();
            (line, record.iter().map(text).collect())
        };
        let records = reader.from_reader(sample).into_byte_records().take(ROWS);
        Self {
            rows: records.map_while(Result::ok).map(texts).collect(),
        }
    }

    /// The number of fields that most rows have, the larger of two; and how many rows have it.
    fn usual_width(&self) -> (usize, usize) {
        let mut counts = std::collections::BTreeMap::new();
        for (_, fields) in &self.rows {
            *counts.entry(fields.len()).or_insert(0) += 1;
        }
        let most = counts.into_iter().map(|(width, rows)| (rows, width)).max();
        most.unwrap_or((0, 0))
    }

    /// The line of the first row of the usual width that holds names.
    fn header_line(&self) -> Result<u64> {
        let (_, width) = self.usual_width();
        let is_name = |text: &String| {
            !text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        };
        let mut rows = self.rows.iter();
        let found = rows.find(|(_, row)| row.len() == width && row.iter().all(is_name));
        found.map(|(line, _)| *line).ok_or_else(|| {
            let expected = "a row of names; where the file has none, { columns = [..] }";
            Error::setting("the header", "auto", expected)
        })
    }

    /// The signs that the numbers show. `1,234` shows nothing: it could be either.
    fn signs(&self, thousands: Option<char>) -> Result<Signs> {
        let (mut decimal, mut groups) = (None, thousands);
        for text in self.rows.iter().flat_map(|(_, row)| row) {
            let Some((sign, group)) = shown(text) else {
                continue;
            };
            let (held, example) = *decimal.get_or_insert((sign, text));
            if held != sign {
                return Err(Error::setting(
                    "the decimal sign",
                    "auto",
                    format!("\".\" or \",\", as the file holds both {example:?} and {text:?}"),
                ));
            }
            groups = groups.or(group);
        }
        let decimal = decimal.map_or('.', |(sign, _)| sign);
        Ok(Signs {
            decimal,
            thousands: groups.filter(|sign| *sign != decimal),
        })
    }
}

/// The decimal sign that a number shows, and the thousands sign if it has one.
fn shown(text: &str) -> Option<(char, Option<char>)> {
    let around = |c: char| matches!(c, '-' | '+' | '%' | '$' | '€' | '£' | ' ' | '\u{a0}');
    let text = text.trim_matches(around);
    let is_number = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',');
    if text.is_empty() || !text.bytes().all(is_number) {
        return None;
    }
    let other = |sign: char| if sign == '.' { ',' } else { '.' };
    let last = text.rfind(['.', ','])?;
    let sign = if text.as_bytes()[last] == b'.' {
        '.'
    } else {
        ','
    };
    let (whole, decimals) = (&text[..last], &text[last + 1..]);
    let group = other(sign);
    if whole.contains(group) {
        let grouped = !whole.contains(sign) && are_groups(whole, group);
        return grouped.then_some((sign, Some(group)));
    }
    if whole.contains(sign) {
        return are_groups(text, sign).then_some((group, Some(sign)));
    }
    let is_ambiguous = decimals.len() == 3 && (1..=3).contains(&whole.len()) && whole != "0";
    (!is_ambiguous && !decimals.is_empty()).then_some((sign, None))
}

/// Whether digits stand in groups of three.
fn are_groups(text: &str, sign: char) -> bool {
    let mut groups = text.split(sign);
    let first = groups.next().unwrap_or("").len();
    (1..=3).contains(&first) && groups.all(|group| group.len() == 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(text: &str) -> String {
        match settle(&FileFormat::guessed(), text.as_bytes()) {
            Ok((_, guess)) => guess.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn dialects_show_in_the_first_rows() {
        assert_eq!(
            guess(
                "person;timestamp;channel;kind;value\nann;1767225600;social;touch;\nann;1767315600;;conversion;50,5\n"
            ),
            "guessed: format csv, separator ';', header in line 1, decimal sign ','"
        );
        assert_eq!(
            guess("person,value\nann,\"1.234,50\"\n"),
            "guessed: format csv, separator ',', header in line 1, decimal sign ',', thousands sign '.'"
        );
        assert_eq!(
            guess(
                "Report, all\nJan 1 - Jan 31\n\nDay\tCost\tClicks\n2026-01-01\t$1,234.50\t3\n2026-01-02\t--\t1\n"
            ),
            "guessed: format csv, separator '\\t', header in line 4, decimal sign '.', thousands sign ','"
        );
        assert_eq!(guess("{\"a\": 1}\n"), "guessed: format jsonl");
        assert_eq!(
            guess("a\nb\n"),
            "guessed: format csv, separator ',', header in line 1, decimal sign '.'"
        );
    }

    #[test]
    fn stated_settings_are_no_guess() {
        let stated = FileFormat::default().with_format(FileKind::Csv);
        let (settled, guess) = settle(&stated, b"a;b\n1,5;2\n").unwrap();
        assert_eq!((settled, guess.is_empty()), (stated, true));
    }

    #[test]
    fn what_shows_nothing_is_refused() {
        assert!(guess("1,2\n3,4\n").starts_with("the header is auto, expected: a row of names"));
        assert_eq!(
            guess("a;b\n1.5;2\n1,5;2\n"),
            "the decimal sign is auto, expected: \".\" or \",\", as the file holds both \"1.5\" and \"1,5\""
        );
        assert!(guess("[{\"a\":1}]").contains("a JSON list"));
        assert!(guess("PK\u{3}\u{4}..").contains("spreadsheet"));
    }

    #[test]
    fn numbers_that_could_be_either_show_nothing() {
        for (text, expected) in [
            ("1,234", None),
            ("1.234", None),
            ("0.234", Some(('.', None))),
            ("1,2345", Some((',', None))),
            ("12,5", Some((',', None))),
            ("1.234.567", Some((',', Some('.')))),
            ("1,234.5", Some(('.', Some(',')))),
            ("31.12.2025", None),
            ("1.2.3,4", None),
            ("5.", None),
            ("12 34", None),
            ("€ 5,50", Some((',', None))),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>, text in "[a-c0-9,;.\t|\"\n{}]{0,80}") {
            settle(&FileFormat::guessed(), &bytes).ok();
            settle(&FileFormat::guessed(), text.as_bytes()).ok();
        }
    }
}
