//! How long cases take.

use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::event::Events;
use crate::kpi::journeys::breakdown::{Breakdown, Item};
use crate::kpi::journeys::contact_path::{ContactPath, Contacts};
use crate::kpi::journeys::contrast::{
    Contrast, GroupComparison, Measure, Sides, compare, one_side,
};
use crate::kpi::members::{Personal, distinct, share_by_person};
use crate::kpi::options::KpiOptions;
use crate::kpi::service::case_log::{Case, State, cases};
use crate::kpi::service::columns::ServiceColumns;
use crate::kpi::timelines::{PersonTimeline, PersonTimelines};
use crate::report::{Cell, Report, Section};
use crate::stats::{ConfidenceLevel, Proportion, Spell, Survival};
use crate::time::TimeRange;

/// Service cases and the time to resolve them: of all persons, over time (by the opening) and by
/// kind of journey up to the opening.
///
/// Cases still open when observation ends count as such ([`Survival`]): the resolved ones alone are
/// the fast ones. Groups are compared by the log-rank test ([`RateRatio`](crate::stats::RateRatio)).
/// A case that lasts longer meets more agents. So a case is joint from its second agent or team on,
/// and one of a single agent before: its time up to there counts for those alone.
///
/// The rows of a case share a case id in `order_id`; without an id, a close ends the person's case
/// opened last. A case begins with its first opening; further openings are further contacts. It is
/// resolved by the first close that no opening follows; later closes change nothing.
///
/// ```
/// use mixtouch::kpi::service::{CaseResolutions, ServiceColumns};
/// use mixtouch::kpi::{KpiOptions, PersonTimelines};
/// use mixtouch::{Event, Events, Kind};
///
/// let mut log = Events::new().keep_all();
/// for (kind, person, time) in [
///     (Kind::CaseOpen, "ann", 1_767_225_600),
///     (Kind::CaseClose, "ann", 1_767_232_800),
///     (Kind::CaseOpen, "bob", 1_767_225_600),
/// ] {
///     log.push(Event::of_kind(kind, person, time).with_channel("call"))?;
/// }
/// let (timelines, options) = (PersonTimelines::new(&log)?, KpiOptions::default());
/// let cases = CaseResolutions::new(&timelines, &ServiceColumns::default(), &options)?;
/// assert_eq!((cases.population, cases.cases.overall.open), (2, 1));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CaseResolutions {
    /// The range of the openings; closes after its end do not count.
    pub window: TimeRange,
    /// Cases opened.
    pub population: u64,
    /// Cases closed before they were opened and never after; left out of all other figures.
    pub closed_before_opened: u64,
    /// Cases closed in the range that no row opens; left out of all other figures.
    pub never_opened: u64,
    /// Figures of all cases, over time and by group.
    pub cases: Breakdown<CaseFigures>,
    /// Comparisons of the time to the resolution between groups of persons.
    pub comparisons: Vec<GroupComparison>,
}

/// The cases of a group of persons. Intervals are by person, as one person's cases resemble each
/// other.
///
/// ```
/// use mixtouch::kpi::service::{CaseResolutions, ServiceColumns};
/// use mixtouch::kpi::{KpiOptions, PersonTimelines};
/// use mixtouch::{Event, Events, Kind};
///
/// let mut log = Events::new().keep_all();
/// for (kind, person, time) in [
///     (Kind::CaseOpen, "ann", 1_767_225_600),
///     (Kind::CaseClose, "ann", 1_767_232_800),
///     (Kind::CaseOpen, "bob", 1_767_225_600),
/// ] {
///     log.push(Event::of_kind(kind, person, time).with_channel("call"))?;
/// }
/// let (timelines, options) = (PersonTimelines::new(&log)?, KpiOptions::default());
/// let cases = CaseResolutions::new(&timelines, &ServiceColumns::default(), &options)?;
/// let all = &cases.cases.overall;
/// assert_eq!((all.resolved.rate, all.median()), (Some(0.5), Some(2.0)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CaseFigures {
    /// Persons with a case.
    pub persons: u64,
    /// Share of the cases opened that were resolved.
    pub resolved: Proportion,
    /// Cases still open at the end of the range.
    pub open: u64,
    /// Share of resolved cases that were closed and opened again first.
    pub reopened: Proportion,
    /// Share of resolved cases that several agents or teams worked on.
    pub joint: Proportion,
    /// Cases closed more than once without being opened in between.
    pub closed_again: u64,
    /// Hours from the opening to the close, open for cases still open.
    pub hours: Survival,
}

