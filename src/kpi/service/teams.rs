//! The agents and teams that serve.

use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::event::Events;
use crate::kpi::journeys::breakdown::{Breakdown, Item};
use crate::kpi::journeys::contrast::{Contrast, GroupComparison, Measure, compare, one_side};
use crate::kpi::members::{Members, protected};
use crate::kpi::options::KpiOptions;
use crate::kpi::service::columns::ServiceColumns;
use crate::kpi::service::service_events::{EventReader, ServiceEvent, What};
use crate::kpi::service::survey_scale::Questions;
use crate::kpi::service::team_figures::ServiceFigures;
use crate::kpi::timelines::PersonTimelines;
use crate::report::{Cell, Report, Section, Table};
use crate::stats::{ConfidenceLevel, Proportion};
use crate::time::TimeRange;

/// Service of agents and teams: of each and of all together, over time and by kind of journey up to
/// the service.
///
/// An interaction is a row, other than an answer, that names an agent or a team. A resolved case
/// counts for each agent and team that its rows name. An answer on satisfaction counts for the
/// agent and team it names. If it names neither, it counts for those of the person's last
/// interaction within the lookback, or is left out. Tool adoption is the share of interactions with
/// a tool.
///
/// ```
/// use mixtouch::kpi::service::{Questions, ServiceColumns, ServiceTeams};
/// use mixtouch::kpi::{KpiOptions, PersonTimelines};
/// use mixtouch::{Event, Events, Kind};
///
/// let mut log = Events::with_columns(["agent"]).keep_all();
/// for (kind, time, agent) in [(Kind::CaseOpen, 0, "zoe"), (Kind::CaseClose, 3_600, "yan")] {
///     let row = Event::of_kind(kind, "ann", 1_767_225_600 + time).with_channel("call");
///     log.push(row.with_texts(&[agent]))?;
/// }
/// let columns = ServiceColumns::default().with_agent("agent");
/// let (timelines, options) = (PersonTimelines::new(&log)?, KpiOptions::default());
/// let teams = ServiceTeams::new(&timelines, &columns, &Questions::default(), &options)?;
/// assert_eq!((teams.population, teams.agents.len()), (2, 2));
/// assert_eq!(teams.whole.overall.resolved, 1);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ServiceTeams {
    /// The range of the interactions, resolutions and answers.
    pub window: TimeRange,
    /// Number of interactions.
    pub population: u64,
    /// Figures of all agents and teams.
    pub whole: Breakdown<ServiceFigures>,
    /// Agents in order of their names; the minimum group counts their customers.
    pub agents: Vec<Served>,
    /// Teams in order of their names. A team's joint cases are those several teams worked on.
    pub teams: Vec<Served>,
    /// Share of the agents with an interaction who used a tool; of teams if agents are not named.
    /// None without a column of tools. Agents that are not shown do not count.
    pub adopters: Option<Proportion>,
    /// Comparisons of satisfaction: several channels against one, joint cases against others.
    pub comparisons: Vec<GroupComparison>,
}

/// The figures of an agent or a team.
///
/// ```
/// use mixtouch::kpi::service::{Questions, ServiceColumns, ServiceTeams};
/// use mixtouch::kpi::{KpiOptions, PersonTimelines};
/// use mixtouch::{Event, Events, Kind};
///
/// let mut log = Events::with_columns(["agent"]).keep_all();
/// for (kind, time, agent) in [(Kind::CaseOpen, 0, "zoe"), (Kind::CaseClose, 3_600, "yan")] {
///     let row = Event::of_kind(kind, "ann", 1_767_225_600 + time).with_channel("call");
///     log.push(row.with_texts(&[agent]))?;
/// }
/// let columns = ServiceColumns::default().with_agent("agent");
/// let (timelines, options) = (PersonTimelines::new(&log)?, KpiOptions::default());
/// let teams = ServiceTeams::new(&timelines, &columns, &Questions::default(), &options)?;
/// let names: Vec<&str> = teams.agents.iter().map(|agent| agent.name.as_str()).collect();
/// assert_eq!(names, ["yan", "zoe"]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Served {
    /// The name of the agent or team.
    pub name: String,
    /// Figures of all its customers, over time and by group.
    pub figures: Breakdown<ServiceFigures>,
}

