//! Interactions, resolved cases and answers of agents and teams, person by person.

use crate::channel::ChannelId;
use crate::error::{Error, Result};
use crate::event::{Events, Kind};
use crate::kpi::journeys::breakdown::Item;
use crate::kpi::journeys::contact_path::{ContactPath, Contacts, Trail};
use crate::kpi::members::Personal;
use crate::kpi::options::KpiOptions;
use crate::kpi::service::case_log::{Case, cases};
use crate::kpi::service::columns::ServiceColumns;
use crate::kpi::service::survey_scale::{Answer, Questions, SurveyScale};
use crate::kpi::timelines::{PersonTimeline, PersonTimelines, text_code};
use crate::time::TimeRange;

/// An interaction, a resolved case or an answer that counts for an agent or a team.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServiceEvent {
    person: u32,
    time: u32,
    path: ContactPath,
    /// By number of their columns' texts.
    pub(crate) agent: Option<u32>,
    pub(crate) team: Option<u32>,
    whole: bool,
    pub(crate) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum What {
    Interaction {
        channel: ChannelId,
        /// The person had been in another channel before.
        across: bool,
        tool: bool,
    },
    Resolution {
        joint: bool,
    },
    Answer {
        satisfied: bool,
        /// Whether the person's last case resolved before was joint, if there is one.
        after_joint: Option<bool>,
    },
}

impl Personal for ServiceEvent {
    fn person(&self) -> u32 {
        self.person
    }
}

impl Item for ServiceEvent {
    fn time(&self) -> u32 {
        self.time
    }

    fn path(&self) -> ContactPath {
        self.path
    }
}

impl ServiceEvent {
    /// Whether it counts for the whole: a case counts once there, and once for everybody who worked
    /// on it.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    pub(crate) fn is_interaction(&self) -> bool {
        matches!(self.what, What::Interaction { .. })
    }

    /// 1 for a satisfied answer, 0 for another one; none for what is no answer.
    pub(crate) fn satisfied(&self) -> Option<f64> {
        match self.what {
            What::Answer { satisfied, .. } => Some(f64::from(u8::from(satisfied))),
            _ => None,
        }
    }
}

/// Reads the service events of persons.
pub(crate) struct EventReader<'a> {
    contacts: Contacts<'a>,
    questions: &'a Questions,
    pub(crate) window: TimeRange,
    lookback: u32,
    /// Where agent, team and tool stand among the log's columns.
    pub(crate) agent: Option<usize>,
    pub(crate) team: Option<usize>,
    pub(crate) tool: Option<usize>,
}

/// Agent and team.
type Who = (Option<u32>, Option<u32>);
const NOBODY: Who = (None, None);

impl<'a> EventReader<'a> {
    pub(crate) fn new(
        timelines: &PersonTimelines<'a>,
        columns: &ServiceColumns,
        questions: &'a Questions,
        options: &KpiOptions,
    ) -> Result<Self> {
        let window = timelines.reported_range(options)?;
        let contacts = Contacts::new(timelines, options)?;
        let [agent, team, tool] = columns.positions(timelines)?;
        if agent.or(team).is_none() {
            return Err(Error::setting(
                "the columns of who served",
                "none",
                "a column of agents, of teams, or both",
            ));
        }
        Ok(Self {
            contacts,
            questions,
            window,
            lookback: options.lookback().seconds(),
            agent,
            team,
            tool,
        })
    }

    /// A person's events in the order of their times.
    pub(crate) fn read(
        &self,
        person: u32,
        timeline: &PersonTimeline<'_>,
    ) -> Result<Vec<ServiceEvent>> {
        let log = timeline.log();
        // most persons were never served: they cost one look at each row
        if !timeline.rows().any(|row| self.who(log, row) != NOBODY) {
            return Ok(Vec::new());
        }
        let cases = cases(timeline, self.window.to());
        let trail = self.contacts.trail(timeline);
        let mut events = self.rows(person, timeline, &cases, &trail)?;
        for case in &cases {
            self.resolution(person, log, case, &trail, &mut events);
        }
        events.sort_by_key(|event| event.time);
        Ok(events)
    }

