//! Sessions: touches of one person that follow each other closely.

use crate::error::{Error, Result};
use crate::event::costs::CostTable;
use crate::event::log::Events;
use crate::event::row::Kind;
use crate::time::limits::{DAY, LENGTH};
use crate::util::known_fields::read_settings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// The touch of a session that stays in the log.
///
/// ```
/// use mixtouch::event::{SessionTouch, Sessions};
/// use mixtouch::{Event, Events};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "search"))?;
/// log.push(Event::touch("ann", 1_767_225_660, "e-mail"))?;
/// let (visits, _) = log.sessions(Sessions::default().with_touch(SessionTouch::Last));
/// assert_eq!(visits.get(0).unwrap().channel(), Some("e-mail"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionTouch {
    /// The touch that opened the session.
    #[default]
    First,
    /// The touch that closed the session.
    Last,
}

/// The rule that groups touches into sessions, to attribute by visit.
///
/// A session is a run of touches of one person in which each touch follows the one before by at
/// most the gap. A conversion ends a session, so that the touches that led to it stay before it.
///
/// ```
/// use mixtouch::event::{SessionTouch, Sessions};
/// use std::time::Duration;
///
/// let hourly = Sessions::new(Duration::from_secs(3_600))?.with_touch(SessionTouch::Last);
/// assert_ne!(hourly, Sessions::default());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sessions {
    /// Seconds.
    gap: u32,
    touch: SessionTouch,
}

#[derive(Deserialize)]
#[serde(default)]
struct Fields {
    gap: u32,
    touch: SessionTouch,
}

read_settings!(Sessions, Fields);

impl Default for Fields {
    fn default() -> Self {
        let Sessions { gap, touch } = Sessions::default();
        Self { gap, touch }
    }
}

impl TryFrom<Fields> for Sessions {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        Ok(Self::new(Duration::from_secs(fields.gap.into()))?.with_touch(fields.touch))
    }
}

impl Default for Sessions {
    /// A gap of 30 minutes, as usual in web analytics; the first touch.
    fn default() -> Self {
        Self {
            gap: 1800,
            touch: SessionTouch::First,
        }
    }
}

impl Sessions {
    /// Sessions that end after a gap without touches, floored to seconds.
    ///
    /// # Errors
    /// If the gap is less than a second or more than 4,294,967,295 seconds.
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

    /// The touch that stays in the log: the first by default.
    #[must_use]
    pub fn with_touch(self, touch: SessionTouch) -> Self {
        Self { touch, ..self }
    }
}

impl Events {
    /// The log with one touch per session, rows in their order, and the costs of the other touches.
    ///
    /// The costs come by channel and day in UTC. Pass them to
    /// [`JourneyBuilder::add_costs`](crate::JourneyBuilder::add_costs), because they were spent.
    /// Touches of one second stay in the order of their rows; the order of other rows does not
    /// matter.
    ///
    /// ```
    /// use mixtouch::{Event, Events};
    /// use mixtouch::event::Sessions;
    ///
    /// let mut log = Events::new();
    /// for (minute, channel) in [(0, "search"), (10, "e-mail"), (25, "direct"), (60, "social")] {
    ///     log.push(Event::touch("ann", 1_767_225_600 + 60 * minute, channel))?;
    /// }
    /// let (visits, _) = log.sessions(Sessions::default());
    /// let channels: Vec<_> = visits.iter().filter_map(|visit| visit.channel()).collect();
    /// assert_eq!(channels, ["search", "social"]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn sessions(&self, sessions: Sessions) -> (Self, CostTable) {
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
        let costs = self.costs_of((0..self.len()).filter(|&row| !keep[row]));
        (self.select(&rows), costs)
    }

    /// The costs of the touches among these rows, by channel and day in UTC.
    pub(crate) fn costs_of(&self, rows: impl Iterator<Item = usize>) -> CostTable {
        let mut by_day: BTreeMap<(&str, u32), f64> = BTreeMap::new();
        for row in rows.filter(|&row| self.kind[row].0 == Kind::Touch) {
            let cost = self.cost.get(row).copied().unwrap_or(0.0);
            if cost > 0.0 {
                *by_day
                    .entry((
                        self.channels.name(self.channel[row]).unwrap_or(""),
                        self.time[row] / DAY,
                    ))
                    .or_default() += cost;
            }
        }
        let mut costs = CostTable::new();
        for ((channel, day), cost) in by_day {
            costs.add(channel, day, cost);
        }
        costs
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
        let (first, costs) = log(&rows).sessions(Sessions::default());
        assert_eq!(channels(&first), ["a", "c", "sale", "e"]);
        let (last, _) = log(&rows).sessions(Sessions::default().with_touch(SessionTouch::Last));
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
        let (mut all, _) = log(&rows).sessions(Sessions::default());
        all.erase("bob");
        let alone: Vec<_> = rows.into_iter().filter(|row| row.0 == "ann").collect();
        let (alone, _) = log(&alone).sessions(Sessions::default());
        assert_eq!(channels(&all), channels(&alone));
        assert_eq!(channels(&all), ["a", "sale"]);
    }

    #[test]
    fn settings_are_checked() {
        assert!(Sessions::new(Duration::ZERO).is_err() && Sessions::new(Duration::MAX).is_err());
        assert!(serde_json::from_str::<Sessions>(r#"{"gap": 0, "touch": "last"}"#).is_err());
    }
}
