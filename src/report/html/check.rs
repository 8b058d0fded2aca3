//! What was checked, and what to do about it.

/// How a check came out.
///
/// ```
/// use mixtouch::report::html::Verdict;
///
/// assert_eq!(Verdict::Watch.name(), "watch");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Nothing is to be done.
    Good,
    /// The figures hold with a reserve.
    Watch,
    /// The figures do not hold as they are.
    Bad,
}

impl Verdict {
    /// The verdict in a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Watch => "watch",
            Self::Bad => "wrong",
        }
    }
}

/// A check with its verdict and the action that follows.
///
/// ```
/// use mixtouch::report::html::{Check, Verdict};
///
/// let check = Check::new(Verdict::Watch, "Radio says mostly its prior")
///     .with_action("Test radio next");
/// assert_eq!(check.action(), "Test radio next");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    verdict: Verdict,
    text: String,
    action: String,
}

impl Check {
    /// What was found.
    pub fn new(verdict: Verdict, text: impl Into<String>) -> Self {
        Self {
            verdict,
            text: text.into(),
            action: String::new(),
        }
    }

    /// The same check with what to do.
    #[must_use]
    pub fn with_action(self, action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            ..self
        }
    }

    /// How it came out.
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// What was found.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What to do; empty for nothing.
    pub fn action(&self) -> &str {
        &self.action
    }
}
