//! From links to persons.

use super::consent::Consent;
use super::events::IdentifiedEvents;
use super::guards::{Partner, partner, shared, spread};
use super::identifier::Identifier;
use super::identities::{Identities, Resolved};
use super::joining::{Joining, Try, to_try};
use super::link::{Links, steps};
use super::numbering::{CHUNK, Numbered, Numbering};
use super::refused::{Refusals, Rule};
use super::rules::{IdentifierKind, Rules};
use super::spread::{Ranges, Spread};
use crate::error::{Error, Result};
use rayon::prelude::*;
use std::ops::Range;

/// Gathers what is known of identifiers - link records, rows that carry several, consent - and resolves it to persons.
///
/// Guards make the outcome depend on the order in which links are tried. They go by confidence, the surest first, then by time,
/// then by identifier; so the order in which they are added does not matter, nor does the number of threads.
/// Order matters only among identifiers that links connect and that are together too many for one person, or where links hold for a
/// time; all others are joined at once, on all threads.
///
/// ```
/// use mixtouch::identity::{HashKey, Link, Links, Pseudonymiser, Resolver, Rules};
///
/// let rules = Rules::standard();
/// let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &rules);
/// let cookie = hasher.identifier("cookie", "c-81")?;
/// let (ann, bob) = (hasher.identifier("account", "ann")?, hasher.identifier("account", "bob")?);
/// let mut links = Links::new();
/// links.push(Link { left: cookie, right: ann, time: 1_767_225_600, confidence: 1.0 })?;
/// let mut resolver = Resolver::new(rules);
/// resolver.add_links(links);
/// let identities = resolver.resolve()?;
/// assert_eq!(identities.person(cookie, 1_767_200_000), identities.person(ann, 0));
/// assert_ne!(identities.person(cookie, 1_767_200_000), identities.person(bob, 0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Resolver {
    rules: Rules,
    links: Vec<Links>,
    seen: Vec<Vec<Identifier>>,
    consent: Option<(Consent, String)>,
}

/// Links that passed the guards that look at one link alone.
struct Passed {
    /// Chunk by chunk.
    tries: Vec<Vec<Try>>,
    partners: Vec<Spread<Partner>>,
    refusals: Refusals,
}

impl Resolver {
    /// Nothing is known yet.
    pub fn new(rules: Rules) -> Self {
        Self { rules, links: Vec::new(), seen: Vec::new(), consent: None }
    }

    /// Adds link records.
    pub fn add_links(&mut self, links: Links) {
        self.links.push(links);
    }

    /// Adds what events say: identifiers on one row are one person's, as sure as can be.
    pub fn add_events(&mut self, events: &IdentifiedEvents) {
        let mut seen = events.all_identifiers().to_vec();
        seen.par_sort_unstable();
        seen.dedup();
        self.seen.push(seen);
        self.links.push(events.pairs());
    }

    /// Follows only links whose identifiers both have consent for the purpose, and [stitches](Identities::stitch) only rows whose
    /// identifiers all have it. Without, nobody is asked.
    ///
    /// # Errors
    /// An empty purpose.
    pub fn with_consent(self, consent: Consent, purpose: impl Into<String>) -> Result<Self> {
        let purpose = purpose.into();
        if purpose.is_empty() {
            return Err(Error::setting("the purpose", "empty", "any text"));
        }
        Ok(Self { consent: Some((consent, purpose)), ..self })
    }

    /// Who is who.
    ///
    /// # Errors
    /// 2^31 distinct identifiers or more; two whose hashes begin with the same 63 bits, of which persons' keys are made (among 20
    /// million identifiers with probability 0.00002): take another key then.
    pub fn resolve(self) -> Result<Identities> {
        let columns = self.links.iter().flat_map(|links| [&links.left[..], &links.right[..]]);
        let columns: Vec<&[Identifier]> = columns.chain(self.seen.iter().map(Vec::as_slice)).collect();
        let numbered = Numbered::new(&columns)?;
        check_keys(&numbered.numbering)?;
        let granted = self.consent.as_ref().map(|(consent, purpose)| Numbering::new(&[&consent.granted(purpose)])).transpose()?;
        let records = self.links.iter().map(|links| links.len() as u64).sum();
        let Passed { tries, partners, refusals } = self.pass(&numbered, granted.as_ref());
        let numbering = numbered.numbering;
        drop((self.links, self.seen));
        let shared = shared(&partners, Ranges::new(numbering.len()), &numbering, &self.rules);
        drop(partners);
        let mut joining = Joining::new(&numbering, &self.rules, &shared, refusals);
        let smallest = joining.join(tries);
        let Joining { refusals, since, held, .. } = joining;
        let refused = refusals.report(records, &self.rules, &numbering);
        let resolved = Resolved { smallest, since, held, shared };
        Ok(Identities::new(numbering, resolved, granted, self.rules, refused))
    }

