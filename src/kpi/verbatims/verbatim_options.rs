//! How answers in text are read.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::kpi::options::KpiOptions;
use crate::util::known_fields::refuse_unknown_fields;

/// The prior's size beside the words compared, and at most.
const TENTH: f64 = 0.1;
const MOST_PRIOR: f64 = 500.0;

/// How answers in text are read, and which terms are shown.
///
/// | option | default |
/// |---|---|
/// | column of the texts | `comment` |
/// | fewest persons of a term | 5, or the minimum group if that is more |
/// | terms shown of each comparison | 20 |
/// | size of the prior | a tenth of the words compared, 500 at most |
/// | pairs of neighbouring words as terms | no |
///
/// ```
/// use mixtouch::kpi::verbatims::VerbatimOptions;
///
/// let options = VerbatimOptions::default().with_column("why").with_least_persons(10);
/// assert_eq!(options.column(), "why");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct VerbatimOptions {
    column: String,
    least_persons: u64,
    most_terms: usize,
    prior_words: Option<f64>,
    pairs: bool,
}

refuse_unknown_fields!(VerbatimOptions, serialize);

impl Default for VerbatimOptions {
    fn default() -> Self {
        Self {
            column: "comment".to_owned(),
            least_persons: 5,
            most_terms: 20,
            prior_words: None,
            pairs: false,
        }
    }
}

impl VerbatimOptions {
    /// Sets the text column of the answers.
    #[must_use]
    pub fn with_column(self, column: impl Into<String>) -> Self {
        Self {
            column: column.into(),
            ..self
        }
    }

    /// Sets the fewest persons who used a term that is shown, 1 or more. The minimum group of
    /// [`KpiOptions`] holds too.
    #[must_use]
    pub fn with_least_persons(self, least_persons: u64) -> Self {
        Self {
            least_persons,
            ..self
        }
    }

    /// Sets how many terms of each comparison are shown, those that set most apart first.
    #[must_use]
    pub fn with_most_terms(self, most_terms: usize) -> Self {
        Self { most_terms, ..self }
    }

    /// Sets how many words the prior is worth, > 0: the more, the more terms are drawn to no
    /// difference, rare ones first.
    #[must_use]
    pub fn with_prior_words(self, prior_words: f64) -> Self {
        Self {
            prior_words: Some(prior_words),
            ..self
        }
    }

    /// Counts pairs of neighbouring words as terms too, such as `not good`.
    #[must_use]
    pub fn with_pairs(self, pairs: bool) -> Self {
        Self { pairs, ..self }
    }

    /// The text column of the answers.
    pub fn column(&self) -> &str {
        &self.column
    }

    pub(crate) const fn pairs(&self) -> bool {
        self.pairs
    }

    pub(crate) const fn most_terms(&self) -> usize {
        self.most_terms
    }

    /// The prior's size among so many words.
    pub(crate) fn prior_among(&self, words: f64) -> f64 {
        self.prior_words
            .unwrap_or_else(|| (TENTH * words).min(MOST_PRIOR))
    }

    /// The fewest persons by both rules.
    pub(crate) fn least(&self, kpis: &KpiOptions) -> u64 {
        self.least_persons.max(kpis.minimum().persons())
    }

    pub(crate) fn check(&self) -> Result<()> {
        if self.least_persons == 0 {
            return Err(Error::setting(
                "the fewest persons of a term",
                0,
                "1 or more",
            ));
        }
        let prior = self.prior_words.unwrap_or(1.0);
        if !(prior > 0.0 && prior.is_finite()) {
            let expected = "a finite number > 0";
            return Err(Error::setting("words of the prior", prior, expected));
        }
        Ok(())
    }
}
