//! Questions of surveys and how their answers are read.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::event::{Events, Kind};
use crate::kpi::journeys::contrast::Measure;
use crate::kpi::service::net_score::NetScore;
use crate::stats::{ConfidenceLevel, Mean, Proportion};

/// How the answers to a question are read.
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
    /// The least and the greatest answer.
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

    /// The score of answers on the scale.
    pub(crate) fn score(self, answers: &[f64], level: ConfidenceLevel) -> Score {
        let count =
            |is: fn(f64) -> bool| answers.iter().filter(|&&answer| is(answer)).count() as u64;
        match self {
            Self::NetPromoter => {
                let (promoters, detractors) =
                    (count(|answer| answer >= 9.0), count(|answer| answer <= 6.0));
                Score::NetPromoter(NetScore::new(
                    promoters,
                    answers.len() as u64 - promoters - detractors,
                    detractors,
                    level,
                ))
            }
            Self::Satisfaction => Score::Satisfaction(Proportion::from_counts(
                count(|answer| answer >= 4.0),
                answers.len() as u64,
                level,
            )),
            Self::Effort => Score::Effort(Mean::from_values(answers, level)),
            Self::Consistency => Score::Consistency(Mean::from_values(answers, level)),
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

/// What answers add up to, by scale. Intervals take answers as independent of each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Score {
    /// The percentage of promoters less that of detractors.
    NetPromoter(NetScore),
    /// The share of satisfied answers.
    Satisfaction(Proportion),
    /// The mean, 1 to 7.
    Effort(Mean),
    /// The mean, 1 to 5.
    Consistency(Mean),
}

impl Score {
    /// The figure itself - a share as 0 to 1 -, if there is any answer.
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

/// Which questions a log asks, and what becomes of answers off their scale: they are refused unless
/// stated otherwise.
///
/// By default `nps`, `csat`, `ces` and `consistency`.
///
/// ```
/// use mixtouch::kpi::service::{SurveyScale, Questions};
///
/// let questions = Questions::default()
///     .with("recommend", SurveyScale::NetPromoter)
///     .leave_out_off_scale();
/// assert_eq!(questions.iter().len(), 5);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    questions: BTreeMap<String, SurveyScale>,
    #[serde(default)]
    leave_out_off_scale: bool,
}

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
    /// To no question asked for.
    Unknown,
}

impl Questions {
    /// These alone.
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

    /// One more, or another reading of one.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, scale: SurveyScale) -> Self {
        self.questions.insert(name.into(), scale);
        self
    }

    /// Answers off their scale are counted and left out.
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

    /// What a row says, if it is an answer.
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
        let ((low, high), answer) = (scale.bounds(), event.value());
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
