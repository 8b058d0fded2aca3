//! A question that the reader has, and its answer.

/// A question, its answer in a few words, and what stands behind it.
///
/// ```
/// use mixtouch::report::html::Answer;
///
/// let answer = Answer::new("What worked?", "Search").with_detail("4.1 back for 1 spent");
/// assert_eq!(answer.answer(), "Search");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    question: String,
    answer: String,
    detail: String,
}

impl Answer {
    /// A question and its answer.
    pub fn new(question: impl Into<String>, answer: impl Into<String>) -> Self {
        Self {
            question: question.into(),
            answer: answer.into(),
            detail: String::new(),
        }
    }

    /// The same answer with what stands behind it.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self {
            detail: detail.into(),
            ..self
        }
    }

    /// The question.
    pub fn question(&self) -> &str {
        &self.question
    }

    /// The answer.
    pub fn answer(&self) -> &str {
        &self.answer
    }

    /// What stands behind it; empty for nothing.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}
