//! Terms with how they feel.

use std::collections::BTreeMap;
#[cfg(feature = "csv")]
use std::io::Read;

use crate::error::{Error, Result};
#[cfg(feature = "csv")]
use crate::io::csv::table::Table;
use crate::kpi::verbatims::words::words;

/// Scores of words: how an answer feels is the mean score of its words that have one.
///
/// Words are compared in small letters. A lexicon knows no irony and no `not`: it says how the mean
/// of many answers moves, and little of a single one.
///
/// ```
/// use mixtouch::kpi::verbatims::Lexicon;
///
/// let lexicon = Lexicon::new([("great", 2.0), ("late", -1.0)])?;
/// assert_eq!(lexicon.score("Great, though late: great!"), Some(1.0));
/// assert_eq!(lexicon.score("It came on Monday."), None);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lexicon {
    scores: BTreeMap<String, f64>,
}

impl Lexicon {
    /// These words with their scores.
    ///
    /// # Errors
    /// If a score is not finite, a term is not one word, or a word comes twice.
    pub fn new<S: AsRef<str>>(scores: impl IntoIterator<Item = (S, f64)>) -> Result<Self> {
        let mut lexicon = Self::default();
        for (term, score) in scores {
            lexicon.add(term.as_ref(), score)?;
        }
        Ok(lexicon)
    }

    /// A file with the columns `term` and `score`.
    ///
    /// ```
    /// use mixtouch::kpi::verbatims::Lexicon;
    ///
    /// let lexicon = Lexicon::from_csv("term,score\ngreat,2\nlate,-1\n".as_bytes())?;
    /// assert_eq!(lexicon.score("late again"), Some(-1.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a column is missing, a row has no number, or as for [`Lexicon::new`].
    #[cfg(feature = "csv")]
    pub fn from_csv(source: impl Read) -> Result<Self> {
        let mut table = Table::new("the lexicon", source)?;
        let (term, score) = (table.column("term")?, table.column("score")?);
        let mut lexicon = Self::default();
        while let Some(row) = table.next_row()? {
            lexicon.add(row.text(term), row.parse(score, "a number")?)?;
        }
        Ok(lexicon)
    }

    fn add(&mut self, term: &str, score: f64) -> Result<()> {
        let own: Vec<String> = words(term).collect();
        let [word] = own.as_slice() else {
            let name = format!("{term:?}");
            return Err(Error::setting("a term of the lexicon", name, "one word"));
        };
        if !score.is_finite() {
            let name = format!("the score of {term:?}");
            return Err(Error::setting(name, score, "a finite number"));
        }
        if self.scores.insert(word.clone(), score).is_some() {
            let name = format!("{term:?} twice");
            return Err(Error::setting("a term of the lexicon", name, "each once"));
        }
        Ok(())
    }

    /// The mean score of the words that have one; none without such a word.
    pub fn score(&self, text: &str) -> Option<f64> {
        let scores = words(text).filter_map(|word| self.scores.get(&word).copied());
        let (sum, count) =
            scores.fold((0.0, 0.0), |(sum, count), score| (sum + score, count + 1.0));
        (count > 0.0).then(|| sum / count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_checked() {
        let refused = |term: &str, score: f64| {
            Lexicon::new([("good", 1.0), (term, score)])
                .unwrap_err()
                .to_string()
        };
        assert!(refused("GOOD", 2.0).contains("twice"));
        assert!(refused("very good", 2.0).contains("one word"));
        assert!(refused("", 2.0).contains("one word") && refused("7", 1.0).contains("one word"));
        assert!(refused("bad", f64::NAN).contains("finite"));
    }

    #[cfg(feature = "csv")]
    #[test]
    fn a_file_names_the_row_at_fault() {
        let error = Lexicon::from_csv("term,score\ngood,1\nbad,low\n".as_bytes()).unwrap_err();
        assert_eq!(error.row(), Some(3), "{error}");
        assert!(Lexicon::from_csv("word,score\ngood,1\n".as_bytes()).is_err());
    }
}
