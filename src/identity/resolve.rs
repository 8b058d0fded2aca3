//! From links to persons.

use crate::error::{Error, Result};
use crate::event::identifier::Identifier;
use crate::identity::candidates::{Candidates, Passed};
use crate::identity::components::ranges;
use crate::identity::consent::Consent;
use crate::identity::events::IdentifiedEvents;
use crate::identity::guards::shared;
use crate::identity::identifier_index::{IdentifierIndex, Numbered};
use crate::identity::identities::{Identities, Resolved};
use crate::identity::link::Links;
use crate::identity::ordered_linker::OrderedLinker;
use crate::identity::rules::Rules;
use rayon::prelude::*;

/// Gathers what is known of identifiers - link records, rows that carry several, consent - and
/// resolves it to persons.
///
/// Guards make the outcome depend on the order in which links are tried. They go by confidence, the
/// surest first, then by time, then by identifier; so the order in which they are added does not
/// matter, nor does the number of threads. Order matters only among identifiers that links connect
/// and that are together too many for one person, or where links hold for a time; all others are
/// joined at once, on all threads.
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

impl Resolver {
    /// Nothing is known yet.
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            links: Vec::new(),
            seen: Vec::new(),
            consent: None,
        }
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

    /// Follows only links whose identifiers both have consent for the purpose, and
    /// [stitches](Identities::stitch) only rows whose identifiers all have it. Without this,
    /// consent is not checked.
    ///
    /// # Errors
    /// If the purpose is empty.
    pub fn with_consent(self, consent: Consent, purpose: impl Into<String>) -> Result<Self> {
        let purpose = purpose.into();
        if purpose.is_empty() {
            return Err(Error::setting("the purpose", "empty", "any text"));
        }
        Ok(Self {
            consent: Some((consent, purpose)),
            ..self
        })
    }

    /// Who is who.
    ///
    /// # Errors
    /// If there are 2^31 distinct identifiers or more, or two whose hashes begin with the same 63 bits, of which
    /// persons' keys are made (among 20 million identifiers with probability 0.00002): take another
    /// key then; an identifier of a kind that these rules do not have, as it was made for others.
    pub fn resolve(self) -> Result<Identities> {
        let columns = self
            .links
            .iter()
            .flat_map(|links| [&links.left[..], &links.right[..]]);
        let columns: Vec<&[Identifier]> =
            columns.chain(self.seen.iter().map(Vec::as_slice)).collect();
        let numbered = Numbered::new(&columns)?;
        check(&numbered.numbering, &self.rules)?;
        let granted = self
            .consent
            .as_ref()
            .map(|(consent, purpose)| IdentifierIndex::new(&[&consent.granted(purpose)]))
            .transpose()?;
        let records = self.links.iter().map(|links| links.len() as u64).sum();
        let candidates = Candidates::new(&self.links, &numbered, granted.as_ref(), &self.rules);
        let Passed {
            pairs,
            partners,
            refusals,
        } = candidates.pass();
        let numbering = &numbered.numbering;
        let shared = shared(&partners, ranges(numbering.len()), numbering, &self.rules);
        drop(partners);
        let mut joining = OrderedLinker::new(numbering, &self.rules, &shared, refusals);
        let representative = joining.join(pairs, &candidates);
        let OrderedLinker {
            refusals,
            since,
            held,
            ..
        } = joining;
        let rejected_links = refusals.report(records, &self.rules, numbering);
        let resolved = Resolved {
            representative,
            since,
            held,
            shared,
        };
        Ok(Identities::new(
            numbered.numbering,
            resolved,
            granted,
            self.rules,
            rejected_links,
        ))
    }
}

/// Identifiers must be of the rules' kinds, and distinct in what persons' keys are made of, the
/// leading bits of hashes.
fn check(numbering: &IdentifierIndex, rules: &Rules) -> Result<()> {
    let kinds = rules.kinds().len();
    if let Some(identifier) = numbering.of_unknown_kind(kinds) {
        return Err(Error::setting(
            "the number of an identifier's kind",
            identifier.kind(),
            format!("below {kinds}, as in the rules"),
        ));
    }
    if numbering.has_alike() {
        return Err(Error::setting(
            "the first 63 bits of identifiers' hashes",
            "the same for two",
            "different ones, as another key will give",
        ));
    }
    Ok(())
}
