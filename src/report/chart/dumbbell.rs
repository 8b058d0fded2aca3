//! Dumbbells: two amounts by name.

use crate::report::chart::mark::Mark;
use crate::report::chart::measure::Measure;
use crate::report::chart::series::{Grid, Series};
use crate::report::table::Table;

/// Two amounts for each name and a line between them: before and after, spend and effect.
///
/// ```
/// use mixtouch::report::chart::{Chart, Dumbbell, Measure};
///
/// let shares = Dumbbell::new(Measure::share("share"), ["tv", "search"])
///     .with_sides(("spend", [0.6, 0.4]), ("effect", [0.3, 0.7]));
/// let chart = Chart::new("TV takes more than it brings", shares);
/// assert_eq!(chart.table().rows()[0][2].to_string(), "30.0 %");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Dumbbell {
    grid: Grid,
}

impl Dumbbell {
    /// A dumbbell chart of these names, from top to bottom, without amounts.
    pub fn new<S: Into<String>>(measure: Measure, names: impl IntoIterator<Item = S>) -> Self {
        Self {
            grid: Grid::new(measure, names),
        }
    }

    /// The same chart with the names and amounts of its two sides.
    #[must_use]
    pub fn with_sides<M: Into<Mark>, N: Into<Mark>>(
        self,
        first: (impl Into<String>, impl IntoIterator<Item = M>),
        second: (impl Into<String>, impl IntoIterator<Item = N>),
    ) -> Self {
        let names = self.grid.names().to_vec();
        let grid = Grid::new(self.grid.measure().clone(), names);
        Self {
            grid: grid.with(first.0, first.1).with(second.0, second.1),
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

    /// The two sides; none before they are given.
    pub fn sides(&self) -> &[Series] {
        self.grid.series()
    }

    pub(crate) fn table(&self) -> Table {
        self.grid.table()
    }
}
