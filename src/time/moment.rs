//! Seconds as people write them.

use crate::time::day::Day;
use crate::time::limits::DAY;
use crate::time::zone::TimeZone;
use std::fmt;

/// A second, written as a day where it begins one and as RFC 3339 elsewhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    second: i64,
    /// How many seconds local clocks are ahead of UTC.
    offset: i32,
    begins_day: bool,
}

impl Moment {
    pub(crate) fn new(second: i64, zone: &TimeZone) -> Self {
        let start = zone.day_of(second).and_then(|day| zone.start_of(day));
        Self {
            second,
            offset: zone.offset_at(second),
            begins_day: start.is_ok_and(|start| start == second),
        }
    }

    /// The local second, counted like one of UTC.
    fn local(self) -> i64 {
        self.second + i64::from(self.offset)
    }

    fn day(self) -> Day {
        Day::new(self.local().div_euclid(i64::from(DAY)) as i32).unwrap_or(Day::MAX)
    }

    /// The day that begins with it, if one does.
    pub(super) fn day_begun(self) -> Option<Day> {
        self.begins_day.then(|| self.day())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = self.day();
        if self.begins_day {
            return day.fmt(f);
        }
        let second = self.local().rem_euclid(i64::from(DAY));
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{day}T{hour:02}:{minute:02}:{second:02}")?;
        match self.offset {
            0 => f.write_str("Z"),
            offset => {
                let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs() / 60);
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}
