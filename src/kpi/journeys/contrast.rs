//! Comparisons of contact paths: are persons with several channels happier, or do handoffs hurt?

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::experiment::{Sample, compare_means, compare_proportions};
use crate::kpi::journeys::breakdown::Item;
use crate::kpi::journeys::contact_path::ChannelUse;
use crate::kpi::journeys::contact_path::ContactPath;
use crate::kpi::journeys::kind::JourneyKind;
use crate::kpi::options::KpiOptions;
use crate::stats::difference::p_text;
use crate::stats::{ConfidenceLevel, Difference, Proportion, holm};

/// A comparison of two contact paths; associational, not causal.
///
/// ```
/// use mixtouch::kpi::journeys::Contrast;
///
/// let (treatment, control) = Contrast::SeveralChannels.sides();
/// assert_eq!((treatment, control), ("several channels", "one channel"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Contrast {
    /// Several channels against one.
    SeveralChannels,
    /// Both online and offline against one of the two.
    BothWorlds,
    /// Two handoffs or more from one channel to another against one handoff.
    #[serde(rename = "more_hand_overs")]
    MoreHandoffs,
    /// A case several agents or teams worked on, against a case one did.
    JointCase,
}

impl Contrast {
    /// The contrasts that do not need cases.
    pub(crate) const PATHS: [Self; 3] =
        [Self::SeveralChannels, Self::BothWorlds, Self::MoreHandoffs];

    /// The names of the two sides: treatment and control.
    pub const fn sides(self) -> (&'static str, &'static str) {
        match self {
            Self::SeveralChannels => ("several channels", "one channel"),
            Self::BothWorlds => ("online and offline", "one of the two"),
            Self::MoreHandoffs => ("two handoffs or more", "one handoff"),
            Self::JointCase => ("joint case", "case of one agent"),
        }
    }

    /// The side of a path: true for treatment, false for control, none for neither.
    pub(crate) fn side(self, path: ContactPath) -> Option<bool> {
        match self {
            Self::SeveralChannels => {
                (path.channel_use() != ChannelUse::None).then_some(path.handoffs > 0)
            }
            Self::BothWorlds => (path.kind != JourneyKind::Unknown).then_some(!matches!(
                path.kind,
                JourneyKind::OnlineOnly | JourneyKind::OfflineOnly
            )),
            Self::MoreHandoffs => (path.handoffs > 0).then_some(path.handoffs > 1),
            Self::JointCase => None,
        }
    }
}

/// The result of a test at the confidence level of the options.
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
/// use mixtouch::kpi::journeys::Finding;
///
/// // one person in each group is too few to decide
/// assert!(nps.comparisons.iter().all(|test| test.finding == Finding::Undecided));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// The treatment does better.
    Better,
    /// The treatment does worse.
    Worse,
    /// The difference is not significant.
    Undecided,
}

/// The difference of two groups of persons, treatment less control. It is associational, not
/// causal: persons choose their channels.
///
/// Every person counts once, with the last answer or case, so that observations are independent.
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
/// let several = &nps.comparisons[0];
/// assert_eq!((several.treatment_persons, several.control_persons), (1, 1));
/// assert!(several.difference.is_none() && several.reason.is_some());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupComparison {
    /// The paths compared.
    pub contrast: Contrast,
    /// Persons in the treatment.
    pub treatment_persons: u64,
    /// Persons in the control.
    pub control_persons: u64,
    /// Difference with its interval and p value; none if a group is empty.
    pub difference: Option<Difference>,
    /// The p value adjusted for all comparisons of the report (Holm 1979), 0 to 1.
    pub adjusted_p_value: Option<f64>,
    /// The finding, by the adjusted p value at the confidence level of the options.
    pub finding: Finding,
    /// Why there is no test, if there is none.
    pub reason: Option<String>,
}

/// What is compared of two groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Welch's test of the means; the more, the better or the worse.
    Mean { more_is_better: bool },
    /// Newcombe's interval and the z test of the share of values > 0.
    Share,
}

