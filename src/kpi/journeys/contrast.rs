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
use crate::stats::{ConfidenceLevel, Difference, Proportion, RateRatio, Spell, holm};

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
    /// Difference with its interval and p value; none if a group is empty, and none of times.
    pub difference: Option<Difference>,
    /// Of times: how many times as fast they end in the treatment; none if nothing can be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_ratio: Option<RateRatio>,
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
    /// The z test of the share of values > 0, and its interval.
    Share,
}

/// What an item counts in a comparison.
pub(crate) trait Compared: Copy {
    /// Writes the result of a test of treatment against control.
    fn test(
        result: &mut GroupComparison,
        treatment: &[Self],
        control: &[Self],
        measure: Measure,
        level: ConfidenceLevel,
    ) -> Result<()>;
}

impl Compared for f64 {
    fn test(
        result: &mut GroupComparison,
        treatment: &[f64],
        control: &[f64],
        measure: Measure,
        level: ConfidenceLevel,
    ) -> Result<()> {
        let tested = match measure {
            Measure::Mean { .. } => means(control, treatment, level),
            Measure::Share => shares(control, treatment, level),
        };
        result.difference = Some(tested?);
        Ok(())
    }
}

/// Times that may be open are compared by the log-rank test.
impl Compared for Spell {
    fn test(
        result: &mut GroupComparison,
        treatment: &[Spell],
        control: &[Spell],
        _: Measure,
        level: ConfidenceLevel,
    ) -> Result<()> {
        result.rate_ratio = Some(RateRatio::new(control, treatment, level)?);
        Ok(())
    }
}

/// The contrasts of items in the order of their persons and times; `value` says what an item
/// counts, if it does.
pub(crate) fn compare<T: Item, V: Compared>(
    contrasts: &[Contrast],
    items: &[&T],
    options: &KpiOptions,
    measure: Measure,
    side: impl Fn(&T, Contrast) -> Option<bool>,
    value: impl Fn(&T) -> Option<V>,
) -> Result<Vec<GroupComparison>> {
    let counted: Vec<(&T, V)> = items
        .iter()
        .filter_map(|&item| Some((item, value(item)?)))
        .collect();
    let last: Vec<(&T, V)> = counted
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
    let shows = |(treatment, control): &(Vec<V>, Vec<V>)| {
        let allows = |arm: &[V]| options.minimum().allows(arm.len() as u64);
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

fn test<V: Compared>(
    contrast: Contrast,
    treatment: &[V],
    control: &[V],
    measure: Measure,
    options: &KpiOptions,
) -> GroupComparison {
    let mut result = GroupComparison {
        contrast,
        treatment_persons: treatment.len() as u64,
        control_persons: control.len() as u64,
        difference: None,
        rate_ratio: None,
        adjusted_p_value: None,
        finding: Finding::Undecided,
        reason: None,
    };
    let (name, other) = contrast.sides();
    let empty = [(name, treatment), (other, control)];
    let tested = match empty.into_iter().find(|(_, arm)| arm.is_empty()) {
        Some((name, _)) => Err(Error::Empty {
            what: format!("the group {name:?}").into(),
            expected: "at least one person".into(),
        }),
        None => V::test(&mut result, treatment, control, measure, options.level()),
    };
    result.reason = tested.err().map(|error| error.to_string());
    result
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

impl GroupComparison {
    fn p_value(&self) -> Option<f64> {
        let of_difference = self.difference.map(|difference| difference.p_value);
        of_difference.or(self.rate_ratio.map(|ratio| ratio.p_value))
    }

    /// Whether the treatment does better, whatever the uncertainty.
    fn is_better(&self, measure: Measure) -> bool {
        let less_is_better = Measure::Mean {
            more_is_better: false,
        };
        match (self.difference, self.rate_ratio) {
            (Some(difference), _) => (difference.estimate > 0.0) == (measure != less_is_better),
            (None, Some(ratio)) => ratio.is_faster(),
            (None, None) => false,
        }
    }
}

fn adjusted(
    mut tests: Vec<GroupComparison>,
    measure: Measure,
    options: &KpiOptions,
) -> Result<Vec<GroupComparison>> {
    let p_values: Vec<f64> = tests.iter().filter_map(GroupComparison::p_value).collect();
    let mut corrected = holm(&p_values)?.into_iter();
    for test in tests.iter_mut().filter(|test| test.p_value().is_some()) {
        test.adjusted_p_value = corrected.next();
        let told = test
            .adjusted_p_value
            .is_some_and(|p| p < 1.0 - options.level().get());
        test.finding = match (told, test.is_better(measure)) {
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
        let all = self
            .adjusted_p_value
            .map_or_else(String::new, |p| format!("; of all tests {}", p_text(p)));
        match (self.difference, self.rate_ratio) {
            (Some(difference), _) if f.alternate() => {
                let difference = difference.scaled(100.0);
                write!(f, "in points {difference:.2}{all}: {finding}")
            }
            (Some(difference), _) => write!(f, "{difference:.2}{all}: {finding}"),
            (None, Some(ratio)) => write!(f, "{ratio:.2}{all}: {finding}"),
            (None, None) => {
                let reason = self.reason.as_deref().unwrap_or("nothing to compare");
                write!(f, "no test ({reason})")
            }
        }
    }
}
