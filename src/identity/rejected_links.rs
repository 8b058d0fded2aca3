//! Which links the guards rejected.

use crate::identity::identifier_index::IdentifierIndex;
use crate::identity::rules::Rules;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// A guard against wrong merges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// An identifier of the link has no consent.
    Consent,
    /// The link's confidence is below the least.
    Confidence,
    /// Both identifiers are of kinds whose links hold for a time only: neither says who the person
    /// is.
    Validity,
    /// A value of the kind is linked with more persons than it may join.
    MostPersons,
    /// The link would give a person more values of the kind than a person may have.
    MostValues,
}

/// The links that were not followed, rule by rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RejectedLinks {
    /// Link records and pairs of identifiers on one row, all together.
    pub links: u64,
    /// Links of an identifier with itself, which say nothing.
    pub self_links: u64,
    /// Rules that rejected any, those that rejected most first.
    pub rules: Vec<RejectedByRule>,
}

/// What one rule rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RejectedByRule {
    /// The rule.
    pub rule: Rule,
    /// The kind of identifier it guards, for rules by kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// How many links.
    pub links: u64,
    /// The identifiers that most of them name, at most ten.
    pub worst: Vec<Offender>,
}

/// An identifier that rejected links name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Offender {
    /// Its pseudonym.
    pub pseudonym: String,
    /// Its kind.
    pub kind: String,
    /// How many rejected links name it.
    pub links: u64,
}

/// How many offenders are listed.
const WORST: usize = 10;

impl RejectedLinks {
    /// How many links a rule rejected, over all kinds.
    pub fn by(&self, rule: Rule) -> u64 {
        self.rules
            .iter()
            .filter(|refused| refused.rule == rule)
            .map(|refused| refused.links)
            .sum()
    }

    /// How many links were rejected in all.
    pub fn total(&self) -> u64 {
        self.rules.iter().map(|refused| refused.links).sum()
    }
}

impl fmt::Display for RejectedLinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} links, {} refused, {} of an identifier with itself",
            self.links,
            self.total(),
            self.self_links
        )?;
        for RejectedByRule {
            rule,
            kind,
            links,
            worst,
        } in &self.rules
        {
            let why = match rule {
                Rule::Consent => "without consent",
                Rule::Confidence => "confidence too low",
                Rule::Validity => "neither side lasts",
                Rule::MostPersons => "too many persons of one",
                Rule::MostValues => "too many of one person:",
            };
            write!(
                f,
                "{links:>10}  {why} {}",
                kind.as_deref().unwrap_or_default()
            )?;
            match worst.first() {
                Some(Offender {
                    pseudonym,
                    kind,
                    links,
                }) => writeln!(f, " (most: {kind} {}.. in {links})", &pseudonym[..8])?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

/// Rejected links as they are found: the rule, the number of its kind, and the identifiers at
/// fault.
#[derive(Debug, Default)]
pub(super) struct Rejections {
    by_rule: BTreeMap<(Rule, Option<usize>), Named>,
    pub(super) self_links: u64,
}

#[derive(Debug, Default)]
struct Named {
    links: u64,
    numbers: Vec<u32>,
}

impl Rejections {
    pub(super) fn refuse(&mut self, rule: Rule, kind: Option<usize>, at_fault: &[u32]) {
        let named = self.by_rule.entry((rule, kind)).or_default();
        named.links += 1;
        named.numbers.extend_from_slice(at_fault);
    }

    pub(super) fn merge(&mut self, later: Self) {
        self.self_links += later.self_links;
        for (key, named) in later.by_rule {
            let all = self.by_rule.entry(key).or_default();
            all.links += named.links;
            all.numbers.extend(named.numbers);
        }
    }

    pub(super) fn report(
        self,
        links: u64,
        rules: &Rules,
        numbering: &IdentifierIndex,
    ) -> RejectedLinks {
        let name = |kind: usize| rules.kind(kind).map(|kind| kind.name().to_owned());
        let offender = |(number, links): (u32, u64)| {
            let identifier = numbering.get(number);
            Offender {
                pseudonym: identifier.to_string(),
                kind: name(identifier.kind()).unwrap_or_default(),
                links,
            }
        };
        let report = |((rule, kind), named): ((Rule, Option<usize>), Named)| RejectedByRule {
            rule,
            kind: kind.and_then(name),
            links: named.links,
            worst: most_named(named.numbers)
                .into_iter()
                .map(offender)
                .collect(),
        };
        let mut refused: Vec<RejectedByRule> = self.by_rule.into_iter().map(report).collect();
        refused.sort_by(|left, right| {
            right
                .links
                .cmp(&left.links)
                .then(left.rule.cmp(&right.rule))
                .then(left.kind.cmp(&right.kind))
        });
        RejectedLinks {
            links,
            self_links: self.self_links,
            rules: refused,
        }
    }
}

/// The numbers that stand there most often, and how often; equal ones by number.
fn most_named(mut numbers: Vec<u32>) -> Vec<(u32, u64)> {
    numbers.par_sort_unstable();
    let mut counts: Vec<(u32, u64)> = numbers
        .chunk_by(|left, right| left == right)
        .map(|run| (run[0], run.len() as u64))
        .collect();
    counts.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
    counts.truncate(WORST);
    counts
}
