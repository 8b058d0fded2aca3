//! A log person by person.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::event::PersonKey;
use crate::event::{Event, Events, Interaction, Kind};
use crate::kpi::options::KpiOptions;
use crate::time::TimeRange;

/// A log person by person, each person's rows oldest first.
///
/// Persons stand in the order of a fixed hash of their key, so that the order of rows does not
/// matter. Within a second a person's rows stand by kind: touch, cart, conversion, return, survey,
/// case opened, case closed; rows of one kind keep the order of the log. Memory: 4 bytes a row
/// beside the log, 24 more while it is made.
///
/// ```
/// use mixtouch::kpi::PersonTimelines;
/// use mixtouch::{Event, Events, Kind};
///
/// let mut log = Events::new().keep_all();
/// log.push(Event::of_kind(Kind::CaseClose, "ann", 1_767_400_000).with_order_id("c-1"))?;
/// log.push(Event::of_kind(Kind::CaseOpen, "ann", 1_767_300_000).with_order_id("c-1"))?;
/// let timelines = PersonTimelines::new(&log)?;
/// let events = timelines.iter().flat_map(|person| person.events());
/// let times: Vec<i64> = events.map(|event| event.time()).collect();
/// assert_eq!(times, [1_767_300_000, 1_767_400_000]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PersonTimelines<'a> {
    events: &'a Events,
    rows: Vec<u32>,
    /// Where each person's rows end.
    ends: Vec<usize>,
}

impl<'a> PersonTimelines<'a> {
    /// The timelines of all rows that the log keeps.
    ///
    /// # Errors
    /// If the log has 2^32 rows or more.
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
        })
    }

    /// The same without rows that repeat another one of their person in everything.
    ///
    /// ```
    /// use mixtouch::kpi::PersonTimelines;
    /// use mixtouch::{Event, Events, Kind};
    ///
    /// let mut log = Events::new().keep_all();
    /// for score in [9.0, 9.0, 3.0] {
    ///     let row = Event::of_kind(Kind::Survey, "ann", 1_767_225_600).with_goal("nps");
    ///     log.push(row.with_value(score))?;
    /// }
    /// let timelines = PersonTimelines::new(&log)?.without_duplicates();
    /// assert_eq!(timelines.of_kind(Kind::Survey).count(), 2);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn without_duplicates(self) -> Self {
        let (mut rows, mut ends) = (Vec::with_capacity(self.rows.len()), Vec::new());
        let mut start = 0;
        for &end in &self.ends {
            let (mut second, mut seen) = (None, BTreeSet::new());
            for &row in &self.rows[start..end] {
                let time = self.events.times()[row as usize];
                if second.replace(time) != Some(time) {
                    seen.clear();
                }
                if seen.insert(contents(self.events, row as usize)) {
                    rows.push(row);
                }
            }
            ends.push(rows.len());
            start = end;
        }
        Self { rows, ends, ..self }
    }

    /// The log.
    pub fn log(&self) -> &'a Events {
        self.events
    }

    /// The range from the log's first second to its last; none for an empty log.
    pub fn range(&self) -> Option<TimeRange> {
        let times = self.events.times();
        let (first, last) = (*times.iter().min()?, *times.iter().max()?);
        TimeRange::new(i64::from(first), i64::from(last) + 1).ok()
    }

    /// The range that a report covers: the one asked for, or else that of the log.
    ///
    /// # Errors
    /// If no range is asked for and the log is empty.
    pub fn reported_range(&self, options: &KpiOptions) -> Result<TimeRange> {
        let empty = || Error::Empty {
            what: "the log".into(),
            expected: "at least one row".into(),
        };
        let range = options.range().or_else(|| self.range());
        range.map(|range| options.shown(range)).ok_or_else(empty)
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
        (0..self.len()).map(|at| self.timeline(at))
    }

    /// The persons in order, to be read in parallel; collecting keeps the order.
    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = PersonTimeline<'_>> {
        (0..self.len()).into_par_iter().map(|at| self.timeline(at))
    }

    /// The rows of one kind, person by person.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = Event<'_>> {
        self.iter().flat_map(move |person| person.of_kind(kind))
    }

    /// Where a person stands in the order of persons.
    pub(crate) fn rank(&self, timeline: &PersonTimeline<'_>) -> u64 {
        self.events.people().rank(timeline.code)
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

    fn timeline(&self, at: usize) -> PersonTimeline<'_> {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        let rows = &self.rows[start..self.ends[at]];
        PersonTimeline {
            events: self.events,
            code: self.events.persons()[rows[0] as usize],
            rows,
        }
    }
}

/// What a row says beside its person and second, in numbers.
fn contents(log: &Events, at: usize) -> Vec<u64> {
    let row = log.row(at);
    let details = row
        .details()
        .map(|of| [of.value.to_bits(), of.goal.into(), of.order.into()]);
    let cost = log.get(at).map_or(0.0, |event| event.cost());
    let interaction = match row.interaction() {
        None => 0,
        Some(Interaction::Click) => 1,
        Some(Interaction::View) => 2,
    };
    let texts = (0..log.columns().len()).map(|column| log.text_column(column).codes[at].into());
    let fixed = [
        order(row.kind()).into(),
        u64::from(row.channel().0),
        interaction,
        cost.to_bits(),
    ];
    fixed
        .into_iter()
        .chain(details.into_iter().flatten())
        .chain(texts)
        .collect()
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
        Kind::Opportunity => 7,
    }
}

/// One person's rows, oldest first.
///
/// ```
/// use mixtouch::kpi::PersonTimelines;
/// use mixtouch::time::TimeRange;
/// use mixtouch::{Event, Events, Kind};
///
/// let mut log = Events::new().keep_all();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_312_000).with_value(50.0))?;
/// let timelines = PersonTimelines::new(&log)?;
/// let ann = timelines.iter().next().expect("ann has two rows");
/// let first_day = ann.within(TimeRange::new(1_767_225_600, 1_767_312_000)?);
/// assert_eq!((ann.len(), first_day.len()), (2, 1));
/// assert_eq!(ann.of_kind(Kind::Conversion).map(|sale| sale.value()).sum::<f64>(), 50.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct PersonTimeline<'a> {
    events: &'a Events,
    code: u64,
    rows: &'a [u32],
}

impl<'a> PersonTimeline<'a> {
    /// The person's key.
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

    /// The rows of a range; the person stays the same, even with no row left.
    #[must_use]
    pub fn within(self, range: TimeRange) -> Self {
        let events = self.events;
        let before = |end: i64| {
            self.rows
                .partition_point(|&row| i64::from(events.times()[row as usize]) < end)
        };
        Self {
            rows: &self.rows[before(range.from())..before(range.to())],
            ..self
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row, as [`PersonTimeline::within`] may leave.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// The number of a row's text in a column, unless it is empty or there is no column.
pub(crate) fn text_code(log: &Events, column: Option<usize>, row: usize) -> Option<u32> {
    let column = log.text_column(column?);
    let code = column.codes[row];
    (!column.texts.get(code).is_empty()).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(log: &Events, window: Option<TimeRange>) -> Vec<(String, Vec<(i64, Kind)>)> {
        let timelines = PersonTimelines::new(log).unwrap();
        timelines
            .iter()
            .map(|one| window.map_or(one, |window| one.within(window)))
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
                    .range()
                    .is_none()
        );
    }
}
