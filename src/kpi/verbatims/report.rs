//! The answers in text of all persons.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::error::Result;
use crate::event::Events;
use crate::kpi::journeys::breakdown::{Breakdown, Item};
use crate::kpi::members::distinct;
use crate::kpi::options::KpiOptions;
use crate::kpi::service::survey_scale::{Questions, SurveyScale};
use crate::kpi::timelines::PersonTimelines;
use crate::kpi::verbatims::answers::{TextAnswer, TextAnswers};
use crate::kpi::verbatims::contrasts::{Split, Term, TermContrast};
use crate::kpi::verbatims::sentiment::Sentiment;
use crate::kpi::verbatims::verbatim_options::VerbatimOptions;
use crate::report::{Cell, Report, Section, Table};
use crate::time::TimeRange;

/// What customers say in their own words: terms that set those who are content apart from those who
/// are not, channels from each other, and periods; and how answers feel.
///
/// A term counts once for each person and group, so that who repeats a word does not decide. Terms
/// are compared by [`LogOdds`](crate::kpi::verbatims::LogOdds). A term is shown only where in every
/// group none or enough persons used it ([`VerbatimOptions::with_least_persons`]). An answer goes
/// with the score of its own row, or the person's nearest score no farther than a day; with the
/// channel of its row, or else of the last contact before.
///
/// ```
/// use mixtouch::kpi::service::Questions;
/// use mixtouch::kpi::verbatims::{Lexicon, VerbatimOptions, Verbatims};
/// use mixtouch::kpi::{KpiOptions, PersonTimelines};
/// use mixtouch::{Event, Events, Kind};
///
/// let mut log = Events::with_columns(["comment"]).keep_all();
/// for person in 0..60u64 {
///     let (score, text) = match person % 3 {
///         0 => (2.0, "the parcel came late"),
///         1 => (9.0, "the staff was kind"),
///         _ => (7.0, "the parcel came"),
///     };
///     let row = Event::of_kind(Kind::Survey, person, 1_767_225_600).with_goal("nps");
///     log.push(row.with_value(score).with_texts(&[text]))?;
/// }
/// let (timelines, questions) = (PersonTimelines::new(&log)?, Questions::default());
/// let (options, kpis) = (VerbatimOptions::default(), KpiOptions::default());
/// let lexicon = Lexicon::new([("kind", 1.0), ("late", -1.0)])?;
/// let score = |text: &str| lexicon.score(text);
/// let said = Verbatims::scored(&timelines, &questions, &options, &kpis, score)?;
/// let apart = said.by_score.as_ref().unwrap();
/// assert_eq!((apart.group.as_str(), apart.other.as_str()), ("promoters", "detractors"));
/// let [promoters, detractors] = apart.sure();
/// assert!(promoters.iter().any(|term| term.term == "kind" && term.persons == [20, 0]));
/// assert!(detractors.iter().any(|term| term.term == "late"));
/// // all say "the"
/// assert!(apart.terms.iter().all(|term| term.term != "the" || !term.is_sure()));
/// let feeling = said.sentiment.as_ref().unwrap();
/// assert_eq!((feeling.overall.answers, feeling.overall.score.mean), (40, Some(0.0)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Verbatims {
    /// The range of the answers.
    pub window: TimeRange,
    /// Number of answers with a word.
    pub population: u64,
    /// Number of persons who gave them.
    pub persons: u64,
    /// Number of answers without a word.
    pub without_text: u64,
    /// The question that `by_score` is about: that with most answers in text.
    pub question: Option<String>,
    /// Those who are content against those who are not; none with too few of either.
    pub by_score: Option<TermContrast>,
    /// Each channel against all others.
    pub by_channel: Vec<TermContrast>,
    /// Each period against all others, where the options state periods.
    pub by_period: Vec<TermContrast>,
    /// How answers feel; none without a function that says it.
    pub sentiment: Option<Breakdown<Sentiment>>,
}

