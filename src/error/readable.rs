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

/// In place of a value that may name a person.
pub(crate) const NOT_SHOWN: &str = "not shown";

/// Whether a text may be an e-mail address or a telephone number: it has an `@`; or it has 7 to 15
/// digits and begins with `+`, with `(` or, where it is no date, with `0`.
pub(crate) fn is_address(text: &str) -> bool {
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let others = |letter: &u8| !letter.is_ascii_digit() && *letter != b' ';
    let separators = text.bytes().filter(others).count();
    let is_plain = text
        .bytes()
        .all(|letter| letter.is_ascii_digit() || b" +-()/.".contains(&letter));
    let begins = match text.as_bytes() {
        [b'+' | b'(', ..] => true,
        [b'0', next, ..] => *next != b'.' && separators <= 1,
        _ => false,
    };
    text.contains('@') || (is_plain && begins && (7..=15).contains(&digits))
}

/// Whether a character acts on a terminal or turns the direction of writing (Unicode Technical
/// Report 36), or has no width, so that two names look alike: controls, line and paragraph
/// separators, the marks that set, embed, override or isolate a direction, spaces and joiners of no
/// width.
pub(crate) fn acts(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

/// Whether a character joins the two beside it, as in Persian words and in pictures of families:
/// between letters of the Latin alphabet it would only hide.
fn joins(letter: char, before: Option<char>, after: Option<&char>) -> bool {
    let is_joined = |letter: char| letter >= '\u{590}' && !acts(letter);
    matches!(letter, '\u{200c}' | '\u{200d}')
        && before.is_some_and(is_joined)
        && after.is_some_and(|letter| is_joined(*letter))
}

/// The text with characters that [act](acts) shown escaped, such as `\u{1b}`.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut before = None;
    while let Some(letter) = letters.next() {
        let joins = joins(letter, before.replace(letter), letters.peek());
        if acts(letter) && !joins {
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
    fn addresses_are_known_by_their_form() {
        for address in [
            "ann@secret.org",
            "@ann",
            "+49 171 1234567",
            "(0171) 123-4567",
            "0171/1234567",
            "00491711234567",
        ] {
            assert!(is_address(address), "{address}");
        }
        for other in [
            "",
            "yesterday",
            "2026-02-30",
            "01/02/2026",
            "01.02.2026",
            "1767225600000",
            "-1234567",
            "0.00000001",
            "+5",
            "1,234,567.00",
        ] {
            assert!(!is_address(other), "{other}");
        }
    }

    #[test]
    fn marks_of_no_width_are_shown() {
        let name = "\u{feff}t\u{200b}v\u{200d}\u{2060}";
        assert_eq!(printable(name), "\\u{feff}t\\u{200b}v\\u{200d}\\u{2060}");
    }

    #[test]
    fn joiners_stay_where_they_join() {
        // a family, and the Persian for "I want"
        for name in [
            "\u{1f469}\u{200d}\u{1f467}",
            "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}",
        ] {
            assert_eq!(printable(name), name);
        }
        for hidden in [
            "t\u{200d}v",
            "\u{645}\u{200c}",
            "\u{645}\u{200d}\u{200d}\u{645}",
        ] {
            assert!(printable(hidden).contains("\\u{200"), "{hidden:?}");
        }
    }

    #[test]
    fn errors_of_the_system_and_of_formats_are_short_and_plain() {
        use crate::error::Error;
        let format = Error::from(std::io::Error::other("expected person, got r\u{5}rson"));
        assert_eq!(
            format.to_string(),
            "input or output failed: expected person, got r\\u{5}rson"
        );
        let path = "a\u{1b}[2Jlog.csv".into();
        let long = std::io::Error::other("x".repeat(1_000_000));
        let source = Box::new(Error::from(long));
        let text = Error::File { path, source }.to_string();
        assert!(text.starts_with("a\\u{1b}[2Jlog.csv: "), "{text}");
        assert!(text.len() < 400, "{}", text.len());
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