impl ServiceTeams {
    /// Service in the range. Contacts before it count, and so do earlier rows of cases resolved in
    /// it.
    ///
    /// ```
    /// use mixtouch::kpi::service::{Questions, ServiceColumns, ServiceTeams};
    /// use mixtouch::kpi::{KpiOptions, PersonTimelines};
    /// use mixtouch::{Event, Events, Kind};
    ///
    /// let mut log = Events::with_columns(["agent"]).keep_all();
    /// log.push(Event::touch("ann", 1_767_225_600, "web").with_texts(&[""]))?;
    /// let opened = Event::of_kind(Kind::CaseOpen, "ann", 1_767_225_700).with_channel("call");
    /// log.push(opened.with_texts(&["zoe"]))?;
    /// let closed = Event::of_kind(Kind::CaseClose, "ann", 1_767_225_900).with_channel("call");
    /// log.push(closed.with_texts(&["yan"]))?;
    /// let columns = ServiceColumns::default().with_agent("agent");
    /// let (timelines, options) = (PersonTimelines::new(&log)?, KpiOptions::default());
    /// let teams = ServiceTeams::new(&timelines, &columns, &Questions::default(), &options)?;
    /// let zoe = &teams.agent("zoe").expect("zoe opened a case").overall;
    /// assert_eq!((zoe.interactions, zoe.across_channels.count), (1, 1));
    /// assert_eq!(zoe.joint.rate, Some(1.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the log is empty or lacks a column, `columns` name neither agents nor teams, an offline
    /// channel is not in the log, or an answer is off its scale and such answers are not left out.
    pub fn new(
        timelines: &PersonTimelines<'_>,
        columns: &ServiceColumns,
        questions: &Questions,
        options: &KpiOptions,
    ) -> Result<Self> {
        let reader = EventReader::new(timelines, columns, questions, options)?;
        let window = reader.window;
        let (agent, team, tool) = (reader.agent, reader.team, reader.tool);
        let by_person: Vec<Vec<ServiceEvent>> = timelines
            .par_iter()
            .enumerate()
            .map(|(person, timeline)| reader.read(person as u32, &timeline))
            .collect::<Result<_>>()?;
        let events: Vec<ServiceEvent> = by_person.into_iter().flatten().collect();
        let whole: Vec<&ServiceEvent> = events.iter().filter(|event| event.is_whole()).collect();
        let figures =
            |events: &[&ServiceEvent]| ServiceFigures::new(events, tool.is_some(), options.level());
        let log = timelines.log();
        let parts = |events: &[&ServiceEvent]| Breakdown::new(events, options, window, figures);
        let agents = served(&events, log, agent, |event| event.agent, options, parts);
        let teams = served(&events, log, team, |event| event.team, options, parts);
        let who = if agent.is_some() { &agents } else { &teams };
        Ok(Self {
            window,
            population: whole.iter().filter(|event| event.is_interaction()).count() as u64,
            adopters: tool.map(|_| adopters(who, options.level())),
            comparisons: compare(
                &[Contrast::SeveralChannels, Contrast::JointCase],
                &whole,
                options,
                Measure::Share,
                |event, answer, contrast| one_side(side(event, contrast), answer),
                ServiceEvent::satisfied,
            )?,
            whole: parts(&whole),
            agents,
            teams,
        })
    }

    /// The figures of an agent.
    pub fn agent(&self, name: &str) -> Option<&Breakdown<ServiceFigures>> {
        self.agents
            .iter()
            .find(|served| served.name == name)
            .map(|served| &served.figures)
    }

    /// The figures of a team.
    pub fn team(&self, name: &str) -> Option<&Breakdown<ServiceFigures>> {
        self.teams
            .iter()
            .find(|served| served.name == name)
            .map(|served| &served.figures)
    }
}

