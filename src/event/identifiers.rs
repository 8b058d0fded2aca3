//! The identifiers of rows whose person is yet to be found.

use crate::event::identifier::Identifier;

/// Any number of identifiers a row, side by side; nothing where rows state their persons.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct IdentifierColumn {
    all: Vec<Identifier>,
    ends: Vec<usize>,
}

impl IdentifierColumn {
    /// Adds an identifier to the row that is being filled.
    pub(crate) fn add(&mut self, identifier: Identifier) {
        self.all.push(identifier);
    }

    /// Ends a row; the result is how many identifiers it has.
    pub(crate) fn end_row(&mut self) -> usize {
        let start = self.ends.last().copied().unwrap_or(0);
        self.ends.push(self.all.len());
        self.all.len() - start
    }

    /// The identifiers of a row.
    pub(crate) fn row(&self, row: usize) -> &[Identifier] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.all[start..self.ends[row]]
    }

    /// The identifiers of all rows.
    pub(crate) fn all(&self) -> &[Identifier] {
        &self.all
    }

    pub(crate) fn append(&mut self, later: &Self) {
        let base = self.all.len();
        self.all.extend_from_slice(&later.all);
        self.ends.extend(later.ends.iter().map(|end| base + end));
    }

    /// Only these rows.
    pub(crate) fn select(&self, rows: &[usize]) -> Self {
        let mut selected = Self::default();
        if !self.ends.is_empty() {
            for &row in rows {
                selected.all.extend_from_slice(self.row(row));
                selected.end_row();
            }
        }
        selected
    }
}
