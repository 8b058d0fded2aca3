//! The style sheet of a page.

use crate::report::svg::style;

const RULES: &str = include_str!("page.css");

/// Colours as variables in light, in dark and on paper; the marks of charts; the page.
pub(crate) fn sheet() -> String {
    format!(
        ":root{{color-scheme:light dark;{}}}\
         @media screen and (prefers-color-scheme:dark){{:root{{{}}}}}\n{}\n{RULES}",
        style::variables(false),
        style::variables(true),
        style::with_variables(),
    )
}
