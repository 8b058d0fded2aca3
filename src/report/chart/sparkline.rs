//! Sparklines: a course without axes.

use crate::report::chart::mark::Mark;
use crate::report::chart::measure::Measure;
use crate::report::chart::series::Grid;
use crate::report::table::Table;

/// A small line without axes, for a card or a line of text, with the band of its intervals.
///
/// ```
/// use mixtouch::report::chart::{Chart, Measure, Sparkline};
///
/// let course = Sparkline::new(Measure::new("score"), ["May", "June"], [31.0, 35.0]);
/// assert_eq!(Chart::new("Score", course).table().rows()[0][1].to_string(), "31.00");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Sparkline {
    grid: Grid,
}

impl Sparkline {
    /// A line of an amount for each position.
    pub fn new<S: Into<String>, M: Into<Mark>>(
        measure: Measure,
        positions: impl IntoIterator<Item = S>,
        marks: impl IntoIterator<Item = M>,
    ) -> Self {
        Self {
            grid: Grid::new(measure, positions).with("", marks),
        }
    }

    /// What is measured.
    pub const fn measure(&self) -> &Measure {
        self.grid.measure()
    }

    /// The amounts from left to right.
    pub fn marks(&self) -> &[Mark] {
        self.grid.series()[0].marks()
    }

    pub(crate) fn table(&self) -> Table {
        self.grid.table()
    }
}
