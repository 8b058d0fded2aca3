//! One column of the baseline, and the part of the baseline it belongs to.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// A part of the baseline, which has a contribution of its own.
///
/// Serialised it has the fields `part` and, for holidays, controls and treatments, `name`.
///
/// ```
/// use mixtouch::mix::specification::BaselinePart;
///
/// assert_eq!(BaselinePart::Season.to_string(), "season");
/// assert_eq!(BaselinePart::Control("price".into()).to_string(), "control price");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BaselinePart {
    /// The intercept: where trend, season and controls stand at 0.
    Level,
    /// The trend, from 0 in the panel's first period.
    Trend,
    /// The season of the year, by sines and cosines.
    Season,
    /// Days of the week, as distances from the week's mean.
    Weekday,
    /// Calendar months, as distances from the year's mean.
    Month,
    /// The days of one holiday.
    Holiday(String),
    /// A control: its coefficient x its value.
    Control(String),
    /// A control with a reference level: its coefficient x (its value - the reference).
    Treatment(String),
}

impl BaselinePart {
    /// The kind of part and, where there are several, its name.
    const fn names(&self) -> (&'static str, Option<&String>) {
        match self {
            Self::Level => ("level", None),
            Self::Trend => ("trend", None),
            Self::Season => ("season", None),
            Self::Weekday => ("weekday", None),
            Self::Month => ("month", None),
            Self::Holiday(name) => ("holiday", Some(name)),
            Self::Control(name) => ("control", Some(name)),
            Self::Treatment(name) => ("treatment", Some(name)),
        }
    }
}

impl fmt::Display for BaselinePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.names() {
            (kind, Some(name)) => write!(f, "{kind} {name}"),
            (kind, None) => f.write_str(kind),
        }
    }
}

impl Serialize for BaselinePart {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, name) = self.names();
        let fields = 1 + usize::from(name.is_some());
        let mut part = serializer.serialize_struct("BaselinePart", fields)?;
        part.serialize_field("part", kind)?;
        if let Some(name) = name {
            part.serialize_field("name", name)?;
        }
        part.end()
    }
}

/// One column of the baseline, over the periods of one geo.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    pub(crate) name: String,
    pub(crate) part: BaselinePart,
    pub(crate) values: Vec<f64>,
    /// Whether a penalty draws its coefficient to 0.
    pub(crate) penalised: bool,
}
