//! Questions of surveys and how their answers are read.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::event::{Events, Kind};
use crate::kpi::journeys::contrast::Measure;
use crate::kpi::members::{Personal, sums_by_person};
use crate::kpi::service::net_score::NetScore;
use crate::stats::{ConfidenceLevel, Mean, Proportion};
use crate::util::known_fields::refuse_unknown_fields;

/// How the answers to a question are read.
///
/// ```
/// use mixtouch::kpi::service::SurveyScale;
///
/// assert_eq!(SurveyScale::NetPromoter.bounds(), (0.0, 10.0));
/// assert_eq!(SurveyScale::Effort.bounds(), (1.0, 7.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SurveyScale {
    /// Would you recommend us, 0 to 10: 9 and more promote, 6 and less detract (Reichheld 2003).
    NetPromoter,
    /// How satisfied are you (CSAT), 1 to 5: the share of 4 and more.
    Satisfaction,
    /// How much effort did it take (CES; Dixon, Freeman and Toman 2010), 1 to 7: the mean; high
    /// means effort.
    Effort,
    /// Do our channels feel like one, 1 to 5: the mean; high means consistent.
    Consistency,
}

impl SurveyScale {
    /// The smallest and the greatest answer.
    pub const fn bounds(self) -> (f64, f64) {
        match self {
            Self::NetPromoter => (0.0, 10.0),
            Self::Satisfaction | Self::Consistency => (1.0, 5.0),
            Self::Effort => (1.0, 7.0),
        }
    }

    /// What an answer counts in a test of two groups: -100, 0 or 100; 0 or 1; itself.
    pub(crate) fn counts(self, answer: f64) -> f64 {
        match self {
            Self::NetPromoter => {
                100.0 * (f64::from(u8::from(answer >= 9.0)) - f64::from(u8::from(answer <= 6.0)))
            }
            Self::Satisfaction => f64::from(u8::from(answer >= 4.0)),
            Self::Effort | Self::Consistency => answer,
        }
    }

    pub(crate) fn measure(self) -> Measure {
        match self {
            Self::Satisfaction => Measure::Share,
            Self::NetPromoter | Self::Effort | Self::Consistency => Measure::Mean {
                more_is_better: self != Self::Effort,
            },
        }
    }

    /// The score of answers on the scale, in the order of their persons.
    pub(crate) fn score<T: Personal>(
        self,
        answers: &[&T],
        number: impl Fn(&T) -> f64,
        level: ConfidenceLevel,
    ) -> Score {
        let sums = sums_by_person(answers, |answer| self.counts(number(answer)));
        let mean = || {
            let values: Vec<f64> = answers.iter().map(|answer| number(answer)).collect();
            match sums.is_one_each() {
                true => Mean::from_values(&values, level),
                false => Mean::clustered(&sums, level),
            }
        };
        match self {
            Self::NetPromoter => {
                let count = |points: f64| {
                    let same = |answer: &&&T| self.counts(number(answer)) == points;
                    answers.iter().filter(same).count() as u64
                };
                let [promoters, passives, detractors] = [100.0, 0.0, -100.0].map(count);
                let score = NetScore::new(promoters, passives, detractors, level);
                Score::NetPromoter(score.clustered(&sums, level))
            }
            Self::Satisfaction => Score::Satisfaction(Proportion::clustered(&sums, level)),
            Self::Effort => Score::Effort(mean()),
            Self::Consistency => Score::Consistency(mean()),
        }
    }
}

impl fmt::Display for SurveyScale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NetPromoter => "net promoter score",
            Self::Satisfaction => "satisfaction",
            Self::Effort => "effort",
            Self::Consistency => "consistency between channels",
        })
    }
}

/// The score of a group of answers, by scale. Intervals are by person where persons answer several
/// times.
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
/// // one promoter, one detractor
/// assert_eq!(nps.scores.overall.score.figure(), Some(0.0));
/// let effort = voice.question("ces").expect("a default question");
/// assert_eq!(effort.scores.overall.score.figure(), None);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Score {
    /// Percentage of promoters less that of detractors, -100 to 100.
    NetPromoter(NetScore),
    /// Share of satisfied answers, 0 to 1.
    Satisfaction(Proportion),
    /// Mean effort, 1 to 7.
    Effort(Mean),
    /// Mean consistency, 1 to 5.
    Consistency(Mean),
}

