//! A log person by person.

use std::ops::Range;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::event::PersonKey;
use crate::event::{Event, Events, Kind};
use crate::time::TimeRange;

/// A log person by person, each person's rows oldest first.
///
/// Persons stand in the order of a fixed hash of their key, so that the order of rows does not
/// matter; in one second a person's rows stand by kind - touch, cart, conversion, return, survey,
/// case opened, case closed - and rows of one kind as they came. In memory: 4 bytes a row beside
/// the log, 24 more while it is made.
///
/// ```
/// use mixtouch::kpi::timelines::PersonTimelines;
/// use mixtouch::{Event, Events, Kind};
///
/// let mut log = Events::new().keep_all();
/// log.push(Event::of_kind(Kind::CaseClose, "ann", 1_767_400_000).with_order_id("c-1"))?;
/// log.push(Event::of_kind(Kind::CaseOpen, "ann", 1_767_300_000).with_order_id("c-1"))?;
/// let histories = PersonTimelines::new(&log)?;
/// let times: Vec<i64> = histories.iter().flat_map(|person| person.events()).map(|event| event.time()).collect();
/// assert_eq!(times, [1_767_300_000, 1_767_400_000]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PersonTimelines<'a> {
    events: &'a Events,
    rows: Vec<u32>,
    /// Where each person's rows end.
    ends: Vec<usize>,
    window: Option<TimeRange>,
}

impl<'a> PersonTimelines<'a> {
    /// All rows that the log keeps.
    ///
    /// # Errors
    /// More than 2^32 rows.
    pub fn new(events: &'a Events) -> Result<Self> {
        u32::try_from(events.len())
            .map_err(|_| Error::setting("rows of the log", events.len(), "fewer than 2^32"))?;
        let key = |row: usize| {
            (
                events.people().rank(events.persons()[row]),
                events.persons()[row],
                events.times()[row],
                row as u32,
            )
        };
        let mut keyed: Vec<(u64, u64, u32, u32)> =
            (0..events.len()).into_par_iter().map(key).collect();
        let by_key = |left: u64, right: u64| match left == right {
            true => std::cmp::Ordering::Equal,
            false => events.people().key(left).cmp(&events.people().key(right)),
        };
        keyed.par_sort_unstable_by(|a, b| {
            let kinds = || {
                order(events.row(a.3 as usize).kind()).cmp(&order(events.row(b.3 as usize).kind()))
            };
            a.0.cmp(&b.0)
                .then_with(|| by_key(a.1, b.1))
                .then(a.2.cmp(&b.2))
                .then_with(kinds)
                .then(a.3.cmp(&b.3))
        });
        let mut ends: Vec<usize> = (1..keyed.len())
            .filter(|&at| keyed[at].1 != keyed[at - 1].1)
            .collect();
        ends.extend(Some(keyed.len()).filter(|&len| len > 0));
        Ok(Self {
            events,
            rows: keyed.into_iter().map(|row| row.3).collect(),
            ends,
            window: None,
        })
    }

    /// Only the rows of that time; persons without any stay, with no rows.
    pub fn within(self, window: TimeRange) -> Self {
        Self {
            window: Some(window),
            ..self
        }
    }

    /// The log behind it.
    pub fn log(&self) -> &'a Events {
        self.events
    }

    /// The time asked for, or else from the log's first second to its last; none of an empty log.
    pub fn window(&self) -> Option<TimeRange> {
        let times = self.events.times();
        let whole = || {
            TimeRange::new(
                i64::from(*times.iter().min()?),
                i64::from(*times.iter().max()?) + 1,
            )
            .ok()
        };
        self.window.or_else(whole)
    }

    /// How many persons there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The persons in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = PersonTimeline<'_>> {
        (0..self.len()).map(|at| self.history(at))
    }

    /// The persons in order, to be read in parallel; collecting keeps the order.
    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = PersonTimeline<'_>> {
        (0..self.len()).into_par_iter().map(|at| self.history(at))
    }

    /// The rows of one kind, person by person.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = Event<'_>> {
        self.iter().flat_map(move |person| person.of_kind(kind))
    }

    /// The time reported.
    ///
    /// # Errors
    /// An empty log.
    pub(crate) fn stated_window(&self) -> Result<TimeRange> {
        self.window().ok_or_else(|| Error::Empty {
            what: "the log".into(),
            expected: "at least one row".into(),
        })
    }

    /// The persons in order with all their rows, those outside the window too: what led to
    /// something in it may lie before it.
    pub(crate) fn whole(&self) -> impl IndexedParallelIterator<Item = PersonTimeline<'_>> {
        (0..self.len())
            .into_par_iter()
            .map(|at| self.history_of(at, |rows| 0..rows.len()))
    }

    /// Where a person stands in the order of persons.
    pub(crate) fn rank(&self, history: &PersonTimeline<'_>) -> u64 {
        self.events.people().rank(history.code)
    }

    /// Fails where a column is asked for that the log lacks.
    pub(crate) fn check_column(&self, column: Option<&str>) -> Result<()> {
        match column.filter(|name| !self.events.columns().any(|other| other == *name)) {
            None => Ok(()),
            Some(name) => {
                let found = self.events.columns().map(str::to_owned).collect();
                Err(Error::MissingColumn {
                    column: name.to_owned(),
                    found,
                })
            }
        }
    }

    fn history(&self, at: usize) -> PersonTimeline<'_> {
        self.history_of(at, |rows| self.inside(rows))
    }

    fn history_of(&self, at: usize, inside: impl Fn(&[u32]) -> Range<usize>) -> PersonTimeline<'_> {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        let rows = &self.rows[start..self.ends[at]];
        let code = self.events.persons()[rows[0] as usize];
        PersonTimeline {
            events: self.events,
            code,
            rows: &rows[inside(rows)],
        }
    }

    fn inside(&self, rows: &[u32]) -> Range<usize> {
        let Some(window) = self.window else {
            return 0..rows.len();
        };
        let before = |end: i64| {
            rows.partition_point(|&row| i64::from(self.events.times()[row as usize]) < end)
        };
        before(window.from())..before(window.to())
    }
}

