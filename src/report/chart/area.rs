//! Stacked areas: parts over time.

use crate::report::chart::mark::Mark;
use crate::report::chart::measure::Measure;
use crate::report::chart::series::{Grid, Series};
use crate::report::table::Table;

/// Layers on each other over the same positions; amounts below zero lie under the zero line.
///
/// A missing amount is drawn as zero; the table says that it is missing.
///
/// ```
/// use mixtouch::report::chart::{Area, Chart, Measure};
///
/// let parts = Area::new(Measure::new("sales"), ["Mon", "Tue"])
///     .with_layer("base", [5.0, 5.0])
///     .with_layer("tv", [1.0, 2.0])
///     .with_layer("price", [-1.0, 0.0]);
/// assert!(Chart::new("Price cut into sales on Monday", parts).svg().starts_with("<svg"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    grid: Grid,
}

impl Area {
    /// Areas over these positions, from left to right, without layers.
    pub fn new<S: Into<String>>(measure: Measure, positions: impl IntoIterator<Item = S>) -> Self {
        Self {
            grid: Grid::new(measure, positions),
        }
    }

    /// The same areas with one more layer on top: an amount for each position.
    #[must_use]
    pub fn with_layer<M: Into<Mark>>(
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

    /// The positions from left to right.
    pub fn positions(&self) -> &[String] {
        self.grid.names()
    }

    /// The layers from the zero line outwards.
    pub fn layers(&self) -> &[Series] {
        self.grid.series()
    }

    pub(crate) fn table(&self) -> Table {
        self.grid.table()
    }
}