impl CaseFigures {
    /// Median of hours to the resolution; none if too few are resolved to know.
    pub fn median(&self) -> Option<f64> {
        self.hours.quantile(0.5)
    }

    /// 90th percentile of hours to the resolution; none if too few are resolved to know.
    pub fn p90(&self) -> Option<f64> {
        self.hours.quantile(0.9)
    }
}

/// One case.
#[derive(Debug, Clone, Copy)]
struct Ticket {
    person: u32,
    begun: u32,
    path: ContactPath,
    state: State,
    hours: Spell,
    reopened: bool,
    joint: bool,
    /// Hours after the opening at which a second agent or team worked on it.
    joint_from: Option<f64>,
    closed_again: bool,
}

impl Personal for Ticket {
    fn person(&self) -> u32 {
        self.person
    }
}

impl Item for Ticket {
    fn time(&self) -> u32 {
        self.begun
    }

    fn path(&self) -> ContactPath {
        self.path
    }
}

impl Ticket {
    /// The time as a case of one agent, and as a joint one: open, where it became joint first. What
    /// the second agent resolves at once was a case of one up to then.
    fn states(&self) -> Sides<Spell> {
        match self.joint_from {
            Some(0.0) => [None, Some(self.hours)],
            Some(from) if from < self.hours.time() => {
                [Some(Spell::open(from)), Some(self.hours.watched_from(from))]
            }
            _ => [Some(self.hours), None],
        }
    }
}

impl CaseResolutions {
    /// The cases opened in the range; `columns` names the columns of agents and teams.
    ///
    /// ```
    /// use mixtouch::kpi::service::{CaseResolutions, ServiceColumns};
    /// use mixtouch::kpi::{KpiOptions, PersonTimelines};
    /// use mixtouch::{Event, Events, Kind};
    ///
    /// let mut log = Events::new().keep_all();
    /// for (kind, time) in [(Kind::CaseOpen, 1_767_225_600), (Kind::CaseClose, 1_767_232_800)] {
    ///     log.push(Event::of_kind(kind, "ann", time).with_order_id("c-1").with_channel("call"))?;
    /// }
    /// let (timelines, options) = (PersonTimelines::new(&log)?, KpiOptions::default());
    /// let cases = CaseResolutions::new(&timelines, &ServiceColumns::default(), &options)?;
    /// assert_eq!(cases.cases.overall.median(), Some(2.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the log is empty or lacks a column, or an offline channel is not in the log.
    pub fn new(
        timelines: &PersonTimelines<'_>,
        columns: &ServiceColumns,
        options: &KpiOptions,
    ) -> Result<Self> {
        let window = timelines.reported_range(options)?;
        let contacts = Contacts::new(timelines, options)?;
        let [agent, team, _] = columns.positions(timelines)?;
        let tickets = |(person, timeline): (usize, PersonTimeline<'_>)| {
            tickets(person as u32, &timeline, &contacts, window, [agent, team])
        };
        let tickets: Vec<Ticket> = timelines
            .par_iter()
            .enumerate()
            .flat_map_iter(tickets)
            .collect();
        let known: Vec<&Ticket> = tickets
            .iter()
            .filter(|ticket| matches!(ticket.state, State::Open | State::Closed))
            .collect();
        let count = |state: State| {
            tickets
                .iter()
                .filter(|ticket| ticket.state == state)
                .count() as u64
        };
        let sides = |ticket: &Ticket, hours: Spell, contrast: Contrast| match contrast {
            Contrast::JointCase => ticket.states(),
            _ => one_side(contrast.side(ticket.path), hours),
        };
        let contrasts = Contrast::PATHS
            .into_iter()
            .chain(agent.or(team).map(|_| Contrast::JointCase));
        let contrasts: Vec<Contrast> = contrasts.collect();
        let hours = |ticket: &Ticket| Some(ticket.hours);
        let slow = Measure::Mean {
            more_is_better: false,
        };
        Ok(Self {
            window,
            population: known.len() as u64,
            closed_before_opened: count(State::ClosedBefore),
            never_opened: count(State::NeverOpened),
            cases: Breakdown::new(&known, options, window, |tickets| {
                figures(tickets, options.level())
            }),
            comparisons: compare(&contrasts, &known, options, slow, sides, hours)?,
        })
    }
}

