//! A report as data: its title and its sections.

use crate::report::escape::printable;
use crate::report::section::Section;
use serde::Serialize;
use std::fmt;

/// A report as data: its title and sections. Displayed it is text, serialised JSON.
///
/// ```
/// use mixtouch::report::{Document, Section};
///
/// let document = Document {
///     title: "consent".into(),
///     sections: vec![Section::new().with_line("12 of 40 persons agreed")],
/// };
/// assert_eq!(document.to_string(), "consent\n  12 of 40 persons agreed\n");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Document {
    /// The first line; empty for none.
    pub title: String,
    /// The content below it.
    pub sections: Vec<Section>,
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.title.is_empty() {
            writeln!(f, "{}", printable(&self.title))?;
        }
        for (at, section) in self.sections.iter().enumerate() {
            if section.is_set_apart() && (at > 0 || !self.title.is_empty()) {
                writeln!(f)?;
            }
            section.fmt(f)?;
        }
        Ok(())
    }
}
