//! How long a panel's periods are.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::Day;

/// The length of a panel's periods.
///
/// ```
/// use mixtouch::Day;
/// use mixtouch::mix::panel::Frequency;
///
/// let start: Day = "2024-01-29".parse()?;
/// assert_eq!("week".parse::<Frequency>()?.next(start), "2024-02-05".parse()?);
/// assert_eq!(Frequency::Month.next("2024-02-01".parse()?), "2024-03-01".parse()?);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Frequency {
    /// One day.
    Day,
    /// Seven days.
    Week,
    /// A calendar month.
    Month,
}

impl Frequency {
    /// The first day of the next period.
    pub fn next(self, start: Day) -> Day {
        match self {
            Self::Day => start.plus(1),
            Self::Week => start.plus(7),
            Self::Month => start.plus_months(1),
        }
    }

    /// How many periods make a year.
    pub(crate) const fn year(self) -> usize {
        match self {
            Self::Day => 364,
            Self::Week => 52,
            Self::Month => 12,
        }
    }

    /// How many periods adstock reaches unless another window is asked for.
    pub(crate) const fn default_window(self) -> usize {
        match self {
            Self::Day => 28,
            Self::Week => 8,
            Self::Month => 3,
        }
    }

    /// The period whose length is the distance between the first two of a panel's days.
    pub(super) fn from_dates(dates: &[Day]) -> Result<Self> {
        let [first, second, ..] = dates else {
            return Err(Error::setting(
                "number of periods",
                dates.len(),
                "2 or more, or the period's length given",
            ));
        };
        match second.since(*first) {
            1 => Ok(Self::Day),
            7 => Ok(Self::Week),
            28..=31 => Ok(Self::Month),
            other => Err(Error::setting(
                "days between the first two periods",
                other,
                "1 (days), 7 (weeks) or 28 to 31 (months)",
            )),
        }
    }
}

impl std::str::FromStr for Frequency {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "day" => Ok(Self::Day),
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            _ => Err(Error::setting("period", name, "week, day, month")),
        }
    }
}
