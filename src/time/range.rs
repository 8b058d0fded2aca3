//! Ranges of time.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::day::Day;
use crate::time::limits::{SECONDS, second};
use crate::time::moment::Moment;
use crate::time::zone::TimeZone;

/// A half-open range of time, `from <= t < to`, in seconds since 1970-01-01T00:00:00Z.
///
/// It lies within 1970-01-01T00:00:00Z and 2106-02-07T06:28:16Z (0 to 2^32 seconds) and is never
/// empty. The default covers all of that. In serde it is `{"from": .., "to": ..}`; a missing side
/// is open.
///
/// A range is written in UTC, or in the time zone that [`TimeRange::days`] or
/// [`TimeRange::shown_in`] was given; the zone changes nothing else, not even equality.
///
/// ```
/// use mixtouch::time::TimeRange;
///
/// let january = TimeRange::new(1_767_225_600, 1_769_904_000)?;
/// assert_eq!(january.to_string(), "2026-01-01 to 2026-02-01");
/// assert_eq!(january.seconds(), 31 * 86_400);
/// assert!(january.contains(1_767_225_600) && !january.contains(1_769_904_000));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct TimeRange {
    first: u32,
    /// Included, so that the range that covers all times fits.
    last: u32,
    /// How both ends are written, where not in UTC.
    local: Option<[Moment; 2]>,
}

impl PartialEq for TimeRange {
    fn eq(&self, other: &Self) -> bool {
        (self.first, self.last) == (other.first, other.last)
    }
}

impl Eq for TimeRange {}

impl Hash for TimeRange {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.first, self.last).hash(state);
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(default)]
    from: Option<i64>,
    #[serde(default)]
    to: Option<i64>,
}

impl TryFrom<Fields> for TimeRange {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let all = Self::default();
        Self::new(
            fields.from.unwrap_or(all.from()),
            fields.to.unwrap_or(all.to()),
        )
    }
}

impl From<TimeRange> for Fields {
    fn from(range: TimeRange) -> Self {
        Self {
            from: Some(range.from()),
            to: Some(range.to()),
        }
    }
}

impl Default for TimeRange {
    /// All times that a log can hold.
    fn default() -> Self {
        Self {
            first: 0,
            last: u32::MAX,
            local: None,
        }
    }
}

impl TimeRange {
    /// From one second up to, but not including, the other.
    ///
    /// # Errors
    /// If a time lies outside 0 to 2^32 seconds, or if `from` is not before `to`.
    pub fn new(from: i64, to: i64) -> Result<Self> {
        if from >= to {
            let expected = format!("a time before its end, {to}");
            return Err(Error::setting("the period's start", from, expected));
        }
        let first = second(from).ok_or_else(|| Error::setting("the period's start", from, SECONDS));
        let end = "seconds since 1970-01-01T00:00:00Z, 1 to 4294967296";
        let last = second(to - 1).ok_or_else(|| Error::setting("the period's end", to, end));
        let (first, last) = (first?, last?);
        let local = None;
        Ok(Self { first, last, local })
    }

