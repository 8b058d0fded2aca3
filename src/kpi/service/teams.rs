//! The agents and teams that serve.

use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::channel::ChannelId;
use crate::error::{Error, Result};
use crate::event::Events;
use crate::kpi::journeys::Breakdown;
use crate::kpi::journeys::breakdown::{Item, Members, Personal, distinct, protected};
use crate::kpi::journeys::contrast::{Measure, compare};
use crate::kpi::journeys::{Contrast, GroupComparison};
use crate::kpi::options::KpiOptions;
use crate::kpi::service::survey_scale::Questions;
use crate::kpi::timelines::PersonTimelines;
use crate::report::text::percent;
use crate::stats::{ConfidenceLevel, Proportion};
use crate::time::TimeRange;

use crate::kpi::service::service_events::{Reader, ServiceEvent, What};

/// The text columns of the log that say who served, and with what.
///
/// ```
/// use mixtouch::kpi::service::ServiceColumns;
///
/// let columns = ServiceColumns::default().with_agent("agent").with_team("team").with_tool("assistant");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceColumns {
    agent: Option<String>,
    team: Option<String>,
    tool: Option<String>,
}

impl ServiceColumns {
    /// The column that names the agent.
    #[must_use]
    pub fn with_agent(self, column: impl Into<String>) -> Self {
        Self {
            agent: Some(column.into()),
            ..self
        }
    }

    /// The column that names the team.
    #[must_use]
    pub fn with_team(self, column: impl Into<String>) -> Self {
        Self {
            team: Some(column.into()),
            ..self
        }
    }

    /// The column that says which tool an agent used in an interaction, or that one was used; empty
    /// where none was.
    #[must_use]
    pub fn with_tool(self, column: impl Into<String>) -> Self {
        Self {
            tool: Some(column.into()),
            ..self
        }
    }

    /// Where agent, team and tool stand among the log's columns.
    pub(crate) fn positions(&self, histories: &PersonTimelines<'_>) -> Result<[Option<usize>; 3]> {
        let columns = [&self.agent, &self.team, &self.tool];
        columns
            .iter()
            .try_for_each(|column| histories.check_column(column.as_deref()))?;
        Ok(columns.map(|name| {
            histories
                .log()
                .columns()
                .position(|column| Some(column) == name.as_deref())
        }))
    }
}

/// How agents and teams serve: each on their own, and all of them together; of all customers, over
/// time and by kind of journey up to the service.
///
/// An interaction is any row but an answer that names an agent or a team. A case counts, once it is
/// resolved, for everybody whom one of its rows names. An answer on satisfaction counts for the
/// agent and team it names, and where it names neither, for those of the person's last interaction
/// before it, within the lookback; else for nobody. Tool adoption is the share of interactions
/// whose tool column is filled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Service {
    /// The time of the interactions, resolutions and answers.
    pub window: TimeRange,
    /// Interactions.
    pub population: u64,
    /// All agents and teams.
    pub whole: Breakdown<ServiceFigures>,
    /// Agents in order of their names; persons of the minimum are customers.
    pub agents: Vec<Served>,
    /// Teams in order of their names. A team's joint cases are those several teams worked on.
    pub teams: Vec<Served>,
    /// Of the agents - of the teams, where agents are not named - with an interaction, those who
    /// used a tool at all; none where no tool column is stated. Withheld agents are not of them.
    pub adopters: Option<Proportion>,
    /// Are customers whose interactions crossed channels more satisfied, and do cases that are
    /// handed on hurt?
    pub comparisons: Vec<GroupComparison>,
}

/// The figures of an agent or a team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Served {
    /// Who.
    pub name: String,
    /// The figures.
    pub figures: Breakdown<ServiceFigures>,
}

/// What a group of interactions, cases and answers adds up to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ServiceFigures {
    /// Customers.
    pub persons: u64,
    /// Interactions.
    pub interactions: u64,
    /// Different channels of these.
    pub channels: u64,
    /// Interactions with a person who had been in another channel before, within the lookback.
    pub across_channels: Proportion,
    /// Cases resolved.
    pub resolved: u64,
    /// Joint resolutions: of those, the ones several agents or teams worked on.
    pub joint: Proportion,
    /// The share of satisfied answers.
    pub satisfaction: Proportion,
    /// Interactions with a tool; none where no tool column is stated.
    pub tool: Option<Proportion>,
}

