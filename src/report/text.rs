//! Reports as text: names to the left, figures to the right.

use std::fmt;

/// Writes a heading and rows, each column as wide as its widest cell; the first one is flush left,
/// the others right.
pub(crate) fn write(
    f: &mut fmt::Formatter<'_>,
    heading: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> fmt::Result {
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    let cell = |row: &[String], at: usize| row.get(at).map_or(0, |cell| cell.chars().count());
    let width = |at: usize| {
        rows.iter()
            .map(|row| cell(row, at))
            .chain([heading[at].chars().count()])
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    let heading: Vec<String> = heading.iter().map(|&name| name.to_owned()).collect();
    for row in std::iter::once(&heading).chain(&rows) {
        for (at, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            if at == 0 {
                write!(f, "  {cell:<width$}")?
            } else {
                write!(f, "  {cell:>width$}")?
            }
        }
        writeln!(f)?;
    }
    Ok(())
}

/// A figure with so many digits, or a dash where there is none.
pub(crate) fn figure(number: Option<f64>, digits: usize) -> String {
    number.map_or_else(|| "-".to_owned(), |number| format!("{number:.digits$}"))
}

/// A share as a percentage, or a dash where there is none.
pub(crate) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.2} %", 100.0 * share))
}