/// An answer is of the joint side where the person's last case resolved before it was.
fn side(event: &ServiceEvent, contrast: Contrast) -> Option<bool> {
    match (contrast, event.what) {
        (Contrast::JointCase, What::Answer { after_joint, .. }) => after_joint,
        _ => contrast.side(event.path()),
    }
}

/// The agents or teams that a column names, with the figures of their events.
fn served(
    events: &[ServiceEvent],
    log: &Events,
    column: Option<usize>,
    code: impl Fn(&ServiceEvent) -> Option<u32>,
    options: &KpiOptions,
    figures: impl Fn(&[&ServiceEvent]) -> Breakdown<ServiceFigures>,
) -> Vec<Served> {
    let Some(column) = column else {
        return Vec::new();
    };
    let texts = &log.text_column(column).texts;
    let mut by_code: Vec<(u32, &ServiceEvent)> = events
        .iter()
        .filter_map(|event| Some((code(event)?, event)))
        .collect();
    by_code.sort_by_key(|&(code, _)| code);
    let groups = by_code.chunk_by(|left, right| left.0 == right.0);
    let named = |group: &[(u32, &'_ ServiceEvent)]| texts.get(group[0].0).to_owned();
    let mut groups: Vec<(String, Members<'_, ServiceEvent>)> = groups
        .map(|group| {
            (
                named(group),
                Members::new(group.iter().map(|&(_, event)| event).collect()),
            )
        })
        .collect();
    groups.sort_by(|left, right| left.0.cmp(&right.0));
    let shown = protected(groups, options.minimum(), options.minimum().small());
    shown
        .into_iter()
        .map(|(name, members)| Served {
            name,
            figures: figures(&members.items),
        })
        .collect()
}

fn adopters(served: &[Served], level: ConfidenceLevel) -> Proportion {
    let at_work = served
        .iter()
        .map(|served| &served.figures.overall)
        .filter(|figures| figures.interactions > 0);
    let used = at_work
        .clone()
        .filter(|figures| figures.tool.is_some_and(|tool| tool.count > 0))
        .count();
    Proportion::from_counts(used as u64, at_work.count() as u64, level)
}

fn heading(first: &str) -> [&str; 8] {
    [
        first,
        "customers",
        "interactions",
        "resolved",
        "across channels",
        "joint",
        "satisfied",
        "with tool",
    ]
}

fn cells(figures: &ServiceFigures) -> Vec<Cell> {
    let counts = [figures.persons, figures.interactions, figures.resolved].map(Cell::count);
    let tool = figures.tool.and_then(|tool| tool.rate);
    let shares = [
        figures.across_channels.rate,
        figures.joint.rate,
        figures.satisfaction.rate,
        tool,
    ];
    let shares = shares.map(|share| Cell::percent(share, 2));
    counts.into_iter().chain(shares).collect()
}

impl Report for ServiceTeams {
    fn title(&self) -> String {
        let Self {
            window, population, ..
        } = self;
        format!("service, {window}: {population} interactions")
    }

    fn sections(&self) -> Vec<Section> {
        let whole = self
            .whole
            .table(&heading("group"), cells, |figures| figures.persons > 0);
        let served = |first, served: &[Served]| {
            let row =
                |one: &Served| [vec![Cell::from(&one.name)], cells(&one.figures.overall)].concat();
            (!served.is_empty())
                .then(|| Table::new(heading(first)).with_rows(served.iter().map(row)))
        };
        let tables = [served("agent", &self.agents), served("team", &self.teams)];
        let adopters = self
            .adopters
            .map(|adopters| format!("used a tool: {adopters}"));
        let comparisons = self
            .comparisons
            .iter()
            .map(|test| format!("satisfied, {test:#}"));
        let section = Section::new().with_table(whole);
        let section = tables
            .into_iter()
            .flatten()
            .fold(section, Section::with_table);
        vec![section.with_lines(adopters).with_lines(comparisons)]
    }
}

impl fmt::Display for ServiceTeams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
