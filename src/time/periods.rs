//! Calendar periods.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::day::Day;
use crate::time::range::TimeRange;
use crate::time::zone::TimeZone;

/// Periods that follow each other without a gap, oldest first: the columns of a cohort table, the
/// rows of a retention table.
///
/// There is at least one period and at most 1,999. They are written in the zone they were made in
/// ([`TimeRange::label`]): `2026-01` is a month of that zone. In serde periods are the list of
/// bounds in seconds since 1970-01-01T00:00:00Z, with the zone beside it unless that is UTC.
///
/// ```
/// use mixtouch::TimeZone;
/// use mixtouch::time::Periods;
///
/// let quarters = Periods::months("2026-01-01".parse()?, 4, 3, &TimeZone::utc())?;
/// let names: Vec<String> = quarters.ranges().map(|range| range.label()).collect();
/// assert_eq!(names, ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct Periods {
    bounds: Vec<i64>,
    zone: TimeZone,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Fields {
    Utc(Vec<i64>),
    Zoned(Zoned),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Zoned {
    bounds: Vec<i64>,
    zone: TimeZone,
}

impl TryFrom<Fields> for Periods {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        match fields {
            Fields::Utc(bounds) => Self::new(bounds),
            Fields::Zoned(Zoned { bounds, zone }) => Ok(Self::new(bounds)?.shown_in(&zone)),
        }
    }
}

impl From<Periods> for Fields {
    fn from(Periods { bounds, zone }: Periods) -> Self {
        if zone == TimeZone::utc() {
            Self::Utc(bounds)
        } else {
            Self::Zoned(Zoned { bounds, zone })
        }
    }
}

/// The most bounds: days of five years. A cohort table grows with their square.
const MOST: usize = 2_000;

impl Periods {
    /// Periods from each of these seconds to the next, since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// If there are fewer than 2 or more than 2,000 bounds, if they do not increase, or if one lies
    /// outside what a [`TimeRange`] can hold.
    pub fn new(bounds: Vec<i64>) -> Result<Self> {
        if !(2..=MOST).contains(&bounds.len()) {
            let expected = format!("2 to {MOST}");
            return Err(Error::setting("bounds of periods", bounds.len(), expected));
        }
        for pair in bounds.windows(2) {
            TimeRange::new(pair[0], pair[1])?;
        }
        let zone = TimeZone::utc();
        Ok(Self { bounds, zone })
    }