impl Service {
    /// In the histories' window; contacts before it count, and so do the rows of cases resolved in
    /// it.
    ///
    /// ```
    /// use mixtouch::kpi::options::KpiOptions;
    /// use mixtouch::kpi::service::{Questions, Service, ServiceColumns};
    /// use mixtouch::kpi::timelines::PersonTimelines;
    /// use mixtouch::{Event, Events, Kind};
    ///
    /// let mut log = Events::with_columns(["agent"]).keep_all();
    /// log.push(Event::touch("ann", 1_767_225_600, "web").with_texts(&[""]))?;
    /// log.push(Event::of_kind(Kind::CaseOpen, "ann", 1_767_225_700).with_channel("call").with_texts(&["zoe"]))?;
    /// log.push(Event::of_kind(Kind::CaseClose, "ann", 1_767_225_900).with_channel("call").with_texts(&["yan"]))?;
    /// let columns = ServiceColumns::default().with_agent("agent");
    /// let service = Service::of(&PersonTimelines::new(&log)?, &columns, &Questions::default(), &KpiOptions::default())?;
    /// let zoe = service.agent("zoe").expect("there is one");
    /// assert_eq!((zoe.overall.interactions, zoe.overall.across_channels.count, zoe.overall.joint.rate), (1, 1, Some(1.0)));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// An empty log; neither a column of agents nor one of teams; a column the log lacks; an answer
    /// off its scale, unless these are left out; an offline channel that is none of the log.
    pub fn of(
        histories: &PersonTimelines<'_>,
        columns: &ServiceColumns,
        questions: &Questions,
        grouping: &KpiOptions,
    ) -> Result<Self> {
        let (window, contacts) = (histories.stated_window()?, grouping.contacts(histories)?);
        let [agent, team, tool] = columns.positions(histories)?;
        if agent.or(team).is_none() {
            return Err(Error::setting(
                "the columns of who served",
                "none",
                "a column of agents, of teams, or both",
            ));
        }
        let reader = Reader {
            contacts,
            questions,
            window,
            lookback: grouping.lookback(),
            agent,
            team,
            tool,
        };
        let each: Vec<Vec<ServiceEvent>> = histories
            .whole()
            .enumerate()
            .map(|(person, of)| reader.read(person as u32, &of))
            .collect::<Result<_>>()?;
        let deeds: Vec<ServiceEvent> = each.into_iter().flatten().collect();
        let whole: Vec<&ServiceEvent> = deeds.iter().filter(|deed| deed.is_whole()).collect();
        let figures = |of: &[&ServiceEvent]| figures(of, tool.is_some(), grouping.level());
        let agents = served(
            &deeds,
            histories.log(),
            agent,
            |deed| deed.agent,
            grouping,
            figures,
        );
        let teams = served(
            &deeds,
            histories.log(),
            team,
            |deed| deed.team,
            grouping,
            figures,
        );
        let value = |deed: &ServiceEvent| {
            if let What::Answer { satisfied, .. } = deed.what {
                Some(f64::from(u8::from(satisfied)))
            } else {
                None
            }
        };
        Ok(Self {
            window,
            population: whole
                .iter()
                .filter(|deed| matches!(deed.what, What::Interaction { .. }))
                .count() as u64,
            adopters: tool.map(|_| {
                adopters(
                    if agent.is_some() { &agents } else { &teams },
                    grouping.level(),
                )
            }),
            comparisons: compare(
                &[Contrast::SeveralChannels, Contrast::JointCase],
                &whole,
                grouping,
                Measure::Share,
                side,
                value,
            )?,
            whole: Breakdown::of(&whole, grouping, figures),
            agents,
            teams,
        })
    }

    /// The figures of an agent.
    pub fn agent(&self, name: &str) -> Option<&Breakdown<ServiceFigures>> {
        self.agents
            .iter()
            .find(|of| of.name == name)
            .map(|of| &of.figures)
    }

    /// The figures of a team.
    pub fn team(&self, name: &str) -> Option<&Breakdown<ServiceFigures>> {
        self.teams
            .iter()
            .find(|of| of.name == name)
            .map(|of| &of.figures)
    }
}

/// An answer is of the joint side where the person's last case resolved before it was.
fn side(deed: &ServiceEvent, contrast: Contrast) -> Option<bool> {
    match (contrast, deed.what) {
        (Contrast::JointCase, What::Answer { after_joint, .. }) => after_joint,
        _ => contrast.side(deed.course()),
    }
}

