//! What customers say.

use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::kpi::journeys::breakdown::{Breakdown, Item};
use crate::kpi::journeys::contact_path::{ContactPath, Contacts};
use crate::kpi::journeys::contrast::{Contrast, GroupComparison, Measure, compare, one_side};
use crate::kpi::members::{Personal, distinct};
use crate::kpi::options::KpiOptions;
use crate::kpi::service::survey_scale::{Answer, Questions, Score, SurveyScale};
use crate::kpi::timelines::{PersonTimeline, PersonTimelines};
use crate::report::{Report, Section};
use crate::stats::ConfidenceLevel;
use crate::time::TimeRange;

/// Answers to surveys: net promoter score, satisfaction, effort and perceived consistency between
/// channels, of all persons, over time and by kind of journey.
///
/// Comparisons show whether persons with several channels are happier, and whether handoffs hurt.
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
/// assert_eq!((voice.population, voice.unknown), (2, 0));
/// assert_eq!(nps.scores.overall.score.figure(), Some(0.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VoiceOfCustomer {
    /// The range of the answers; contacts before it count.
    pub window: TimeRange,
    /// Number of answers read.
    pub population: u64,
    /// Number of answers to other questions.
    pub unknown: u64,
    /// The questions in order of their names.
    pub questions: Vec<QuestionVoice>,
}

/// The answers to one question.
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
/// assert_eq!((nps.question.as_str(), nps.off_scale), ("nps", 0));
/// assert_eq!(nps.scores.overall.answers, 2);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QuestionVoice {
    /// The question, as the log calls it.
    pub question: String,
    /// The scale of its answers.
    #[serde(rename = "instrument")]
    pub scale: SurveyScale,
    /// Number of answers off the scale, which are left out.
    pub off_scale: u64,
    /// Number of rows without an answer, which are left out.
    pub skipped: u64,
    /// Scores of all persons, over time and by group.
    pub scores: Breakdown<AnswerFigures>,
    /// Comparisons of answers between groups of persons.
    pub comparisons: Vec<GroupComparison>,
}

/// The answers of a group of persons to one question.
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
/// let several = nps.scores.group("several channels").expect("ann used two");
/// assert_eq!((several.persons, several.score.figure()), (1, Some(100.0)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AnswerFigures {
    /// Number of answers.
    pub answers: u64,
    /// Number of persons who gave them.
    pub persons: u64,
    /// Their score.
    pub score: Score,
}

/// One answer to one question.
#[derive(Debug, Clone, Copy)]
struct Given {
    person: u32,
    time: u32,
    path: ContactPath,
    answer: Answer,
}

impl Personal for Given {
    fn person(&self) -> u32 {
        self.person
    }
}

impl Item for Given {
    fn time(&self) -> u32 {
        self.time
    }

    fn path(&self) -> ContactPath {
        self.path
    }
}

impl Given {
    fn number(&self) -> f64 {
        if let Answer::Read(_, answer) = self.answer {
            answer
        } else {
            0.0
        }
    }
}

impl VoiceOfCustomer {
    /// The answers in the range.
    ///
    /// ```
    /// use mixtouch::kpi::service::{Questions, VoiceOfCustomer};
    /// use mixtouch::kpi::{KpiOptions, PersonTimelines};
    /// use mixtouch::{Event, Events, Kind};
    ///
    /// let mut log = Events::new().keep_all();
    /// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
    /// log.push(Event::touch("ann", 1_767_225_700, "search"))?;
    /// let answer = Event::of_kind(Kind::Survey, "ann", 1_767_225_800).with_goal("nps");
    /// log.push(answer.with_value(9.0))?;
    /// let (timelines, options) = (PersonTimelines::new(&log)?, KpiOptions::default());
    /// let voice = VoiceOfCustomer::new(&timelines, &Questions::default(), &options)?;
    /// let nps = voice.question("nps").expect("a default question");
    /// assert_eq!(nps.scores.overall.score.figure(), Some(100.0));
    /// assert_eq!(nps.scores.group("several channels").map(|figures| figures.answers), Some(1));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the log is empty, an offline channel is not in the log, or an answer is off its scale and
    /// such answers are not left out. The error names the row of the log, counted from 1.
    pub fn new(
        timelines: &PersonTimelines<'_>,
        questions: &Questions,
        options: &KpiOptions,
    ) -> Result<Self> {
        let window = timelines.reported_range(options)?;
        let contacts = Contacts::new(timelines, options)?;
        let given = |(person, timeline): (usize, PersonTimeline<'_>)| {
            given(person as u32, &timeline, questions, &contacts, window)
        };
        let by_person: Vec<Vec<Given>> = timelines
            .par_iter()
            .enumerate()
            .map(given)
            .collect::<Result<_>>()?;
        let answers: Vec<Given> = by_person.into_iter().flatten().collect();
        let each = questions.iter().enumerate();
        let questions: Vec<QuestionVoice> = each
            .map(|(at, (name, scale))| question(at, name, scale, &answers, window, options))
            .collect::<Result<_>>()?;
        Ok(Self {
            window,
            population: questions
                .iter()
                .map(|question| question.scores.overall.answers)
                .sum(),
            unknown: answers
                .iter()
                .filter(|given| given.answer == Answer::Unknown)
                .count() as u64,
            questions,
        })
    }

