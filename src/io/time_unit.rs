//! The unit of times that are plain numbers.

use crate::error::{Error, Result};
use crate::time::limits::{SECONDS, second};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The unit of timestamps that are plain numbers since 1970-01-01T00:00:00Z. In serde it is `s`,
/// `ms`, `us` or `ns`.
///
/// ```
/// use mixtouch::Events;
/// use mixtouch::io::{EventColumns, TimeUnit};
///
/// let file = "person,timestamp,channel,kind\nann,1767225600123,social,touch\n";
/// let columns = EventColumns::default().with_time_unit(TimeUnit::Milliseconds);
/// let log = Events::from_csv(file.as_bytes(), columns)?;
/// assert_eq!(log.get(0).map(|event| event.time()), Some(1_767_225_600));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimeUnit {
    /// Seconds.
    #[default]
    #[serde(rename = "s")]
    Seconds,
    /// Thousandths of a second, as JavaScript has them.
    #[serde(rename = "ms")]
    Milliseconds,
    /// Millionths of a second, as GA4 exports have them.
    #[serde(rename = "us")]
    Microseconds,
    /// Billionths of a second.
    #[serde(rename = "ns")]
    Nanoseconds,
}

/// 2000-01-01T00:00:00Z and 2100-01-01T00:00:00Z: the times that logs of marketing hold.
pub(super) const USUAL: std::ops::Range<i128> = 946_684_800..4_102_444_800;

impl FromStr for TimeUnit {
    type Err = Error;

    /// `s`, `ms`, `us` or `ns`.
    fn from_str(sign: &str) -> Result<Self> {
        let mut units = Self::ALL.into_iter();
        let unit = units.find(|unit| unit.sign() == sign);
        let unknown =
            || Error::setting("the unit of times", format!("{sign:?}"), "s, ms, us or ns");
        unit.ok_or_else(unknown)
    }
}

impl TimeUnit {
    const ALL: [Self; 4] = [
        Self::Seconds,
        Self::Milliseconds,
        Self::Microseconds,
        Self::Nanoseconds,
    ];

    /// The whole seconds of a number of the unit; seconds need no division, which is slow.
    #[inline]
    fn whole_seconds(self, number: i128) -> i128 {
        match self {
            Self::Seconds => number,
            _ => number.div_euclid(self.per_second()),
        }
    }

    /// How many of the unit make a second.
    pub(super) fn per_second(self) -> i128 {
        match self {
            Self::Seconds => 1,
            Self::Milliseconds => 1_000,
            Self::Microseconds => 1_000_000,
            Self::Nanoseconds => 1_000_000_000,
        }
    }

    /// The sign that settings have for the unit.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::Microseconds => "us",
            Self::Nanoseconds => "ns",
        }
    }

    /// Whether a number of this unit is a time from 2000 to 2099.
    pub(super) fn is_usual(self, number: i128) -> bool {
        USUAL.contains(&number.div_euclid(self.per_second()))
    }

    /// What a number that is no usual time looks like, as a hint at the end of a message; empty if
    /// it looks like nothing known.
    pub(super) fn hint(self, number: i128) -> String {
        if self == Self::Seconds && is_date(number) {
            return " (this looks like a date YYYYMMDD)".into();
        }
        let mut others = Self::ALL.into_iter().filter(|&unit| unit != self);
        let fits = others.find(|unit| !self.is_usual(number) && unit.is_usual(number));
        fits.map_or(String::new(), |unit| {
            format!(" (this looks like {unit}: state the unit {})", unit.sign())
        })
    }

    /// The second of a number of this unit.
    ///
    /// # Errors
    /// If a log cannot hold the time, or the number is clearly something else: a date, or a time in
    /// another unit.
    #[inline]
    pub(super) fn second(self, number: i128, row: u64, column: &str) -> Result<u32> {
        let seconds = i64::try_from(self.whole_seconds(number)).ok();
        match seconds.and_then(second) {
            Some(seconds) if !self.is_suspect(number) => Ok(seconds),
            _ => Err(self.refusal(number, row, column)),
        }
    }

    /// The nanoseconds inside the second of a number of this unit.
    #[inline]
    pub(super) fn fraction(self, number: i128) -> u32 {
        let part = number.rem_euclid(self.per_second());
        (part * (1_000_000_000 / self.per_second())) as u32
    }

    /// Whether a number that could be a time is clearly something else. Small numbers of seconds
    /// are not: they count from the start of an experiment.
    #[inline]
    fn is_suspect(self, number: i128) -> bool {
        match self {
            Self::Seconds => DATES.contains(&number) && is_date(number),
            _ => !self.is_usual(number) && !self.hint(number).is_empty(),
        }
    }

    #[cold]
    fn refusal(self, number: i128, row: u64, column: &str) -> Error {
        let hint = self.hint(number);
        let expected = match self {
            Self::Seconds => format!("{SECONDS}{hint}"),
            _ => format!("{self} since 1970-01-01T00:00:00Z, up to 2106{hint}"),
        };
        Error::field(row, column, number.to_string(), expected)
    }
}

