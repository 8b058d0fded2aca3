//! A page as data.

use crate::report::html::answer::Answer;
use crate::report::html::card::Card;
use crate::report::html::chapter::Chapter;
use crate::report::html::check::Check;
use crate::report::html::page_table::PageTable;

/// A page: on top a headline, what it is about, answers, cards, findings, one table and checks;
/// below chapters of charts.
///
/// ```
/// use mixtouch::report::html::{Answer, Check, Page, Verdict};
///
/// let page = Page::new("Search pays, radio cannot be told")
///     .with_about("A simulated shop, 2024")
///     .with_answer(Answer::new("What worked?", "Search"))
///     .with_finding("Search pays back", "its interval, 2.1 to 3.0, lies above 1")
///     .with_check(Check::new(Verdict::Watch, "Radio says mostly its prior"));
/// assert!(page.html().contains("<h1>Search pays, radio cannot be told</h1>"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub(crate) headline: String,
    pub(crate) about: String,
    pub(crate) chips: Vec<(String, String)>,
    pub(crate) cards: Vec<Card>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) findings: Vec<(String, String)>,
    pub(crate) table: Option<PageTable>,
    pub(crate) checks: Vec<Check>,
    pub(crate) chapters: Vec<Chapter>,
}

impl Page {
    /// A page under a headline that states the main finding.
    pub fn new(headline: impl Into<String>) -> Self {
        Self {
            headline: headline.into(),
            about: String::new(),
            chips: Vec::new(),
            cards: Vec::new(),
            answers: Vec::new(),
            findings: Vec::new(),
            table: None,
            checks: Vec::new(),
            chapters: Vec::new(),
        }
    }

    /// The same page with a line on what it is about.
    #[must_use]
    pub fn with_about(self, about: impl Into<String>) -> Self {
        Self {
            about: about.into(),
            ..self
        }
    }

    /// The same page with one more mark of what the figures come from: a period, a seed, a hash.
    #[must_use]
    pub fn with_chip(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.chips.push((name.into(), value.into()));
        self
    }

    /// The same page with one more card.
    #[must_use]
    pub fn with_card(mut self, card: Card) -> Self {
        self.cards.push(card);
        self
    }

    /// The same page with one more answer.
    #[must_use]
    pub fn with_answer(mut self, answer: Answer) -> Self {
        self.answers.push(answer);
        self
    }

    /// The same page with one more finding and the figures behind it.
    #[must_use]
    pub fn with_finding(mut self, finding: impl Into<String>, figures: impl Into<String>) -> Self {
        self.findings.push((finding.into(), figures.into()));
        self
    }

    /// The same page with the table of its top.
    #[must_use]
    pub fn with_table(self, table: PageTable) -> Self {
        Self {
            table: Some(table),
            ..self
        }
    }

    /// The same page with one more check.
    #[must_use]
    pub fn with_check(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    /// The same page with one more chapter.
    #[must_use]
    pub fn with_chapter(mut self, chapter: Chapter) -> Self {
        self.chapters.push(chapter);
        self
    }

    /// The headline.
    pub fn headline(&self) -> &str {
        &self.headline
    }

    /// The chapters, in order.
    pub fn chapters(&self) -> &[Chapter] {
        &self.chapters
    }
}
