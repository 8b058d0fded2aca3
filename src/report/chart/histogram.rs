//! Histograms: how often amounts occur.

use crate::report::chart::mark::Mark;
use crate::report::chart::measure::Measure;
use crate::report::table::Table;

/// One bar of a [`Histogram`].
///
/// ```
/// use mixtouch::report::chart::{Histogram, Measure};
///
/// let days = Histogram::new(Measure::new("days"), Measure::new("journeys"));
/// let days = days.with_bin(0.0, 1.0, 9.0);
/// assert_eq!(days.bins()[0].amount, 9.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Bin {
    /// Where the bar starts.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// How much lies between.
    pub amount: f64,
}

/// Upright bars over ranges of an amount.
///
/// ```
/// use mixtouch::report::chart::{Chart, Histogram, Measure};
///
/// let days = Histogram::new(Measure::new("days").with_digits(0), Measure::new("journeys"))
///     .with_bin(0.0, 1.0, 9.0)
///     .with_bin(1.0, 7.0, 4.0);
/// let chart = Chart::new("Two thirds buy within a day", days);
/// assert_eq!(chart.table().rows()[1][0].to_string(), "1 to 7");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    across: Measure,
    up: Measure,
    bins: Vec<Bin>,
}

impl Histogram {
    /// A histogram of these measures without bars.
    pub const fn new(across: Measure, up: Measure) -> Self {
        Self {
            across,
            up,
            bins: Vec::new(),
        }
    }

    /// The same histogram with one more bar; what does not run from a finite place to a higher one,
    /// or has no finite amount, is left out.
    #[must_use]
    pub fn with_bin(mut self, from: f64, to: f64, amount: f64) -> Self {
        if from.is_finite() && to.is_finite() && from < to && amount.is_finite() {
            self.bins.push(Bin { from, to, amount });
        }
        self
    }

    /// What runs across.
    pub const fn across(&self) -> &Measure {
        &self.across
    }

    /// What runs up.
    pub const fn up(&self) -> &Measure {
        &self.up
    }

    /// The bars in the order given.
    pub fn bins(&self) -> &[Bin] {
        &self.bins
    }

    pub(crate) fn table(&self) -> Table {
        let rows = self.bins.iter().map(|bin| {
            let (from, to) = (self.across.written(bin.from), self.across.written(bin.to));
            let range = format!("{from} to {to}");
            [range.into(), self.up.cell(Mark::new(bin.amount))]
        });
        Table::new([self.across.name(), self.up.name()]).with_rows(rows)
    }
}
