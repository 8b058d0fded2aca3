//! Texts of others inside SVG and HTML.

use crate::error::readable::acts;
use std::fmt::Write;

/// Begins and ends what is written in its own direction, apart from the text around it.
const ISOLATED: (char, char) = ('\u{2068}', '\u{2069}');

/// The text as XML and HTML hold it, in an element or an attribute in double quotes. What turns the
/// direction of text, and control characters, which XML cannot hold, are shown escaped; line breaks
/// and tabs are blanks. Words written from right to left are isolated (Unicode Standard Annex 9):
/// figures behind them stay where the sentence has them.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_leftward) {
        let end = start + leftward(&rest[start..]);
        rest[..start]
            .chars()
            .for_each(|letter| push(&mut safe, letter));
        safe.push(ISOLATED.0);
        rest[start..end]
            .chars()
            .for_each(|letter| push(&mut safe, letter));
        safe.push(ISOLATED.1);
        rest = &rest[end..];
    }
    rest.chars().for_each(|letter| push(&mut safe, letter));
    safe
}

fn push(safe: &mut String, letter: char) {
    match letter {
        '&' => safe.push_str("&amp;"),
        '<' => safe.push_str("&lt;"),
        '>' => safe.push_str("&gt;"),
        '"' => safe.push_str("&quot;"),
        '\'' => safe.push_str("&#39;"),
        '\n' | '\r' | '\t' => safe.push(' '),
        _ if is_shown_escaped(letter) => safe.extend(letter.escape_default()),
        _ => safe.push(letter),
    }
}

/// Whether a letter is of a script written from right to left: the blocks from Hebrew to Arabic
/// Extended-A, their presentation forms, and those of the planes above.
fn is_leftward(letter: char) -> bool {
    matches!(
        letter,
        '\u{590}'..='\u{61b}' | '\u{61d}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{fefe}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}'
    )
}

/// Where the words end with which a text begins, all from right to left.
fn leftward(text: &str) -> usize {
    let joins = |letter: char| matches!(letter, ' ' | '-' | '_' | '/' | '&' | '\'');
    let words = text.char_indices();
    let words = words.take_while(|(_, letter)| is_leftward(*letter) || joins(*letter));
    let last = words.filter(|(_, letter)| is_leftward(*letter)).last();
    last.map_or(0, |(at, letter)| at + letter.len_utf8())
}

/// Whether a letter acts on those around it, or may not stand in an XML document, and is written as
/// `\u{202e}`.
pub(crate) fn is_shown_escaped(letter: char) -> bool {
    let is_blank = matches!(letter, '\n' | '\r' | '\t');
    !is_blank && (acts(letter) || matches!(letter, '\u{fffe}' | '\u{ffff}'))
}

/// Adds ` name="value"`.
pub(crate) fn attribute(out: &mut String, name: &str, value: &str) {
    let _ = write!(out, " {name}=\"{}\"", escaped(value));
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn names_from_right_to_left_are_isolated_and_cannot_break_out() {
        let (search, paid) = (
            "\u{5d7}\u{5d9}\u{5e4}\u{5d5}\u{5e9}",
            "\u{5de}\u{5de}\u{5df}",
        );
        assert_eq!(
            escaped(&format!("{search} {paid} brought 20.0 of 25.0")),
            format!("\u{2068}{search} {paid}\u{2069} brought 20.0 of 25.0")
        );
        // a list keeps its order
        assert_eq!(
            escaped(&format!("{search}, {paid}: 3 <")),
            format!("\u{2068}{search}\u{2069}, \u{2068}{paid}\u{2069}: 3 &lt;")
        );
        // marks of others are shown, not obeyed
        assert_eq!(
            escaped(&format!("{search}\u{2069}x")),
            format!("\u{2068}{search}\u{2069}\\u{{2069}}x")
        );
        assert_eq!(escaped("caf\u{e9} 3"), "caf\u{e9} 3");
    }
}
