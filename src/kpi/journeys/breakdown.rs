//! Figures overall, over time and by kind of journey.

use serde::{Deserialize, Serialize};

use crate::kpi::journeys::contact_path::ChannelUse;
use crate::kpi::journeys::contact_path::ContactPath;
use crate::kpi::journeys::kind::JourneyKind;
use crate::kpi::members::{Members, Personal, protected};
use crate::kpi::options::KpiOptions;
use crate::privacy::SmallGroups;
use crate::report::{Cell, Table};
use crate::time::TimeRange;

/// Figures of all persons, by period, by number of channels used and by kind of journey.
///
/// ```
/// use mixtouch::kpi::service::{Questions, VoiceOfCustomer};
/// use mixtouch::kpi::{KpiOptions, PersonTimelines};
/// use mixtouch::{Event, Events, Kind};
///
/// let mut log = Events::new().keep_all();
/// for (person, channels, score) in [("ann", &["web", "store"][..], 9.0), ("bob", &["web"], 5.0)] {
///     for channel in channels {
///         log.push(Event::touch(person, 1_767_225_600, *channel))?;
///     }
///     let row = Event::of_kind(Kind::Survey, person, 1_767_229_200).with_goal("nps");
///     log.push(row.with_value(score))?;
/// }
/// let (timelines, options) = (PersonTimelines::new(&log)?, KpiOptions::default());
/// let voice = VoiceOfCustomer::new(&timelines, &Questions::default(), &options)?;
/// let nps = voice.question("nps").expect("a default question");
/// let scores = &nps.scores;
/// assert_eq!(scores.overall.answers, 2);
/// assert_eq!(scores.group("several channels").map(|figures| figures.answers), Some(1));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Breakdown<F> {
    /// Figures of all persons.
    pub overall: F,
    /// Figures by period, oldest first, of those that had begun when observation ended; empty
    /// unless
    /// [`KpiOptions::with_periods`](crate::kpi::KpiOptions::with_periods) asks for some.
    pub periods: Vec<PeriodFigures<F>>,
    /// Figures by [`ChannelUse`].
    pub by_use: Vec<GroupFigures<F>>,
    /// Figures by [`JourneyKind`].
    pub by_kind: Vec<GroupFigures<F>>,
}

/// The figures of one group of persons.
///
/// ```
/// use mixtouch::kpi::service::{Questions, VoiceOfCustomer};
/// use mixtouch::kpi::{KpiOptions, PersonTimelines};
/// use mixtouch::{Event, Events, Kind};
///
/// let mut log = Events::new().keep_all();
/// for (person, channels, score) in [("ann", &["web", "store"][..], 9.0), ("bob", &["web"], 5.0)] {
///     for channel in channels {
///         log.push(Event::touch(person, 1_767_225_600, *channel))?;
///     }
///     let row = Event::of_kind(Kind::Survey, person, 1_767_229_200).with_goal("nps");
///     log.push(row.with_value(score))?;
/// }
/// let (timelines, options) = (PersonTimelines::new(&log)?, KpiOptions::default());
/// let voice = VoiceOfCustomer::new(&timelines, &Questions::default(), &options)?;
/// let nps = voice.question("nps").expect("a default question");
/// let answers = nps.scores.by_use.iter().map(|row| (row.group.as_str(), row.figures.answers));
/// let expected = [("no contact", 0), ("one channel", 1), ("several channels", 1)];
/// assert_eq!(answers.collect::<Vec<_>>(), expected);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupFigures<F> {
    /// The group's name.
    pub group: String,
    /// The figures.
    pub figures: F,
}

/// The figures of one period.
///
/// ```
/// use mixtouch::kpi::service::{Questions, VoiceOfCustomer};
/// use mixtouch::kpi::{KpiOptions, PersonTimelines};
/// use mixtouch::time::Periods;
/// use mixtouch::{Event, Events, Kind, TimeZone};
///
/// let mut log = Events::new().keep_all();
/// for (person, channels, score) in [("ann", &["web", "store"][..], 9.0), ("bob", &["web"], 5.0)] {
///     for channel in channels {
///         log.push(Event::touch(person, 1_767_225_600, *channel))?;
///     }
///     let row = Event::of_kind(Kind::Survey, person, 1_767_229_200).with_goal("nps");
///     log.push(row.with_value(score))?;
/// }
/// let months = Periods::months("2026-01-01".parse()?, 1, 1, &TimeZone::utc())?;
/// let options = KpiOptions::default().with_periods(months);
/// let timelines = PersonTimelines::new(&log)?;
/// let voice = VoiceOfCustomer::new(&timelines, &Questions::default(), &options)?;
/// let nps = voice.question("nps").expect("a default question");
/// let january = &nps.scores.periods[0];
/// assert_eq!(january.name, "2026-01");
/// assert_eq!(january.figures.answers, 2);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PeriodFigures<F> {
    /// The period's name, such as `2026-01`.
    pub name: String,
    /// The period.
    pub window: TimeRange,
    /// The figures.
    pub figures: F,
}