impl Verbatims {
    /// The answers in the range, without how they feel.
    ///
    /// # Errors
    /// If the log is empty or lacks the column of texts, a setting is out of range, or an answer is
    /// off its scale and such answers are not left out.
    pub fn new(
        timelines: &PersonTimelines<'_>,
        questions: &Questions,
        options: &VerbatimOptions,
        kpis: &KpiOptions,
    ) -> Result<Self> {
        let read = TextAnswers::read(timelines, questions, options, kpis, &|_| None)?;
        Self::of(timelines.log(), read, questions, options, kpis)
    }

    /// The same with how answers feel: a number for each text, larger for better, or none. A
    /// [`Lexicon`](crate::kpi::verbatims::Lexicon) is one such function, a model of yours another.
    ///
    /// # Errors
    /// As for [`Verbatims::new`].
    pub fn scored(
        timelines: &PersonTimelines<'_>,
        questions: &Questions,
        options: &VerbatimOptions,
        kpis: &KpiOptions,
        score: impl Fn(&str) -> Option<f64>,
    ) -> Result<Self> {
        let read = TextAnswers::read(timelines, questions, options, kpis, &score)?;
        let scored: Vec<&TextAnswer> = read
            .answers
            .iter()
            .filter(|answer| answer.sentiment.is_some())
            .collect();
        let figures = |answers: &[&TextAnswer]| Sentiment::new(answers, kpis.level());
        let sentiment = Breakdown::new(&scored, kpis, read.window, figures);
        let said = Self::of(timelines.log(), read, questions, options, kpis)?;
        Ok(Self {
            sentiment: Some(sentiment),
            ..said
        })
    }

    fn of(
        log: &Events,
        read: TextAnswers,
        questions: &Questions,
        options: &VerbatimOptions,
        kpis: &KpiOptions,
    ) -> Result<Self> {
        options.check()?;
        let persons = read.answers.iter().map(|answer| answer.person);
        let split = |groups| Split {
            groups,
            terms: &read.terms,
            least: options.least(kpis),
            options,
            level: kpis.level(),
        };
        let asked = most_answered(&read.answers, questions);
        let by_score = match &asked {
            Some((at, _, scale)) => split(by_score(&read.answers, *at, *scale)).pair(0, 1)?,
            None => None,
        };
        Ok(Self {
            window: read.window,
            population: read.answers.len() as u64,
            persons: distinct(persons.collect()),
            without_text: read.without_text,
            question: asked.map(|(_, name, _)| name),
            by_score,
            by_channel: split(by_channel(log, &read.answers)).each_against_others()?,
            by_period: split(by_period(&read.answers, kpis)).each_against_others()?,
            sentiment: None,
        })
    }
}

/// The question with most answers in text: its number, name and scale.
fn most_answered(
    answers: &[TextAnswer],
    questions: &Questions,
) -> Option<(usize, String, SurveyScale)> {
    let count = |at: usize| {
        let same = answers
            .iter()
            .filter(|answer| answer.score.is_some_and(|own| own.0 == at));
        same.count()
    };
    let asked = questions.iter().enumerate();
    let (at, (name, scale)) = asked
        .filter(|(at, _)| count(*at) > 0)
        .max_by_key(|(at, _)| (count(*at), usize::MAX - at))?;
    Some((at, name.to_owned(), scale))
}

type Groups<'a> = Vec<(String, Vec<&'a TextAnswer>)>;

