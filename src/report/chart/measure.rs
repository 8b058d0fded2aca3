//! What the amounts of a chart are, and how they are written.

use crate::report::cell::Cell;
use crate::report::chart::mark::Mark;
use crate::report::figure;
use crate::report::table::{Alignment, Column};

/// What a chart measures: its name, unit and digits.
///
/// ```
/// use mixtouch::report::chart::Measure;
///
/// let spend = Measure::new("spend a week").with_unit("EUR").with_digits(0);
/// assert_eq!((spend.name(), spend.written(12_345.6)), ("spend a week", "12,346 EUR".into()));
/// assert_eq!(Measure::share("share of effect").written(0.125), "12.5 %");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    name: String,
    unit: Option<String>,
    digits: usize,
    percent: bool,
}

impl Measure {
    /// A measure of that name, written with two digits after the point and no unit.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            unit: None,
            digits: 2,
            percent: false,
        }
    }

    /// A share, 0 to 1, written as a percentage with one digit after the point.
    pub fn share(name: impl Into<String>) -> Self {
        Self {
            digits: 1,
            percent: true,
            ..Self::new(name)
        }
    }

    /// The same measure with a unit behind its figures, such as `EUR`.
    #[must_use]
    pub fn with_unit(self, unit: impl Into<String>) -> Self {
        let unit = Some(unit.into()).filter(|unit| !unit.is_empty());
        Self { unit, ..self }
    }

    /// The same measure, written with so many digits after the point.
    #[must_use]
    pub fn with_digits(self, digits: usize) -> Self {
        Self { digits, ..self }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether amounts are shares, written as percentages.
    pub const fn is_share(&self) -> bool {
        self.percent
    }

    /// An amount as text with its unit.
    pub fn written(&self, amount: f64) -> String {
        self.cell(Mark::new(amount)).to_string()
    }

    /// An amount as a whole number without its unit.
    pub(crate) fn shortly(&self, amount: f64) -> String {
        figure(if self.percent { 100.0 * amount } else { amount }, 0)
    }

    /// An amount and its interval as a cell of a table.
    pub(crate) fn cell(&self, mark: Mark) -> Cell {
        let cell = match (self.percent, &self.unit) {
            (true, _) => Cell::percent(mark.value(), self.digits),
            (false, None) => Cell::number(mark.value(), self.digits),
            (false, Some(unit)) => Cell::number(mark.value(), self.digits).with_unit(unit.clone()),
        };
        match mark.interval() {
            Some((low, high)) => cell.with_interval(low, high),
            None => cell,
        }
    }

    /// An amount and its interval in words, for those who point at it or hear it.
    pub(crate) fn told(&self, mark: Mark) -> String {
        match mark.value() {
            Some(_) => self.cell(mark).to_string(),
            None => "not estimated".to_owned(),
        }
    }

    /// A column of a table that has these amounts under this name.
    pub(crate) fn column(&self, name: &str) -> Column {
        Column::new(name, Alignment::Right)
    }
}