    /// `count` periods of `months` calendar months each; the first begins with the day `first`.
    ///
    /// # Errors
    /// If `count` or `months` is 0, or if a day lies outside what a [`TimeRange`] can hold.
    ///
    /// ```
    /// use mixtouch::TimeZone;
    /// use mixtouch::time::Periods;
    ///
    /// let months = Periods::months("2026-01-01".parse()?, 12, 1, &TimeZone::utc())?;
    /// assert_eq!(months.count(), 12);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn months(first: Day, count: u32, months: u32, zone: &TimeZone) -> Result<Self> {
        let bound = |at: u32| {
            let later = at.saturating_mul(months).min(120_000) as i32;
            zone.start_of(first.plus_months(later))
        };
        let bounds = (0..=count.min(MOST as u32)).map(bound);
        Ok(Self::new(bounds.collect::<Result<_>>()?)?.shown_in(zone))
    }

    /// `count` periods of `days` days each; the first begins with the day `first`.
    ///
    /// # Errors
    /// If `count` or `days` is 0, or if a day lies outside what a [`TimeRange`] can hold.
    ///
    /// ```
    /// use mixtouch::TimeZone;
    /// use mixtouch::time::Periods;
    ///
    /// let weeks = Periods::days("2026-01-05".parse()?, 2, 7, &TimeZone::utc())?;
    /// assert_eq!(weeks.range().to_string(), "2026-01-05 to 2026-01-19");
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn days(first: Day, count: u32, days: u32, zone: &TimeZone) -> Result<Self> {
        let bound = |at: u32| {
            let later = at.saturating_mul(days).min(4_000_000) as i32;
            zone.start_of(first.plus(later))
        };
        let bounds = (0..=count.min(MOST as u32)).map(bound);
        Ok(Self::new(bounds.collect::<Result<_>>()?)?.shown_in(zone))
    }

    /// The calendar months of a zone that a range touches.
    ///
    /// ```
    /// use mixtouch::TimeZone;
    /// use mixtouch::time::{Periods, TimeRange};
    ///
    /// let range = TimeRange::new(1_768_000_000, 1_771_000_000)?;
    /// let months = Periods::months_of(range, &TimeZone::utc())?;
    /// let names: Vec<String> = months.ranges().map(|month| month.label()).collect();
    /// assert_eq!(names, ["2026-01", "2026-02"]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are more than 1,999, or one lies in part outside what a [`TimeRange`] can hold.
    pub fn months_of(range: TimeRange, zone: &TimeZone) -> Result<Self> {
        let first = zone.day_of(range.from())?.calendar();
        let last = zone.day_of(range.to() - 1)?.calendar();
        let count = 12 * (last.0 - first.0) + last.1 as i32 - first.1 as i32 + 1;
        let start = Day::from_calendar(first.0, first.1, 1)?;
        Self::months(start, count as u32, 1, zone)
    }

    /// The same periods, written in the days of a time zone.
    #[must_use]
    pub fn shown_in(self, zone: &TimeZone) -> Self {
        Self {
            zone: zone.clone(),
            ..self
        }
    }

    /// The periods, oldest first.
    pub fn ranges(&self) -> impl ExactSizeIterator<Item = TimeRange> {
        let range = |pair: &[i64]| TimeRange::new(pair[0], pair[1]).expect("bounds are checked");
        let pairs = self.bounds.windows(2);
        pairs.map(move |pair| range(pair).shown_in(&self.zone))
    }

    /// The number of periods, 1 to 1,999.
    pub fn count(&self) -> usize {
        self.bounds.len() - 1
    }

    /// From the start of the first period to the end of the last.
    pub fn range(&self) -> TimeRange {
        let range = TimeRange::new(self.bounds[0], self.bounds[self.count()]);
        range.expect("bounds are checked").shown_in(&self.zone)
    }

    /// The index of the period that holds a second.
    pub(crate) fn position(&self, time: u32) -> Option<usize> {
        let at = self
            .bounds
            .partition_point(|&bound| bound <= i64::from(time))
            .checked_sub(1)?;
        (at < self.count()).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_checked_and_found() {
        assert!(
            Periods::new((0..3_000).collect()).is_err()
                && Periods::new(vec![1]).is_err()
                && Periods::new(vec![2, 2]).is_err()
                && Periods::new(vec![-1, 2]).is_err()
        );
        assert!(Periods::days("2026-01-01".parse().unwrap(), 3, 0, &TimeZone::utc()).is_err());
        assert!(Periods::days("2026-01-01".parse().unwrap(), 0, 7, &TimeZone::utc()).is_err());
        let periods = Periods::new(vec![10, 20, 40]).unwrap();
        assert_eq!(
            [9, 10, 19, 20, 39, 40].map(|time| periods.position(time)),
            [None, Some(0), Some(0), Some(1), Some(1), None]
        );
        assert!(serde_json::from_str::<Periods>("[3, 1]").is_err());
    }

    #[cfg(feature = "time")]
    #[test]
    fn months_are_those_of_the_zone() {
        let zone = |name: &str| TimeZone::new(name).unwrap();
        let names = |range: TimeRange, zone: &TimeZone| -> Vec<String> {
            let months = Periods::months_of(range, zone).unwrap();
            months.ranges().map(|month| month.label()).collect()
        };
        for name in ["America/New_York", "Europe/Berlin", "Asia/Shanghai"] {
            let zone = zone(name);
            let day = |text: &str| Some(text.parse().unwrap());
            // the clocks change in March and in October
            let months = TimeRange::days(day("2026-02-01"), day("2026-03-31"), &zone).unwrap();
            assert_eq!(names(months, &zone), ["2026-02", "2026-03"], "{name}");
            let months = TimeRange::days(day("2026-10-31"), day("2026-11-01"), &zone).unwrap();
            assert_eq!(names(months, &zone), ["2026-10", "2026-11"], "{name}");
        }
        // 2026-01-31T20:00:00Z to 2026-02-01T04:00:00Z
        let evening = TimeRange::new(1_769_889_600, 1_769_918_400).unwrap();
        assert_eq!(names(evening, &zone("America/New_York")), ["2026-01"]);
        assert_eq!(names(evening, &zone("Asia/Shanghai")), ["2026-02"]);
        assert_eq!(names(evening, &TimeZone::utc()), ["2026-01", "2026-02"]);
    }

    #[cfg(feature = "time")]
    #[test]
    fn periods_keep_their_zone_in_documents() {
        let berlin = TimeZone::new("Europe/Berlin").unwrap();
        let months = Periods::months("2026-01-01".parse().unwrap(), 1, 1, &berlin).unwrap();
        let text = serde_json::to_string(&months).unwrap();
        assert_eq!(
            text,
            r#"{"bounds":[1767222000,1769900400],"zone":"Europe/Berlin"}"#
        );
        assert_eq!(serde_json::from_str::<Periods>(&text).unwrap(), months);
        let utc = Periods::new(vec![10, 20]).unwrap();
        assert_eq!(serde_json::to_string(&utc).unwrap(), "[10,20]");
        assert_eq!(serde_json::from_str::<Periods>("[10,20]").unwrap(), utc);
    }
}
