//! Stacked areas: parts over time.

use crate::report::chart::mark::Mark;
use crate::report::chart::measure::Measure;
use crate::report::chart::series::{self, Series};
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
    measure: Measure,
    positions: Vec<String>,
    layers: Vec<Series>,
}

impl Area {
    /// Areas over these positions, from left to right, without layers.
    pub fn new<S: Into<String>>(measure: Measure, positions: impl IntoIterator<Item = S>) -> Self {
        Self {
            measure,
            positions: positions.into_iter().map(Into::into).collect(),
            layers: Vec::new(),
        }
    }

    /// The same areas with one more layer on top: an amount for each position.
    #[must_use]
    pub fn with_layer<M: Into<Mark>>(
        mut self,
        name: impl Into<String>,
        marks: impl IntoIterator<Item = M>,
    ) -> Self {
        let layer = Series::new(name, marks, self.positions.len());
        self.layers.push(layer);
        self
    }

    /// What is measured.
    pub const fn measure(&self) -> &Measure {
        &self.measure
    }

    /// The positions from left to right.
    pub fn positions(&self) -> &[String] {
        &self.positions
    }

    /// The layers from the zero line outwards.
    pub fn layers(&self) -> &[Series] {
        &self.layers
    }

    pub(crate) fn table(&self) -> Table {
        series::table("", &self.positions, &self.layers, &self.measure)
    }
}
