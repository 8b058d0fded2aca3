//! The time a figure is about.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::journeys::Period;
use crate::journeys::arena::Journeys;
use crate::time::day::Day;

/// The time a figure is about: `from <= t < to`, seconds since 1970-01-01T00:00:00Z.
///
/// ```
/// let window = mixtouch::time::Window::new(1_767_225_600, 1_769_904_000)?;
/// assert_eq!(window.to_string(), "2026-01-01 to 2026-02-01");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Window {
    from: i64,
    to: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    from: i64,
    to: i64,
}

impl TryFrom<Fields> for Window {
    type Error = Error;

    fn try_from(f: Fields) -> Result<Self> {
        Self::new(f.from, f.to)
    }
}

impl Window {
    /// From the one second up to, but not including, the other.
    ///
    /// # Errors
    /// A time outside 1970-01-01 to 2106-02-07, or a start that is not before the end.
    pub fn new(from: i64, to: i64) -> Result<Self> {
        let last = i64::from(u32::MAX) + 1;
        for (name, time) in [("the window's start", from), ("the window's end", to)] {
            if !(0..=last).contains(&time) {
                return Err(Error::setting(
                    name,
                    time,
                    format!("seconds since 1970-01-01T00:00:00Z, 0 to {last}"),
                ));
            }
        }
        if from >= to {
            return Err(Error::setting(
                "the window's start",
                from,
                format!("a time before its end, {to}"),
            ));
        }
        Ok(Self { from, to })
    }

    /// What the journeys report: their period, an open side closed by the first or the last second
    /// of the log.
    ///
    /// # Errors
    /// Journeys without persons and times, as those of a path table, or without any touch or
    /// conversion.
    pub fn of(journeys: &Journeys) -> Result<Self> {
        if !journeys.has_times() {
            return Err(Error::MissingInput {
                model: "a KPI".into(),
                needs: "persons and times".into(),
            });
        }
        let empty = || Error::Empty {
            what: "the log".into(),
            expected: "at least one touch or conversion in the period".into(),
        };
        let (first, last) = journeys.extent().ok_or_else(empty)?;
        let observation = journeys.observation();
        let from = if observation.from > 0 {
            observation.from
        } else {
            first
        };
        let to = observation
            .to
            .map_or(i64::from(observation.end.max(last)) + 1, i64::from);
        Self::new(i64::from(from), to.max(i64::from(from) + 1))
    }

    /// The first second.
    pub const fn from(self) -> i64 {
        self.from
    }

    /// The second at which it ends.
    pub const fn to(self) -> i64 {
        self.to
    }

    /// How long it is, in seconds.
    pub const fn seconds(self) -> i64 {
        self.to - self.from
    }

    /// Whether it holds that second.
    pub const fn contains(self, time: i64) -> bool {
        self.from <= time && time < self.to
    }
}

impl From<Window> for Period {
    fn from(window: Window) -> Self {
        let to = Some(window.to).filter(|&to| to <= i64::from(u32::MAX));
        Period::new(Some(window.from), to).expect("a window is a period")
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", Moment(self.from), Moment(self.to))
    }
}

/// A second, written as a day where it begins one and as RFC 3339 elsewhere.
pub(crate) struct Moment(pub(crate) i64);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = Day::new(self.0.div_euclid(86_400) as i32).unwrap_or(Day::MAX);
        match self.0.rem_euclid(86_400) {
            0 => day.fmt(f),
            second => write!(
                f,
                "{day}T{:02}:{:02}:{:02}Z",
                second / 3600,
                second / 60 % 60,
                second % 60
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_checked_and_written_as_dates() {
        assert!(
            Window::new(5, 5).is_err()
                && Window::new(-1, 5).is_err()
                && Window::new(0, 1 << 33).is_err()
        );
        assert!(serde_json::from_str::<Window>(r#"{"from": 9, "to": 3}"#).is_err());
        let window = Window::new(86_400, 90_061).unwrap();
        assert_eq!(window.to_string(), "1970-01-02 to 1970-01-02T01:01:01Z");
        assert!(window.contains(86_400) && !window.contains(90_061));
        assert_eq!(Period::from(window).start(), 86_400);
    }
}
