//! Who is who, and when.

use crate::event::identifier::Identifier;
use crate::identity::events::IdentifiedEvents;
use crate::identity::identifier_index::IdentifierIndex;
use crate::identity::rejected_links::RejectedLinks;
use crate::identity::rules::Rules;
use crate::identity::union_find::JOINED;
use crate::time::limits::second;
use std::collections::HashMap;
use std::fmt;

/// One human, as far as links tell: the smallest of the pseudonyms that are theirs. It depends on
/// the links and the key alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(Identifier);

impl PersonId {
    /// The person's key in [`Events`](crate::event::Events): the first 63 bits of the pseudonym.
    pub fn key(self) -> u64 {
        self.0.leading(63) as u64
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The persons that identifiers belong to: what
/// [`Resolver::resolve`](crate::identity::Resolver::resolve) finds.
///
/// In memory: 20 bytes an identifier and about 1 of index, 4 more where anonymous history does not
/// join, and 12 a link that holds for a time. While resolving, beside the links' own 40 bytes, up
/// to 40 bytes a link and 21 an identifier; where the order of links matters (see
/// [`Resolver`](crate::identity::Resolver)), 20 more an identifier there and 2 for every limited
/// kind.
///
/// ```
/// use mixtouch::identity::{HashKey, Link, Links, Pseudonymiser, Resolver, Rules};
///
/// let rules = Rules::standard();
/// let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &rules);
/// let cookie = hasher.identifier("cookie", "c-81")?;
/// let ann = hasher.identifier("account", "ann")?;
/// let mut links = Links::new();
/// links.push(Link { left: cookie, right: ann, time: 1_767_225_600, confidence: 1.0 })?;
/// let mut resolver = Resolver::new(rules);
/// resolver.add_links(links);
/// let identities = resolver.resolve()?;
/// let person = identities.person(cookie, 1_767_225_600);
/// assert_eq!(person, identities.person(ann, 1_767_225_600));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Identities {
    pub(super) numbering: IdentifierIndex,
    /// By number the smallest number of the person's identifiers, marked where there are several.
    representative: Vec<u32>,
    /// By number the first second linked; empty where history joins.
    since: Vec<u32>,
    /// Value, second and holder, sorted.
    held: Vec<(u32, u32, u32)>,
    /// The numbers of shared values, sorted.
    shared: Vec<u32>,
    /// Those with consent, where it was asked for.
    granted: Option<IdentifierIndex>,
    rules: Rules,
    rejected_links: RejectedLinks,
}

/// What trying the links came to.
pub(super) struct Resolved {
    pub(super) representative: Vec<u32>,
    pub(super) since: Vec<u32>,
    pub(super) held: Vec<(u32, u32, u32)>,
    pub(super) shared: Vec<u32>,
}

impl Identities {
    pub(super) fn new(
        numbering: IdentifierIndex,
        resolved: Resolved,
        granted: Option<IdentifierIndex>,
        rules: Rules,
        rejected_links: RejectedLinks,
    ) -> Self {
        let Resolved {
            representative,
            since,
            held,
            shared,
        } = resolved;
        Self {
            numbering,
            representative,
            since,
            held,
            shared,
            granted,
            rules,
            rejected_links,
        }
    }

    /// The rules it was found by.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Which links were not followed, and why.
    pub fn rejected_links(&self) -> &RejectedLinks {
        &self.rejected_links
    }

    /// How many distinct identifiers there are.
    pub fn len(&self) -> usize {
        self.numbering.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many persons identifiers that last belong to; those that are held for a time only have
    /// none of their own.
    pub fn persons(&self) -> usize {
        let is_person = |(number, representative): (u32, &u32)| {
            representative & !JOINED == number && !self.is_timed(self.numbering.get(number))
        };
        (0..)
            .zip(&self.representative)
            .filter(|&each| is_person(each))
            .count()
    }

    /// The person with most lasting identifiers, and how many; of equals the one with the smallest
    /// pseudonym. A person of thousands is a merge that went wrong.
    pub fn largest(&self) -> Option<(PersonId, usize)> {
        let mut sizes = vec![0usize; self.len()];
        self.representative
            .iter()
            .for_each(|representative| sizes[(representative & !JOINED) as usize] += 1);
        let largest = (0u32..)
            .zip(sizes)
            .max_by_key(|&(number, size)| (size, std::cmp::Reverse(number)));
        largest.map(|(number, size)| (self.person_of(number), size))
    }

    /// The person of an identifier at a second. One that no link names, or none that holds then, is
    /// a person of its own. A value
    /// [shared](crate::identity::IdentifierKind::with_most_persons) by more persons than allowed is
    /// never linked: it is another person every second.
    ///
    /// Where links of its kind hold for a time, the latest at or before that second counts; if that
    /// holds no more and history [joins](Rules::with_back_stitching), the next one, that far back
    /// at the most.
    pub fn person(&self, identifier: Identifier, time: i64) -> PersonId {
        let time = second(time).unwrap_or(if time < 0 { 0 } else { u32::MAX });
        self.linked(identifier, time)
            .unwrap_or_else(|| self.alone(identifier, time))
    }

    /// The person of each row of a log, in the order of rows, consent or not: that of its first
    /// known identifier that lasts, in the order of kinds; else of the first that is linked then;
    /// else of the first.
    pub fn persons_of_rows<'a>(
        &'a self,
        events: &'a IdentifiedEvents,
    ) -> impl ExactSizeIterator<Item = PersonId> + 'a {
        (0..events.len()).map(|row| self.person_of_row(events, row))
    }

