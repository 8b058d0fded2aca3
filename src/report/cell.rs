//! One entry of a table.

#[cfg(feature = "csv")]
use crate::report::escape::no_formula;
use crate::report::escape::printable;
use crate::report::figure::{figure, grouped};
use crate::stats::Estimate;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::borrow::Cow;
use std::fmt;

/// One entry of a table: a text, a count, a number with an optional interval, or nothing.
///
/// As text, numbers are rounded, grouped by thousands and followed by their unit; a missing figure
/// is `-`. In CSV and JSON numbers keep full precision and have no unit; JSON writes an interval as
/// `{"value", "low", "high"}` and a missing figure as `null`.
///
/// ```
/// use mixtouch::report::Cell;
///
/// let credit = Cell::number(168.34, 1).with_interval(145.1, 189.5);
/// assert_eq!(credit.to_string(), "168.3 (145.1 to 189.5)");
/// assert_eq!(credit.value(), Some(168.34));
/// assert_eq!(Cell::percent(0.0625, 2).to_string(), "6.25 %");
/// assert_eq!(Cell::number(1_200.0, 2).with_unit("EUR").to_string(), "1,200.00 EUR");
/// // no spend, hence no return on it
/// assert_eq!(Cell::number(None, 2).to_string(), "-");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Cell(Content);

#[derive(Debug, Clone, PartialEq)]
enum Content {
    Missing,
    Text(String),
    Count(u64),
    Number(Number),
}

#[derive(Debug, Clone, PartialEq)]
struct Number {
    value: f64,
    interval: Option<(f64, f64)>,
    digits: usize,
    unit: Unit,
}

/// How a number is scaled, and what follows it, in text.
#[derive(Debug, Clone, PartialEq)]
enum Unit {
    None,
    Percent,
    Named(Cow<'static, str>),
}

impl Cell {
    /// A figure that is not known or does not apply.
    pub const MISSING: Self = Self(Content::Missing);

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self(Content::Text(text.into()))
    }

    /// A whole number of things.
    pub fn count(count: u64) -> Self {
        Self(Content::Count(count))
    }

    /// A number, shown with `digits` decimal places; missing if `None`.
    pub fn number(value: impl Into<Option<f64>>, digits: usize) -> Self {
        Self::scaled(value.into(), digits, Unit::None)
    }

    /// A share, 0 to 1, shown as a percentage with `digits` decimal places; missing if `None`.
    pub fn percent(share: impl Into<Option<f64>>, digits: usize) -> Self {
        Self::scaled(share.into(), digits, Unit::Percent)
    }

    fn scaled(value: Option<f64>, digits: usize, unit: Unit) -> Self {
        value.map_or(Self::MISSING, |value| {
            Self(Content::Number(Number {
                value,
                interval: None,
                digits,
                unit,
            }))
        })
    }

    /// An estimate with its interval, rounded to so many digits after the point.
    ///
    /// ```
    /// use mixtouch::report::Cell;
    /// use mixtouch::stats::{ConfidenceLevel, Estimate, Interval};
    ///
    /// let interval = Interval::new(1.0, 3.0, ConfidenceLevel::P90).unwrap();
    /// let cell = Cell::estimate(Estimate::new(2.0, interval), 1);
    /// assert_eq!(cell.to_string(), "2.0 (1.0 to 3.0)");
    /// ```
    pub fn estimate(estimate: Estimate, digits: usize) -> Self {
        Self::number(estimate.value(), digits).with_interval(estimate.low(), estimate.high())
    }

    /// The same number with the ends of its interval, in the number's own unit; `None` changes
    /// nothing, and only numbers have intervals.
    #[must_use]
    pub fn with_interval(
        mut self,
        low: impl Into<Option<f64>>,
        high: impl Into<Option<f64>>,
    ) -> Self {
        if let Content::Number(number) = &mut self.0 {
            number.interval = low.into().zip(high.into());
        }
        self
    }

    /// The same number followed by a unit in text, such as `EUR` or `h`; only numbers have units.
    #[must_use]
    pub fn with_unit(mut self, unit: impl Into<Cow<'static, str>>) -> Self {
        if let Content::Number(number) = &mut self.0 {
            number.unit = Unit::Named(unit.into());
        }
        self
    }

    /// The number or count; `None` for texts and missing figures.
    pub fn value(&self) -> Option<f64> {
        match &self.0 {
            Content::Number(number) => Some(number.value),
            Content::Count(count) => Some(*count as f64),
            Content::Missing | Content::Text(_) => None,
        }
    }

