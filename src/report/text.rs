//! Tables as text: names to the left, figures to the right.

use crate::report::cell::Cell;
use crate::report::escape::printable;
use crate::report::table::{Alignment, Column, Table};
use std::fmt;

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_table(f, self, "")
    }
}

/// Writes a heading and rows, each column as wide as its widest entry and two spaces from the next.
pub(crate) fn write_table(f: &mut fmt::Formatter<'_>, table: &Table, indent: &str) -> fmt::Result {
    let entry = |cell: &Cell| (cell.shown().into_owned(), cell.shown_interval());
    let rows: Vec<Vec<(String, Option<String>)>> = table
        .rows()
        .iter()
        .map(|row| row.iter().map(entry).collect())
        .collect();
    let layouts: Vec<Layout> = table
        .columns()
        .iter()
        .enumerate()
        .map(|(at, column)| Layout::new(column, rows.iter().filter_map(|row| row.get(at))))
        .collect();
    let heading: Vec<String> = table
        .columns()
        .iter()
        .zip(&layouts)
        .map(|(column, layout)| layout.align(&printable(column.name())))
        .collect();
    write_line(f, indent, &heading)?;
    for row in &rows {
        let cells = row.iter().zip(&layouts);
        let cells: Vec<String> = cells
            .map(|((value, interval), layout)| layout.entry(value, interval.as_deref()))
            .collect();
        write_line(f, indent, &cells)?;
    }
    Ok(())
}

/// A line without spaces at its end.
fn write_line(f: &mut fmt::Formatter<'_>, indent: &str, cells: &[String]) -> fmt::Result {
    writeln!(f, "{}", format!("{indent}{}", cells.join("  ")).trim_end())
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// The widths of a column, and of the values and the intervals in it.
struct Layout {
    alignment: Alignment,
    whole: usize,
    values: usize,
    intervals: usize,
}

impl Layout {
    fn new<'a>(
        column: &Column,
        entries: impl Iterator<Item = &'a (String, Option<String>)> + Clone,
    ) -> Self {
        let values = entries.clone().map(|(value, _)| width(value)).max();
        let intervals = entries.filter_map(|(_, interval)| interval.as_deref());
        let intervals = intervals.map(|interval| 1 + width(interval)).max();
        let (values, intervals) = (values.unwrap_or(0), intervals.unwrap_or(0));
        Self {
            alignment: column.alignment(),
            whole: width(column.name()).max(values + intervals),
            values,
            intervals,
        }
    }

    fn align(&self, text: &str) -> String {
        let width = self.whole;
        match self.alignment {
            Alignment::Left => format!("{text:<width$}"),
            Alignment::Right => format!("{text:>width$}"),
        }
    }

    /// Values line up with values, with and without an interval.
    fn entry(&self, value: &str, interval: Option<&str>) -> String {
        if self.intervals == 0 {
            return self.align(value);
        }
        let (values, intervals) = (self.values, self.intervals - 1);
        let interval = interval.unwrap_or_default();
        self.align(&format!("{value:>values$} {interval:<intervals$}"))
    }
}
