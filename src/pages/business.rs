//! Whose a figure is, on a page of two businesses.

use crate::report::html::{Answer, Card, Check};

/// The business that a figure is of; none where all are of one.
#[derive(Clone, Copy)]
pub(crate) struct Business<'a>(pub(crate) Option<&'a str>);

impl Business<'_> {
    pub(crate) fn named(self, text: &str) -> String {
        match self.0 {
            Some(name) => format!("{name}: {text}"),
            None => text.to_owned(),
        }
    }

    pub(crate) fn answer(self, answer: &Answer) -> Answer {
        answer.clone().with_detail(self.named(answer.detail()))
    }

    pub(crate) fn card(self, card: &Card) -> Card {
        card.clone().with_note(self.named(card.note()))
    }

    pub(crate) fn check(self, check: &Check) -> Check {
        Check::new(check.verdict(), self.named(check.text())).with_action(check.action())
    }
}
