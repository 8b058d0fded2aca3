//! Lines and tables under a heading.

use crate::report::escape::printable;
use crate::report::table::Table;
use crate::report::text;
use serde::Serialize;
use std::fmt;

/// A part of a [`Section`].
///
/// ```
/// use mixtouch::report::{Block, Section};
///
/// let section = Section::new().with_line("converted: 3 of 7");
/// assert_eq!(section.blocks(), [Block::Line("converted: 3 of 7".into())]);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Block {
    /// A line of text, without a line break at its end.
    Line(String),
    /// A table.
    Table(Table),
}

/// Lines and tables, in order, under an optional heading.
///
/// In text the content is indented by two spaces, unless the section is set apart: then an empty
/// line precedes it and the content starts at the margin.
///
/// ```
/// use mixtouch::report::{Cell, Section, Table};
///
/// let rows = [[Cell::from("tv"), Cell::count(7)]];
/// let channels = Table::new(["channel", "persons"]).with_rows(rows);
/// let section = Section::new()
///     .with_heading("conversion")
///     .with_line("converted: 3 of 7")
///     .with_table(channels);
/// assert_eq!(
///     section.to_string(),
///     "conversion\n  converted: 3 of 7\n  channel  persons\n  tv             7\n"
/// );
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Section {
    #[serde(skip_serializing_if = "Option::is_none")]
    heading: Option<String>,
    blocks: Vec<Block>,
    #[serde(skip)]
    set_apart: bool,
}

impl Section {
    /// A section without heading and content.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same section under a heading.
    #[must_use]
    pub fn with_heading(self, heading: impl Into<String>) -> Self {
        Self {
            heading: Some(heading.into()),
            ..self
        }
    }

    /// The same section with one more line.
    #[must_use]
    pub fn with_line(self, line: impl Into<String>) -> Self {
        self.with_block(Block::Line(line.into()))
    }

    /// The same section with one more line each.
    #[must_use]
    pub fn with_lines<L: Into<String>>(self, lines: impl IntoIterator<Item = L>) -> Self {
        lines.into_iter().fold(self, Self::with_line)
    }

    /// The same section with one more table.
    #[must_use]
    pub fn with_table(self, table: Table) -> Self {
        self.with_block(Block::Table(table))
    }

    /// The same section with other blocks in place of its own.
    pub(crate) fn map_blocks(self, change: impl Fn(Block) -> Block) -> Self {
        let blocks = self.blocks.into_iter().map(change);
        Self {
            blocks: blocks.collect(),
            ..self
        }
    }

    fn with_block(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// The same section, set apart in text by an empty line and not indented.
    #[must_use]
    pub fn set_apart(self) -> Self {
        Self {
            set_apart: true,
            ..self
        }
    }

    /// The heading, if there is one.
    pub fn heading(&self) -> Option<&str> {
        self.heading.as_deref()
    }

    /// The lines and tables, in order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The tables, in order.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(table),
            Block::Line(_) => None,
        })
    }

    /// Whether an empty line sets the section apart in text.
    pub const fn is_set_apart(&self) -> bool {
        self.set_apart
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = if self.set_apart { "" } else { "  " };
        if let Some(heading) = &self.heading {
            writeln!(f, "{}", printable(heading))?;
        }
        self.blocks.iter().try_for_each(|block| match block {
            Block::Line(line) => writeln!(f, "{indent}{}", printable(line)),
            Block::Table(table) => text::write_table(f, table, indent),
        })
    }
}
