//! What customers say.

use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::kpi::journeys::Breakdown;
use crate::kpi::journeys::breakdown::{Item, Personal, distinct};
use crate::kpi::journeys::contact_path::{ContactPath, Contacts};
use crate::kpi::journeys::contrast::{Measure, compare};
use crate::kpi::journeys::{Contrast, GroupComparison};
use crate::kpi::options::KpiOptions;
use crate::kpi::service::survey_scale::{Answer, Questions, Score, SurveyScale};
use crate::kpi::timelines::{PersonTimeline, PersonTimelines};
use crate::stats::ConfidenceLevel;
use crate::time::TimeRange;

/// Answers to surveys: net promoter score, satisfaction, effort, perceived consistency between
/// channels - of everybody, over time and by kind of journey - and whether those who use several
/// channels are happier, or the hand-overs between channels hurt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VoiceOfCustomer {
    /// The time of the answers; contacts before it count.
    pub window: TimeRange,
    /// Answers read.
    pub population: u64,
    /// Answers to questions nobody asked for.
    pub unknown: u64,
    /// The questions in order of their names.
    pub questions: Vec<QuestionVoice>,
}

/// The answers to one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QuestionVoice {
    /// The question, as the log calls it.
    pub question: String,
    /// How its answers are read.
    pub instrument: SurveyScale,
    /// Answers off the scale, left out.
    pub off_scale: u64,
    /// The scores.
    pub scores: Breakdown<AnswerFigures>,
    /// Who is happier.
    pub comparisons: Vec<GroupComparison>,
}

/// The answers of a group.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AnswerFigures {
    /// Answers.
    pub answers: u64,
    /// Persons who gave them.
    pub persons: u64,
    /// What they add up to.
    pub score: Score,
}

/// One answer to one question.
#[derive(Debug, Clone, Copy)]
struct Given {
    person: u32,
    time: u32,
    course: ContactPath,
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

    fn course(&self) -> ContactPath {
        self.course
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
    /// Of the answers in the histories' window.
    ///
    /// ```
    /// use mixtouch::kpi::options::KpiOptions;
    /// use mixtouch::kpi::service::{Questions, VoiceOfCustomer};
    /// use mixtouch::kpi::timelines::PersonTimelines;
    /// use mixtouch::{Event, Events, Kind};
    ///
    /// let mut log = Events::new().keep_all();
    /// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
    /// log.push(Event::touch("ann", 1_767_225_700, "search"))?;
    /// log.push(Event::of_kind(Kind::Survey, "ann", 1_767_225_800).with_goal("nps").with_value(9.0))?;
    /// let voice = VoiceOfCustomer::of(&PersonTimelines::new(&log)?, &Questions::default(), &KpiOptions::default())?;
    /// let nps = voice.question("nps").expect("it is asked for");
    /// assert_eq!(nps.scores.overall.score.figure(), Some(100.0));
    /// assert_eq!(nps.scores.group("several channels").map(|of| of.answers), Some(1));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// An empty log; an answer off its scale - with its row of the log, counted from 1 -, unless
    /// these are left out; an offline channel that is none of the log.
    pub fn of(
        histories: &PersonTimelines<'_>,
        questions: &Questions,
        grouping: &KpiOptions,
    ) -> Result<Self> {
        let window = histories.stated_window()?;
        let contacts = grouping.contacts(histories)?;
        let given = |(person, history): (usize, PersonTimeline<'_>)| {
            given(person as u32, &history, questions, &contacts, window)
        };
        let by_person: Vec<Vec<Given>> = histories
            .whole()
            .enumerate()
            .map(given)
            .collect::<Result<_>>()?;
        let answers: Vec<Given> = by_person.into_iter().flatten().collect();
        let each = questions.iter().enumerate();
        let questions: Vec<QuestionVoice> = each
            .map(|(at, (name, instrument))| question(at, name, instrument, &answers, grouping))
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
    history: &PersonTimeline<'_>,
    questions: &Questions,
    contacts: &Contacts<'_>,
    window: TimeRange,
) -> Result<Vec<Given>> {
    let (mut answers, mut trail) = (Vec::new(), None);
    for (row, time) in history
        .timed_rows()
        .filter(|&(_, time)| window.contains(i64::from(time)))
    {
        if let Some(answer) = questions.read(history.log(), row)? {
            let trail = trail.get_or_insert_with(|| contacts.trail(history));
            answers.push(Given {
                person,
                time,
                course: trail.course(time),
                answer,
            });
        }
    }
    Ok(answers)
}

fn question(
    at: usize,
    name: &str,
    instrument: SurveyScale,
    answers: &[Given],
    grouping: &KpiOptions,
) -> Result<QuestionVoice> {
    let read: Vec<&Given> = answers
        .iter()
        .filter(|given| matches!(given.answer, Answer::Read(of, _) if of == at))
        .collect();
    let side = |given: &Given, contrast: Contrast| contrast.side(given.course);
    let value = |given: &Given| Some(instrument.counts(given.number()));
    Ok(QuestionVoice {
        question: name.to_owned(),
        instrument,
        off_scale: answers
            .iter()
            .filter(|given| given.answer == Answer::OffScale(at))
            .count() as u64,
        scores: Breakdown::of(&read, grouping, |of| {
            figures(of, instrument, grouping.level())
        }),
        comparisons: compare(
            &Contrast::COURSES,
            &read,
            grouping,
            instrument.measure(),
            side,
            value,
        )?,
    })
}

fn figures(of: &[&Given], instrument: SurveyScale, level: ConfidenceLevel) -> AnswerFigures {
    let answers: Vec<f64> = of.iter().map(|given| given.number()).collect();
    AnswerFigures {
        answers: answers.len() as u64,
        persons: distinct(of.iter().map(|given| given.person).collect()),
        score: instrument.score(&answers, level),
    }
}

impl fmt::Display for VoiceOfCustomer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "voice of the customer, {}: {} answers",
            self.window, self.population
        )?;
        if self.unknown > 0 {
            writeln!(f, "  left out: {} answers to other questions", self.unknown)?;
        }
        self.questions
            .iter()
            .filter(|question| question.scores.overall.answers + question.off_scale > 0)
            .try_for_each(|question| {
                write!(f, "{}: {}", question.question, question.instrument)?;
                if question.off_scale > 0 {
                    write!(
                        f,
                        ", answers off the scale left out: {}",
                        question.off_scale
                    )?;
                }
                writeln!(f)?;
                let row = |of: &AnswerFigures| vec![of.persons.to_string(), of.score.to_string()];
                question
                    .scores
                    .write(f, &["group", "persons", "score"], row, |of| of.answers > 0)?;
                let of_shares = question.instrument.measure() == Measure::Share;
                question
                    .comparisons
                    .iter()
                    .try_for_each(|comparison| match of_shares {
                        true => writeln!(f, "  {comparison:#}"),
                        false => writeln!(f, "  {comparison}"),
                    })
            })
    }
}
