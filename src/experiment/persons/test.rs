//! The settings of a test on persons.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::event::Events;
use crate::experiment::persons::assignments::Assignments;
use crate::experiment::persons::followed::{Followed, Rules};
use crate::experiment::persons::lift::PersonLift;
use crate::experiment::sample_ratio::SampleRatio;
use crate::stats::ConfidenceLevel;

/// A test on persons, from its assignments and the log of what all persons did.
///
/// A person's outcome is the number of conversions, and their value, from the first assignment on.
/// Persons found in both arms are left out, as nobody can say what moved them. What a person did
/// before the test is taken out of the outcome (CUPED, see
/// [`compare_adjusted_means`](crate::experiment::compare_adjusted_means)): the estimate stays
/// unbiased and its error falls.
///
/// ```
/// use mixtouch::experiment::{Assignments, PersonTest};
/// use mixtouch::{Event, Events};
///
/// let (mut assignments, mut log) = (Assignments::new(), Events::new());
/// let start = 1_767_225_600;
/// for person in 0..2_000u64 {
///     let shown = person % 2 == 0;
///     assignments.assign(person, start, if shown { "shown" } else { "withheld" })?;
///     if person % 10 < if shown { 3 } else { 2 } {
///         log.push(Event::conversion(person, start + 3_600).with_value(50.0))?;
///     }
/// }
/// let lift = PersonTest::new("withheld").lift(&assignments, &log)?;
/// assert_eq!((lift.treatment.persons, lift.control.persons), (1_000, 1_000));
/// // 400 of 1,000 bought where 200 had bought without.
/// assert!((lift.conversions_brought() - 200.0).abs() < 1e-9);
/// assert!(lift.conversions.p_value < 1e-6);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PersonTest {
    control: String,
    treatment: Option<String>,
    shares: [f64; 2],
    goal: Option<String>,
    follow: Option<Duration>,
    before: Duration,
    level: ConfidenceLevel,
    any_sample_ratio: bool,
}

impl PersonTest {
    /// A test whose untreated arm has this name. Arms of equal planned size, all goals, outcomes to
    /// the end of the log, 28 days before the test to adjust for, level 95 %.
    pub fn new(control: impl Into<String>) -> Self {
        Self {
            control: control.into(),
            treatment: None,
            shares: [1.0, 1.0],
            goal: None,
            follow: None,
            before: Duration::from_secs(28 * 86_400),
            level: ConfidenceLevel::default(),
            any_sample_ratio: false,
        }
    }

    /// The treated arm; needed where there are several beside the control. Rows of other arms are
    /// ignored.
    #[must_use]
    pub fn with_treatment(self, treatment: impl Into<String>) -> Self {
        Self {
            treatment: Some(treatment.into()),
            ..self
        }
    }

    /// The arms' planned shares, in any unit: 9 and 1 for a control of nine tenths.
    #[must_use]
    pub fn with_shares(self, control: f64, treatment: f64) -> Self {
        Self {
            shares: [control, treatment],
            ..self
        }
    }

    /// Counts conversions of this goal only.
    #[must_use]
    pub fn with_goal(self, goal: impl Into<String>) -> Self {
        Self {
            goal: Some(goal.into()),
            ..self
        }
    }

    /// Follows every person for this long from the first assignment. Persons for whom it is not over
    /// by the log's last row are left out.
    #[must_use]
    pub fn with_follow_up(self, follow: Duration) -> Self {
        Self {
            follow: Some(follow),
            ..self
        }
    }

    /// How long before the first assignment counts as a person's past; 0 adjusts for nothing.
    #[must_use]
    pub fn with_past(self, before: Duration) -> Self {
        Self { before, ..self }
    }

    /// With another level of intervals.
    #[must_use]
    pub fn with_level(self, level: ConfidenceLevel) -> Self {
        Self { level, ..self }
    }

    /// Compares arms whose sizes are not as planned too; a finding that rests on it is not worth
    /// much.
    #[must_use]
    pub fn with_any_sample_ratio(self, any: bool) -> Self {
        Self {
            any_sample_ratio: any,
            ..self
        }
    }

    /// What the treatment did.
    ///
    /// # Errors
    /// If an arm is missing, or there are several to choose from; if the arms' sizes are not as
    /// planned ([`SampleRatio`]), unless allowed; if an arm has fewer than two persons, or nobody
    /// converted in either.
    pub fn lift(&self, assignments: &Assignments, log: &Events) -> Result<PersonLift> {
        let treatment = self.treated_arm(assignments)?;
        let rules = Rules {
            arms: [&self.control, &treatment],
            goal: self.goal.as_deref(),
            follow: self.follow.map(seconds),
            before: seconds(self.before),
        };
        let followed = Followed::new(assignments, log, &rules)?;
        let sample_ratio = SampleRatio::new(&followed.persons_by_arm(), &self.shares)?;
        if !self.any_sample_ratio {
            sample_ratio.check()?;
        }
        let arms = [self.control.as_str(), &treatment];
        let lift = PersonLift::new(&followed, arms, sample_ratio, self.level)?;
        Ok(PersonLift {
            goal: self.goal.clone(),
            ..lift
        })
    }

    fn treated_arm(&self, assignments: &Assignments) -> Result<String> {
        if let Some(treatment) = &self.treatment {
            return Ok(treatment.clone());
        }
        let mut others: Vec<&str> = assignments
            .rows()
            .map(|(.., arm)| arm)
            .filter(|arm| *arm != self.control)
            .collect();
        others.sort_unstable();
        others.dedup();
        match others.as_slice() {
            [only] => Ok((*only).to_owned()),
            _ => Err(Error::setting(
                "arms beside the control",
                others.join(", "),
                "one, or the treatment named",
            )),
        }
    }
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
