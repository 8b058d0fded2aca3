//! Calendar periods.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::day::Day;
use crate::time::range::TimeRange;
use crate::time::zone::TimeZone;

/// Periods that follow each other without a gap, oldest first: the columns of a cohort table, the
/// rows of a retention table.
///
/// There is at least one period and at most 1,999. In serde it is the list of bounds in seconds
/// since 1970-01-01T00:00:00Z.
///
/// ```
/// use mixtouch::TimeZone;
/// use mixtouch::time::Periods;
///
/// let quarters = Periods::months("2026-01-01".parse()?, 4, 3, &TimeZone::utc())?;
/// let names: Vec<String> = quarters.ranges().map(|range| range.to_string()).collect();
/// assert_eq!(names[3], "2026-10-01 to 2027-01-01");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<i64>", into = "Vec<i64>")]
pub struct Periods(Vec<i64>);

impl TryFrom<Vec<i64>> for Periods {
    type Error = Error;

    fn try_from(bounds: Vec<i64>) -> Result<Self> {
        Self::new(bounds)
    }
}

impl From<Periods> for Vec<i64> {
    fn from(periods: Periods) -> Self {
        periods.0
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
        Ok(Self(bounds))
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
        Self::new(bounds.collect::<Result<_>>()?)
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
        Self::new(bounds.collect::<Result<_>>()?)
    }

    /// The periods, oldest first.
    pub fn ranges(&self) -> impl ExactSizeIterator<Item = TimeRange> {
        self.0
            .windows(2)
            .map(|pair| TimeRange::new(pair[0], pair[1]).expect("bounds are checked"))
    }

    /// The number of periods, 1 to 1,999.
    pub fn count(&self) -> usize {
        self.0.len() - 1
    }

    /// From the start of the first period to the end of the last.
    pub fn range(&self) -> TimeRange {
        TimeRange::new(self.0[0], self.0[self.0.len() - 1]).expect("bounds are checked")
    }

    /// The index of the period that holds a second.
    pub(crate) fn position(&self, time: u32) -> Option<usize> {
        let at = self
            .0
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
}