/// Everybody whom a column names, with the deeds that count for them.
fn served(
    deeds: &[ServiceEvent],
    log: &Events,
    column: Option<usize>,
    of: impl Fn(&ServiceEvent) -> Option<u32>,
    grouping: &KpiOptions,
    figures: impl Fn(&[&ServiceEvent]) -> ServiceFigures,
) -> Vec<Served> {
    let Some(column) = column else {
        return Vec::new();
    };
    let texts = &log.text_column(column).texts;
    let mut by_code: Vec<(u32, &ServiceEvent)> = deeds
        .iter()
        .filter_map(|deed| Some((of(deed)?, deed)))
        .collect();
    by_code.sort_by_key(|&(code, _)| code);
    let groups = by_code.chunk_by(|left, right| left.0 == right.0);
    let named = |group: &[(u32, &'_ ServiceEvent)]| texts.get(group[0].0).to_owned();
    let mut groups: Vec<(String, Members<'_, ServiceEvent>)> = groups
        .map(|group| {
            (
                named(group),
                Members::new(group.iter().map(|&(_, deed)| deed).collect()),
            )
        })
        .collect();
    groups.sort_by(|left, right| left.0.cmp(&right.0));
    let shown = protected(groups, grouping.minimum(), grouping.minimum().small());
    shown
        .into_iter()
        .map(|(name, members)| Served {
            name,
            figures: Breakdown::of(&members.items, grouping, &figures),
        })
        .collect()
}

fn adopters(served: &[Served], level: ConfidenceLevel) -> Proportion {
    let at_work = served
        .iter()
        .map(|of| &of.figures.overall)
        .filter(|figures| figures.interactions > 0);
    let used = at_work
        .clone()
        .filter(|figures| figures.tool.is_some_and(|tool| tool.count > 0))
        .count();
    Proportion::from_counts(used as u64, at_work.count() as u64, level)
}

fn figures(deeds: &[&ServiceEvent], has_tool: bool, level: ConfidenceLevel) -> ServiceFigures {
    let count =
        |is: &dyn Fn(What) -> bool| deeds.iter().filter(|deed| is(deed.what)).count() as u64;
    let interactions = count(&|what| matches!(what, What::Interaction { .. }));
    let resolved = count(&|what| matches!(what, What::Resolution { .. }));
    let answers = count(&|what| matches!(what, What::Answer { .. }));
    ServiceFigures {
        persons: distinct(deeds.iter().map(|deed| deed.person()).collect()),
        interactions,
        channels: channels(deeds),
        across_channels: Proportion::from_counts(
            count(&|what| matches!(what, What::Interaction { across: true, .. })),
            interactions,
            level,
        ),
        resolved,
        joint: Proportion::from_counts(
            count(&|what| matches!(what, What::Resolution { joint: true, .. })),
            resolved,
            level,
        ),
        satisfaction: Proportion::from_counts(
            count(&|what| {
                matches!(
                    what,
                    What::Answer {
                        satisfied: true,
                        ..
                    }
                )
            }),
            answers,
            level,
        ),
        tool: has_tool.then(|| {
            Proportion::from_counts(
                count(&|what| matches!(what, What::Interaction { tool: true, .. })),
                interactions,
                level,
            )
        }),
    }
}

fn channels(deeds: &[&ServiceEvent]) -> u64 {
    let channel = |deed: &&ServiceEvent| {
        if let What::Interaction { channel, .. } = deed.what {
            Some(channel)
        } else {
            None
        }
    };
    let used = deeds
        .iter()
        .filter_map(channel)
        .filter(|&channel| channel != ChannelId::NONE);
    distinct(used.map(|channel| u32::from(channel.0)).collect())
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "service, {}: {} interactions",
            self.window, self.population
        )?;
        let row = |of: &ServiceFigures| {
            let counts = [of.persons, of.interactions, of.resolved].map(|count| count.to_string());
            let shares = [
                of.across_channels.rate,
                of.joint.rate,
                of.satisfaction.rate,
                of.tool.and_then(|tool| tool.rate),
            ]
            .map(percent);
            [&counts[..], &shares].concat()
        };
        let heading = |first| {
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
        };
        self.whole
            .write(f, &heading("group"), row, |of| of.persons > 0)?;
        for (first, served) in [("agent", &self.agents), ("team", &self.teams)]
            .into_iter()
            .filter(|(_, served)| !served.is_empty())
        {
            let rows = served
                .iter()
                .map(|of| [vec![of.name.clone()], row(&of.figures.overall)].concat());
            crate::report::text::write(f, &heading(first), rows)?;
        }
        if let Some(adopters) = self.adopters {
            writeln!(f, "  used a tool: {adopters}")?;
        }
        self.comparisons
            .iter()
            .try_for_each(|comparison| writeln!(f, "  satisfied, {comparison:#}"))
    }
}
