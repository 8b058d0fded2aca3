//! Texts of others, made safe to print and to open.

#[cfg(any(test, feature = "csv"))]
use std::borrow::Cow;

pub(crate) use crate::error::readable::printable;

/// The text as a spreadsheet takes it for text: behind `'` where it begins like a formula (OWASP,
/// CSV injection). Line breaks and quotes are for the writer to quote.
#[cfg(feature = "csv")]
pub(crate) fn no_formula(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
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
            ("google / cpc", "google / cpc"),
            ("", ""),
        ] {
            assert_eq!(no_formula(text), safe);
        }
    }
}
