//! Calendar days: what a panel's rows, a holiday table and an experiment's window are dated by.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A day of the proleptic Gregorian calendar, counted from 1970-01-01; years 0001 to 9999.
///
/// A day has no time of day and no time zone, so differences are whole days and 4 bytes suffice. It
/// reads and writes as ISO 8601 (`2026-11-21`), in serde as well. Conversions follow the era
/// arithmetic of [Howard Hinnant's calendar
/// algorithms](https://howardhinnant.github.io/date_algorithms.html).
///
/// ```
/// use mixtouch::Day;
///
/// let monday: Day = "2024-02-26".parse()?;
/// assert_eq!(monday.plus(7).to_string(), "2024-03-04");
/// assert_eq!(monday.plus(7).since(monday), 7);
/// assert_eq!(monday.weekday(), 0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(i32);

const ALLOWED: &str = "a date YYYY-MM-DD from 0001-01-01 to 9999-12-31";
const DAYS_PER_ERA: i32 = 146_097;
/// 1970-01-01 counted from 0000-03-01, where an era begins.
const EPOCH_OFFSET: i32 = 719_468;

impl Day {
    /// 0001-01-01.
    pub const MIN: Self = Self(-719_162);
    /// 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// The day `days` days after 1970-01-01, or before it if negative.
    ///
    /// # Errors
    /// If the day lies outside the years 0001 to 9999.
    pub fn new(days: i32) -> Result<Self> {
        let day = Self(days);
        if (Self::MIN..=Self::MAX).contains(&day) {
            Ok(day)
        } else {
            Err(Error::setting("days since 1970-01-01", days, ALLOWED))
        }
    }

    /// The day of a year (1 to 9999), month (1 to 12) and day of the month (from 1).
    ///
    /// # Errors
    /// If there is no such day in the calendar.
    pub fn from_calendar(year: i32, month: u32, day: u32) -> Result<Self> {
        let exists = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day);
        if !exists {
            return Err(Error::setting(
                "date",
                format!("{year:04}-{month:02}-{day:02}"),
                ALLOWED,
            ));
        }
        let shifted_year = year - i32::from(month <= 2);
        let era = shifted_year.div_euclid(400);
        let year_of_era = shifted_year.rem_euclid(400);
        let day_of_year = ((153 * ((month + 9) % 12) + 2) / 5 + day - 1) as i32;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Ok(Self(era * DAYS_PER_ERA + day_of_era - EPOCH_OFFSET))
    }

    /// Year, month (1 to 12) and day of the month (from 1).
    pub fn calendar(self) -> (i32, u32, u32) {
        let shifted = self.0 + EPOCH_OFFSET;
        let (era, day_of_era) = (
            shifted.div_euclid(DAYS_PER_ERA),
            shifted.rem_euclid(DAYS_PER_ERA),
        );
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
        let month = ((month_from_march + 2) % 12 + 1) as u32;
        (year_of_era + era * 400 + i32::from(month <= 2), month, day)
    }

    /// Days since 1970-01-01, negative before it.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// Whole days from `earlier` to this day, negative if this day comes first.
    pub const fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// The day `days` days later, or earlier if negative, within [`Day::MIN`] to [`Day::MAX`].
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days)).clamp(Self::MIN, Self::MAX)
    }

    /// The day of the month `months` calendar months later (earlier if negative), or that month's
    /// last day where it is shorter.
    pub fn plus_months(self, months: i32) -> Self {
        let (year, month, day) = self.calendar();
        let count = i64::from(year) * 12 + i64::from(month) - 1 + i64::from(months);
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) as u32 + 1);
        match i32::try_from(year) {
            Ok(year) if year >= 1 => {
                Self::from_calendar(year, month, day.min(days_in_month(year, month)))
                    .unwrap_or(Self::MAX)
            }
            Ok(_) => Self::MIN,
            Err(_) => {
                if months < 0 {
                    Self::MIN
                } else {
                    Self::MAX
                }
            }
        }
    }

    /// Day of the week, 0 for Monday to 6 for Sunday.
    pub const fn weekday(self) -> u32 {
        (self.0 + 3).rem_euclid(7) as u32
    }

    /// Day of the year, from 1 for 1 January to 365 or 366.
    pub fn day_of_year(self) -> u32 {
        let (year, month, day) = self.calendar();
        (1..month)
            .map(|earlier| days_in_month(year, earlier))
            .sum::<u32>()
            + day
    }
}

