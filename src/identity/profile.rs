//! One person, all that is known.

use crate::event::Kind;
use crate::event::identifier::Identifier;
use crate::identity::events::IdentifiedEvents;
use crate::identity::identities::{Identities, PersonId};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a log says of one person.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Profile {
    /// The person's pseudonym.
    pub person: String,
    /// The person's key in plain logs and journeys.
    pub key: u64,
    /// The second of the first row, since 1970-01-01T00:00:00Z.
    pub first_seen: i64,
    /// The second of the last row.
    pub last_seen: i64,
    /// Touches by channel.
    pub channels: BTreeMap<String, u64>,
    /// Conversions.
    pub purchases: u64,
    /// Their value.
    pub value: f64,
    /// Distinct values of anonymous kinds - cookies, devices - on the person's rows or linked with
    /// the person.
    pub devices: u64,
    /// Distinct identifiers by kind.
    pub identifiers: BTreeMap<String, u64>,
}

impl Identities {
    /// The profile of everybody who is in a log and has consent, in order of pseudonyms. Rows on
    /// devices that too many persons share, without a sign-in, belong to no profile.
    ///
    /// ```
    /// # use mixtouch::identity::{HashKey, IdentifiedEvents, Pseudonymiser, Resolver, Rules};
    /// # use mixtouch::Event;
    /// # let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
    /// # let cookie = hasher.identifier("cookie", "c-81")?;
    /// # let card = hasher.identifier("card", "4711")?;
    /// let mut log = IdentifiedEvents::new();
    /// log.push(Event::touch(0, 1_767_226_000, "app"), &[cookie, card])?;
    /// log.push(Event::conversion(0, 1_767_312_000).with_value(79.9), &[card])?;
    /// let mut resolver = Resolver::new(Rules::standard());
    /// resolver.add_events(&log);
    /// let profiles = resolver.resolve()?.profiles(&log);
    /// assert_eq!((profiles[0].purchases, profiles[0].devices), (1, 1));
    /// assert_eq!(profiles[0].identifiers["card"], 1);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn profiles(&self, events: &IdentifiedEvents) -> Vec<Profile> {
        let is_somebodys = |row: &usize| {
            self.allows(events.identifiers(*row)) && !self.are_shared(events.identifiers(*row))
        };
        let rows: Vec<usize> = (0..events.len()).filter(is_somebodys).collect();
        let mut rows: Vec<(PersonId, u32, usize)> = rows
            .into_par_iter()
            .map(|row| (self.person_of_row(events, row), events.time(row), row))
            .collect();
        rows.par_sort_unstable();
        let persons: Vec<&[(PersonId, u32, usize)]> =
            rows.chunk_by(|left, right| left.0 == right.0).collect();
        let members = self.members();
        persons
            .into_par_iter()
            .map(|rows| {
                self.profile(
                    events,
                    rows,
                    members.get(&rows[0].0).map_or(&[], Vec::as_slice),
                )
            })
            .collect()
    }

    fn profile(
        &self,
        events: &IdentifiedEvents,
        rows: &[(PersonId, u32, usize)],
        members: &[Identifier],
    ) -> Profile {
        let person = rows[0].0;
        let mut profile = Profile {
            person: person.to_string(),
            key: person.key(),
            first_seen: rows[0].1.into(),
            last_seen: rows[rows.len() - 1].1.into(),
            channels: BTreeMap::new(),
            purchases: 0,
            value: 0.0,
            devices: 0,
            identifiers: BTreeMap::new(),
        };
        let mut identifiers = members.to_vec();
        for event in rows.iter().filter_map(|&(_, _, row)| events.get(row)) {
            match (event.kind(), event.channel()) {
                (Kind::Conversion, _) => {
                    (profile.purchases, profile.value) =
                        (profile.purchases + 1, profile.value + event.value())
                }
                (Kind::Touch, Some(channel)) => {
                    *profile.channels.entry(channel.to_owned()).or_default() += 1
                }
                _ => {}
            }
        }
        rows.iter()
            .for_each(|&(_, _, row)| identifiers.extend_from_slice(events.identifiers(row)));
        identifiers.sort_unstable();
        identifiers.dedup();
        for kind in identifiers
            .iter()
            .filter_map(|identifier| self.rules().kind(identifier.kind()))
        {
            *profile
                .identifiers
                .entry(kind.name().to_owned())
                .or_default() += 1;
            profile.devices += u64::from(kind.is_anonymous());
        }
        profile
    }
}
