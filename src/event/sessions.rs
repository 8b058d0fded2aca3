//! Visits: touches of one person that follow each other closely.

use crate::error::{Error, Result};
use crate::event::costs::CostTable;
use crate::event::log::Events;
use crate::event::row::Kind;
use crate::time::Day;
use crate::time::limits::{DAY, LENGTH};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// Which touch stands for a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionTouch {
    /// The one that opened it.
    #[default]
    First,
    /// The one that closed it.
    Last,
}

/// How touches are grouped to sessions, for those who attribute by visit: touches of one person of
/// which each follows the one before by at most the gap. A conversion ends a session, so that what
/// led to it stays before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Sessions {
    /// Seconds.
    gap: u32,
    touch: SessionTouch,
}

#[derive(Deserialize)]
struct Fields {
    gap: u32,
    touch: SessionTouch,
}

impl TryFrom<Fields> for Sessions {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        Ok(Self::new(Duration::from_secs(fields.gap.into()))?.with_touch(fields.touch))
    }
}

impl Default for Sessions {
    /// 30 minutes, as web analytics have it; the first touch.
    fn default() -> Self {
        Self {
            gap: 1800,
            touch: SessionTouch::First,
        }
    }
}

impl Sessions {
    /// Sessions that end after so long without a touch, floored to seconds.
    ///
    /// # Errors
    /// Less than a second, or more than the 136 years a log can span.
    pub fn new(gap: Duration) -> Result<Self> {
        let seconds = u32::try_from(gap.as_secs())
            .ok()
            .filter(|&seconds| seconds > 0);
        let bad = || {
            Error::setting(
                "the gap between sessions",
                format!("{} s", gap.as_secs()),
                LENGTH,
            )
        };
        Ok(Self {
            gap: seconds.ok_or_else(bad)?,
            ..Self::default()
        })
    }

    /// Which touch stands for a session: the first by default.
    #[must_use]
    pub fn with_touch(self, touch: SessionTouch) -> Self {
        Self { touch, ..self }
    }
}

impl Events {
    /// The log with one touch a session, rows in their order. What the other touches cost comes
    /// beside it by channel and day (UTC), for
    /// [`JourneyBuilder::add_costs`](crate::journeys::build::JourneyBuilder::add_costs): money stays spent.
    ///
    /// Touches of one second stay in the order of their rows; other rows' order does not matter.
    ///
    /// ```
    /// use mixtouch::{Event, Events};
    /// use mixtouch::event::Sessions;
    ///
    /// let mut log = Events::new();
    /// for (minute, channel) in [(0, "search"), (10, "e-mail"), (25, "direct"), (60, "social")] {
    ///     log.push(Event::touch("ann", 1_767_225_600 + 60 * minute, channel))?;
    /// }
    /// let (visits, _) = log.sessions(Sessions::default())?;
    /// let channels: Vec<_> = visits.iter().filter_map(|visit| visit.channel().map(str::to_owned)).collect();
    /// assert_eq!(channels, ["search", "social"]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// None for a log that could be filled.
    pub fn sessions(&self, sessions: Sessions) -> Result<(Self, CostTable)> {
        let mut order: Vec<usize> = (0..self.len())
            .filter(|&row| self.kind[row].0.is_used())
            .collect();
        let key = |&row: &usize| {
            (
                self.person[row],
                self.time[row],
                self.kind[row].0 == Kind::Conversion,
                row,
            )
        };
        order.sort_unstable_by_key(key);
        let closes = |left: usize, right: usize| {
            self.person[left] != self.person[right]
                || self.time[right] - self.time[left] > sessions.gap
                || self.kind[left].0 == Kind::Conversion
                || self.kind[right].0 == Kind::Conversion
        };
        let mut keep: Vec<bool> = self.kind.iter().map(|kind| !kind.0.is_used()).collect();
        for session in order.chunk_by(|&left, &right| !closes(left, right)) {
            let stands = match sessions.touch {
                SessionTouch::First => session[0],
                SessionTouch::Last => session[session.len() - 1],
            };
            keep[stands] = true;
        }
        let rows: Vec<usize> = (0..self.len()).filter(|&row| keep[row]).collect();
        let costs = self.costs_of((0..self.len()).filter(|&row| !keep[row]))?;
        Ok((self.select(&rows)?, costs))
    }

