//! Dumbbells: two amounts by name.

use crate::report::chart::mark::Mark;
use crate::report::chart::measure::Measure;
use crate::report::chart::series::{self, Series};
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
    measure: Measure,
    names: Vec<String>,
    sides: Vec<Series>,
}

impl Dumbbell {
    /// A dumbbell chart of these names, from top to bottom, without amounts.
    pub fn new<S: Into<String>>(measure: Measure, names: impl IntoIterator<Item = S>) -> Self {
        Self {
            measure,
            names: names.into_iter().map(Into::into).collect(),
            sides: Vec::new(),
        }
    }

    /// The same chart with the names and amounts of its two sides.
    #[must_use]
    pub fn with_sides<M: Into<Mark>, N: Into<Mark>>(
        self,
        first: (impl Into<String>, impl IntoIterator<Item = M>),
        second: (impl Into<String>, impl IntoIterator<Item = N>),
    ) -> Self {
        let count = self.names.len();
        Self {
            sides: vec![
                Series::new(first.0, first.1, count),
                Series::new(second.0, second.1, count),
            ],
            ..self
        }
    }

    /// What is measured.
    pub const fn measure(&self) -> &Measure {
        &self.measure
    }

    /// The names from top to bottom.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The two sides; none before they are given.
    pub fn sides(&self) -> &[Series] {
        &self.sides
    }

    pub(crate) fn table(&self) -> Table {
        series::table("", &self.names, &self.sides, &self.measure)
    }
}
