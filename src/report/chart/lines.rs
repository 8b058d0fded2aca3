//! Lines: amounts over time.

use crate::report::chart::mark::Mark;
use crate::report::chart::measure::Measure;
use crate::report::chart::series::{Grid, Series};
use crate::report::table::Table;

/// A line for each series over the same positions, with a band where amounts have intervals. A
/// missing amount leaves a gap.
///
/// ```
/// use mixtouch::report::chart::{Chart, Lines, Mark, Measure};
///
/// let lines = Lines::new(Measure::new("sales"), ["2024-01-01", "2024-01-08", "2024-01-15"])
///     .with_series("expected", [5.0, 6.0, 7.0].map(|x| Mark::new(x).with_interval(x, x + 1.0)))
///     .with_series("actual", [Some(5.5), Some(5.9), None])
///     .with_divider(2, "forecast");
/// assert_eq!(Chart::new("Sales rise", lines).table().rows().len(), 3);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    grid: Grid,
    divider: Option<(usize, String)>,
    from_zero: bool,
}

impl Lines {
    /// Lines over these positions, from left to right, without series.
    pub fn new<S: Into<String>>(measure: Measure, positions: impl IntoIterator<Item = S>) -> Self {
        Self {
            grid: Grid::new(measure, positions),
            divider: None,
            from_zero: false,
        }
    }

    /// The same lines with one more series: an amount for each position.
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

    /// The same lines with an upright line before a position, such as where a forecast starts.
    #[must_use]
    pub fn with_divider(self, position: usize, name: impl Into<String>) -> Self {
        Self {
            divider: Some((position, name.into())),
            ..self
        }
    }

    /// The same lines on an axis that holds zero; else it spans the amounts.
    #[must_use]
    pub fn with_zero(self, from_zero: bool) -> Self {
        Self { from_zero, ..self }
    }

    /// What is measured.
    pub const fn measure(&self) -> &Measure {
        self.grid.measure()
    }

    /// The positions from left to right.
    pub fn positions(&self) -> &[String] {
        self.grid.names()
    }

    /// The series.
    pub fn series(&self) -> &[Series] {
        self.grid.series()
    }

    /// Before which position an upright line stands, and its name.
    pub fn divider(&self) -> Option<(usize, &str)> {
        let divider = self.divider.as_ref();
        divider.map(|(position, name)| (*position, name.as_str()))
    }

    /// Whether the axis holds zero.
    pub const fn is_from_zero(&self) -> bool {
        self.from_zero
    }

    pub(crate) fn table(&self) -> Table {
        self.grid.table()
    }
}
