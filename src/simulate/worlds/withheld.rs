//! Which touches an experiment withholds.

use crate::error::{Error, Result};
use crate::simulate::worlds::days::{DAY, DAYS, START};
use crate::time::Day;

/// What is expected of a person while an experiment counts, each with all touches and without those
/// withheld.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Expected {
    pub(super) conversions: (f64, f64),
    /// Touches of the channel counted.
    pub(super) touches: (f64, f64),
}

/// The touches that an experiment withholds, and the days over which it counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Withheld {
    channel: usize,
    from: f64,
    to: f64,
    /// The days over which it counts.
    since: f64,
    until: f64,
}

impl Withheld {
    /// # Errors
    /// If the first day is after the last, or one of them is not a day of the world.
    pub(super) fn new(channel: usize, (start, end): (Day, Day), tail_days: u32) -> Result<Self> {
        let day = |day: Day| f64::from(day.days()) - START as f64 / DAY;
        let (from, to) = (day(start), day(end) + 1.0);
        if !(0.0 <= from && from < to && to <= DAYS) {
            return Err(Error::setting(
                "the days of an experiment",
                format!("{start} to {end}"),
                "two days in order, from 2026-01-01 to 2026-03-31",
            ));
        }
        Ok(Self {
            channel,
            from,
            to,
            since: from,
            until: DAYS.min(to + f64::from(tail_days)),
        })
    }

    pub(super) fn withholds(&self, channel: usize, day: f64) -> bool {
        channel == self.channel && (self.from..self.to).contains(&day)
    }

    /// Whether the experiment counts on that day.
    pub(super) fn counts(&self, day: f64) -> bool {
        (self.since..self.until).contains(&day)
    }

    pub(super) fn counted_since(self, since: f64) -> Self {
        Self { since, ..self }
    }

    /// The days over which the experiment counts, from and to.
    pub(super) fn span(&self) -> (f64, f64) {
        (self.since, self.until)
    }

    /// Days of a stretch over which the experiment counts.
    pub(super) fn counted(&self, from: f64, to: f64) -> f64 {
        (to.min(self.until) - from.max(self.since)).max(0.0)
    }
}