/// An event of a person, with the contacts that preceded it.
pub(crate) trait Item: Personal {
    fn time(&self) -> u32;
    fn path(&self) -> ContactPath;
}

impl<F> Breakdown<F> {
    /// Of items in the order of their persons.
    pub(crate) fn new<T: Item>(
        items: &[&T],
        options: &KpiOptions,
        observed: TimeRange,
        figures: impl Fn(&[&T]) -> F,
    ) -> Self {
        let uses = ChannelUse::ALL.map(|wanted| {
            let members = members(items, |item| item.path().channel_use() == wanted);
            (wanted.name(), members)
        });
        let kinds = JourneyKind::ALL.map(|wanted| {
            let members = members(items, |item| item.path().kind == wanted);
            (wanted.name(), members)
        });
        Self {
            overall: figures(items),
            periods: by_period(items, Item::time, options, observed, &figures),
            by_use: shown(uses, options, &figures),
            by_kind: shown(kinds, options, &figures),
        }
    }

    /// The figures of a group, by the name of its [`ChannelUse`] or [`JourneyKind`].
    pub fn group(&self, name: &str) -> Option<&F> {
        self.by_use
            .iter()
            .chain(&self.by_kind)
            .find(|row| row.group == name)
            .map(|row| &row.figures)
    }

    /// A row for each group that has something, the whole first.
    pub(crate) fn table(
        &self,
        heading: &[&str],
        row: impl Fn(&F) -> Vec<Cell>,
        has: impl Fn(&F) -> bool,
    ) -> Table {
        let groups = self
            .by_use
            .iter()
            .chain(&self.by_kind)
            .filter(|group| has(&group.figures))
            .map(|group| (group.group.clone(), &group.figures));
        let periods = self
            .periods
            .iter()
            .map(|period| (period.name.clone(), &period.figures));
        let all = std::iter::once(("all".to_owned(), &self.overall))
            .chain(periods)
            .chain(groups);
        let rows = all.map(|(name, figures)| [vec![Cell::from(name)], row(figures)].concat());
        Table::new(heading.iter().copied()).with_rows(rows)
    }
}

fn members<'a, T: Item>(items: &[&'a T], is: impl Fn(&T) -> bool) -> Members<'a, T> {
    Members::new(items.iter().copied().filter(|item| is(item)).collect())
}

fn shown<'a, T: Item + 'a, F>(
    groups: impl IntoIterator<Item = (&'static str, Members<'a, T>)>,
    options: &KpiOptions,
    figures: impl Fn(&[&T]) -> F,
) -> Vec<GroupFigures<F>> {
    let groups = groups
        .into_iter()
        .map(|(name, members)| (name.to_owned(), members))
        .collect();
    let shown = protected(groups, options.minimum(), options.minimum().small());
    shown
        .into_iter()
        .map(|(group, members)| GroupFigures {
            group,
            figures: figures(&members.items),
        })
        .collect()
}

/// The figures of each period with enough persons, of items in the order of their persons.
pub(crate) fn by_period<T: Personal, F>(
    items: &[&T],
    time: impl Fn(&T) -> u32,
    options: &KpiOptions,
    observed: TimeRange,
    figures: impl Fn(&[&T]) -> F,
) -> Vec<PeriodFigures<F>> {
    let Some(periods) = options.periods() else {
        return Vec::new();
    };
    let mut members: Vec<Vec<&T>> = vec![Vec::new(); periods.count()];
    for &item in items {
        if let Some(at) = periods.position(time(item)) {
            members[at].push(item);
        }
    }
    let named = (0..)
        .zip(members)
        .map(|(at, items): (usize, _)| (at.to_string(), Members::new(items)));
    let shown = protected(named.collect(), options.minimum(), SmallGroups::Suppress);
    let windows: Vec<TimeRange> = periods.ranges().collect();
    let window = |at: &str| {
        at.parse()
            .ok()
            .and_then(|at: usize| windows.get(at).copied())
    };
    let period = |(at, members): (String, Members<'_, T>)| {
        let window = window(&at).filter(|window| window.from() < observed.to())?;
        Some(PeriodFigures {
            name: window.label(),
            window,
            figures: figures(&members.items),
        })
    };
    shown.into_iter().filter_map(period).collect()
}
