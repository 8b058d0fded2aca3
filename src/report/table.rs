//! Rows of cells under named columns.

use crate::report::cell::Cell;
use serde::{Serialize, Serializer};

/// To which side a column's entries are aligned in text.
///
/// ```
/// use mixtouch::report::{Alignment, Column};
///
/// let persons = Column::new("persons", Alignment::Right);
/// assert_eq!(persons.alignment(), Alignment::Right);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Alignment {
    /// Flush left, for names and notes.
    Left,
    /// Flush right, for figures. Intervals stand behind their figures, in a column of their own.
    Right,
}

/// A column of a [`Table`]: its name, and the alignment of its entries.
///
/// ```
/// use mixtouch::report::{Alignment, Column};
///
/// let note = Column::new("note", Alignment::Left);
/// assert_eq!((note.name(), note.alignment()), ("note", Alignment::Left));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    name: String,
    alignment: Alignment,
}

impl Column {
    /// A column of that name and alignment.
    pub fn new(name: impl Into<String>, alignment: Alignment) -> Self {
        Self {
            name: name.into(),
            alignment,
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The alignment in text.
    pub const fn alignment(&self) -> Alignment {
        self.alignment
    }
}

impl Serialize for Column {
    /// The name alone.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

/// Rows of cells under named columns; the first column names the rows.
///
/// Displayed, columns are as wide as their widest entry. Serialised, a table is
/// `{"columns": [..], "rows": [[..], ..]}`.
///
/// ```
/// use mixtouch::report::{Cell, Table};
///
/// let mut table = Table::new(["conversions", "last-touch", "markov"]);
/// table.push_row([
///     Cell::from("search"),
///     Cell::number(402.0, 1).with_interval(380.1, 423.0),
///     Cell::number(172.0, 1).with_interval(165.7, 177.7),
/// ]);
/// table.push_row([Cell::from("(unattributed)"), Cell::number(9.0, 1), Cell::MISSING]);
/// assert_eq!(
///     table.to_string(),
///     "conversions                 last-touch                  markov\n\
///      search          402.0 (380.1 to 423.0)  172.0 (165.7 to 177.7)\n\
///      (unattributed)    9.0                       -\n"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows. The first column is aligned left, the others right.
    pub fn new<C: Into<String>>(columns: impl IntoIterator<Item = C>) -> Self {
        let alignments =
            std::iter::once(Alignment::Left).chain(std::iter::repeat(Alignment::Right));
        let columns = columns.into_iter().zip(alignments);
        Self {
            columns: columns
                .map(|(name, side)| Column::new(name, side))
                .collect(),
            rows: Vec::new(),
        }
    }

    /// The same table with one more column to the right. Rows already there stay shorter.
    #[must_use]
    pub fn with_column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// The same table with these rows added.
    #[must_use]
    pub fn with_rows<R>(mut self, rows: impl IntoIterator<Item = R>) -> Self
    where
        R: IntoIterator,
        R::Item: Into<Cell>,
    {
        rows.into_iter().for_each(|row| self.push_row(row));
        self
    }

    /// Adds a row. A row may be shorter than the heading, and then ends blank; cells beyond the
    /// last column are dropped.
    pub fn push_row<C: Into<Cell>>(&mut self, row: impl IntoIterator<Item = C>) {
        let cells = row.into_iter().map(Into::into);
        self.rows.push(cells.take(self.columns.len()).collect());
    }

    /// The columns from left to right.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The rows from top to bottom.
    pub fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }
}