/// A person's cases that began in the window.
fn tickets(
    person: u32,
    timeline: &PersonTimeline<'_>,
    contacts: &Contacts<'_>,
    window: TimeRange,
    names: [Option<usize>; 2],
) -> Vec<Ticket> {
    let mut cases = cases(timeline, window.to());
    cases.retain(|case| window.contains(i64::from(case.begun())));
    if cases.is_empty() {
        return Vec::new();
    }
    let trail = contacts.trail(timeline);
    cases.sort_by_key(|case| case.begun());
    let ticket = |case: &Case| Ticket {
        person,
        begun: case.begun(),
        path: trail.path_at(case.begun()),
        state: case.state(),
        hours: hours(case, window.to()),
        reopened: case.reopened > 0,
        joint: names
            .iter()
            .any(|&column| case.names_several(timeline.log(), column)),
        joint_from: joint_from(case, timeline.log(), names),
        closed_again: case.closed_again > 0,
    };
    cases.iter().map(ticket).collect()
}

/// How long a case took, or how long it has been open when observation ends.
fn hours(case: &Case, end: i64) -> Spell {
    let in_hours = |seconds: u32| f64::from(seconds) / 3600.0;
    let open = (end - i64::from(case.begun())).max(0);
    match case.seconds() {
        Some(seconds) => Spell::ended(in_hours(seconds)),
        None => Spell::open(in_hours(open as u32)),
    }
}

/// Hours from the opening to the first row of a second agent or team.
fn joint_from(case: &Case, log: &Events, names: [Option<usize>; 2]) -> Option<f64> {
    let second = names
        .iter()
        .filter_map(|&column| case.second_name(log, column));
    let seconds = second.min()?.saturating_sub(case.begun());
    Some(f64::from(seconds) / 3600.0)
}

fn figures(tickets: &[&Ticket], level: ConfidenceLevel) -> CaseFigures {
    let share =
        |is: &dyn Fn(&Ticket) -> Option<bool>| share_by_person(tickets, |ticket| is(ticket), level);
    let of_resolved = |is: fn(&Ticket) -> bool| {
        share(&|ticket| (ticket.state == State::Closed).then(|| is(ticket)))
    };
    let resolved = share(&|ticket| Some(ticket.state == State::Closed));
    CaseFigures {
        persons: distinct(tickets.iter().map(|ticket| ticket.person).collect()),
        open: resolved.population - resolved.count,
        resolved,
        reopened: of_resolved(|ticket| ticket.reopened),
        joint: of_resolved(|ticket| ticket.joint),
        closed_again: tickets.iter().filter(|ticket| ticket.closed_again).count() as u64,
        hours: Survival::by_person(
            tickets.iter().map(|ticket| (ticket.person, ticket.hours)),
            "hours",
            level,
        ),
    }
}

impl Report for CaseResolutions {
    fn title(&self) -> String {
        let Self {
            window, population, ..
        } = self;
        format!("service cases, {window}: {population} opened")
    }

    fn sections(&self) -> Vec<Section> {
        let Self {
            closed_before_opened: before,
            never_opened: never,
            ..
        } = self;
        let left_out = (before + never > 0).then(|| {
            format!("left out: {before} closed before they were opened, {never} never opened")
        });
        let row = |cases: &CaseFigures| {
            vec![
                Cell::count(cases.resolved.count),
                Cell::count(cases.open),
                Cell::number(cases.median(), 1),
                Cell::number(cases.p90(), 1),
                Cell::percent(cases.reopened.rate, 2),
                Cell::percent(cases.joint.rate, 2),
            ]
        };
        let heading = [
            "group",
            "resolved",
            "open",
            "median hours",
            "p90 hours",
            "reopened",
            "joint",
        ];
        let table = self
            .cases
            .table(&heading, row, |cases| cases.resolved.population > 0);
        let hours = &self.cases.overall.hours;
        let all = (hours.ended + hours.open > 0).then(|| format!("to the resolution: {hours}"));
        let tests = self.comparisons.iter();
        let comparisons = tests.map(|test| format!("resolved, {test}"));
        vec![
            Section::new()
                .with_lines(left_out)
                .with_lines(all)
                .with_table(table)
                .with_lines(comparisons),
        ]
    }
}

impl fmt::Display for CaseResolutions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
