//! What makes the figures of a dashboard doubtful.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::journeys::arena::Journeys;
use crate::journeys::{GoalCount, Irregularities};

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Finding {
    /// Conversions of several goals count as purchases alike: a sign-up makes a customer.
    SeveralGoals {
        /// Conversions by goal, in the order of names; those without a goal under the empty name.
        goals: Vec<GoalCount>,
    },
    /// Rows of the log are out of the ordinary: repeated orders, missing persons, robots.
    IrregularLog {
        /// What they are, and what was done about them.
        log: Irregularities,
    },
}

/// The findings on the log of journeys.
pub(crate) fn findings(journeys: &Journeys) -> Vec<Finding> {
    let mut log = journeys.irregularities();
    let goals = std::mem::take(&mut log.goals);
    let several = (!goals.is_empty()).then_some(Finding::SeveralGoals { goals });
    let irregular = (!log.is_empty()).then_some(Finding::IrregularLog { log });
    several.into_iter().chain(irregular).collect()
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SeveralGoals { goals } => {
                let named = |of: &GoalCount| match of.goal.as_str() {
                    "" => format!("{} without a goal", of.conversions),
                    goal => format!("{goal} ({})", of.conversions),
                };
                let goals: Vec<String> = goals.iter().map(named).collect();
                write!(
                    f,
                    "conversions of several goals count as purchases alike: {}; choose one",
                    goals.join(", ")
                )
            }
            Self::IrregularLog { log } => f.write_str(log.to_string().trim_end()),
        }
    }
}
