//! Waterfalls: how parts add up.

use crate::report::chart::mark::Mark;
use crate::report::chart::measure::Measure;
use crate::report::table::Table;

/// One step of a [`Waterfall`].
///
/// ```
/// use mixtouch::report::chart::{Measure, Step, Waterfall};
///
/// let waterfall = Waterfall::new(Measure::new("sales")).with_level("last year", 10.0);
/// assert_eq!(waterfall.steps()[0].1, Step::Level(10.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// A bar from zero: where the sum stands.
    Level(f64),
    /// A bar from where the sum stood to where it goes.
    Change(f64),
}

/// Bars that start where the last one ended: parts that add up to a total.
///
/// ```
/// use mixtouch::report::chart::{Chart, Measure, Waterfall};
///
/// let sales = Waterfall::new(Measure::new("sales").with_digits(0))
///     .with_level("baseline", 700.0)
///     .with_change("price", -80.0)
///     .with_change("media", 275.0)
///     .with_level("total", 895.0);
/// let chart = Chart::new("Media added 275 to a base of 620", sales);
/// assert_eq!(chart.table().rows().len(), 4);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Waterfall {
    measure: Measure,
    steps: Vec<(String, Step)>,
}

impl Waterfall {
    /// A waterfall without steps.
    pub const fn new(measure: Measure) -> Self {
        Self {
            measure,
            steps: Vec::new(),
        }
    }

    /// The same waterfall with a bar from zero, such as a start or a total.
    #[must_use]
    pub fn with_level(mut self, name: impl Into<String>, level: f64) -> Self {
        self.steps.push((name.into(), Step::Level(level)));
        self
    }

    /// The same waterfall with a bar from where the last one ended.
    #[must_use]
    pub fn with_change(mut self, name: impl Into<String>, change: f64) -> Self {
        self.steps.push((name.into(), Step::Change(change)));
        self
    }

    /// What is measured.
    pub const fn measure(&self) -> &Measure {
        &self.measure
    }

    /// The names and steps from top to bottom.
    pub fn steps(&self) -> &[(String, Step)] {
        &self.steps
    }

    /// Where each bar starts and ends; `None` where a step is not finite, which moves nothing.
    pub(crate) fn spans(&self) -> Vec<Option<(f64, f64)>> {
        let mut stands = 0.0;
        let mut span = |(_, step): &(String, Step)| {
            let (from, to) = match *step {
                Step::Level(level) => (0.0, level),
                Step::Change(change) => (stands, stands + change),
            };
            to.is_finite().then(|| {
                stands = to;
                (from, to)
            })
        };
        self.steps.iter().map(&mut span).collect()
    }

    pub(crate) fn table(&self) -> Table {
        let rows = self.steps.iter().map(|(name, step)| {
            let (Step::Level(amount) | Step::Change(amount)) = *step;
            let kind = match step {
                Step::Level(_) => "level",
                Step::Change(_) => "change",
            };
            [
                name.into(),
                self.measure.cell(Mark::new(amount)),
                kind.into(),
            ]
        });
        Table::new(["", self.measure.name(), "is"]).with_rows(rows)
    }
}
