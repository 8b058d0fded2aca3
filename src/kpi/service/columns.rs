//! The columns that name agents, teams and tools.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::event::Events;
use crate::kpi::timelines::PersonTimelines;
use crate::util::known_fields::refuse_unknown_fields;

/// The text columns of the log that name agents, teams and tools.
///
/// ```
/// use mixtouch::kpi::service::ServiceColumns;
///
/// let columns = ServiceColumns::default()
///     .with_agent("agent")
///     .with_team("team")
///     .with_tool("assistant");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct ServiceColumns {
    agent: Option<String>,
    team: Option<String>,
    tool: Option<String>,
}

refuse_unknown_fields!(ServiceColumns, serialize);

impl ServiceColumns {
    /// Those of the columns `agent`, `team` and `tool` that the log has. A tool counts only with an
    /// agent or a team.
    pub fn of_log(log: &Events) -> Self {
        let named = |name: &str| log.columns().find(|column| *column == name);
        let (agent, team) = (named("agent"), named("team"));
        Self {
            agent: agent.map(str::to_owned),
            team: team.map(str::to_owned),
            tool: agent.or(team).and(named("tool")).map(str::to_owned),
        }
    }

    /// Sets the column that names the agent; none by default.
    #[must_use]
    pub fn with_agent(self, column: impl Into<String>) -> Self {
        Self {
            agent: Some(column.into()),
            ..self
        }
    }

    /// Sets the column that names the team; none by default.
    #[must_use]
    pub fn with_team(self, column: impl Into<String>) -> Self {
        Self {
            team: Some(column.into()),
            ..self
        }
    }

    /// Sets the column that names the tool an agent used; its text is empty if none was used. None
    /// by default.
    #[must_use]
    pub fn with_tool(self, column: impl Into<String>) -> Self {
        Self {
            tool: Some(column.into()),
            ..self
        }
    }

    /// Positions of agent, team and tool among the log's columns.
    pub(crate) fn positions(&self, timelines: &PersonTimelines<'_>) -> Result<[Option<usize>; 3]> {
        let columns = [&self.agent, &self.team, &self.tool];
        columns
            .iter()
            .try_for_each(|column| timelines.check_column(column.as_deref()))?;
        Ok(columns.map(|name| {
            timelines
                .log()
                .columns()
                .position(|column| Some(column) == name.as_deref())
        }))
    }
}
