//! Answers in text, read from the log.

use crate::channel::ChannelId;
use crate::error::Result;
use crate::event::Kind;
use crate::kpi::journeys::breakdown::Item;
use crate::kpi::journeys::contact_path::{ContactPath, Contacts};
use crate::kpi::members::Personal;
use crate::kpi::options::KpiOptions;
use crate::kpi::service::survey_scale::{Answer, Questions};
use crate::kpi::timelines::{PersonTimeline, PersonTimelines};
use crate::kpi::verbatims::verbatim_options::VerbatimOptions;
use crate::kpi::verbatims::words::terms;
use crate::time::TimeRange;
use crate::util::interner::Interner;

/// How far from a text its score may stand, in seconds: a day.
const NEAR: u32 = 86_400;

/// One answer in text.
#[derive(Debug, Clone)]
pub(crate) struct TextAnswer {
    pub(crate) person: u32,
    time: u32,
    path: ContactPath,
    /// Numbers of its terms, each once.
    pub(crate) terms: Vec<u32>,
    /// Number of the question and the answer that it goes with.
    pub(crate) score: Option<(usize, f64)>,
    pub(crate) channel: Option<ChannelId>,
    pub(crate) sentiment: Option<f64>,
}

impl Personal for TextAnswer {
    fn person(&self) -> u32 {
        self.person
    }
}

impl Item for TextAnswer {
    fn time(&self) -> u32 {
        self.time
    }

    fn path(&self) -> ContactPath {
        self.path
    }
}

/// All answers in the order of their persons, and the terms.
pub(crate) struct TextAnswers {
    pub(crate) answers: Vec<TextAnswer>,
    pub(crate) terms: Interner,
    pub(crate) window: TimeRange,
    /// Rows of surveys without a word.
    pub(crate) without_text: u64,
}

impl TextAnswers {
    pub(crate) fn read(
        timelines: &PersonTimelines<'_>,
        questions: &Questions,
        options: &VerbatimOptions,
        kpis: &KpiOptions,
        score: &dyn Fn(&str) -> Option<f64>,
    ) -> Result<Self> {
        timelines.check_column(Some(options.column()))?;
        let window = timelines.reported_range(kpis)?;
        let mut all = Self {
            answers: Vec::new(),
            terms: Interner::default(),
            window,
            without_text: 0,
        };
        let contacts = Contacts::new(timelines, kpis)?;
        for (person, timeline) in timelines.iter().enumerate() {
            let mut reader = Reader {
                all: &mut all,
                contacts: &contacts,
                questions,
                options,
                lookback: kpis.lookback().seconds(),
            };
            reader.person(person as u32, &timeline, score)?;
        }
        Ok(all)
    }
}

struct Reader<'a, 'b> {
    all: &'a mut TextAnswers,
    contacts: &'a Contacts<'b>,
    questions: &'a Questions,
    options: &'a VerbatimOptions,
    lookback: u32,
}

impl Reader<'_, '_> {
    fn person(
        &mut self,
        person: u32,
        timeline: &PersonTimeline<'_>,
        score: &dyn Fn(&str) -> Option<f64>,
    ) -> Result<()> {
        let log = timeline.log();
        let window = self.all.window;
        let surveys = || {
            let rows = timeline.timed_rows();
            rows.filter(|(row, _)| log.row(*row).kind() == Kind::Survey)
        };
        let mut scores: Vec<(u32, (usize, f64))> = Vec::new();
        for (row, time) in surveys() {
            if let Some(Answer::Read(question, answer)) = self.questions.read(log, row)? {
                scores.push((time, (question, answer)));
            }
        }
        let mut trail = None;
        for (row, time) in surveys().filter(|&(_, time)| window.contains(i64::from(time))) {
            let text = timeline.text(row, self.options.column()).unwrap_or("");
            let terms = terms(text, self.options.pairs());
            if terms.is_empty() {
                self.all.without_text += 1;
                continue;
            }
            let terms: Result<Vec<u32>> = terms
                .iter()
                .map(|term| self.all.terms.intern(term))
                .collect();
            let own = match self.questions.read(log, row)? {
                Some(Answer::Read(question, answer)) => Some((question, answer)),
                _ => nearest(&scores, time),
            };
            let trail = trail.get_or_insert_with(|| self.contacts.trail(timeline));
            self.all.answers.push(TextAnswer {
                person,
                time,
                path: trail.path_at(time),
                terms: terms?,
                score: own,
                channel: self.channel(timeline, row, time),
                sentiment: score(text).filter(|score| score.is_finite()),
            });
        }
        Ok(())
    }

    /// The channel that the row states, or that of the last contact before it.
    fn channel(&self, timeline: &PersonTimeline<'_>, row: usize, time: u32) -> Option<ChannelId> {
        let own = timeline.log().row(row).channel();
        if own != ChannelId::NONE {
            return Some(own);
        }
        let from = time.saturating_sub(self.lookback);
        let before = timeline.timed_rows();
        let before = before.take_while(|(_, other)| *other <= time);
        let recent = before.filter(|(_, other)| *other >= from);
        recent
            .filter_map(|(row, _)| self.contacts.channel(row))
            .last()
    }
}

/// The answer on a scale that is nearest in time, no farther than a day.
fn nearest(scores: &[(u32, (usize, f64))], time: u32) -> Option<(usize, f64)> {
    let near = scores
        .iter()
        .filter(|(other, _)| other.abs_diff(time) <= NEAR);
    near.min_by_key(|(other, _)| other.abs_diff(time))
        .map(|(_, score)| *score)
}
