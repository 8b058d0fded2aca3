//! Texts of files and callers, short and plain enough to read in a message.

use std::borrow::Cow;

/// The most characters of a value that a message repeats.
const LONGEST: usize = 200;

/// The most names that a message lists.
const LISTED: usize = 40;

/// The text, or its beginning and its length: a field of 100 MB must not make a message of 100 MB.
pub(super) fn readable(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}.. ({} bytes)", &text[..end], text.len()).into(),
        None => text.into(),
    }
}

/// Whether a character acts on a terminal or turns the direction of writing (Unicode Technical
/// Report 36): controls, line and paragraph separators, and the marks that set, embed, override or
/// isolate a direction.
pub(crate) fn acts(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// The text with characters that [act](acts) shown escaped, such as `\u{1b}`.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if acts(letter) {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown.into()
}

/// Names in an error, or that there is none.
pub(super) fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "none".into();
    }
    let first = names.iter().take(LISTED);
    let first: Vec<_> = first
        .map(|name| printable(&readable(name)).into_owned())
        .collect();
    match names.len().saturating_sub(LISTED) {
        0 => first.join(", "),
        rest => format!("{} and {rest} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_at_a_character() {
        assert_eq!(readable("short"), "short");
        let long = "\u{e9}".repeat(300);
        assert_eq!(
            readable(&long),
            format!("{}.. (600 bytes)", "\u{e9}".repeat(200))
        );
    }

    #[test]
    fn names_are_few_and_plain() {
        assert_eq!(listed(&[]), "none");
        let names: Vec<String> = (0..42).map(|at| format!("c{at}\u{1b}[2J")).collect();
        let text = listed(&names);
        assert!(text.starts_with("c0\\u{1b}[2J, c1\\u{1b}[2J, "), "{text}");
        assert!(text.ends_with("c39\\u{1b}[2J and 2 more"), "{text}");
        assert_eq!(printable("caf\u{e9} \"x\""), "caf\u{e9} \"x\"");
    }
}
