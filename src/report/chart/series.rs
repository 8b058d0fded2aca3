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

/// A row for each name and a column for each series.
pub(crate) fn table(first: &str, names: &[String], series: &[Series], measure: &Measure) -> Table {
    let heading = Table::new([first]);
    let heading = match series {
        [only] if only.name.is_empty() => heading.with_column(measure.column(measure.name())),
        _ => series.iter().fold(heading, |table, series| {
            table.with_column(Column::new(series.name(), Alignment::Right))
        }),
    };
    heading.with_rows(names.iter().enumerate().map(|(at, name)| {
        let cells = series
            .iter()
            .map(move |series| measure.cell(series.marks[at]));
        std::iter::once(name.into()).chain(cells)
    }))
}
