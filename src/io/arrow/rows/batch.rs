//! The rows of one batch.

use crate::error::Result;
use crate::io::arrow::rows::resolved::{Resolved, Selected, Source};
use crate::io::arrow::rows::shapes::Shapes;
use crate::io::record::{Value, Visit};
use std::ops::Range;

/// The rows of one batch, at the paths that are asked for.
#[derive(Debug)]
pub(in crate::io) struct BatchRows<'a> {
    resolved: Resolved<'a>,
    /// The places of values that some row may have: a log has many columns that say nothing.
    known: Vec<(usize, Source)>,
    /// Texts that mean no value.
    nulls: &'a [String],
    /// The numbers of the rows in the file, from 0.
    numbers: Range<u64>,
}

impl<'a> BatchRows<'a> {
    pub(super) fn new(resolved: Resolved<'a>, nulls: &'a [String], numbers: Range<u64>) -> Self {
        Self {
            known: resolved.known(),
            resolved,
            nulls,
            numbers,
        }
    }

    /// How many there are.
    pub(in crate::io) fn len(&self) -> usize {
        (self.numbers.end - self.numbers.start) as usize
    }

    /// The number of a row in the file, from 1.
    pub(in crate::io) fn line(&self, row: usize) -> u64 {
        self.numbers.start + row as u64 + 1
    }

    /// A row of missing values.
    pub(in crate::io) fn blank(&self) -> Vec<Value<'_>> {
        vec![Value::Missing; self.resolved.sources.len()]
    }

    /// Shows every row.
    ///
    /// # Errors
    /// The visitor's.
    pub(in crate::io) fn each(&self, visit: &mut Visit<'_>) -> Result<()> {
        let mut values = self.blank();
        for row in 0..self.len() {
            let line = self.line(row);
            match self.read(row, line, &mut values) {
                Ok(()) => visit(line, Ok(&values))?,
                Err(error) => visit(line, Err(error))?,
            }
        }
        Ok(())
    }

    #[inline]
    fn read<'r>(&'r self, row: usize, line: u64, values: &mut [Value<'r>]) -> Result<()> {
        for &(path, source) in &self.known {
            values[path] = self.unless_null(self.resolved.value(source, row, line)?);
        }
        Ok(())
    }

    /// Those of some paths that rows may have values at; none where a path leads into JSON, which
    /// may turn out to be none.
    pub(in crate::io) fn select(&self, is_wanted: &[bool]) -> Option<Selected> {
        let is_json = |(_, source): &(usize, Source)| matches!(source, Source::Json(..));
        let wanted = self.known.iter().filter(|(path, _)| is_wanted[*path]);
        (!self.known.iter().any(is_json)).then(|| Selected(wanted.copied().collect()))
    }

    /// Fills in a row's values of some columns.
    #[inline]
    pub(in crate::io) fn fill<'r>(
        &'r self,
        columns: &Selected,
        row: usize,
        values: &mut [Value<'r>],
    ) {
        for &(path, source) in &columns.0 {
            values[path] = self.unless_null(self.resolved.typed_value(source, row));
        }
    }

    /// What the rows say in some columns, numbered; none where most rows say something else.
    pub(in crate::io) fn shapes(&self, columns: &Selected) -> Option<Shapes> {
        Shapes::new(&self.resolved, columns, self.len())
    }

    #[inline]
    fn unless_null<'v>(&self, value: Value<'v>) -> Value<'v> {
        match value {
            Value::Text(text) if self.nulls.iter().any(|null| null == text) => Value::Missing,
            value => value,
        }
    }
}