    /// Numbers the links' ends, refuses what is to be refused whatever the other links are, and notes who is linked with whom.
    fn pass(&self, numbered: &Numbered, granted: Option<&Numbering>) -> Passed {
        let mut chunks: Vec<Chunk<'_>> = Vec::new();
        let mut first = 0;
        for links in &self.links {
            // the left ends' chunks were numbered first, then the right ends'
            let count = links.len().div_ceil(CHUNK);
            let range = |chunk: usize| chunk * CHUNK..links.len().min((chunk + 1) * CHUNK);
            chunks.extend((0..count).map(|at| Chunk { links, range: range(at), numbers: [first + at, first + count + at] }));
            first += 2 * count;
        }
        let guards = Guards { rules: &self.rules, granted, least: steps(self.rules.confidence()) };
        let ranges = Ranges::new(numbered.numbering.len());
        let pass = |chunk| {
            let (tries, partners, refusals) = guards.pass(chunk, numbered);
            (tries, spread(&partners, ranges), refusals)
        };
        let mut passed = Passed { tries: Vec::new(), partners: Vec::new(), refusals: Refusals::default() };
        for (tries, partners, refusals) in chunks.into_par_iter().map(pass).collect::<Vec<_>>() {
            passed.tries.push(tries);
            passed.partners.push(partners);
            passed.refusals.merge(refusals);
        }
        passed
    }
}

/// Some links, and where the numbers of their ends are.
struct Chunk<'a> {
    links: &'a Links,
    range: Range<usize>,
    numbers: [usize; 2],
}

/// The guards that look at one link alone.
struct Guards<'a> {
    rules: &'a Rules,
    granted: Option<&'a Numbering>,
    least: u32,
}

impl Guards<'_> {
    /// The links of a chunk that are to be tried.
    fn pass(&self, chunk: Chunk<'_>, numbered: &Numbered) -> (Vec<Try>, Vec<Partner>, Refusals) {
        let Chunk { links, range, numbers } = chunk;
        let left = numbered.ranks(numbers[0], &links.left[range.clone()]);
        let right = numbered.ranks(numbers[1], &links.right[range.clone()]);
        let kinds: Vec<Guarded> = self.rules.kinds().map(Guarded::new).collect();
        let (mut tries, mut partners, mut refusals) = (Vec::with_capacity(range.len()), Vec::new(), Refusals::default());
        for (at, (&left, &right)) in range.zip(left.iter().zip(&right)) {
            let ends = [links.left[at], links.right[at]];
            let [left_kind, right_kind] = ends.map(|end| kinds[end.kind()]);
            if left == right {
                refusals.self_links += 1;
            } else if let Some(rule) = self.refuses(ends, links.confidence[at], left_kind.timed && right_kind.timed) {
                refusals.refuse(rule, None, &[left, right]);
            } else {
                tries.push(to_try(links.confidence[at], links.time[at], left, right));
                if left_kind.may_be_shared && right_kind.tells_persons {
                    partners.push(partner(left, right));
                }
                if right_kind.may_be_shared && left_kind.tells_persons {
                    partners.push(partner(right, left));
                }
            }
        }
        (tries, partners, refusals)
    }

    fn refuses(&self, ends: [Identifier; 2], confidence: u32, timed: bool) -> Option<Rule> {
        let granted = |granted: &Numbering| ends.iter().all(|end| granted.rank(*end).is_some());
        if !self.granted.is_none_or(granted) {
            Some(Rule::Consent)
        } else if confidence < self.least {
            Some(Rule::Confidence)
        } else {
            timed.then_some(Rule::Validity)
        }
    }
}

/// What guards ask of a kind.
#[derive(Clone, Copy)]
struct Guarded {
    /// Its values may join so many persons and no more.
    may_be_shared: bool,
    /// A person has so many of its values and no more, so they tell persons apart.
    tells_persons: bool,
    /// Its links hold for a time.
    timed: bool,
}

impl Guarded {
    fn new(kind: &IdentifierKind) -> Self {
        let (may_be_shared, tells_persons) = (kind.most_persons().is_some(), kind.most_values().is_some());
        Self { may_be_shared, tells_persons, timed: kind.validity().is_some() }
    }
}

/// Keys of persons are the leading bits of hashes, which must tell identifiers apart.
fn check_keys(numbering: &Numbering) -> Result<()> {
    let alike = numbering.sorted().par_windows(2).any(|pair| pair[0].leading(63) == pair[1].leading(63));
    if alike {
        return Err(Error::setting(
            "the first 63 bits of identifiers' hashes",
            "the same for two",
            "different ones, as another key will give",
        ));
    }
    Ok(())
}
