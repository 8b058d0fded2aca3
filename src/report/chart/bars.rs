//! Bars: amounts by name.

use crate::report::chart::mark::Mark;
use crate::report::chart::measure::Measure;
use crate::report::chart::series::{Grid, Series};
use crate::report::table::Table;

/// Horizontal bars by name, one for each series, with intervals where there are some.
///
/// ```
/// use mixtouch::report::chart::{Bars, Chart, Mark, Measure};
///
/// let credit = Measure::new("conversions").with_digits(0);
/// let bars = Bars::new(credit, ["search", "social"])
///     .with_series("Markov", [Mark::new(120.0).with_interval(101.0, 140.0), Mark::new(80.0)])
///     .with_series("last touch", [170.0, 30.0]);
/// let chart = Chart::new("Last touch overstates search", bars);
/// assert_eq!(chart.table().rows()[1][2].to_string(), "30");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    grid: Grid,
}

impl Bars {
    /// Bars of these names, from top to bottom, without series.
    pub fn new<S: Into<String>>(measure: Measure, names: impl IntoIterator<Item = S>) -> Self {
        Self {
            grid: Grid::new(measure, names),
        }
    }

    /// The same bars with one more series: an amount for each name.
    #[must_use]
    pub fn with_series<M: Into<Mark>>(
        self,
        name: impl Into<String>,
        marks: impl IntoIterator<Item = M>,
    ) -> Self {
        Self {
            grid: self.grid.with(name, marks),
        }
    }

    /// What is measured.
    pub const fn measure(&self) -> &Measure {
        self.grid.measure()
    }

    /// The names from top to bottom.
    pub fn names(&self) -> &[String] {
        self.grid.names()
    }

    /// The series.
    pub fn series(&self) -> &[Series] {
        self.grid.series()
    }

    pub(crate) fn table(&self) -> Table {
        self.grid.table()
    }
}
