//! How answers feel.

use serde::Serialize;

use crate::kpi::members::{distinct, sums_by_person};
use crate::kpi::verbatims::answers::TextAnswer;
use crate::stats::{ConfidenceLevel, Mean};

/// How the answers of a group of persons feel.
///
/// An example is at [`Verbatims`](crate::kpi::verbatims::Verbatims).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Sentiment {
    /// Number of answers with a score.
    pub answers: u64,
    /// Number of persons who gave them.
    pub persons: u64,
    /// Their mean score; its interval is by person.
    pub score: Mean,
}

impl Sentiment {
    /// Of answers in the order of their persons, all with a score.
    pub(crate) fn new(answers: &[&TextAnswer], level: ConfidenceLevel) -> Self {
        let sums = sums_by_person(answers, |answer| answer.sentiment.unwrap_or(0.0));
        let values: Vec<f64> = answers
            .iter()
            .filter_map(|answer| answer.sentiment)
            .collect();
        let persons = answers.iter().map(|answer| answer.person);
        Self {
            answers: answers.len() as u64,
            persons: distinct(persons.collect()),
            score: match sums.is_one_each() {
                true => Mean::from_values(&values, level),
                false => Mean::clustered(&sums, level),
            },
        }
    }
}