    /// The interactions and answers among a person's rows.
    fn rows(
        &self,
        person: u32,
        timeline: &PersonTimeline<'_>,
        cases: &[Case],
        trail: &Trail,
    ) -> Result<Vec<ServiceEvent>> {
        let log = timeline.log();
        let (mut events, mut last): (Vec<ServiceEvent>, Option<(u32, Who)>) = (Vec::new(), None);
        let mut contacts = 0;
        for (row, time) in timeline.timed_rows() {
            if i64::from(time) >= self.window.to() {
                break;
            }
            contacts += usize::from(self.contacts.channel(row).is_some());
            let is_answer = log.row(row).kind() == Kind::Survey;
            let who = match self.who(log, row) {
                NOBODY if is_answer => self.recent(last, time),
                named => named,
            };
            if who == NOBODY {
                continue;
            }
            last = if is_answer { last } else { Some((time, who)) };
            if !self.window.contains(i64::from(time)) {
                continue;
            }
            let what = if is_answer {
                self.answer(log, row, time, cases)?
            } else {
                Some(self.interaction(log, row, trail.came_from_elsewhere(time, contacts)))
            };
            events.extend(what.map(|what| ServiceEvent {
                person,
                time,
                path: trail.path_at(time),
                agent: who.0,
                team: who.1,
                whole: true,
                what,
            }));
        }
        Ok(events)
    }

    /// The agent and the team that a row names.
    fn who(&self, log: &Events, row: usize) -> Who {
        let agent = text_code(log, self.agent, row);
        (agent, text_code(log, self.team, row))
    }

    /// Who served last, no longer ago than the lookback.
    fn recent(&self, last: Option<(u32, Who)>, time: u32) -> Who {
        last.filter(|&(at, _)| at >= time.saturating_sub(self.lookback))
            .map_or(NOBODY, |(_, who)| who)
    }

    fn interaction(&self, log: &Events, row: usize, from_elsewhere: bool) -> What {
        let channel = log.row(row).channel();
        let across = channel != ChannelId::NONE && from_elsewhere;
        What::Interaction {
            channel,
            across,
            tool: text_code(log, self.tool, row).is_some(),
        }
    }

    fn answer(&self, log: &Events, row: usize, time: u32, cases: &[Case]) -> Result<Option<What>> {
        let Some(Answer::Read(question, answer)) = self.questions.read(log, row)? else {
            return Ok(None);
        };
        if self.questions.iter().nth(question).map(|(_, scale)| scale)
            != Some(SurveyScale::Satisfaction)
        {
            return Ok(None);
        }
        let recent = |closed: u32| closed <= time && closed >= time.saturating_sub(self.lookback);
        let resolved = cases
            .iter()
            .filter(|case| case.seconds().is_some() && case.closed.is_some_and(recent));
        let last = resolved.max_by_key(|case| case.closed);
        Ok(Some(What::Answer {
            satisfied: answer >= 4.0,
            after_joint: last.map(|case| self.is_joint(log, case)),
        }))
    }

    fn is_joint(&self, log: &Events, case: &Case) -> bool {
        case.names_several(log, self.agent) || case.names_several(log, self.team)
    }

    /// A case resolved in the window: once for the whole, once for each agent and each team of its
    /// rows.
    fn resolution(
        &self,
        person: u32,
        log: &Events,
        case: &Case,
        trail: &Trail,
        events: &mut Vec<ServiceEvent>,
    ) {
        let closed = case
            .closed
            .filter(|&closed| case.opened.is_some() && self.window.contains(i64::from(closed)));
        let Some(time) = closed else { return };
        let path = trail.path_at(case.begun());
        let mut push = |(agent, team): Who, joint: bool, whole: bool| {
            events.push(ServiceEvent {
                person,
                time,
                path,
                agent,
                team,
                whole,
                what: What::Resolution { joint },
            });
        };
        let people = |column: Option<usize>| {
            let mut people: Vec<u32> = case
                .rows
                .iter()
                .filter_map(|&row| text_code(log, column, row))
                .collect();
            people.sort_unstable();
            people.dedup();
            people
        };
        let (agents, teams) = (people(self.agent), people(self.team));
        if agents.is_empty() && teams.is_empty() {
            return;
        }
        push((None, None), agents.len() > 1 || teams.len() > 1, true);
        agents.iter().for_each(|&agent| {
            push(
                (Some(agent), None),
                agents.len() > 1 || teams.len() > 1,
                false,
            )
        });
        teams
            .iter()
            .for_each(|&team| push((None, Some(team)), teams.len() > 1, false));
    }
}
