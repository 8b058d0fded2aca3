//! Terms that set groups of persons apart.

use serde::Serialize;

use crate::error::Result;
use crate::kpi::members::distinct;
use crate::kpi::verbatims::answers::TextAnswer;
use crate::kpi::verbatims::log_odds::LogOdds;
use crate::kpi::verbatims::verbatim_options::VerbatimOptions;
use crate::stats::{ConfidenceLevel, benjamini_hochberg};
use crate::util::interner::Interner;

/// The false discovery rate of terms that set groups apart.
const FALSE: f64 = 0.05;

/// A term and how two groups use it.
///
/// An example is at [`Verbatims`](crate::kpi::verbatims::Verbatims).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Term {
    /// The word, or two.
    pub term: String,
    /// Persons who used it, of either group.
    pub persons: [u64; 2],
    /// The log-odds in the first group less those in the second.
    pub odds: LogOdds,
    /// The p value adjusted for the number of terms compared (Benjamini and Hochberg 1995).
    pub adjusted_p_value: f64,
}

impl Term {
    /// Whether the groups differ beyond chance; of such terms one in twenty is false on average.
    pub fn is_sure(&self) -> bool {
        self.adjusted_p_value < FALSE
    }
}

/// The terms that set one group of persons apart from another.
///
/// An example is at [`Verbatims`](crate::kpi::verbatims::Verbatims).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TermContrast {
    /// The first group.
    pub group: String,
    /// The one it is compared with.
    pub other: String,
    /// Persons of either group with an answer in text.
    pub persons: [u64; 2],
    /// The terms, those that set most apart first.
    pub terms: Vec<Term>,
    /// Terms compared, of which those above are a part.
    pub compared: usize,
    /// Terms not shown since too few persons of some group used them.
    pub withheld: usize,
}

impl TermContrast {
    /// The terms that the first group uses more often beyond chance, then those of the other.
    pub fn sure(&self) -> [Vec<&Term>; 2] {
        let side = |first: bool| {
            let sure = self.terms.iter().filter(|term| term.is_sure());
            sure.filter(|term| (term.odds.value > 0.0) == first)
                .collect()
        };
        [side(true), side(false)]
    }
}

/// All answers in groups that do not share one, with the rules of what is shown.
pub(crate) struct Split<'a> {
    pub(crate) groups: Vec<(String, Vec<&'a TextAnswer>)>,
    pub(crate) terms: &'a Interner,
    pub(crate) least: u64,
    pub(crate) options: &'a VerbatimOptions,
    pub(crate) level: ConfidenceLevel,
}

impl<'a> Split<'a> {
    /// Persons by term.
    fn uses(&self, answers: &[&TextAnswer]) -> Vec<u64> {
        let each = answers.iter();
        let mut pairs: Vec<(u32, u32)> = each
            .flat_map(|answer| answer.terms.iter().map(|&term| (term, answer.person)))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        let mut uses = vec![0; self.terms.len()];
        for (term, _) in pairs {
            uses[term as usize] += 1;
        }
        uses
    }

    /// Whether a term may be shown: in every group none or enough persons used it. So no group's
    /// count follows from the others'.
    fn allowed(&self) -> Vec<bool> {
        let mut allowed = vec![true; self.terms.len()];
        for (_, answers) in &self.groups {
            for (allowed, uses) in allowed.iter_mut().zip(self.uses(answers)) {
                *allowed &= uses == 0 || uses >= self.least;
            }
        }
        allowed
    }

    /// One group against another; none where either has too few persons.
    pub(crate) fn pair(&self, group: usize, other: usize) -> Result<Option<TermContrast>> {
        let name = self.groups[other].0.clone();
        self.contrast(group, name, &self.groups[other].1)
    }

    /// Each group against all others together.
    pub(crate) fn each_against_others(&self) -> Result<Vec<TermContrast>> {
        let mut contrasts = Vec::new();
        for group in 0..self.groups.len() {
            let others = self.groups.iter().enumerate();
            let others: Vec<&TextAnswer> = others
                .filter(|(at, _)| *at != group)
                .flat_map(|(_, (_, answers))| answers.iter().copied())
                .collect();
            contrasts.extend(self.contrast(group, "all others".to_owned(), &others)?);
        }
        Ok(contrasts)
    }

    fn contrast(
        &self,
        group: usize,
        other: String,
        others: &[&TextAnswer],
    ) -> Result<Option<TermContrast>> {
        let (name, own) = &self.groups[group];
        let persons = [own.as_slice(), others].map(persons);
        if persons.iter().any(|&persons| persons < self.least.max(1)) {
            return Ok(None);
        }
        let uses = [self.uses(own), self.uses(others)];
        let (terms, withheld) = self.compared(&uses)?;
        Ok(Some(TermContrast {
            group: name.clone(),
            other,
            persons,
            compared: terms.len(),
            terms: self.strongest(terms)?,
            withheld,
        }))
    }

    /// The terms that may be shown, by their uses in two groups, and how many may not.
    fn compared(&self, uses: &[Vec<u64>; 2]) -> Result<(Vec<Term>, usize)> {
        let groups = self.groups.iter();
        let all: Vec<&TextAnswer> = groups.flat_map(|(_, own)| own).copied().collect();
        let (everywhere, allowed) = (self.uses(&all), self.allowed());
        let total = |uses: &[u64]| uses.iter().sum::<u64>() as f64;
        let (sums, words) = ([total(&uses[0]), total(&uses[1])], total(&everywhere));
        let prior = self.options.prior_among(words);
        let (mut terms, mut withheld) = (Vec::new(), 0);
        for at in 0..self.terms.len() {
            let of = [uses[0][at], uses[1][at]];
            let share = everywhere[at] as f64 / words;
            // a term that is the only one sets nobody apart
            if of == [0, 0] || share >= 1.0 {
                continue;
            }
            if !allowed[at] {
                withheld += 1;
                continue;
            }
            let counts = of.map(|uses| uses as f64);
            let odds = LogOdds::new(counts, sums, (share * prior, prior), self.level)?;
            terms.push(Term {
                term: self.terms.get(at as u32).to_owned(),
                persons: of,
                odds,
                adjusted_p_value: odds.p_value,
            });
        }
        Ok((terms, withheld))
    }

    /// The terms that set most apart, adjusted for the number of all.
    fn strongest(&self, mut terms: Vec<Term>) -> Result<Vec<Term>> {
        let p_values: Vec<f64> = terms.iter().map(|term| term.odds.p_value).collect();
        let adjusted = benjamini_hochberg(&p_values)?;
        for (term, adjusted) in terms.iter_mut().zip(adjusted) {
            term.adjusted_p_value = adjusted;
        }
        terms.sort_by(|a, b| {
            let size = |term: &Term| term.odds.z.abs();
            size(b).total_cmp(&size(a)).then(a.term.cmp(&b.term))
        });
        terms.truncate(self.options.most_terms());
        Ok(terms)
    }
}

fn persons(answers: &[&TextAnswer]) -> u64 {
    distinct(answers.iter().map(|answer| answer.person).collect())
}
