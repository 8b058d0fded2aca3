//! What those who serve did, person by person.

use crate::channel::ChannelId;
use crate::error::Result;
use crate::event::{Events, Kind};
use crate::kpi::journeys::breakdown::{Item, Personal};
use crate::kpi::journeys::contact_path::{ContactPath, Contacts, Trail};
use crate::kpi::service::case_log::{Case, cases, named};
use crate::kpi::service::survey_scale::{Answer, Questions, SurveyScale};
use crate::kpi::timelines::PersonTimeline;
use crate::time::TimeRange;

/// An interaction, a case resolved or an answer, as it counts for somebody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServiceEvent {
    person: u32,
    time: u32,
    course: ContactPath,
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

    fn course(&self) -> ContactPath {
        self.course
    }
}

impl ServiceEvent {
    /// Whether it counts for the whole: a case counts once there, and once for everybody who worked
    /// on it.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }
}

/// How deeds are read off a log.
pub(crate) struct Reader<'a> {
    pub(crate) contacts: Contacts<'a>,
    pub(crate) questions: &'a Questions,
    pub(crate) window: TimeRange,
    pub(crate) lookback: u32,
    pub(crate) agent: Option<usize>,
    pub(crate) team: Option<usize>,
    pub(crate) tool: Option<usize>,
}

/// Agent and team.
type Who = (Option<u32>, Option<u32>);
const NOBODY: Who = (None, None);

impl Reader<'_> {
    /// A person's deeds in the order of their times.
    pub(crate) fn read(
        &self,
        person: u32,
        history: &PersonTimeline<'_>,
    ) -> Result<Vec<ServiceEvent>> {
        let log = history.log();
        let is_named =
            |row: usize| (named(log, self.agent, row), named(log, self.team, row)) != NOBODY;
        if !history.rows().any(is_named) {
            return Ok(Vec::new());
        }
        let (cases, trail) = (
            cases(history, self.window.to()),
            self.contacts.trail(history),
        );
        let (mut deeds, mut last): (Vec<ServiceEvent>, Option<(u32, Who)>) = (Vec::new(), None);
        let mut contacts = 0;
        for (row, time) in history
            .timed_rows()
            .take_while(|&(_, time)| i64::from(time) < self.window.to())
        {
            contacts += usize::from(self.contacts.channel(row).is_some());
            let named = (named(log, self.agent, row), named(log, self.team, row));
            let is_answer = log.row(row).kind() == Kind::Survey;
            let recent = last
                .filter(|&(at, _)| at >= time.saturating_sub(self.lookback))
                .map(|(_, who)| who);
            let who = if is_answer && named == NOBODY {
                recent.unwrap_or(NOBODY)
            } else {
                named
            };
            if who == NOBODY {
                continue;
            }
            last = if is_answer { last } else { Some((time, who)) };
            if !self.window.contains(i64::from(time)) {
                continue;
            }
            let what = match is_answer {
                true => self.answer(log, row, time, &cases)?,
                false => {
                    Some(self.interaction(log, row, trail.came_from_elsewhere(time, contacts)))
                }
            };
            let (agent, team) = who;
            deeds.extend(what.map(|what| ServiceEvent {
                person,
                time,
                course: trail.course(time),
                agent,
                team,
                whole: true,
                what,
            }));
        }
        for case in &cases {
            self.resolution(person, log, case, &trail, &mut deeds);
        }
        deeds.sort_by_key(|deed| deed.time);
        Ok(deeds)
    }

    fn interaction(&self, log: &Events, row: usize, from_elsewhere: bool) -> What {
        let channel = log.row(row).channel();
        let across = channel != ChannelId::NONE && from_elsewhere;
        What::Interaction {
            channel,
            across,
            tool: named(log, self.tool, row).is_some(),
        }
    }

    fn answer(&self, log: &Events, row: usize, time: u32, cases: &[Case]) -> Result<Option<What>> {
        let Some(Answer::Read(question, answer)) = self.questions.read(log, row)? else {
            return Ok(None);
        };
        if self
            .questions
            .iter()
            .nth(question)
            .map(|(_, instrument)| instrument)
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
        deeds: &mut Vec<ServiceEvent>,
    ) {
        let closed = case
            .closed
            .filter(|&closed| case.opened.is_some() && self.window.contains(i64::from(closed)));
        let Some(time) = closed else { return };
        let course = trail.course(case.begun());
        let mut push = |(agent, team): Who, joint: bool, whole: bool| {
            deeds.push(ServiceEvent {
                person,
                time,
                course,
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
                .filter_map(|&row| named(log, column, row))
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
