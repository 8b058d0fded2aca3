//! A chart: its finding, what it shows and what is drawn.

use crate::report::chart::plot::Plot;
use crate::report::table::Table;

/// How much of a page's width a chart takes.
///
/// ```
/// use mixtouch::report::chart::{Bars, Chart, Measure, Size};
///
/// let bars = Bars::new(Measure::new("visits"), ["tv"]).with_series("", [3.0]);
/// let chart = Chart::new("Three visits", bars).with_size(Size::Half);
/// assert_eq!(chart.size(), Size::Half);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Size {
    /// All of it.
    #[default]
    Full,
    /// Half of it: two charts beside each other.
    Half,
    /// A third of it: small multiples.
    Third,
}

/// A picture as data: a title that states the finding, what is drawn, and a table behind it.
///
/// ```
/// use mixtouch::report::chart::{Bars, Chart, Measure};
///
/// let bars = Bars::new(Measure::new("visits").with_digits(0), ["tv", "<script>"])
///     .with_series("", [3.0, f64::NAN]);
/// let chart = Chart::new("TV brings the visits", bars).with_subtitle("Visits in May");
/// let svg = chart.svg();
/// assert!(svg.contains("&lt;script&gt;") && svg.contains("not estimated"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    title: String,
    subtitle: String,
    plot: Plot,
    table: Option<Table>,
    size: Size,
}

impl Chart {
    /// A chart under a title that states what it shows.
    pub fn new(title: impl Into<String>, plot: impl Into<Plot>) -> Self {
        Self {
            title: title.into(),
            subtitle: String::new(),
            plot: plot.into(),
            table: None,
            size: Size::Full,
        }
    }

    /// The same chart with a line that says what is drawn, in which unit, at which level.
    #[must_use]
    pub fn with_subtitle(self, subtitle: impl Into<String>) -> Self {
        Self {
            subtitle: subtitle.into(),
            ..self
        }
    }

    /// The same chart with another table behind it than the one of what is drawn.
    #[must_use]
    pub fn with_table(self, table: Table) -> Self {
        Self {
            table: Some(table),
            ..self
        }
    }

    /// The same chart, taking so much of a page's width.
    #[must_use]
    pub fn with_size(self, size: Size) -> Self {
        Self { size, ..self }
    }

    /// The title: the finding.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What is drawn, in which unit.
    pub fn subtitle(&self) -> &str {
        &self.subtitle
    }

    /// What is drawn.
    pub const fn plot(&self) -> &Plot {
        &self.plot
    }

    /// How much of a page's width it takes.
    pub const fn size(&self) -> Size {
        self.size
    }

    /// The figures behind the picture.
    pub fn table(&self) -> Table {
        self.table.clone().unwrap_or_else(|| self.plot.table())
    }
}
