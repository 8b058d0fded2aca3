//! Periods that follow each other.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::day::Day;
use crate::time::range::Window;
use crate::time::zone::TimeZone;

/// Periods that follow each other without a gap, oldest first.
///
/// ```
/// use mixtouch::time::Periods;
///
/// let quarters = Periods::months("2026-01-01".parse()?, 4, 3, &mixtouch::TimeZone::utc())?;
/// assert_eq!(quarters.windows().map(|window| window.to_string()).last().as_deref(), Some("2026-10-01 to 2027-01-01"));
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

/// So many bounds at most: days of five years. A cohort table grows with the square.
const MOST: usize = 2_000;

impl Periods {
    /// From each second to the next of these, since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// Fewer than two, seconds out of order, or one that no window can have.
    pub fn new(bounds: Vec<i64>) -> Result<Self> {
        if !(2..=MOST).contains(&bounds.len()) {
            return Err(Error::setting(
                "bounds of periods",
                bounds.len(),
                format!("2 to {MOST}"),
            ));
        }
        bounds
            .windows(2)
            .try_for_each(|pair| Window::new(pair[0], pair[1]).map(drop))?;
        Ok(Self(bounds))
    }

    /// So many periods of `months` calendar months each from a day on.
    ///
    /// # Errors
    /// No period, or no month in each; days beyond what a window can have.
    pub fn months(first: Day, count: u32, months: u32, zone: &TimeZone) -> Result<Self> {
        let step = |at: u32| {
            zone.start_of(first.plus_months(at.saturating_mul(months).min(120_000) as i32))
        };
        Self::new(
            (0..=count.min(MOST as u32))
                .map(step)
                .collect::<Result<_>>()?,
        )
    }

    /// So many periods of `days` days each from a day on.
    ///
    /// # Errors
    /// No period, or no day in each; days beyond what a window can have.
    pub fn days(first: Day, count: u32, days: u32, zone: &TimeZone) -> Result<Self> {
        let step =
            |at: u32| zone.start_of(first.plus(at.saturating_mul(days).min(4_000_000) as i32));
        Self::new(
            (0..=count.min(MOST as u32))
                .map(step)
                .collect::<Result<_>>()?,
        )
    }

    /// The periods.
    pub fn windows(&self) -> impl ExactSizeIterator<Item = Window> {
        self.0
            .windows(2)
            .map(|pair| Window::new(pair[0], pair[1]).expect("bounds are checked"))
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len() - 1
    }

    /// Whether there is none; there always is one.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// From the first one's start to the last one's end.
    pub fn whole(&self) -> Window {
        Window::new(self.0[0], self.0[self.0.len() - 1]).expect("bounds are checked")
    }

    /// The period that holds a second.
    pub(crate) fn position(&self, time: u32) -> Option<usize> {
        let at = self
            .0
            .partition_point(|&bound| bound <= i64::from(time))
            .checked_sub(1)?;
        (at < self.len()).then_some(at)
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
