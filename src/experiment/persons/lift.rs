//! What a test on persons finds.

use serde::Serialize;

use crate::error::Result;
use crate::experiment::persons::figures::{compared, sample};
use crate::experiment::persons::followed::{Followed, Participant};
use crate::experiment::proportions::compare_proportions;
use crate::experiment::relative_lift::RelativeLift;
use crate::experiment::sample_ratio::SampleRatio;
use crate::stats::{ConfidenceLevel, Difference, Proportion};

/// One arm of a test on persons.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ArmFigures {
    /// The arm's name.
    pub arm: String,
    /// Persons followed.
    pub persons: u64,
    /// Those who converted at least once.
    pub converted: Proportion,
    /// Their conversions.
    pub conversions: f64,
    /// What these were worth.
    pub value: f64,
}

/// Persons of a test who are not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PersonsLeftOut {
    /// Found in both arms.
    pub in_both_arms: u64,
    /// The log ends before their follow-up does.
    pub not_followed_to_the_end: u64,
}

/// The effect of a test on persons.
///
/// Differences are by person, treatment minus control; where persons' past explains part of the
/// outcome, it is taken out. An example is at [`PersonTest`](crate::experiment::PersonTest).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PersonLift {
    /// The untreated arm.
    pub control: ArmFigures,
    /// The treated arm.
    pub treatment: ArmFigures,
    /// Whether the arms have their planned sizes.
    pub sample_ratio: SampleRatio,
    /// Who is not compared.
    pub left_out: PersonsLeftOut,
    /// Persons who converted, as a share.
    pub converted: Difference,
    /// Conversions by person.
    pub conversions: Difference,
    /// The share of that estimate's variance that the past explained, 0 to 1.
    pub variance_reduction: f64,
    /// Conversions in percent of the control's, by the plain means.
    pub relative: Option<RelativeLift>,
    /// Value by person; none where no conversion has one.
    pub value: Option<Difference>,
    /// Seconds of the first and the last first assignment, and the last that outcomes are counted in.
    #[serde(skip)]
    pub(crate) span: [i64; 3],
    /// The goal whose conversions count, of all goals where none is named.
    #[serde(skip)]
    pub(super) goal: Option<String>,
}

impl PersonLift {
    pub(super) fn new(
        followed: &Followed,
        names: [&str; 2],
        sample_ratio: SampleRatio,
        level: ConfidenceLevel,
    ) -> Result<Self> {
        let arms = &followed.arms;
        let [control, treatment] = [0, 1].map(|arm| figures(names[arm], &arms[arm], level));
        let (conversions, variance_reduction) = compared(arms, |o| o.conversions, level)?;
        let has_value = arms
            .iter()
            .flatten()
            .any(|person| person.after.value != 0.0);
        let value = has_value.then(|| compared(arms, |outcome| outcome.value, level));
        Ok(Self {
            sample_ratio,
            left_out: PersonsLeftOut {
                in_both_arms: followed.in_both,
                not_followed_to_the_end: followed.cut_off,
            },
            converted: compare_proportions(control.converted, treatment.converted, level)?,
            conversions,
            variance_reduction,
            relative: relative(arms, level)?,
            value: value.transpose()?.map(|(difference, _)| difference),
            span: followed.span,
            goal: None,
            control,
            treatment,
        })
    }

    /// Conversions that the treatment brought among the treated: the difference by person times the
    /// treated persons.
    pub fn conversions_brought(&self) -> f64 {
        self.treatment.persons as f64 * self.conversions.estimate
    }

    /// The standard error of [`PersonLift::conversions_brought`].
    pub fn standard_error(&self) -> f64 {
        self.treatment.persons as f64 * self.conversions.standard_error
    }
}

fn figures(arm: &str, persons: &[Participant], level: ConfidenceLevel) -> ArmFigures {
    let converted = persons
        .iter()
        .filter(|person| person.after.conversions > 0.0);
    ArmFigures {
        arm: arm.to_owned(),
        persons: persons.len() as u64,
        converted: Proportion::from_counts(converted.count() as u64, persons.len() as u64, level),
        conversions: persons.iter().map(|person| person.after.conversions).sum(),
        value: persons.iter().map(|person| person.after.value).sum(),
    }
}

/// None where nobody of the control converted.
fn relative(arms: &[Vec<Participant>; 2], level: ConfidenceLevel) -> Result<Option<RelativeLift>> {
    let plain = |arm: &[Participant]| {
        let pairs: Vec<_> = arm
            .iter()
            .map(|person| (0.0, person.after.conversions))
            .collect();
        sample(&pairs)
    };
    let (control, treatment) = (plain(&arms[0])?, plain(&arms[1])?);
    if control.mean() == 0.0 {
        return Ok(None);
    }
    RelativeLift::of_means(control, treatment, level).map(Some)
}