impl Score {
    /// The score as one number, shares as 0 to 1; none without answers.
    pub fn figure(&self) -> Option<f64> {
        match self {
            Self::NetPromoter(score) => score.score,
            Self::Satisfaction(rate) => rate.rate,
            Self::Effort(mean) | Self::Consistency(mean) => mean.mean,
        }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NetPromoter(score) => score.fmt(f),
            Self::Satisfaction(rate) => rate.fmt(f),
            Self::Effort(mean) | Self::Consistency(mean) => mean.fmt(f),
        }
    }
}

/// The questions of surveys with their scales: `nps`, `csat`, `ces` and `consistency` by default.
///
/// An answer off its scale is an error by default. A row without a value is no answer.
///
/// ```
/// use mixtouch::kpi::service::{Questions, SurveyScale};
///
/// let questions = Questions::default()
///     .with("recommend", SurveyScale::NetPromoter)
///     .leave_out_off_scale();
/// assert_eq!(questions.iter().len(), 5);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Questions {
    questions: BTreeMap<String, SurveyScale>,
    #[serde(default)]
    leave_out_off_scale: bool,
}

refuse_unknown_fields!(Questions, serialize);

impl Default for Questions {
    fn default() -> Self {
        let usual = [
            ("nps", SurveyScale::NetPromoter),
            ("csat", SurveyScale::Satisfaction),
            ("ces", SurveyScale::Effort),
            ("consistency", SurveyScale::Consistency),
        ];
        Self::new(usual)
    }
}

/// What a row of a survey is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Answer {
    /// To that question in order of their names.
    Read(usize, f64),
    OffScale(usize),
    /// The row has a question, and no answer.
    Skipped(usize),
    /// To no question asked for.
    Unknown,
}

impl Questions {
    /// These questions and no others.
    pub fn new<S: Into<String>>(questions: impl IntoIterator<Item = (S, SurveyScale)>) -> Self {
        let questions = questions
            .into_iter()
            .map(|(name, scale)| (name.into(), scale))
            .collect();
        Self {
            questions,
            leave_out_off_scale: false,
        }
    }

    /// Adds a question, or changes the scale of one.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, scale: SurveyScale) -> Self {
        self.questions.insert(name.into(), scale);
        self
    }

    /// Makes answers off their scale be counted and left out, instead of being an error.
    #[must_use]
    pub fn leave_out_off_scale(self) -> Self {
        Self {
            leave_out_off_scale: true,
            ..self
        }
    }

    /// The questions in order of their names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, SurveyScale)> {
        self.questions
            .iter()
            .map(|(name, &scale)| (name.as_str(), scale))
    }

    /// The answer of a row, if it has one.
    pub(crate) fn read(&self, log: &Events, row: usize) -> Result<Option<Answer>> {
        // the kind first: of most logs hardly a row is an answer
        let Some(event) = Some(row)
            .filter(|&row| log.row(row).kind() == Kind::Survey)
            .and_then(|row| log.get(row))
        else {
            return Ok(None);
        };
        let asked = self
            .iter()
            .enumerate()
            .find(|(_, (name, _))| event.goal() == Some(name));
        let Some((at, (name, scale))) = asked else {
            return Ok(Some(Answer::Unknown));
        };
        let (low, high) = scale.bounds();
        let Some(answer) = event.stated_value() else {
            return Ok(Some(Answer::Skipped(at)));
        };
        match (low..=high).contains(&answer) {
            true => Ok(Some(Answer::Read(at, answer))),
            false if self.leave_out_off_scale => Ok(Some(Answer::OffScale(at))),
            false => Err(Error::field(
                row as u64 + 1,
                "value",
                answer.to_string(),
                format!("{low} to {high} as an answer to {name:?}"),
            )),
        }
    }
}