    /// From a second on, without end.
    ///
    /// # Errors
    /// If the time lies outside 0 to 2^32 - 1 seconds.
    ///
    /// ```
    /// let recent = mixtouch::time::TimeRange::since(1_767_225_600)?;
    /// assert!(recent.contains(4_000_000_000) && !recent.contains(0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn since(from: i64) -> Result<Self> {
        Self::new(from, Self::default().to())
    }

    /// All times before a second.
    ///
    /// # Errors
    /// If the time lies outside 1 to 2^32 seconds.
    ///
    /// ```
    /// let past = mixtouch::time::TimeRange::until(1_767_225_600)?;
    /// assert!(past.contains(1_767_225_599) && !past.contains(1_767_225_600));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn until(to: i64) -> Result<Self> {
        Self::new(0, to)
    }

    /// Whole days of a time zone, the last one included; `None` leaves that side open.
    ///
    /// # Errors
    /// If the last day is before the first, if a day begins or ends outside 1970-01-01T00:00:00Z
    /// to 2106-02-07T06:28:15Z, or if the zone skipped the only day.
    ///
    /// ```
    /// use mixtouch::TimeZone;
    /// use mixtouch::time::TimeRange;
    ///
    /// let (first, last) = ("2026-01-01".parse()?, "2026-01-31".parse()?);
    /// let january = TimeRange::days(Some(first), Some(last), &TimeZone::utc())?;
    /// assert_eq!(january, TimeRange::new(1_767_225_600, 1_769_904_000)?);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn days(first: Option<Day>, last: Option<Day>, zone: &TimeZone) -> Result<Self> {
        if let (Some(first), Some(last)) = (first, last)
            && last < first
        {
            let expected = format!("{first} or later");
            return Err(Error::setting("the period's last day", last, expected));
        }
        let all = Self::default();
        let from = first.map(|day| start_of("the period's first day", day, day, zone));
        let to = last.map(|day| start_of("the period's last day", day, day.plus(1), zone));
        let range = Self::new(
            from.transpose()?.unwrap_or(all.from()),
            to.transpose()?.unwrap_or(all.to()),
        )?;
        Ok(range.shown_in(zone))
    }

    /// The same range, written in the days of a time zone.
    ///
    /// ```
    /// # #[cfg(feature = "time")] {
    /// use mixtouch::TimeZone;
    /// use mixtouch::time::TimeRange;
    ///
    /// let range = TimeRange::new(1_769_922_000, 1_772_341_200)?;
    /// assert_eq!(range.to_string(), "2026-02-01T05:00:00Z to 2026-03-01T05:00:00Z");
    /// let local = range.shown_in(&TimeZone::new("America/New_York")?);
    /// assert_eq!((local.to_string().as_str(), local), ("2026-02-01 to 2026-03-01", range));
    /// # }
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn shown_in(self, zone: &TimeZone) -> Self {
        let local = [self.from(), self.to()].map(|second| Moment::new(second, zone));
        Self {
            local: Some(local),
            ..self
        }
    }

    /// The name of a calendar year (`2026`), quarter (`2026-Q1`), month (`2026-01`) or day
    /// (`2026-01-31`); any other range as it is written.
    ///
    /// ```
    /// use mixtouch::TimeZone;
    /// use mixtouch::time::TimeRange;
    ///
    /// let days = |first: &str, last: &str| {
    ///     TimeRange::days(Some(first.parse()?), Some(last.parse()?), &TimeZone::utc())
    /// };
    /// assert_eq!(days("2026-01-01", "2026-01-31")?.label(), "2026-01");
    /// assert_eq!(days("2026-01-01", "2026-03-31")?.label(), "2026-Q1");
    /// assert_eq!(days("2026-01-05", "2026-01-11")?.label(), "2026-01-05 to 2026-01-12");
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn label(&self) -> String {
        self.calendar_name().unwrap_or_else(|| self.to_string())
    }

    fn calendar_name(&self) -> Option<String> {
        let [first, end] = self.moments().map(Moment::day_begun);
        let (first, end) = (first?, end?);
        let (year, month, date) = first.calendar();
        Some(match date {
            1 if month == 1 && end == first.plus_months(12) => format!("{year:04}"),
            1 if month % 3 == 1 && end == first.plus_months(3) => {
                format!("{year:04}-Q{}", month.div_ceil(3))
            }
            1 if end == first.plus_months(1) => format!("{year:04}-{month:02}"),
            _ if end == first.plus(1) => first.to_string(),
            _ => return None,
        })
    }

    /// Both ends as they are written.
    fn moments(&self) -> [Moment; 2] {
        let utc = || [self.from(), self.to()].map(|second| Moment::new(second, &TimeZone::utc()));
        self.local.unwrap_or_else(utc)
    }

    /// The first second, 0 to 2^32 - 1.
    pub const fn from(self) -> i64 {
        self.first as i64
    }

    /// The second at which the range ends, itself not included: 1 to 2^32.
    pub const fn to(self) -> i64 {
        self.last as i64 + 1
    }

    /// The length in seconds, 1 to 2^32.
    pub const fn seconds(self) -> i64 {
        self.to() - self.from()
    }

    /// Whether a second lies within the range.
    pub const fn contains(self, time: i64) -> bool {
        self.from() <= time && time < self.to()
    }

    /// The first second, as logs store it.
    pub(crate) const fn first(self) -> u32 {
        self.first
    }

    /// The last second, itself included, as logs store it.
    pub(crate) const fn last(self) -> u32 {
        self.last
    }

    /// Whether a second of a log lies within the range.
    pub(crate) const fn includes(self, time: u32) -> bool {
        self.first <= time && time <= self.last
    }

    /// The end, unless it lies behind every second that a log can hold.
    pub(crate) fn stated_end(self) -> Option<u32> {
        self.last.checked_add(1)
    }
}

