//! A person's right to be forgotten.

use crate::error::Result;
use crate::event::IdentifierColumn;
use crate::event::identifier::Identifier;
use crate::identity::consent::Consent;
use crate::identity::events::IdentifiedEvents;
use crate::identity::identities::{Identities, PersonId};
use crate::identity::link::Links;

impl Identities {
    /// Removes a person's rows from a log, consent or not; the result is how many. A shared
    /// device's rows stay where another person's identifier decides, without the identifiers of the
    /// erased person; rows that name the person's identifiers alone go, even where their history
    /// does [not join](crate::identity::rules::Rules::with_back_stitching).
    ///
    /// It is as if the person's rows had never been read: no table keeps a text that only they had.
    /// The person's records go by [`Links::erase`] and [`Consent::erase`] of the person's
    /// [identifiers](Identities::identifiers); plain logs and journeys have
    /// [`Events::erase`](crate::event::Events::erase) and
    /// [`Journeys::erase`](crate::journeys::Journeys::erase).
    ///
    /// ```
    /// # use mixtouch::identity::{
    /// #     HashKey, IdentifiedEvents, Link, Links, Pseudonymiser, Resolver, Rules,
    /// # };
    /// # use mixtouch::Event;
    /// # let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
    /// let cookie = hasher.identifier("cookie", "c-81")?;
    /// let (ann, bob) = (hasher.identifier("account", "ann")?, hasher.identifier("account", "bob")?);
    /// let mut log = IdentifiedEvents::new();
    /// log.push(Event::touch(0, 1_767_225_600, "social"), &[cookie])?;
    /// log.push(Event::touch(0, 1_767_225_700, "search"), &[bob])?;
    /// let mut links = Links::new();
    /// links.push(Link { left: cookie, right: ann, time: 1_767_225_800, confidence: 1.0 })?;
    /// let mut resolver = Resolver::new(Rules::standard());
    /// resolver.add_events(&log);
    /// resolver.add_links(links.clone());
    /// let identities = resolver.resolve()?;
    /// let person = identities.person(ann, 1_767_225_800);
    /// assert_eq!(identities.erase(person, &mut log)?, 1);
    /// assert_eq!(links.erase(&identities.identifiers(person)), 1);
    /// assert_eq!((log.len(), links.len()), (1, 0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the log is too large, which a log that could be filled is not.
    pub fn erase(&self, person: PersonId, events: &mut IdentifiedEvents) -> Result<usize> {
        let theirs = self.identifiers(person);
        let is_others = |identifier: &&Identifier| theirs.binary_search(identifier).is_err();
        let stays = |row: usize| {
            self.person_of_row(events, row) != person
                && events.identifiers(row).iter().any(|each| is_others(&each))
        };
        let kept: Vec<usize> = (0..events.len()).filter(|&row| stays(row)).collect();
        let erased = events.len() - kept.len();
        let mut identifiers = IdentifierColumn::default();
        for &row in &kept {
            let others = events.identifiers(row).iter().filter(is_others);
            others.for_each(|identifier| identifiers.add(*identifier));
            identifiers.end_row();
        }
        events.events = events.events.select(&kept);
        events.events.set_identifiers(identifiers);
        Ok(erased)
    }
}

impl Links {
    /// Removes every record that names one of these identifiers; the result is how many.
    pub fn erase(&mut self, identifiers: &[Identifier]) -> usize {
        let before = self.len();
        *self = self.without(&sorted(identifiers));
        before - self.len()
    }
}

impl Consent {
    /// Removes what is known of these identifiers' consent.
    pub fn erase(&mut self, identifiers: &[Identifier]) {
        *self = self.without(&sorted(identifiers));
    }
}

fn sorted(identifiers: &[Identifier]) -> Vec<Identifier> {
    let mut sorted = identifiers.to_vec();
    sorted.sort_unstable();
    sorted
}