/// Content, not content, and between.
fn by_score(answers: &[TextAnswer], question: usize, scale: SurveyScale) -> Groups<'_> {
    let [content, not] = match scale {
        SurveyScale::NetPromoter => ["promoters", "detractors"],
        SurveyScale::Satisfaction => ["satisfied", "dissatisfied"],
        SurveyScale::Effort => ["little effort", "much effort"],
        SurveyScale::Consistency => ["consistent", "inconsistent"],
    };
    let side = |answer: f64| match scale {
        SurveyScale::NetPromoter if answer >= 9.0 => 0,
        SurveyScale::NetPromoter if answer <= 6.0 => 1,
        SurveyScale::Satisfaction | SurveyScale::Consistency if answer >= 4.0 => 0,
        SurveyScale::Satisfaction | SurveyScale::Consistency if answer <= 2.0 => 1,
        SurveyScale::Effort if answer <= 3.0 => 0,
        SurveyScale::Effort if answer >= 5.0 => 1,
        _ => 2,
    };
    let names = [content, not, "between"].map(str::to_owned);
    let mut groups: Groups<'_> = names.map(|name| (name, Vec::new())).into();
    for answer in answers {
        if let Some((_, score)) = answer.score.filter(|own| own.0 == question) {
            groups[side(score)].1.push(answer);
        }
    }
    groups
}

/// By name of channel.
fn by_channel<'a>(log: &Events, answers: &'a [TextAnswer]) -> Groups<'a> {
    let mut groups: BTreeMap<String, Vec<&TextAnswer>> = BTreeMap::new();
    for answer in answers {
        let name = answer
            .channel
            .and_then(|channel| log.channel_names().name(channel));
        if let Some(name) = name {
            groups.entry(name.to_owned()).or_default().push(answer);
        }
    }
    groups.into_iter().collect()
}

/// By period, oldest first.
fn by_period<'a>(answers: &'a [TextAnswer], kpis: &KpiOptions) -> Groups<'a> {
    let Some(periods) = kpis.periods() else {
        return Vec::new();
    };
    let names = periods.ranges().map(|period| period.label());
    let mut groups: Groups<'_> = names.map(|name| (name, Vec::new())).collect();
    for answer in answers {
        if let Some(at) = periods.position(answer.time()) {
            groups[at].1.push(answer);
        }
    }
    groups.retain(|(_, answers)| !answers.is_empty());
    groups
}

impl Report for Verbatims {
    fn title(&self) -> String {
        let (answers, persons) = (self.population, self.persons);
        format!(
            "in customers' words, {}: {answers} answers of {persons} persons",
            self.window
        )
    }

    fn sections(&self) -> Vec<Section> {
        let contrasts = self.by_score.iter().chain(&self.by_channel);
        let mut sections: Vec<Section> = contrasts
            .chain(&self.by_period)
            .map(TermContrast::section)
            .collect();
        if let Some(sentiment) = &self.sentiment {
            let row = |figures: &Sentiment| {
                let score = figures.score;
                let ends = score.interval;
                let mean = Cell::number(score.mean, 2);
                vec![
                    Cell::count(figures.persons),
                    mean.with_interval(ends.map(|ends| ends.low()), ends.map(|ends| ends.high())),
                ]
            };
            let columns = ["sentiment", "persons", "mean"];
            let table = sentiment.table(&columns, row, |figures| figures.answers > 0);
            sections.push(Section::new().with_table(table).set_apart());
        }
        sections
    }
}

impl TermContrast {
    fn section(&self) -> Section {
        let row = |term: &Term| {
            let ends = term.odds.interval;
            [
                Cell::from(&term.term),
                Cell::count(term.persons[0]),
                Cell::count(term.persons[1]),
                Cell::number(term.odds.value, 2).with_interval(ends.low(), ends.high()),
                Cell::number(term.odds.z, 1),
                Cell::number(term.adjusted_p_value, 3),
            ]
        };
        let columns = [
            "term",
            &self.group,
            &self.other,
            "log-odds",
            "z",
            "adjusted p",
        ];
        let table = Table::new(columns).with_rows(self.terms.iter().map(row));
        let heading = format!(
            "{} ({} persons) against {} ({})",
            self.group, self.persons[0], self.other, self.persons[1]
        );
        let withheld = (self.withheld > 0)
            .then(|| format!("not shown: {} terms of too few persons", self.withheld));
        Section::new()
            .with_heading(heading)
            .with_table(table)
            .with_lines(withheld)
            .set_apart()
    }
}

impl fmt::Display for Verbatims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
