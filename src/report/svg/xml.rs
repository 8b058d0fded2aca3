//! Texts of others inside SVG and HTML.

use crate::error::readable::acts;
use std::fmt::Write;

/// The text as XML and HTML hold it, in an element or an attribute in double quotes. What turns the
/// direction of text, and control characters, which XML cannot hold, are shown escaped; line breaks
/// and tabs are blanks.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\r' | '\t' => safe.push(' '),
            _ if acts(letter) || is_no_text(letter) => safe.extend(letter.escape_default()),
            _ => safe.push(letter),
        }
    }
    safe
}

/// What no XML document may hold.
fn is_no_text(letter: char) -> bool {
    matches!(letter, '\u{fffe}' | '\u{ffff}')
}

/// Adds ` name="value"`.
pub(crate) fn attribute(out: &mut String, name: &str, value: &str) {
    let _ = write!(out, " {name}=\"{}\"", escaped(value));
}