    /// What the touches of these rows cost, by channel and day in UTC.
    pub(crate) fn costs_of(&self, rows: impl Iterator<Item = usize>) -> Result<CostTable> {
        let mut by_day: BTreeMap<(&str, u32), f64> = BTreeMap::new();
        for row in rows.filter(|&row| self.kind[row].0 == Kind::Touch) {
            let cost = self.cost.get(row).copied().unwrap_or(0.0);
            if cost > 0.0 {
                *by_day
                    .entry((
                        self.channels.get(self.channel[row].0.into()),
                        self.time[row] / DAY,
                    ))
                    .or_default() += cost;
            }
        }
        let mut costs = CostTable::new();
        for ((channel, day), cost) in by_day {
            costs.push(channel, Day::new(day as i32)?, cost)?;
        }
        Ok(costs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::row::Event;
    use crate::journeys::JourneyOptions;
    use crate::journeys::build::JourneyBuilder;

    fn log(rows: &[(&str, i64, &str)]) -> Events {
        let mut log = Events::new();
        for &(person, minute, channel) in rows {
            let time = 1_767_225_600 + 60 * minute;
            let event = if channel.is_empty() {
                Event::conversion(person, time)
            } else {
                Event::touch(person, time, channel).with_cost(1.0)
            };
            log.push(event).unwrap();
        }
        log
    }

    fn channels(log: &Events) -> Vec<String> {
        log.iter()
            .map(|event| event.channel().unwrap_or("sale").to_owned())
            .collect()
    }

    #[test]
    fn a_gap_or_a_conversion_ends_a_session() {
        let rows = [
            ("ann", 0, "a"),
            ("ann", 30, "b"),
            ("ann", 61, "c"),
            ("ann", 65, "d"),
            ("ann", 66, ""),
            ("ann", 67, "e"),
            ("ann", 68, "f"),
        ];
        let (first, costs) = log(&rows).sessions(Sessions::default()).unwrap();
        assert_eq!(channels(&first), ["a", "c", "sale", "e"]);
        let (last, _) = log(&rows)
            .sessions(Sessions::default().with_touch(SessionTouch::Last))
            .unwrap();
        assert_eq!(channels(&last), ["b", "d", "sale", "f"]);
        let mut builder = JourneyBuilder::new(JourneyOptions::default());
        builder.add_costs(&costs);
        builder.extend(&first).unwrap();
        assert_eq!(
            builder
                .build()
                .unwrap()
                .costs()
                .unwrap()
                .iter()
                .sum::<f64>(),
            6.0,
            "all six touches were paid for"
        );
    }

    #[test]
    fn other_persons_rows_do_not_matter() {
        let rows = [
            ("ann", 50, "c"),
            ("bob", 1, "x"),
            ("ann", 0, "a"),
            ("bob", 2, "y"),
            ("ann", 20, "b"),
            ("ann", 52, ""),
        ];
        let (mut all, _) = log(&rows).sessions(Sessions::default()).unwrap();
        all.erase("bob").unwrap();
        let alone: Vec<_> = rows.into_iter().filter(|row| row.0 == "ann").collect();
        let (alone, _) = log(&alone).sessions(Sessions::default()).unwrap();
        assert_eq!(channels(&all), channels(&alone));
        assert_eq!(channels(&all), ["a", "sale"]);
    }

    #[test]
    fn settings_are_checked() {
        assert!(Sessions::new(Duration::ZERO).is_err() && Sessions::new(Duration::MAX).is_err());
        assert!(serde_json::from_str::<Sessions>(r#"{"gap": 0, "touch": "last"}"#).is_err());
    }
}
