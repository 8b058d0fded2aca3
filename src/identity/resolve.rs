//! From links to persons.

use super::consent::Consent;
use super::events::IdentifiedEvents;
use super::guards::{GuardedSets, Partner, partner, shared};
use super::identifier::Identifier;
use super::identities::{Identities, Resolved};
use super::link::{Links, steps};
use super::numbering::{CHUNK, Numbered, Numbering};
use super::refused::{Refusals, Rule};
use super::rules::{IdentifierKind, Rules};
use crate::error::{Error, Result};
use rayon::prelude::*;

/// Gathers what is known of identifiers - link records, rows that carry several, consent - and resolves it to persons.
///
/// Guards make the outcome depend on the order in which links are tried. They go by confidence, the surest first, then by time,
/// then by identifier; so the order in which they are added does not matter, nor does the number of threads.
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

/// A link as it is tried: confidence (from the surest down), time and the two numbers, smaller first, in 16 bytes whose order as a
/// number is the order of trying.
type Try = u128;

fn to_try(confidence: u32, time: u32, left: u32, right: u32) -> Try {
    u128::from(!confidence) << 96 | u128::from(time) << 64 | u128::from(left.min(right)) << 32 | u128::from(left.max(right))
}

fn time_of(link: Try) -> u32 {
    (link >> 64) as u32
}

fn ends_of(link: Try) -> (u32, u32) {
    ((link >> 32) as u32, link as u32)
}

/// Links tried before the next are read ahead.
const AHEAD: usize = 64;

/// Links that passed the guards that look at one link alone.
struct Passed {
    tries: Vec<Try>,
    partners: Vec<Partner>,
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
        let mut passed = self.pass(&numbered, granted.as_ref());
        let numbering = numbered.numbering;
        drop((self.links, self.seen));
        passed.tries.par_sort_unstable();
        passed.tries.truncate(passed.tries.partition_point(|&link| link != REFUSED));
        let shared = shared(std::mem::take(&mut passed.partners), &numbering, &self.rules);
        let mut joining = Joining::new(&numbering, &self.rules, &shared, passed.refusals);
        joining.join(&passed.tries);
        joining.hold(&passed.tries);
        let Joining { sets, refusals, since, held, .. } = joining;
        let refused = refusals.report(records, &self.rules, &numbering);
        drop(passed.tries);
        let resolved = Resolved { smallest: sets.sets.smallest(), since, held, shared };
        Ok(Identities::new(numbering, resolved, granted, self.rules, refused))
    }

    /// Numbers the links' ends, refuses what is to be refused whatever the other links are, and notes who is linked with whom.
    fn pass(&self, numbered: &Numbered, granted: Option<&Numbering>) -> Passed {
        let len = self.links.iter().map(Links::len).sum();
        let mut tries = vec![REFUSED; len];
        let mut rest = &mut tries[..];
        let mut chunks: Vec<Chunk<'_>> = Vec::new();
        let mut first = 0;
        for links in &self.links {
            // the left ends' chunks were numbered first, then the right ends'
            let count = links.len().div_ceil(CHUNK);
            for chunk in 0..count {
                let start = chunk * CHUNK;
                let (tries, behind) = std::mem::take(&mut rest).split_at_mut(CHUNK.min(links.len() - start));
                chunks.push(Chunk { links, start, numbers: [first + chunk, first + count + chunk], tries });
                rest = behind;
            }
            first += 2 * count;
        }
        let guards = Guards { rules: &self.rules, granted, least: steps(self.rules.confidence()) };
        let passed: Vec<(Vec<Partner>, Refusals)> = chunks.into_par_iter().map(|chunk| guards.pass(chunk, numbered)).collect();
        let (mut partners, mut refusals) = (Vec::new(), Refusals::default());
        for (more, refused) in passed {
            partners.extend(more);
            refusals.merge(refused);
        }
        Passed { tries, partners, refusals }
    }
}

/// A link that is not tried: behind all others in their order.
const REFUSED: Try = Try::MAX;

/// Some links, and where the numbers of their ends are and their tries belong.
struct Chunk<'a> {
    links: &'a Links,
    start: usize,
    numbers: [usize; 2],
    tries: &'a mut [Try],
}

/// The guards that look at one link alone.
struct Guards<'a> {
    rules: &'a Rules,
    granted: Option<&'a Numbering>,
    least: u32,
}

