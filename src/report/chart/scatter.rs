//! Scatters: one amount against another.

use crate::report::chart::mark::Mark;
use crate::report::chart::measure::Measure;
use crate::report::table::Table;

/// One named point of a [`Scatter`].
///
/// ```
/// use mixtouch::report::chart::{Measure, Scatter};
///
/// let scatter = Scatter::new(Measure::new("cost"), Measure::new("value"))
///     .with_point("tv", 3.0, f64::NAN);
/// assert_eq!(scatter.points()[0].up.value(), None);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ScatterPoint {
    /// The name.
    pub name: String,
    /// The amount that runs across.
    pub across: Mark,
    /// The amount that runs up.
    pub up: Mark,
    /// Whether it stands out from the others.
    pub chosen: bool,
}

/// Named points of two amounts, with a line where both are the same if asked for.
///
/// ```
/// use mixtouch::report::chart::{Chart, Measure, Scatter};
///
/// let scatter = Scatter::new(Measure::new("measured"), Measure::new("predicted"))
///     .with_point("test of tv", 3.0, 2.5)
///     .with_chosen("test of radio", 1.0, 4.0)
///     .with_diagonal();
/// assert_eq!(Chart::new("One test disagrees", scatter).table().rows().len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Scatter {
    across: Measure,
    up: Measure,
    points: Vec<ScatterPoint>,
    diagonal: bool,
}

impl Scatter {
    /// A scatter of these measures without points.
    pub const fn new(across: Measure, up: Measure) -> Self {
        Self {
            across,
            up,
            points: Vec::new(),
            diagonal: false,
        }
    }

    /// The same scatter with one more point.
    #[must_use]
    pub fn with_point(
        self,
        name: impl Into<String>,
        across: impl Into<Mark>,
        up: impl Into<Mark>,
    ) -> Self {
        self.with(name.into(), across.into(), up.into(), false)
    }

    /// The same scatter with one more point that stands out from the others.
    #[must_use]
    pub fn with_chosen(
        self,
        name: impl Into<String>,
        across: impl Into<Mark>,
        up: impl Into<Mark>,
    ) -> Self {
        self.with(name.into(), across.into(), up.into(), true)
    }

    fn with(mut self, name: String, across: Mark, up: Mark, chosen: bool) -> Self {
        self.points.push(ScatterPoint {
            name,
            across,
            up,
            chosen,
        });
        self
    }

    /// The same scatter with a line where both amounts are the same.
    #[must_use]
    pub fn with_diagonal(self) -> Self {
        Self {
            diagonal: true,
            ..self
        }
    }

    /// What runs across.
    pub const fn across(&self) -> &Measure {
        &self.across
    }

    /// What runs up.
    pub const fn up(&self) -> &Measure {
        &self.up
    }

    /// The points in the order given.
    pub fn points(&self) -> &[ScatterPoint] {
        &self.points
    }

    /// Whether there is a line where both amounts are the same.
    pub const fn has_diagonal(&self) -> bool {
        self.diagonal
    }

    pub(crate) fn table(&self) -> Table {
        let rows = self.points.iter().map(|point| {
            let across = self.across.cell(point.across);
            [(&point.name).into(), across, self.up.cell(point.up)]
        });
        Table::new(["", self.across.name(), self.up.name()]).with_rows(rows)
    }
}