/// Where a kind stands among rows of one second: what a customer does first comes first.
fn order(kind: Kind) -> u8 {
    match kind {
        Kind::Touch => 0,
        Kind::Cart => 1,
        Kind::Conversion => 2,
        Kind::Return => 3,
        Kind::Survey => 4,
        Kind::CaseOpen => 5,
        Kind::CaseClose => 6,
    }
}

/// One person's rows, oldest first.
#[derive(Debug, Clone, Copy)]
pub struct PersonTimeline<'a> {
    events: &'a Events,
    code: u64,
    rows: &'a [u32],
}

impl<'a> PersonTimeline<'a> {
    /// Whose rows they are.
    pub fn person(&self) -> PersonKey<'a> {
        self.events.people().key(self.code)
    }

    /// The numbers of the rows in the log, for [`Events::text`].
    pub fn rows(&self) -> impl ExactSizeIterator<Item = usize> + use<'a> {
        self.rows.iter().map(|&row| row as usize)
    }

    /// The log they are of.
    pub(crate) fn log(&self) -> &'a Events {
        self.events
    }

    /// The numbers of the rows, each with its second.
    pub(crate) fn timed_rows(&self) -> impl ExactSizeIterator<Item = (usize, u32)> + use<'a> {
        let events = self.events;
        self.rows().map(|row| (row, events.times()[row]))
    }

    /// The rows.
    pub fn events(&self) -> impl Iterator<Item = Event<'a>> + use<'a> {
        let events = self.events;
        self.rows().filter_map(|row| events.get(row))
    }

    /// The rows of one kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = Event<'a>> + use<'a> {
        let events = self.events;
        self.rows()
            .filter(move |&row| events.row(row).kind() == kind)
            .filter_map(|row| events.get(row))
    }

    /// The text of one of the log's rows in a named column.
    pub fn text(&self, row: usize, column: &str) -> Option<&'a str> {
        self.events.text(row, column)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none, as the window may leave.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(log: &Events, window: Option<TimeRange>) -> Vec<(String, Vec<(i64, Kind)>)> {
        let histories = PersonTimelines::new(log).unwrap();
        let histories = window.map_or(histories.clone(), |window| histories.within(window));
        histories
            .iter()
            .map(|one| {
                (
                    one.person().to_string(),
                    one.events().map(|row| (row.time(), row.kind())).collect(),
                )
            })
            .collect()
    }

    #[test]
    fn rows_come_by_person_and_time_whatever_their_order() {
        let rows = [
            Event::of_kind(Kind::Survey, "ann", 9),
            Event::conversion("ann", 9),
            Event::touch("ann", 9, "tv"),
            Event::of_kind(Kind::Cart, "bob", 2),
            Event::touch(7, 5, "tv"),
            Event::touch("ann", 3, "tv"),
        ];
        let log = |order: &[usize]| {
            let mut log = Events::new().keep_all();
            order.iter().for_each(|&at| log.push(rows[at]).unwrap());
            log
        };
        let first = shown(&log(&[0, 1, 2, 3, 4, 5]), None);
        assert_eq!(first, shown(&log(&[5, 3, 1, 4, 0, 2]), None));
        let ann = first.iter().find(|(person, _)| person == "ann").unwrap();
        assert_eq!(
            ann.1,
            [
                (3, Kind::Touch),
                (9, Kind::Touch),
                (9, Kind::Conversion),
                (9, Kind::Survey)
            ]
        );
        let late = shown(
            &log(&[0, 1, 2, 3, 4, 5]),
            Some(TimeRange::new(4, 9).unwrap()),
        );
        assert_eq!(late.iter().map(|(_, rows)| rows.len()).sum::<usize>(), 1);
        assert!(
            PersonTimelines::new(&Events::new()).unwrap().is_empty()
                && PersonTimelines::new(&Events::new())
                    .unwrap()
                    .window()
                    .is_none()
        );
    }
}
