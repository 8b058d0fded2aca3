//! How much room a text takes, at most.
//!
//! Nobody knows the font of a reader, so widths are those of a wide one (DejaVu Sans and Verdana
//! are about the widest that browsers fall back to). Room reserved so is enough in all others.

use crate::report::svg::length::Tenths;
use crate::report::svg::xml::is_shown_escaped;

/// The most lines a name is broken into.
const MOST_LINES: usize = 4;

/// Hundredths of the font size that a letter takes as it is written.
fn hundredths(letter: char) -> i64 {
    match letter {
        _ if is_shown_escaped(letter) => letter.escape_default().map(plain).sum(),
        '\n' | '\r' | '\t' => plain(' '),
        _ => plain(letter),
    }
}

fn plain(letter: char) -> i64 {
    match letter {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 36,
        'f' | 't' | 'r' | 'I' | ' ' | '(' | ')' | '/' | '-' => 45,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 102,
        'A'..='Z' | '&' | '+' | '=' | '<' | '>' => 84,
        '\u{0}'..='\u{7e}' => 66,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{11ff}' | '\u{2190}'.. => 140,
        _ => 84,
    }
}

/// The width of a text, at most.
pub(crate) fn width(text: &str, font: Tenths) -> Tenths {
    let sum: i64 = text.chars().map(hundredths).sum();
    i32::try_from(sum * i64::from(font) / 100 + 1).unwrap_or(i32::MAX / 4)
}

/// The text, or as much of its front as fits with `…` behind it.
pub(crate) fn cut(text: &str, font: Tenths, room: Tenths) -> String {
    if width(text, font) <= room {
        return text.to_owned();
    }
    let mut cut = String::new();
    let dots = width("\u{2026}", font);
    let mut taken = dots;
    for letter in text.chars() {
        let wide = i64::from(font) * hundredths(letter) / 100;
        taken += wide as Tenths;
        if taken > room {
            break;
        }
        cut.push(letter);
    }
    format!("{}\u{2026}", cut.trim_end())
}

/// The text in lines that fit, broken at blanks where there are some and inside words otherwise;
/// what four lines do not hold ends in `…`.
pub(crate) fn wrapped(text: &str, font: Tenths, room: Tenths) -> Vec<String> {
    wrapped_into(text, font, room, MOST_LINES)
}

/// The text in so many lines at most.
pub(crate) fn wrapped_into(text: &str, font: Tenths, room: Tenths, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text
        .split(char::is_whitespace)
        .filter(|word| !word.is_empty())
    {
        for piece in pieces(word, font, room) {
            let line = lines.last_mut().expect("a line");
            let joined = format!("{line} {piece}");
            if line.is_empty() {
                line.push_str(&piece);
            } else if width(&joined, font) <= room {
                *line = joined;
            } else {
                lines.push(piece);
            }
        }
    }
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(cut(&rest, font, room));
    }
    lines
}

/// A word in pieces that fit, broken behind a hyphen in the second half of a line where there is one.
fn pieces(word: &str, font: Tenths, room: Tenths) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for letter in word.chars() {
        let piece = pieces.last_mut().expect("a piece");
        piece.push(letter);
        if width(piece, font) > room && piece.chars().nth(1).is_some() {
            piece.pop();
            // one near the front would leave most of a line empty
            let hyphen = piece.rfind('-').filter(|at| 2 * at >= piece.len());
            let mut rest = piece.split_off(hyphen.map_or(piece.len(), |at| at + 1));
            rest.push(letter);
            pieces.push(rest);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{width, wrapped};

    #[test]
    fn names_break_behind_a_hyphen() {
        let room = width("time-to-event-t", 130);
        assert_eq!(
            wrapped("time-to-event-tested", 130, room),
            ["time-to-event-", "tested"]
        );
        // without one, wherever it fits
        assert_eq!(wrapped("aaaa", 130, width("aaa", 130)), ["aaa", "a"]);
    }

    #[test]
    fn what_is_written_escaped_takes_the_room_of_what_is_written() {
        for (text, written) in [
            ("\u{202e}gnp.exe", "\\u{202e}gnp.exe"),
            ("a\u{0}", "a\\u{0}"),
            ("a\nb", "a b"),
        ] {
            assert_eq!(width(text, 130), width(written, 130), "{written}");
        }
    }
}
