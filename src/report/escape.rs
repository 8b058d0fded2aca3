//! Texts of others, made safe to print and to open.

#[cfg(any(test, feature = "csv"))]
use std::borrow::Cow;

pub(crate) use crate::error::readable::printable;

/// The text as a spreadsheet takes it for text: behind `'` where it begins like a formula (OWASP,
/// CSV injection), also behind blanks, which some programs trim, and in the wide forms of the signs,
/// which some take for the signs. Line breaks and quotes are for the writer to quote.
#[cfg(feature = "csv")]
pub(crate) fn no_formula(text: &str) -> Cow<'_, str> {
    let is_sign = |letter: char| {
        matches!(
            letter,
            '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}'
        )
    };
    let is_blank = |letter: char| letter.is_whitespace() || letter == '\u{feff}';
    let is_formula = text.trim_start_matches(is_blank).starts_with(is_sign);
    if is_formula || text.starts_with(['\t', '\r', '\n']) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_shown() {
        assert_eq!(
            printable("\u{1b}[2Jtv\n(more)  999\u{202e}x"),
            "\\u{1b}[2Jtv\\n(more)  999\\u{202e}x"
        );
        assert!(matches!(printable("caf\u{e9} / cpc"), Cow::Borrowed(_)));
    }

    #[cfg(feature = "csv")]
    #[test]
    fn formulas_are_texts() {
        for (text, safe) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-1+2", "'-1+2"),
            (" =1+1", "' =1+1"),
            ("\t=1+1", "'\t=1+1"),
            ("\n=1+1", "'\n=1+1"),
            ("\ttv", "'\ttv"),
            ("\u{feff}\u{a0}@x", "'\u{feff}\u{a0}@x"),
            ("\u{ff1d}1+1", "'\u{ff1d}1+1"),
            ("\u{ff0b}1", "'\u{ff0b}1"),
            ("\u{ff0d}1", "'\u{ff0d}1"),
            ("\u{ff20}x", "'\u{ff20}x"),
            (" tv", " tv"),
            ("google / cpc", "google / cpc"),
            ("", ""),
        ] {
            assert_eq!(no_formula(text), safe);
        }
    }
}
