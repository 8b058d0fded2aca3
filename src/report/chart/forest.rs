//! Forests: estimates by name with their intervals.

use crate::report::chart::mark::Mark;
use crate::report::chart::measure::Measure;
use crate::report::chart::series::{Grid, Series};
use crate::report::table::Table;

/// A dot with its interval for each name and series, beside a reference such as break-even.
///
/// ```
/// use mixtouch::report::chart::{Chart, Forest, Mark, Measure};
///
/// let forest = Forest::new(Measure::new("return on spend"), ["tv", "search"])
///     .with_series("", [Mark::new(0.7).with_interval(0.2, 1.3), Mark::new(2.1)])
///     .with_reference(1.0, "break-even");
/// let chart = Chart::new("Search pays back", forest);
/// assert!(chart.svg().contains("break-even"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    grid: Grid,
    reference: Option<(f64, String)>,
}

impl Forest {
    /// A forest of these names, from top to bottom, without estimates.
    pub fn new<S: Into<String>>(measure: Measure, names: impl IntoIterator<Item = S>) -> Self {
        Self {
            grid: Grid::new(measure, names),
            reference: None,
        }
    }

    /// The same forest with one more series: an estimate for each name.
    #[must_use]
    pub fn with_series<M: Into<Mark>>(
        self,
        name: impl Into<String>,
        marks: impl IntoIterator<Item = M>,
    ) -> Self {
        Self {
            grid: self.grid.with(name, marks),
            ..self
        }
    }

    /// The same forest with a line at a reference value; none where it is not finite.
    #[must_use]
    pub fn with_reference(self, value: f64, name: impl Into<String>) -> Self {
        let reference = value.is_finite().then(|| (value, name.into()));
        Self { reference, ..self }
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

    /// The value of the reference and its name.
    pub fn reference(&self) -> Option<(f64, &str)> {
        let reference = self.reference.as_ref();
        reference.map(|(value, name)| (*value, name.as_str()))
    }

    pub(crate) fn table(&self) -> Table {
        self.grid.table()
    }
}