/// The first second of a day, which is `day` itself or the one after.
fn start_of(name: &'static str, day: Day, begins: Day, zone: &TimeZone) -> Result<i64> {
    zone.start_of(begins)
        .ok()
        .filter(|&start| u32::try_from(start).is_ok())
        .ok_or_else(|| {
            let expected = "a day within 1970-01-01T00:00:00Z to 2106-02-07T06:28:15Z";
            Error::setting(name, day, expected)
        })
}

impl fmt::Display for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [from, to] = self.moments();
        write!(f, "{from} to {to}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: i64, to: i64) -> TimeRange {
        TimeRange::new(from, to).unwrap()
    }

    #[test]
    fn empty_ranges_and_times_beyond_a_log_are_refused() {
        for (from, to) in [(5, 5), (6, 5), (-1, 5), (0, 1 << 33), (0, 0)] {
            assert!(TimeRange::new(from, to).is_err(), "{from} to {to}");
        }
        assert!(TimeRange::new(i64::MIN, i64::MAX).is_err());
        assert!(TimeRange::new(i64::MAX, i64::MIN).is_err());
        assert!(TimeRange::since(1 << 32).is_err() && TimeRange::until(1 << 32).is_ok());
    }

    #[test]
    fn ranges_hold_their_first_second_but_not_their_end() {
        let range = range(5, 9);
        assert_eq!(
            [4, 5, 8, 9].map(|time| range.includes(time)),
            [false, true, true, false]
        );
        assert_eq!((range.last(), range.stated_end()), (8, Some(9)));
        let all = TimeRange::default();
        assert!(all.includes(0) && all.includes(u32::MAX) && all.stated_end().is_none());
    }

    #[test]
    fn ranges_are_written_as_dates() {
        let text = range(86_400, 90_061).to_string();
        assert_eq!(text, "1970-01-02 to 1970-01-02T01:01:01Z");
        let all = TimeRange::default().to_string();
        assert_eq!(all, "1970-01-01 to 2106-02-07T06:28:16Z");
    }

    #[test]
    fn a_missing_side_is_open() {
        let read = |text| serde_json::from_str::<TimeRange>(text);
        assert!(read(r#"{"from": 9, "to": 3}"#).is_err());
        assert!(read(r#"{"from": 9, "until": 30}"#).is_err());
        assert_eq!(read("{}").unwrap(), TimeRange::default());
        assert_eq!(read(r#"{"from": 9}"#).unwrap(), range(9, 1 << 32));
        assert_eq!(
            serde_json::to_string(&range(3, 9)).unwrap(),
            r#"{"from":3,"to":9}"#
        );
    }

    #[cfg(feature = "time")]
    #[test]
    fn ranges_are_written_and_named_in_their_zone() {
        let days = |zone: &str, first: &str, last: &str| {
            let zone = TimeZone::new(zone).unwrap();
            let day = |text: &str| Some(text.parse().unwrap());
            TimeRange::days(day(first), day(last), &zone).unwrap()
        };
        // across the change of the clocks, and where there is none
        for zone in ["America/New_York", "Europe/Berlin", "Asia/Shanghai"] {
            let march = days(zone, "2026-03-01", "2026-03-31");
            assert_eq!(
                (march.label(), march.to_string()),
                ("2026-03".into(), "2026-03-01 to 2026-04-01".into())
            );
            assert_eq!(days(zone, "2026-10-25", "2026-10-25").label(), "2026-10-25");
            assert_eq!(days(zone, "2026-01-01", "2026-12-31").label(), "2026");
            assert_eq!(days(zone, "2026-10-01", "2026-12-31").label(), "2026-Q4");
            assert_eq!(
                days(zone, "2026-02-01", "2026-04-30").label(),
                "2026-02-01 to 2026-05-01"
            );
        }
        // 2018-11-04 has no midnight there
        assert_eq!(
            days("America/Sao_Paulo", "2018-11-04", "2018-11-04").label(),
            "2018-11-04"
        );
        let noon = range(1_767_268_800, 1_767_312_000);
        let shown = |zone: &str| noon.shown_in(&TimeZone::new(zone).unwrap()).to_string();
        assert_eq!(noon.to_string(), "2026-01-01T12:00:00Z to 2026-01-02");
        assert_eq!(
            shown("Asia/Kolkata"),
            "2026-01-01T17:30:00+05:30 to 2026-01-02T05:30:00+05:30"
        );
        assert_eq!(
            shown("America/New_York"),
            "2026-01-01T07:00:00-05:00 to 2026-01-01T19:00:00-05:00"
        );
        assert_eq!(noon.shown_in(&TimeZone::new("Asia/Kolkata").unwrap()), noon);
    }
}