/// The contrasts of items in the order of their persons and times; `value` says what an item
/// counts, if it does.
pub(crate) fn compare<T: Item>(
    contrasts: &[Contrast],
    items: &[&T],
    options: &KpiOptions,
    measure: Measure,
    side: impl Fn(&T, Contrast) -> Option<bool>,
    value: impl Fn(&T) -> Option<f64>,
) -> Result<Vec<GroupComparison>> {
    let counted: Vec<(&T, f64)> = items
        .iter()
        .filter_map(|&item| Some((item, value(item)?)))
        .collect();
    let last: Vec<(&T, f64)> = counted
        .chunk_by(|left, right| left.0.person() == right.0.person())
        .map(|items| items[items.len() - 1])
        .collect();
    let arms = |contrast: Contrast| {
        let arm = |wanted: bool| {
            last.iter()
                .filter(|(item, _)| side(item, contrast) == Some(wanted))
                .map(|&(_, value)| value)
                .collect()
        };
        (arm(true), arm(false))
    };
    let shows = |(treatment, control): &(Vec<f64>, Vec<f64>)| {
        let allows = |arm: &[f64]| options.minimum().allows(arm.len() as u64);
        allows(treatment) && allows(control)
    };
    let arms = contrasts
        .iter()
        .map(|&contrast| (contrast, arms(contrast)))
        .filter(|(_, arms)| shows(arms));
    let tested = arms.map(|(contrast, (treatment, control))| {
        test(contrast, &treatment, &control, measure, options)
    });
    adjusted(tested.collect(), measure, options)
}

fn test(
    contrast: Contrast,
    treatment: &[f64],
    control: &[f64],
    measure: Measure,
    options: &KpiOptions,
) -> GroupComparison {
    let level = options.level();
    let tested = match measure {
        _ if treatment.is_empty() || control.is_empty() => Err(Error::Empty {
            what: format!(
                "the group {:?}",
                if treatment.is_empty() {
                    contrast.sides().0
                } else {
                    contrast.sides().1
                }
            )
            .into(),
            expected: "at least one person".into(),
        }),
        Measure::Mean { .. } => means(control, treatment, level),
        Measure::Share => shares(control, treatment, level),
    };
    GroupComparison {
        contrast,
        treatment_persons: treatment.len() as u64,
        control_persons: control.len() as u64,
        reason: tested.as_ref().err().map(ToString::to_string),
        difference: tested.ok(),
        adjusted_p_value: None,
        finding: Finding::Undecided,
    }
}

fn means(control: &[f64], treatment: &[f64], level: ConfidenceLevel) -> Result<Difference> {
    compare_means(
        Sample::from_values(control)?,
        Sample::from_values(treatment)?,
        level,
    )
}

fn shares(control: &[f64], treatment: &[f64], level: ConfidenceLevel) -> Result<Difference> {
    let share = |arm: &[f64]| {
        Proportion::new(
            arm.iter().filter(|&&value| value > 0.0).count() as u64,
            arm.len() as u64,
        )
    };
    compare_proportions(share(control)?, share(treatment)?, level)
}

fn adjusted(
    mut tests: Vec<GroupComparison>,
    measure: Measure,
    options: &KpiOptions,
) -> Result<Vec<GroupComparison>> {
    let p_values: Vec<f64> = tests
        .iter()
        .filter_map(|test| test.difference)
        .map(|difference| difference.p_value)
        .collect();
    let mut corrected = holm(&p_values)?.into_iter();
    for test in tests.iter_mut() {
        let Some(difference) = test.difference else {
            continue;
        };
        test.adjusted_p_value = corrected.next();
        let told = test
            .adjusted_p_value
            .is_some_and(|p| p < 1.0 - options.level().get());
        let better = (difference.estimate > 0.0)
            == (measure
                != Measure::Mean {
                    more_is_better: false,
                });
        test.finding = match (told, better) {
            (false, _) => Finding::Undecided,
            (true, true) => Finding::Better,
            (true, false) => Finding::Worse,
        };
    }
    Ok(tests)
}

impl fmt::Display for GroupComparison {
    /// With `#` a difference of shares, in percentage points.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (treatment, control) = self.contrast.sides();
        write!(
            f,
            "{treatment} ({}) against {control} ({}): ",
            self.treatment_persons, self.control_persons
        )?;
        let finding = match self.finding {
            Finding::Better => "better",
            Finding::Worse => "worse",
            Finding::Undecided => "undecided",
        };
        match (&self.difference, &self.reason) {
            (Some(difference), _) => {
                let all = self
                    .adjusted_p_value
                    .map_or_else(String::new, |p| format!("; of all tests {}", p_text(p)));
                let difference = if f.alternate() {
                    difference.scaled(100.0)
                } else {
                    *difference
                };
                let unit = if f.alternate() { "in points " } else { "" };
                write!(f, "{unit}{difference:.2}{all}: {finding}")
            }
            (None, reason) => write!(
                f,
                "no test ({})",
                reason.as_deref().unwrap_or("nothing to compare")
            ),
        }
    }
}