impl Guards<'_> {
    /// Fills in the links of a chunk that are to be tried.
    fn pass(&self, chunk: Chunk<'_>, numbered: &Numbered) -> (Vec<Partner>, Refusals) {
        let Chunk { links, start, numbers, tries } = chunk;
        let range = start..start + tries.len();
        let left = numbered.ranks(numbers[0], &links.left[range.clone()]);
        let right = numbered.ranks(numbers[1], &links.right[range.clone()]);
        let kinds: Vec<Guarded> = self.rules.kinds().map(Guarded::new).collect();
        let (mut partners, mut refusals) = (Vec::new(), Refusals::default());
        for ((at, slot), (&left, &right)) in range.zip(tries).zip(left.iter().zip(&right)) {
            let ends = [links.left[at], links.right[at]];
            let [left_kind, right_kind] = ends.map(|end| kinds[end.kind()]);
            if left == right {
                refusals.self_links += 1;
            } else if let Some(rule) = self.refuses(ends, links.confidence[at], left_kind.timed && right_kind.timed) {
                refusals.refuse(rule, None, &[left, right]);
            } else {
                *slot = to_try(links.confidence[at], links.time[at], left, right);
                if left_kind.may_be_shared && right_kind.tells_persons {
                    partners.push(partner(left, right));
                }
                if right_kind.may_be_shared && left_kind.tells_persons {
                    partners.push(partner(right, left));
                }
            }
        }
        (partners, refusals)
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

/// Links tried one after the other.
struct Joining<'a> {
    numbering: &'a Numbering,
    rules: &'a Rules,
    sets: GuardedSets,
    /// A bit a number, empty where no value is shared: for ten million identifiers it fits the cache.
    is_shared: Vec<u64>,
    refusals: Refusals,
    /// The second of each identifier's first link that was followed, where anonymous history does not join; else empty.
    since: Vec<u32>,
    /// Value, second and holder of links that hold for a time.
    held: Vec<(u32, u32, u32)>,
    timed: bool,
}

impl<'a> Joining<'a> {
    fn new(numbering: &'a Numbering, rules: &'a Rules, shared: &[u32], refusals: Refusals) -> Self {
        let mut is_shared = vec![0u64; if shared.is_empty() { 0 } else { numbering.len().div_ceil(64) }];
        shared.iter().for_each(|&value| is_shared[value as usize / 64] |= 1 << (value % 64));
        let since = vec![u32::MAX; if rules.back_stitching() { 0 } else { numbering.len() }];
        let timed = rules.kinds().any(|kind| kind.validity().is_some());
        Self { numbering, rules, sets: GuardedSets::new(numbering, rules), is_shared, refusals, since, held: Vec::new(), timed }
    }

    fn kind(&self, number: u32) -> (usize, &IdentifierKind) {
        let kind = self.numbering.get(number).kind();
        (kind, self.rules.kind(kind).expect("identifiers are of the rules' kinds"))
    }

    /// Whether links of this identifier hold for a time only.
    fn is_timed(&self, number: u32) -> bool {
        self.timed && self.kind(number).1.validity().is_some()
    }

    /// The shared one of two identifiers, if there is one.
    fn shared(&self, left: u32, right: u32) -> Option<u32> {
        if self.is_shared.is_empty() {
            return None;
        }
        [left, right].into_iter().find(|&number| self.is_shared[number as usize / 64] >> (number % 64) & 1 != 0)
    }

    /// Joins what lasting links join.
    fn join(&mut self, tries: &[Try]) {
        for ahead in tries.chunks(AHEAD) {
            self.sets.touch(ahead.iter().flat_map(|&link| <[u32; 2]>::from(ends_of(link))));
            for &link in ahead {
                let (left, right) = ends_of(link);
                if let Some(value) = self.shared(left, right) {
                    let kind = self.kind(value).0;
                    self.refusals.refuse(Rule::MostPersons, Some(kind), &[value]);
                } else if !(self.is_timed(left) || self.is_timed(right)) {
                    match self.sets.join(left, right) {
                        Ok(()) => self.note(link),
                        Err(kind) => self.refusals.refuse(Rule::MostValues, Some(kind), &[left, right]),
                    }
                }
            }
        }
    }

    fn note(&mut self, link: Try) {
        if !self.since.is_empty() {
            let (left, right) = ends_of(link);
            for number in [left, right] {
                let since = &mut self.since[number as usize];
                *since = (*since).min(time_of(link));
            }
        }
    }

    /// Notes who holds what when, once it is known who is who.
    fn hold(&mut self, tries: &[Try]) {
        for &link in tries.iter().filter(|_| self.timed) {
            let (left, right) = ends_of(link);
            if self.shared(left, right).is_some() || !(self.is_timed(left) || self.is_timed(right)) {
                continue;
            }
            let (value, holder) = if self.is_timed(left) { (left, right) } else { (right, left) };
            match self.sets.hold(value, self.kind(value).0, holder) {
                Ok(()) => self.held.push((value, time_of(link), holder)),
                Err(kind) => self.refusals.refuse(Rule::MostValues, Some(kind), &[value, holder]),
            }
        }
        // of several holders in one second the surest, who comes first
        self.held.par_sort_by_key(|&(value, time, _)| (value, time));
        self.held.dedup_by_key(|held| (held.0, held.1));
    }
}
