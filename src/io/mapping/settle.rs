//! Which mapped rows stay: repetitions, events that count once, sessions, changes of source.

use crate::event::{Events, Kind};
use crate::io::mapping::kinds::TouchWhen;
use crate::io::mapping::layout::{Layout, SessionBy};
use crate::io::mapping::repeats::sorted_repeats;
use crate::io::mapping::rows::MappedRows;
use crate::io::mapping::total::Total;
use crate::util::random;
use std::collections::BTreeMap;

/// What was left out when all rows were read.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) repeated: u64,
    /// By name of the rule.
    pub(super) counted_once: BTreeMap<String, u64>,
    pub(super) within_sessions: u64,
    /// What the conversions left out are worth.
    pub(super) value: f64,
    /// What the touches cost that repeat another.
    pub(super) cost: f64,
}

/// Leaves out what the mapping says, the earliest staying; rows of one time stay in file order.
pub(super) fn settle(rows: &mut MappedRows, layout: &Layout) -> Settled {
    let mut keeps = vec![true; rows.events.len()];
    let mut settled = Settled::default();
    let (events, marks) = (&rows.events, &rows.marks);
    // a row that is a touch and a conversion repeats as both
    let same = |row: usize, number: u64| number ^ (u64::from(marks.origins[row].is_touch) << 1);
    settled.repeated = drop_repetitions(events, &marks.same, &mut keeps, same).len() as u64;
    for row in drop_repetitions(events, &marks.once, &mut keeps, |_, number| number) {
        let rule = layout.rules.get(usize::from(marks.origins[row].rule));
        *settled.counted_once.entry(rule.name.clone()).or_default() += 1;
    }
    settled.cost = cost_left_out(&rows.events, &keeps);
    let mut dropped = within_sessions(rows, layout, &keeps);
    dropped.iter().for_each(|&row| keeps[row] = false);
    let unchanged = unchanged_sources(rows, layout, &keeps);
    unchanged.iter().for_each(|&row| keeps[row] = false);
    dropped.extend(unchanged);
    settled.within_sessions = dropped.len() as u64;
    settled.value = value_left_out(&rows.events, &keeps);
    rows.events.keep_costs_of(&dropped);
    if keeps.contains(&false) {
        let kept: Vec<usize> = (0..keeps.len()).filter(|&row| keeps[row]).collect();
        rows.events.arrange(&kept);
    }
    settled
}

/// What the conversions are worth that do not stay.
fn value_left_out(events: &Events, keeps: &[bool]) -> f64 {
    let rows = events.kinds().iter().zip(keeps);
    let sales = rows.filter(|((kind, _), _)| *kind == Kind::Conversion);
    let stays = sales.map(|(_, stays)| *stays);
    let left_out = stays.zip(events.conversions()).filter(|(stays, _)| !stays);
    let values: Total = left_out.map(|(_, sale)| sale.value).collect();
    values.value()
}

/// What the touches cost that do not stay.
fn cost_left_out(events: &Events, keeps: &[bool]) -> f64 {
    let rows = events.costs().iter().zip(keeps);
    let left_out = rows.filter(|(_, stays)| !**stays);
    let costs: Total = left_out.map(|(cost, _)| *cost).collect();
    costs.value()
}

/// Where a row stands in time.
fn moment(events: &Events, row: usize) -> (u32, u32, usize) {
    (events.times()[row], events.fraction(row), row)
}

/// Drops all but the earliest of the kept rows that share what `shared` makes of their numbers;
/// returns the others.
fn drop_repetitions(
    events: &Events,
    numbers: &[(usize, u64)],
    keeps: &mut [bool],
    shared: impl Fn(usize, u64) -> u64 + Sync,
) -> Vec<usize> {
    let numbered = sorted_repeats(numbers.len(), |at| {
        let (row, number) = numbers[at];
        let number = shared(row, number);
        keeps[row].then_some((number, (number, row)))
    });
    let mut dropped = Vec::new();
    for run in numbered
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|run| run.len() > 1)
    {
        let earliest = run.iter().map(|&(_, row)| moment(events, row)).min();
        let others = run.iter().map(|&(_, row)| row);
        dropped.extend(others.filter(|&row| Some(row) != earliest.map(|(_, _, row)| row)));
    }
    dropped.sort_unstable();
    dropped.iter().for_each(|&row| keeps[row] = false);
    dropped
}

/// The kept touches but one of each session.
fn within_sessions(rows: &MappedRows, layout: &Layout, keeps: &[bool]) -> Vec<usize> {
    if layout.rules.iter().all(|rule| rule.session.is_none()) {
        return Vec::new();
    }
    let (events, marks) = (&rows.events, &rows.marks.origins);
    let rule = |row: usize| layout.rules.get(usize::from(marks[row].rule));
    // by person and, in rules with a key, by session; then by time
    let key = |row: usize| {
        let session = rule(row)
            .session
            .as_ref()
            .filter(|_| marks[row].is_touch && keeps[row])?;
        let session = match session.by {
            SessionBy::Key(_) if marks[row].session == 0 => return None,
            SessionBy::Key(_) => marks[row].session,
            SessionBy::Gap(_) => 0,
        };
        let person = events.persons()[row];
        let moment = moment(events, row);
        Some((random::step(person) ^ session, (person, session, moment)))
    };
    let touches = sorted_repeats(marks.len(), key);
    let ends = |a: &(u64, u64, (u32, u32, usize)), b: &(u64, u64, (u32, u32, usize))| {
        let is_gap = || match rule(b.2.2).session.as_ref().map(|session| &session.by) {
            Some(SessionBy::Gap(gap)) => b.2.0 - a.2.0 > *gap,
            _ => false,
        };
        (a.0, a.1) != (b.0, b.1) || is_gap()
    };
    let mut dropped = Vec::new();
    for run in touches
        .chunk_by(|a, b| !ends(a, b))
        .filter(|run| run.len() > 1)
    {
        let takes_last = rule(run[0].2.2)
            .session
            .as_ref()
            .is_some_and(|of| of.takes_last);
        let stays = if takes_last { run.len() - 1 } else { 0 };
        let others = run.iter().enumerate().filter(|(at, _)| *at != stays);
        dropped.extend(others.map(|(_, touch)| touch.2.2));
    }
    dropped
}

/// The kept touches of rules that ask for a change whose source, medium and campaign are those of
/// the person's touch before.
fn unchanged_sources(rows: &MappedRows, layout: &Layout, keeps: &[bool]) -> Vec<usize> {
    let asks = |row: usize| {
        let rule = layout.rules.get(usize::from(rows.marks.origins[row].rule));
        rule.touch == Some(TouchWhen::SourceChanged)
    };
    if !(layout.rules.iter()).any(|rule| rule.touch == Some(TouchWhen::SourceChanged)) {
        return Vec::new();
    }
    let (events, marks) = (&rows.events, &rows.marks.origins);
    let touches = sorted_repeats(marks.len(), |row| {
        let person = events.persons()[row];
        let touch = || (person, (person, moment(events, row)));
        (keeps[row] && marks[row].is_touch).then(touch)
    });
    let origin = |row: usize| {
        let levels = [0, 1].map(|at| events.text_column(at).codes[row]);
        (events.channel_ids()[row], levels)
    };
    let repeats = |pair: &[(u64, (u32, u32, usize))]| {
        let (before, row) = (pair[0].1.2, pair[1].1.2);
        let is_same = pair[0].0 == pair[1].0 && origin(before) == origin(row);
        (is_same && asks(row)).then_some(row)
    };
    touches.windows(2).filter_map(repeats).collect()
}
