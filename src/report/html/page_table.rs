//! A table of a page.

use crate::report::table::Table;

/// A table with a heading, in which a column's intervals may be drawn.
///
/// ```
/// use mixtouch::report::html::PageTable;
/// use mixtouch::report::{Cell, Table};
///
/// let roi = Cell::number(1.5, 2).with_interval(0.9, 2.2);
/// let table = Table::new(["channel", "ROI"]).with_rows([[Cell::from("tv"), roi]]);
/// let table = PageTable::new("Channels", table).with_forest(1, Some(1.0));
/// assert_eq!(table.heading(), "Channels");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PageTable {
    heading: String,
    table: Table,
    forest: Option<(usize, Option<f64>)>,
}

impl PageTable {
    /// A table under a heading.
    pub fn new(heading: impl Into<String>, table: Table) -> Self {
        Self {
            heading: heading.into(),
            table,
            forest: None,
        }
    }

    /// The same table with the intervals of a column drawn beside it, and a line at a reference.
    #[must_use]
    pub fn with_forest(self, column: usize, reference: Option<f64>) -> Self {
        Self {
            forest: Some((column, reference)),
            ..self
        }
    }

    /// The same table under another heading.
    #[must_use]
    pub fn with_heading(self, heading: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            ..self
        }
    }

    /// The heading.
    pub fn heading(&self) -> &str {
        &self.heading
    }

    /// The table.
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// The column drawn and the reference.
    pub(crate) const fn forest(&self) -> Option<(usize, Option<f64>)> {
        self.forest
    }
}
