//! A person's service cases, row by row.

use std::collections::BTreeMap;

use crate::event::details::NO_TEXT;
use crate::event::{Events, Kind};
use crate::kpi::timelines::{PersonTimeline, text_code};

/// One case: what its rows of opening and closing say.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Case {
    /// The first opening.
    pub(crate) opened: Option<u32>,
    /// The close that no opening follows; the first, where several do not.
    pub(crate) closed: Option<u32>,
    /// A close stood before the first opening.
    pub(crate) closed_before: bool,
    /// Openings after a close.
    pub(crate) reopened: u32,
    /// Closes of a case that was closed already.
    pub(crate) closed_again: u32,
    /// Its rows in the log, oldest first.
    pub(crate) rows: Vec<usize>,
    first: u32,
}

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Closed,
    /// Closed before it was opened, and never after.
    ClosedBefore,
    /// Closed, and no row opens it.
    NeverOpened,
}

impl Case {
    fn add(&mut self, row: usize, time: u32, opens: bool) {
        if self.rows.is_empty() {
            self.first = time;
        }
        self.rows.push(row);
        match (opens, self.opened, self.closed) {
            (true, None, closed) => {
                self.closed_before = closed.is_some();
                (self.opened, self.closed) = (Some(time), None);
            }
            (true, Some(_), Some(_)) => {
                self.reopened += 1;
                self.closed = None;
            }
            (true, Some(_), None) => {}
            (false, _, Some(_)) => self.closed_again += 1,
            (false, _, None) => self.closed = Some(time),
        }
    }

    pub(crate) fn state(&self) -> State {
        match (self.opened, self.closed) {
            (Some(_), Some(_)) => State::Closed,
            (Some(_), None) if self.closed_before => State::ClosedBefore,
            (Some(_), None) => State::Open,
            (None, _) => State::NeverOpened,
        }
    }

    /// When it began, as far as the log knows.
    pub(crate) fn begun(&self) -> u32 {
        self.opened.unwrap_or(self.first)
    }

    /// Seconds from the opening to the close.
    pub(crate) fn seconds(&self) -> Option<u32> {
        Some(self.closed?.saturating_sub(self.opened?))
    }

    /// Whether several texts of a column, the empty one aside, stand in its rows.
    pub(crate) fn names_several(&self, log: &Events, column: Option<usize>) -> bool {
        self.second_name(log, column).is_some()
    }

    /// When a row first names another text of a column than the rows before, the empty one aside.
    pub(crate) fn second_name(&self, log: &Events, column: Option<usize>) -> Option<u32> {
        let named = |&row: &usize| Some((row, text_code(log, column, row)?));
        let mut names = self.rows.iter().filter_map(named);
        let (_, first) = names.next()?;
        let (row, _) = names.find(|&(_, name)| name != first)?;
        Some(log.times()[row])
    }
}

/// A person's cases up to a second, in the order of their first rows. Rows with the same case id
/// are one case. Without an id an opening begins a case, and a close ends the one opened last that
/// is not closed.
pub(crate) fn cases(person: &PersonTimeline<'_>, to: i64) -> Vec<Case> {
    let log = person.log();
    let (mut cases, mut by_id) = (Vec::<Case>::new(), BTreeMap::new());
    let mut nameless = Vec::new();
    for (row, time) in person
        .timed_rows()
        .take_while(|&(_, time)| i64::from(time) < to)
    {
        let opens = match log.row(row).kind() {
            Kind::CaseOpen => true,
            Kind::CaseClose => false,
            _ => continue,
        };
        let id = log
            .row(row)
            .details()
            .map_or(NO_TEXT, |stated| stated.order);
        let next = cases.len();
        let at = match (id, opens) {
            (NO_TEXT, true) => {
                nameless.push(next);
                next
            }
            (NO_TEXT, false) => nameless.pop().unwrap_or(next),
            _ => *by_id.entry(id).or_insert(next),
        };
        if at == next {
            cases.push(Case::default());
        }
        cases[at].add(row, time, opens);
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::kpi::timelines::PersonTimelines;

    fn states(rows: &[(i64, bool, &str)]) -> Vec<(State, Option<u32>, u32, u32)> {
        let mut log = Events::new().keep_all();
        for &(time, opens, id) in rows {
            let kind = if opens {
                Kind::CaseOpen
            } else {
                Kind::CaseClose
            };
            log.push(Event::of_kind(kind, "ann", time).with_order_id(id))
                .unwrap();
        }
        let timelines = PersonTimelines::new(&log).unwrap();
        let cases = cases(&timelines.iter().next().unwrap(), 1_000);
        cases
            .iter()
            .map(|case| {
                (
                    case.state(),
                    case.seconds(),
                    case.reopened,
                    case.closed_again,
                )
            })
            .collect()
    }

    #[test]
    fn every_order_of_rows_has_its_state() {
        assert_eq!(
            states(&[(1, true, "a"), (9, false, "a")]),
            [(State::Closed, Some(8), 0, 0)]
        );
        assert_eq!(
            states(&[(5, false, "a"), (5, true, "a")]),
            [(State::Closed, Some(0), 0, 0)],
            "in one second the opening comes first"
        );
        assert_eq!(states(&[(1, true, "a")]), [(State::Open, None, 0, 0)]);
        assert_eq!(
            states(&[(1, true, "a"), (2, true, "a"), (9, false, "a")]),
            [(State::Closed, Some(8), 0, 0)],
            "a further contact"
        );
        assert_eq!(
            states(&[(1, true, "a"), (4, false, "a"), (9, false, "a")]),
            [(State::Closed, Some(3), 0, 1)],
            "closed twice"
        );
        assert_eq!(
            states(&[
                (1, true, "a"),
                (4, false, "a"),
                (6, true, "a"),
                (9, false, "a")
            ]),
            [(State::Closed, Some(8), 1, 0)]
        );
        assert_eq!(
            states(&[(1, true, "a"), (4, false, "a"), (6, true, "a")]),
            [(State::Open, None, 1, 0)]
        );
        assert_eq!(
            states(&[(1, false, "a"), (4, true, "a")]),
            [(State::ClosedBefore, None, 0, 0)]
        );
        assert_eq!(
            states(&[(1, false, "a"), (4, true, "a"), (9, false, "a")]),
            [(State::Closed, Some(5), 0, 0)]
        );
        assert_eq!(
            states(&[(1, false, "a")]),
            [(State::NeverOpened, None, 0, 0)]
        );
        assert_eq!(
            states(&[(1, true, "a"), (1_000, false, "a")]),
            [(State::Open, None, 0, 0)],
            "what comes later is not known yet"
        );
    }

    #[test]
    fn cases_without_an_id_are_paired_from_the_last() {
        let got = states(&[
            (1, true, ""),
            (3, true, ""),
            (4, false, ""),
            (9, false, ""),
            (10, false, ""),
        ]);
        assert_eq!(
            got,
            [
                (State::Closed, Some(8), 0, 0),
                (State::Closed, Some(1), 0, 0),
                (State::NeverOpened, None, 0, 0)
            ]
        );
        assert_eq!(
            states(&[
                (1, true, "a"),
                (2, true, "b"),
                (5, false, "a"),
                (8, false, "b")
            ])
            .iter()
            .filter_map(|case| case.1)
            .sum::<u32>(),
            10
        );
    }
}