    /// The answers to a question.
    pub fn question(&self, name: &str) -> Option<&QuestionVoice> {
        self.questions
            .iter()
            .find(|question| question.question == name)
    }
}

/// A person's answers in the window.
fn given(
    person: u32,
    timeline: &PersonTimeline<'_>,
    questions: &Questions,
    contacts: &Contacts<'_>,
    window: TimeRange,
) -> Result<Vec<Given>> {
    let (mut answers, mut trail) = (Vec::new(), None);
    for (row, time) in timeline
        .timed_rows()
        .filter(|&(_, time)| window.contains(i64::from(time)))
    {
        if let Some(answer) = questions.read(timeline.log(), row)? {
            let trail = trail.get_or_insert_with(|| contacts.trail(timeline));
            answers.push(Given {
                person,
                time,
                path: trail.path_at(time),
                answer,
            });
        }
    }
    Ok(answers)
}

fn question(
    at: usize,
    name: &str,
    scale: SurveyScale,
    answers: &[Given],
    window: TimeRange,
    options: &KpiOptions,
) -> Result<QuestionVoice> {
    let read: Vec<&Given> = answers
        .iter()
        .filter(|given| matches!(given.answer, Answer::Read(of, _) if of == at))
        .collect();
    let count = |answer: Answer| {
        let same = answers.iter().filter(|given| given.answer == answer);
        same.count() as u64
    };
    let sides = |given: &Given, answer: f64, contrast: Contrast| {
        one_side(contrast.side(given.path), answer)
    };
    let value = |given: &Given| Some(scale.counts(given.number()));
    Ok(QuestionVoice {
        question: name.to_owned(),
        scale,
        off_scale: count(Answer::OffScale(at)),
        skipped: count(Answer::Skipped(at)),
        scores: Breakdown::new(&read, options, window, |answers| {
            figures(answers, scale, options.level())
        }),
        comparisons: compare(
            &Contrast::PATHS,
            &read,
            options,
            scale.measure(),
            sides,
            value,
        )?,
    })
}

fn figures(given: &[&Given], scale: SurveyScale, level: ConfidenceLevel) -> AnswerFigures {
    AnswerFigures {
        answers: given.len() as u64,
        persons: distinct(given.iter().map(|one| one.person).collect()),
        score: scale.score(given, Given::number, level),
    }
}

impl QuestionVoice {
    fn section(&self) -> Section {
        let left_out = |what: &str, count: u64| match count {
            0 => String::new(),
            count => format!(", {what}: {count}"),
        };
        let off_scale = left_out("answers off the scale left out", self.off_scale);
        let skipped = left_out("asked and not answered", self.skipped);
        let row = |answers: &AnswerFigures| {
            vec![answers.persons.into(), answers.score.to_string().into()]
        };
        let is_share = self.scale.measure() == Measure::Share;
        let comparison = |comparison: &GroupComparison| match is_share {
            true => format!("{comparison:#}"),
            false => comparison.to_string(),
        };
        Section::new()
            .with_heading(format!(
                "{}: {}{off_scale}{skipped}",
                self.question, self.scale
            ))
            .with_table(
                self.scores
                    .table(&["group", "persons", "score"], row, |answers| {
                        answers.answers > 0
                    }),
            )
            .with_lines(self.comparisons.iter().map(comparison))
    }
}

impl Report for VoiceOfCustomer {
    fn title(&self) -> String {
        let Self {
            window, population, ..
        } = self;
        format!("voice of the customer, {window}: {population} answers")
    }

    fn sections(&self) -> Vec<Section> {
        let unknown = (self.unknown > 0)
            .then(|| format!("left out: {} answers to other questions", self.unknown))
            .map(|line| Section::new().with_line(line));
        let questions = self
            .questions
            .iter()
            .filter(|one| one.scores.overall.answers + one.off_scale + one.skipped > 0);
        unknown
            .into_iter()
            .chain(questions.map(QuestionVoice::section))
            .collect()
    }
}

impl fmt::Display for VoiceOfCustomer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
