//! Texts of others inside SVG and HTML.

use std::fmt::Write;

/// The text as XML and HTML hold it, in an element or an attribute in double quotes. What turns the
/// direction of text, and control characters, which XML cannot hold, become blanks.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ if letter.is_control() || turns(letter) || is_no_text(letter) => safe.push(' '),
            _ => safe.push(letter),
        }
    }
    safe
}

fn turns(letter: char) -> bool {
    matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What no XML document may hold.
fn is_no_text(letter: char) -> bool {
    matches!(letter, '\u{fffe}' | '\u{ffff}')
}

/// Adds ` name="value"`.
pub(crate) fn attribute(out: &mut String, name: &str, value: &str) {
    let _ = write!(out, " {name}=\"{}\"", escaped(value));
}
