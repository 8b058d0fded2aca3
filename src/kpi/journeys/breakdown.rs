//! Figures overall, over time and by kind of journey.

use crate::report::text as table;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kpi::journeys::contact_path::ChannelUse;
use crate::kpi::journeys::contact_path::ContactPath;
use crate::kpi::journeys::kind::JourneyKind;
use crate::kpi::options::KpiOptions;
use crate::privacy::{Group, MinimumGroup, OTHER, Protected, SmallGroups};
use crate::time::TimeRange;

/// Figures of everybody, by period, by how many channels the persons used and by kind of journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Breakdown<F> {
    /// Of everybody.
    pub overall: F,
    /// By period, oldest first; nothing where none were asked for. What lies in no period is in
    /// none of them.
    pub periods: Vec<PeriodFigures<F>>,
    /// By [`ChannelUse`].
    pub by_use: Vec<GroupFigures<F>>,
    /// By [`JourneyKind`].
    pub by_kind: Vec<GroupFigures<F>>,
}

/// The figures of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupFigures<F> {
    /// The group's name.
    pub group: String,
    /// Its figures.
    pub figures: F,
}

/// The figures of one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PeriodFigures<F> {
    /// The period.
    pub window: TimeRange,
    /// Its figures.
    pub figures: F,
}

/// Something of a person, who has a number; things stand in the order of these.
pub(crate) trait Personal {
    fn person(&self) -> u32;
}

/// Something that a person did or met, at a time, after contacts.
pub(crate) trait Item: Personal {
    fn time(&self) -> u32;
    fn course(&self) -> ContactPath;
}

/// Items of one group.
pub(crate) struct Members<'a, T> {
    pub(crate) items: Vec<&'a T>,
    pub(crate) persons: u64,
}

impl<T> Clone for Members<'_, T> {
    fn clone(&self) -> Self {
        Self {
            items: self.items.clone(),
            persons: self.persons,
        }
    }
}

impl<'a, T: Personal> Members<'a, T> {
    pub(crate) fn new(items: Vec<&'a T>) -> Self {
        let persons = distinct(items.iter().map(|item| item.person()).collect());
        Self { items, persons }
    }
}

impl<T: Personal> Group for Members<'_, T> {
    fn persons(&self) -> u64 {
        self.persons
    }

    fn merge(&mut self, other: Self) {
        let mut items = std::mem::take(&mut self.items);
        items.extend(other.items);
        items.sort_by_key(|item| item.person());
        *self = Self::new(items);
    }
}

/// The groups that may be shown. A person may be in several of them, so that groups taken together
/// have fewer persons than they add up to: more are taken together then.
pub(crate) fn protected<'a, T: Personal>(
    groups: Vec<(String, Members<'a, T>)>,
    minimum: &MinimumGroup,
    small: SmallGroups,
) -> Vec<(String, Members<'a, T>)> {
    let mut floor = minimum.with_small(SmallGroups::Merge);
    loop {
        let Protected {
            groups: mut shown,
            withheld,
        } = floor.apply(groups.clone());
        if shown
            .iter()
            .all(|(_, members)| minimum.allows(members.persons))
        {
            if small == SmallGroups::Suppress && withheld.is_some() {
                shown.pop_if(|(name, _)| name == OTHER);
            }
            return shown;
        }
        let next = floor.persons().saturating_add(1 + floor.persons() / 8);
        floor = MinimumGroup::new(next).expect("it is above 0");
    }
}

/// How many different persons.
pub(crate) fn distinct(mut persons: Vec<u32>) -> u64 {
    persons.sort_unstable();
    persons.dedup();
    persons.len() as u64
}

impl<F> Breakdown<F> {
    /// Of items in the order of their persons.
    pub(crate) fn of<T: Item>(
        items: &[&T],
        grouping: &KpiOptions,
        figures: impl Fn(&[&T]) -> F,
    ) -> Self {
        let uses = ChannelUse::ALL.map(|of| {
            (
                of.name(),
                members(items, |item| item.course().channel_use() == of),
            )
        });
        let kinds =
            JourneyKind::ALL.map(|of| (of.name(), members(items, |item| item.course().kind == of)));
        Self {
            overall: figures(items),
            periods: by_period(items, grouping, &figures),
            by_use: shown(uses, grouping, &figures),
            by_kind: shown(kinds, grouping, &figures),
        }
    }

    /// The figures of a use of channels or a kind of journey, by name.
    pub fn group(&self, name: &str) -> Option<&F> {
        self.by_use
            .iter()
            .chain(&self.by_kind)
            .find(|row| row.group == name)
            .map(|row| &row.figures)
    }

    /// Writes a row for each group that has something, the whole first.
    pub(crate) fn write(
        &self,
        f: &mut fmt::Formatter<'_>,
        heading: &[&str],
        row: impl Fn(&F) -> Vec<String>,
        has: impl Fn(&F) -> bool,
    ) -> fmt::Result {
        let groups = self
            .by_use
            .iter()
            .chain(&self.by_kind)
            .filter(|group| has(&group.figures));
        let periods = self
            .periods
            .iter()
            .map(|period| (period.window.to_string(), &period.figures));
        let named = groups.map(|group| (group.group.clone(), &group.figures));
        let all = std::iter::once(("all".to_owned(), &self.overall))
            .chain(periods)
            .chain(named);
        table::write(
            f,
            heading,
            all.map(|(name, figures)| [vec![name], row(figures)].concat()),
        )
    }
}

fn members<'a, T: Item>(items: &[&'a T], is: impl Fn(&T) -> bool) -> Members<'a, T> {
    Members::new(items.iter().copied().filter(|item| is(item)).collect())
}

fn shown<'a, T: Item + 'a, F>(
    groups: impl IntoIterator<Item = (&'static str, Members<'a, T>)>,
    grouping: &KpiOptions,
    figures: impl Fn(&[&T]) -> F,
) -> Vec<GroupFigures<F>> {
    let groups = groups
        .into_iter()
        .map(|(name, members)| (name.to_owned(), members))
        .collect();
    let shown = protected(groups, grouping.minimum(), grouping.minimum().small());
    shown
        .into_iter()
        .map(|(group, members)| GroupFigures {
            group,
            figures: figures(&members.items),
        })
        .collect()
}

fn by_period<T: Item, F>(
    items: &[&T],
    grouping: &KpiOptions,
    figures: impl Fn(&[&T]) -> F,
) -> Vec<PeriodFigures<F>> {
    let Some(periods) = grouping.periods() else {
        return Vec::new();
    };
    let mut members: Vec<Vec<&T>> = vec![Vec::new(); periods.count()];
    for &item in items {
        if let Some(at) = periods.position(item.time()) {
            members[at].push(item);
        }
    }
    let named = (0..)
        .zip(members)
        .map(|(at, items): (usize, _)| (at.to_string(), Members::new(items)));
    let shown = protected(named.collect(), grouping.minimum(), SmallGroups::Suppress);
    let windows: Vec<TimeRange> = periods.ranges().collect();
    let window = |at: &str| {
        at.parse()
            .ok()
            .and_then(|at: usize| windows.get(at).copied())
    };
    let period = |(at, members): (String, Members<'_, T>)| {
        Some(PeriodFigures {
            window: window(&at)?,
            figures: figures(&members.items),
        })
    };
    shown.into_iter().filter_map(period).collect()
}