fn days_in_month(year: i32, month: u32) -> u32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 31,
    }
}

impl FromStr for Day {
    type Err = Error;

    /// Reads `YYYY-MM-DD` and nothing else: no time, no blanks, no shortened parts.
    fn from_str(text: &str) -> Result<Self> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(i, b)| {
                if i == 4 || i == 7 {
                    *b == b'-'
                } else {
                    b.is_ascii_digit()
                }
            });
        let number = |part: &[u8]| {
            part.iter()
                .fold(0_u32, |sum, digit| sum * 10 + u32::from(digit - b'0'))
        };
        if !shaped {
            return Err(Error::setting("date", format!("{text:?}"), ALLOWED));
        }
        Self::from_calendar(
            number(&bytes[..4]) as i32,
            number(&bytes[5..7]),
            number(&bytes[8..]),
        )
    }
}

impl TryFrom<String> for Day {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.calendar();
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn known_days() {
        for (text, days, weekday, of_year) in [
            ("1970-01-01", 0, 3, 1),
            ("2000-03-01", 11_017, 2, 61),
            ("0001-01-01", -719_162, 0, 1),
            ("9999-12-31", 2_932_896, 4, 365),
            ("2024-12-31", 20_088, 1, 366),
        ] {
            assert_eq!(
                (
                    day(text).days(),
                    day(text).weekday(),
                    day(text).day_of_year()
                ),
                (days, weekday, of_year),
                "{text}"
            );
            assert_eq!(day(text).to_string(), text);
        }
    }

    #[test]
    fn every_day_converts_back() {
        let mut expected = (1, 1, 1);
        for days in Day::MIN.days()..=Day::MAX.days() {
            let calendar = Day(days).calendar();
            assert_eq!(calendar, expected);
            assert_eq!(
                Day::from_calendar(calendar.0, calendar.1, calendar.2).unwrap(),
                Day(days)
            );
            expected = match calendar {
                (year, 12, 31) => (year + 1, 1, 1),
                (year, month, day) if day == days_in_month(year, month) => (year, month + 1, 1),
                (year, month, day) => (year, month, day + 1),
            };
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "2024-02-30",
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-00-01",
            "2024-01-00",
            "0000-01-01",
            "2024-1-01",
            "24-01-01",
            "2024/01/01",
            " 2024-01-01",
            "2024-01-01T00:00",
            "２０24-01",
        ] {
            let error = text.parse::<Day>().unwrap_err().to_string();
            assert!(
                error.contains("expected: a date YYYY-MM-DD"),
                "{text}: {error}"
            );
        }
        assert!(serde_json::from_str::<Day>("\"2024-02-30\"").is_err());
        assert!(Day::new(i32::MAX).is_err());
    }

    #[test]
    fn months_end_where_shorter() {
        assert_eq!(day("2024-01-31").plus_months(1), day("2024-02-29"));
        assert_eq!(day("2024-03-31").plus_months(-13), day("2023-02-28"));
        assert_eq!(day("2024-11-30").plus_months(2), day("2025-01-30"));
        assert_eq!(day("2024-01-01").plus_months(i32::MAX), Day::MAX);
        assert_eq!(day("2024-01-01").plus_months(i32::MIN), Day::MIN);
        assert_eq!(day("2024-01-01").plus(i32::MIN), Day::MIN);
    }

    #[test]
    fn serde_is_iso() {
        let text = serde_json::to_string(&day("2024-02-29")).unwrap();
        assert_eq!(text, "\"2024-02-29\"");
        assert_eq!(
            serde_json::from_str::<Day>(&text).unwrap(),
            day("2024-02-29")
        );
    }
}
