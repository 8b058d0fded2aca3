//! Named amounts, one for each name or position of a chart.

use crate::report::chart::mark::Mark;
use crate::report::chart::measure::Measure;
use crate::report::table::{Alignment, Column, Table};

/// A series of a chart: its name and its amounts.
///
/// ```
/// use mixtouch::report::chart::{Bars, Measure};
///
/// let bars = Bars::new(Measure::new("visits"), ["tv", "radio"]).with_series("May", [3.0]);
/// let may = &bars.series()[0];
/// assert_eq!((may.name(), may.marks()[1].value()), ("May", None));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    name: String,
    marks: Vec<Mark>,
}

impl Series {
    /// A series of exactly so many amounts: what lacks is missing, what is too much is dropped.
    pub(crate) fn new<M: Into<Mark>>(
        name: impl Into<String>,
        marks: impl IntoIterator<Item = M>,
        count: usize,
    ) -> Self {
        let marks = marks.into_iter().map(Into::into);
        let marks = marks.chain(std::iter::repeat(Mark::MISSING));
        Self {
            name: name.into(),
            marks: marks.take(count).collect(),
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The amounts, in the order of the chart's names or positions.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }
}

/// What bars, forests, lines and areas share: a measure, names or positions, and amounts of each.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grid {
    measure: Measure,
    names: Vec<String>,
    series: Vec<Series>,
}

impl Grid {
    pub(crate) fn new<S: Into<String>>(
        measure: Measure,
        names: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            measure,
            names: names.into_iter().map(Into::into).collect(),
            series: Vec::new(),
        }
    }

    /// The same with one more series: an amount for each name.
    pub(crate) fn with<M: Into<Mark>>(
        mut self,
        name: impl Into<String>,
        marks: impl IntoIterator<Item = M>,
    ) -> Self {
        let series = Series::new(name, marks, self.names.len());
        self.series.push(series);
        self
    }

    pub(crate) const fn measure(&self) -> &Measure {
        &self.measure
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn series(&self) -> &[Series] {
        &self.series
    }

    /// A column for each series; one alone without a name goes by what is measured.
    pub(crate) fn table(&self) -> Table {
        let heading = Table::new([""]);
        let heading = match self.series.as_slice() {
            [only] if only.name.is_empty() => {
                heading.with_column(self.measure.column(self.measure.name()))
            }
            several => several.iter().fold(heading, |table, series| {
                table.with_column(Column::new(series.name(), Alignment::Right))
            }),
        };
        heading.with_rows(self.names.iter().enumerate().map(|(at, name)| {
            let series = self.series.iter();
            let cells = series.map(move |series| self.measure.cell(series.marks[at]));
            std::iter::once(name.into()).chain(cells)
        }))
    }
}