    /// The person of a row: that of its first known identifier that lasts, in the order of kinds;
    /// else of the first that is linked then; else of the first.
    pub(super) fn person_of_row(&self, events: &IdentifiedEvents, row: usize) -> PersonId {
        let (identifiers, time) = (events.identifiers(row), events.time(row));
        let in_order = || {
            let mut first = 0;
            std::iter::from_fn(move || {
                let next = identifiers
                    .iter()
                    .filter(|identifier| rank(**identifier) >= first)
                    .min_by_key(|identifier| rank(**identifier))?;
                first = rank(*next) + 1;
                Some(*next)
            })
        };
        let decides = |identifier: &Identifier| {
            self.kind(*identifier)
                .is_some_and(|kind| !kind.is_anonymous() && kind.validity().is_none())
        };
        if let Some(identifier) = in_order().find(decides) {
            return self.person(identifier, time.into());
        }
        let linked = in_order().find_map(|identifier| self.linked(identifier, time));
        linked
            .or_else(|| {
                in_order()
                    .next()
                    .map(|identifier| self.alone(identifier, time))
            })
            .expect("every row has an identifier")
    }

    /// Whether these identifiers are all of values that too many persons share, so that the row
    /// cannot be linked.
    pub(super) fn are_shared(&self, identifiers: &[Identifier]) -> bool {
        let shared = |number: u32| self.shared.binary_search(&number).is_ok();
        identifiers
            .iter()
            .all(|identifier| self.numbering.rank(*identifier).is_some_and(shared))
    }

    /// Whether a row with these identifiers may be used: every one of them has consent, or
    /// consent is not checked.
    pub fn allows(&self, identifiers: &[Identifier]) -> bool {
        let granted = |granted: &IdentifierIndex| {
            identifiers
                .iter()
                .all(|identifier| granted.rank(*identifier).is_some())
        };
        self.granted.as_ref().is_none_or(granted)
    }

    /// The lasting identifiers of a person, sorted; one that no link joined has itself.
    pub fn identifiers(&self, person: PersonId) -> Vec<Identifier> {
        let Some(representative) = self.numbering.rank(person.0) else {
            return vec![person.0];
        };
        let members = (representative..)
            .zip(&self.representative[representative as usize..])
            .filter(|(_, other)| *other & !JOINED == representative);
        members
            .map(|(number, _)| self.numbering.get(number))
            .collect()
    }

    /// The lasting identifiers of every person who has several.
    pub(super) fn members(&self) -> HashMap<PersonId, Vec<Identifier>> {
        let mut members: HashMap<PersonId, Vec<Identifier>> = HashMap::new();
        for (number, _) in (0..)
            .zip(&self.representative)
            .filter(|(_, representative)| *representative & JOINED != 0)
        {
            members
                .entry(self.person_of(number))
                .or_default()
                .push(self.numbering.get(number));
        }
        members
    }

    /// The person that links give an identifier at a second.
    fn linked(&self, identifier: Identifier, time: u32) -> Option<PersonId> {
        let number = self.numbering.rank(identifier)?;
        if self.is_timed(identifier) {
            return self
                .holder(number, identifier, time)
                .map(|holder| self.person_of(holder));
        }
        let joined = self.representative[number as usize] & JOINED != 0;
        let early = self
            .since
            .get(number as usize)
            .is_some_and(|&since| time < since);
        let is_anonymous = || {
            self.kind(identifier)
                .is_some_and(|kind| kind.is_anonymous())
        };
        (joined && !(early && is_anonymous())).then(|| self.person_of(number))
    }

    /// Who held a value at a second.
    fn holder(&self, number: u32, identifier: Identifier, time: u32) -> Option<u32> {
        let validity = self.kind(identifier)?.validity()?;
        let next = self
            .held
            .partition_point(|&(value, then, _)| (value, then) <= (number, time));
        let of = |at: usize| self.held.get(at).filter(|held| held.0 == number);
        let before = next
            .checked_sub(1)
            .and_then(of)
            .filter(|held| time - held.1 <= validity);
        let after =
            || of(next).filter(|held| self.rules.back_stitching() && held.1 - time <= validity);
        before.or_else(after).map(|held| held.2)
    }

    fn person_of(&self, number: u32) -> PersonId {
        PersonId(
            self.numbering
                .get(self.representative[number as usize] & !JOINED),
        )
    }

    /// The person of an identifier that no link names. An identifier that is linked at other times
    /// gives its pseudonym to that person alone, so here it takes another: all bits turned.
    fn alone(&self, identifier: Identifier, time: u32) -> PersonId {
        let Some(number) = self.numbering.rank(identifier) else {
            return PersonId(identifier);
        };
        if self.representative[number as usize] & JOINED != 0 {
            PersonId(identifier.turned())
        } else if self.shared.binary_search(&number).is_ok() {
            PersonId(identifier.at(time))
        } else {
            PersonId(identifier)
        }
    }

    fn is_timed(&self, identifier: Identifier) -> bool {
        self.kind(identifier)
            .is_some_and(|kind| kind.validity().is_some())
    }

    fn kind(
        &self,
        identifier: Identifier,
    ) -> Option<&crate::identity::identifier_kind::IdentifierKind> {
        self.rules.kind(identifier.kind())
    }
}

/// The order of a row's identifiers: by kind, the most trusted first, then by pseudonym.
fn rank(identifier: Identifier) -> u128 {
    identifier.by_kind()
}
