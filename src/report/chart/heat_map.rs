//! Heat maps: a matrix of amounts.

use crate::report::chart::mark::Mark;
use crate::report::chart::measure::Measure;
use crate::report::chart::series::Series;
use crate::report::table::Table;

/// A field for each row and column, the stronger in colour the larger its amount. Amounts below
/// zero have a colour of their own.
///
/// ```
/// use mixtouch::report::chart::{Chart, HeatMap, Measure};
///
/// let cohorts = HeatMap::new(Measure::share("still buying"), ["month 0", "month 1"])
///     .with_row("May", [Some(1.0), Some(0.4)])
///     .with_row("June", [Some(1.0), None]);
/// assert_eq!(Chart::new("Four in ten return", cohorts).table().rows().len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    measure: Measure,
    columns: Vec<String>,
    rows: Vec<Series>,
}

impl HeatMap {
    /// A heat map of these columns, from left to right, without rows.
    pub fn new<S: Into<String>>(measure: Measure, columns: impl IntoIterator<Item = S>) -> Self {
        Self {
            measure,
            columns: columns.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }

    /// The same heat map with one more row: an amount for each column.
    #[must_use]
    pub fn with_row<M: Into<Mark>>(
        mut self,
        name: impl Into<String>,
        marks: impl IntoIterator<Item = M>,
    ) -> Self {
        let row = Series::new(name, marks, self.columns.len());
        self.rows.push(row);
        self
    }

    /// What is measured.
    pub const fn measure(&self) -> &Measure {
        &self.measure
    }

    /// The columns from left to right.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The rows from top to bottom.
    pub fn rows(&self) -> &[Series] {
        &self.rows
    }

    pub(crate) fn table(&self) -> Table {
        let heading = std::iter::once("").chain(self.columns.iter().map(String::as_str));
        let rows = self.rows.iter().map(|row| {
            let cells = row.marks().iter().map(|mark| self.measure.cell(*mark));
            std::iter::once(row.name().into()).chain(cells)
        });
        Table::new(heading).with_rows(rows)
    }

    /// The names of the rows.
    pub(crate) fn names(&self) -> Vec<String> {
        self.rows.iter().map(|row| row.name().to_owned()).collect()
    }
}