    /// The lower and upper end of the number's interval, if it has one.
    pub fn interval(&self) -> Option<(f64, f64)> {
        match &self.0 {
            Content::Number(number) => number.interval,
            _ => None,
        }
    }

    /// Whether it is a share, shown as a percentage.
    pub(crate) fn is_share(&self) -> bool {
        matches!(&self.0, Content::Number(number) if number.unit == Unit::Percent)
    }

    /// Whether nothing is known.
    pub fn is_missing(&self) -> bool {
        self.0 == Content::Missing
    }

    /// The number, count or text as shown, without its interval.
    pub(crate) fn shown(&self) -> Cow<'_, str> {
        match &self.0 {
            Content::Missing => "-".into(),
            Content::Text(text) => printable(text),
            Content::Count(count) => grouped(&count.to_string()).into(),
            Content::Number(number) => {
                let figure = number.figure(number.value);
                match &number.unit {
                    Unit::None => figure.into(),
                    Unit::Percent => format!("{figure} %").into(),
                    Unit::Named(unit) => format!("{figure} {unit}").into(),
                }
            }
        }
    }

    /// The interval as shown: `(145.1 to 189.5)`.
    pub(crate) fn shown_interval(&self) -> Option<String> {
        let Content::Number(number) = &self.0 else {
            return None;
        };
        let (low, high) = number.interval?;
        Some(format!(
            "({} to {})",
            number.figure(low),
            number.figure(high)
        ))
    }

    /// The content with full precision and without a unit: what CSV holds.
    #[cfg(feature = "csv")]
    pub(crate) fn plain(&self) -> Cow<'_, str> {
        match &self.0 {
            Content::Missing => "".into(),
            Content::Text(text) => no_formula(text),
            Content::Count(count) => count.to_string().into(),
            Content::Number(number) => number.value.to_string().into(),
        }
    }
}

impl Number {
    fn figure(&self, value: f64) -> String {
        let scale = if self.unit == Unit::Percent {
            100.0
        } else {
            1.0
        };
        figure(scale * value, self.digits)
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shown_interval() {
            Some(interval) => f.pad(&format!("{} {interval}", self.shown())),
            None => f.pad(&self.shown()),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Content::Missing => serializer.serialize_none(),
            Content::Text(text) => serializer.serialize_str(text),
            Content::Count(count) => serializer.serialize_u64(*count),
            Content::Number(Number {
                value,
                interval: None,
                ..
            }) => serializer.serialize_f64(*value),
            Content::Number(Number {
                value,
                interval: Some((low, high)),
                ..
            }) => {
                let mut fields = serializer.serialize_struct("Cell", 3)?;
                fields.serialize_field("value", value)?;
                fields.serialize_field("low", low)?;
                fields.serialize_field("high", high)?;
                fields.end()
            }
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::text(text)
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::count(count)
    }
}

impl From<usize> for Cell {
    fn from(count: usize) -> Self {
        Self::count(count as u64)
    }
}

impl From<Option<Cell>> for Cell {
    fn from(cell: Option<Cell>) -> Self {
        cell.unwrap_or(Self::MISSING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_intervals_and_missing_figures_as_text() {
        assert_eq!(Cell::from(1_234_u64).to_string(), "1,234");
        assert_eq!(Cell::from("two\nlines").to_string(), "two\\nlines");
        assert_eq!(Cell::from(None::<Cell>), Cell::MISSING);
        let share = Cell::percent(0.5, 1).with_interval(0.25, 0.75);
        assert_eq!(share.to_string(), "50.0 % (25.0 to 75.0)");
        let half = Cell::number(1.5, 1).with_interval(1.0, None);
        assert_eq!((half.to_string(), half.interval()), ("1.5".into(), None));
        assert_eq!(Cell::from("text").with_interval(0.0, 1.0).interval(), None);
        assert_eq!(format!("{:>4}", Cell::MISSING), "   -");
    }

    #[test]
    fn json_keeps_full_precision() {
        let cells = [
            Cell::MISSING,
            Cell::from("a"),
            Cell::from(3_u64),
            Cell::percent(0.123456, 1),
            Cell::number(2.0, 0).with_interval(1.5, 2.5),
        ];
        assert_eq!(
            serde_json::to_string(&cells).unwrap(),
            r#"[null,"a",3,0.123456,{"value":2.0,"low":1.5,"high":2.5}]"#
        );
    }
}