impl fmt::Display for TimeUnit {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Microseconds => "microseconds",
            Self::Nanoseconds => "nanoseconds",
        })
    }
}

/// The numbers that dates YYYYMMDD are, among others.
pub(super) const DATES: std::ops::RangeInclusive<i128> = 19_000_101..=21_001_231;

/// Whether a number is a date YYYYMMDD of the years 1900 to 2100.
#[cold]
pub(super) fn is_date(number: i128) -> bool {
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    let date = crate::time::Day::from_calendar(year as i32, month as u32, day as u32);
    DATES.contains(&number) && date.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(unit: TimeUnit, number: i128) -> Result<u32, String> {
        unit.second(number, 2, "timestamp")
            .map_err(|error| error.to_string())
    }

    #[test]
    fn numbers_are_times_of_their_unit() {
        assert_eq!(read(TimeUnit::Seconds, 1_767_225_600), Ok(1_767_225_600));
        assert_eq!(
            read(TimeUnit::Milliseconds, 1_767_225_600_999),
            Ok(1_767_225_600)
        );
        assert_eq!(
            read(TimeUnit::Microseconds, 1_767_225_600_000_000),
            Ok(1_767_225_600)
        );
        assert_eq!(
            read(TimeUnit::Nanoseconds, 1_767_225_600_000_000_000),
            Ok(1_767_225_600)
        );
        assert_eq!(read(TimeUnit::Seconds, 5), Ok(5), "seconds of a test");
        assert_eq!(read(TimeUnit::Milliseconds, 5_000), Ok(5));
    }

    #[test]
    fn a_number_of_another_unit_is_refused_with_its_name() {
        for (unit, number, hint) in [
            (
                TimeUnit::Seconds,
                1_767_225_600_000,
                "milliseconds: state the unit ms",
            ),
            (
                TimeUnit::Seconds,
                1_767_225_600_000_000,
                "microseconds: state the unit us",
            ),
            (
                TimeUnit::Seconds,
                1_767_225_600_000_000_000,
                "nanoseconds: state the unit ns",
            ),
            (
                TimeUnit::Milliseconds,
                1_767_225_600,
                "seconds: state the unit s",
            ),
            (
                TimeUnit::Microseconds,
                1_767_225_600_000,
                "milliseconds: state the unit ms",
            ),
            (TimeUnit::Seconds, 20_240_910, "a date YYYYMMDD"),
        ] {
            let message = read(unit, number).unwrap_err();
            assert!(
                message.ends_with(&format!("(this looks like {hint})")),
                "{message}"
            );
        }
        assert_eq!(
            read(TimeUnit::Seconds, 20_240_999),
            Ok(20_240_999),
            "no date"
        );
        assert!(
            !read(TimeUnit::Seconds, -5)
                .unwrap_err()
                .contains("looks like")
        );
        assert!(read(TimeUnit::Nanoseconds, i128::MAX).is_err());
        assert!(read(TimeUnit::Seconds, i128::MIN).is_err());
    }

    #[test]
    fn units_are_their_signs() {
        let text = serde_json::to_string(&TimeUnit::ALL).unwrap();
        assert_eq!(text, r#"["s","ms","us","ns"]"#);
        let back: [TimeUnit; 4] = serde_json::from_str(&text).unwrap();
        assert_eq!(back, TimeUnit::ALL);
    }
}
