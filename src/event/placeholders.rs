//! Texts that stand for a missing person or identifier.

use crate::event::person::plain_number;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, LazyLock};

/// The texts that stand for a missing person or identifier, such as `undefined` or `(not set)`.
///
/// Programs write such a text where they know nobody. Taken as a name it would join strangers to
/// one person. Letters match in either case, and blanks around a text do not count.
///
/// The usual texts, which hold by default: `undefined`, `null`, `(null)`, `<null>`, `\N`, `nil`,
/// `none`, `(none)`, `nan`, `na`, `n/a`, `#n/a`, `<na>`, `not set`, `(not set)`, `not provided`,
/// `(not provided)`, `unknown`, `(unknown)`, `anonymous`, `[object object]`, `-`, `--`, `-1`, `0`,
/// the advertising id or UUID of zeros alone with and without dashes, and the MD5, SHA-1 and
/// SHA-256 hashes of an empty text.
///
/// ```
/// use mixtouch::event::Placeholders;
///
/// let usual = Placeholders::default();
/// assert!(usual.contains("undefined") && usual.contains("NULL") && !usual.contains("ann"));
/// let own = usual.with("guest");
/// assert!(own.contains("Guest"));
/// assert!(!Placeholders::none().contains("undefined"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Placeholders {
    /// In small letters, sorted.
    texts: Arc<[Box<str>]>,
    /// Those that are plain numbers: persons of integer columns are compared with them.
    numbers: Arc<[u64]>,
    /// One bit a length of some text, the last one for all that are longer: nearly all names are
    /// cleared by this and the next one.
    lengths: u64,
    /// One bit a first byte of some text, by its lowest seven bits, in small letters.
    firsts: u128,
}

const USUAL: [&str; 30] = [
    "undefined",
    "null",
    "(null)",
    "<null>",
    "\\n",
    "nil",
    "none",
    "(none)",
    "nan",
    "na",
    "n/a",
    "#n/a",
    "<na>",
    "not set",
    "(not set)",
    "not provided",
    "(not provided)",
    "unknown",
    "(unknown)",
    "anonymous",
    "[object object]",
    "-",
    "--",
    "-1",
    "0",
    "00000000-0000-0000-0000-000000000000",
    "00000000000000000000000000000000",
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
];

impl Default for Placeholders {
    /// The usual texts; their list is made once, as every log holds one.
    fn default() -> Self {
        static LIST: LazyLock<Placeholders> = LazyLock::new(|| Placeholders::new(USUAL));
        LIST.clone()
    }
}

impl From<Vec<String>> for Placeholders {
    fn from(texts: Vec<String>) -> Self {
        Self::new(texts)
    }
}

impl From<Placeholders> for Vec<String> {
    fn from(placeholders: Placeholders) -> Self {
        placeholders.iter().map(str::to_owned).collect()
    }
}

impl Placeholders {
    /// These texts alone.
    pub fn new<S: Into<String>>(texts: impl IntoIterator<Item = S>) -> Self {
        let small = |text: S| text.into().trim().to_ascii_lowercase().into_boxed_str();
        let mut texts: Vec<Box<str>> = texts.into_iter().map(small).collect();
        texts.retain(|text| !text.is_empty());
        texts.sort_unstable();
        texts.dedup();
        let (mut lengths, mut firsts) = (0, 0);
        for text in &texts {
            lengths |= length_bit(text.len());
            firsts |= first_bit(text.as_bytes()[0]);
        }
        let numbers = texts
            .iter()
            .filter_map(|text| plain_number(text.as_bytes()));
        Self {
            numbers: numbers.collect(),
            texts: texts.into(),
            lengths,
            firsts,
        }
    }

    /// No text: only an empty field is missing.
    pub fn none() -> Self {
        Self::new([""; 0])
    }

    /// These texts and one more.
    #[must_use]
    pub fn with(&self, text: impl Into<String>) -> Self {
        Self::new(self.iter().map(str::to_owned).chain([text.into()]))
    }

    /// The texts, in small letters and in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }

    /// Whether a text stands for a missing value.
    pub fn contains(&self, text: &str) -> bool {
        self.has(text.trim().as_bytes())
    }

    /// The same of a text without blanks around it.
    #[inline]
    pub(crate) fn has(&self, text: &[u8]) -> bool {
        let Some(&first) = text.first() else {
            return false;
        };
        self.lengths & length_bit(text.len()) != 0
            && self.firsts & first_bit(first) != 0
            && self.is_listed(text)
    }

    fn is_listed(&self, text: &[u8]) -> bool {
        let mut listed = self.texts.iter();
        listed.any(|other| other.as_bytes().eq_ignore_ascii_case(text))
    }

    /// Whether a number stands for a missing value.
    #[cfg(feature = "parquet")]
    pub(crate) fn has_number(&self, number: u64) -> bool {
        self.numbers.contains(&number)
    }

    /// The largest number that stands for a missing value.
    #[cfg(feature = "parquet")]
    pub(crate) fn largest_number(&self) -> Option<u64> {
        self.numbers.iter().copied().max()
    }
}

fn length_bit(length: usize) -> u64 {
    1 << length.min(63)
}

fn first_bit(first: u8) -> u128 {
    1 << (first.to_ascii_lowercase() & 0x7f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_texts_are_found_in_either_case() {
        let usual = Placeholders::default();
        for text in USUAL {
            assert!(usual.contains(text), "{text}");
            assert!(
                usual.contains(&format!(" {}\t", text.to_uppercase())),
                "{text}"
            );
        }
        for name in [
            "ann", "nulla", "0a", "00", "undefine", "nonesuch", "", "é", "42",
        ] {
            assert!(!usual.contains(name), "{name}");
        }
    }

    #[test]
    fn a_list_goes_to_a_file_and_back() {
        let own = Placeholders::new([" Guest ", "guest", "", "7"]);
        assert_eq!(own.iter().collect::<Vec<_>>(), ["7", "guest"]);
        let text = serde_json::to_string(&own).unwrap();
        assert_eq!(text, r#"["7","guest"]"#);
        assert_eq!(serde_json::from_str::<Placeholders>(&text).unwrap(), own);
        let long = "x".repeat(200);
        assert!(Placeholders::none().with(long.clone()).contains(&long));
    }
}
