//! What makes the figures of a dashboard doubtful.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::{Events, Kind};

/// What makes figures of a log doubtful, and what to do about it.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions, Finding};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new().keep_all();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_229_200).with_goal("sign-up"))?;
/// log.push(Event::conversion("ann", 1_767_312_000).with_goal("purchase"))?;
/// let found = |options: JourneyOptions| {
///     let journeys = Journeys::from_events(&log, options)?;
///     let dashboard = Dashboard::new(&log, &journeys, &LastTouch, &DashboardOptions::default())?;
///     Ok::<_, mixtouch::Error>(dashboard.findings)
/// };
/// assert!(matches!(found(JourneyOptions::default())?[..], [Finding::SeveralGoals { .. }]));
/// assert!(found(JourneyOptions::default().with_goal("purchase"))?.is_empty());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Finding {
    /// Conversions of several goals count as purchases alike: a sign-up makes a customer.
    SeveralGoals {
        /// Conversions by goal, in the order of names; those without a goal under the empty name.
        goals: BTreeMap<String, u64>,
    },
}

/// The findings on a log of which conversions of `goal` count, or all.
pub(crate) fn findings(log: &Events, goal: Option<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if goal.is_none() {
        let goals = goals(log);
        findings.extend((goals.len() > 1).then_some(Finding::SeveralGoals { goals }));
    }
    findings
}

/// How many conversions each goal has.
fn goals(log: &Events) -> BTreeMap<String, u64> {
    let mut goals = BTreeMap::new();
    let conversions = log.iter().filter(|event| event.kind() == Kind::Conversion);
    for event in conversions {
        let goal = event.goal().unwrap_or("");
        match goals.get_mut(goal) {
            Some(count) => *count += 1,
            None => {
                goals.insert(goal.to_owned(), 1);
            }
        }
    }
    goals
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SeveralGoals { goals } => {
                let named = |(goal, count): (&String, &u64)| match goal.as_str() {
                    "" => format!("{count} without a goal"),
                    goal => format!("{goal} ({count})"),
                };
                let goals: Vec<String> = goals.iter().map(named).collect();
                write!(
                    f,
                    "conversions of several goals count as purchases alike: {}; choose one",
                    goals.join(", ")
                )
            }
        }
    }
}
