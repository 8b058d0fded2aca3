//! Customers known by several identifiers: a phone, a laptop's cookie, an account, a loyalty card - and what
//! each piece did. Who the persons are is known, so that identity resolution can be measured.
//!
//! People see television in the broadcaster's app (their account), social media on the phone,
//! display on the laptop and newsletters (the account); they search on phone or laptop, and buy on
//! the web, mostly signed in, or in the shop with their card. Contacts raise the intensity of
//! buying as in [`retailer`](crate::simulate::retailer).
//!
//! What else a company's log tells is here too: newsletters that arrive and are opened or clicked,
//! carts that are bought or left, goods that come back, service cases with their agents, teams and
//! tools, and answers to surveys. How customers answer, what they leave in their carts and how long
//! their cases take is stated: [`Customers::NET_PROMOTER`] and what follows it.
//!
//! Links are logins on the devices and the card's registration, certain; and guesses that a cookie
//! and a phone are one person's, a twentieth of which are wrong. What makes it hard: in 2 of 100
//! laptops a household shares, shops sign customers in on a few tablets, thousands have parcels
//! sent to their office's address, and now and then somebody signs in on a friend's phone. Some
//! persons never signed in on a device of theirs. Of a hundred persons 92 agree to be measured, 3
//! did so and no longer do.

mod life;
mod rows;
mod service;
#[cfg(feature = "csv")]
mod write;

use crate::error::{Error, Result};
use crate::event::Events;
use crate::identity::{Consent, IdentifiedEvents, Identifier, Links, Pseudonymiser};
use crate::kpi::map::Stage;
use crate::simulate::customers::life::Life;
use crate::simulate::customers::rows::{Name, Record};
use crate::util::Random;
use rayon::prelude::*;

/// The purpose that consent is asked for.
pub const PURPOSE: &str = "measurement";

/// The simulated customers with their truth.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Customers {
    /// What every identifier did.
    pub events: IdentifiedEvents,
    /// Which identifiers belong together, as far as anybody noted.
    pub links: Links,
    /// Who agrees to be measured.
    pub consent: Consent,
    /// The true person of each row.
    pub persons: Vec<u64>,
    /// The true person of each row as far as the certain links can tell: rows that they cannot
    /// connect with the rest of their person's have another number. A row on a shared device where
    /// nobody is signed in belongs to no person.
    pub supported: Vec<u64>,
    /// Purchases each channel caused, in expectation given the contacts that took place, by name.
    pub incremental: Vec<(&'static str, f64)>,
    /// Purchases that would have come without any advertising, in expectation.
    pub baseline: f64,
}

/// Persons simulated at a time.
const BATCH: u64 = 2048;

impl Customers {
    /// The kinds of identifiers there are, all of
    /// [`Rules::standard`](crate::identity::Rules::standard).
    pub const KINDS: [&'static str; 5] = ["account", "card", "cookie", "device", "address"];

    /// The first day and the last one, in UTC.
    pub const DAYS: (&'static str, &'static str) = ("2026-01-01", "2026-03-31");

    /// The stage of a customer's journey that each channel of touches stands for.
    pub const STAGES: [(&'static str, Stage); 6] = [
        ("tv", Stage::Discovery),
        ("social", Stage::Discovery),
        ("display", Stage::Discovery),
        ("e-mail", Stage::Consideration),
        ("search", Stage::Consideration),
        ("direct", Stage::Purchase),
    ];

    /// The log of `persons` persons over 90 days from 2026-01-01, the same for the same seed on every
    /// machine.
    ///
    /// # Errors
    /// If there is no person or more than ten million, or the hasher's rules lack one of the
    /// [kinds](Customers::KINDS).
    ///
    /// ```
    /// use mixtouch::identity::{HashKey, PairCounts, Pseudonymiser, Resolver, Rules};
    /// use mixtouch::simulate::customers::Customers;
    ///
    /// let rules = Rules::standard().with_confidence(0.8)?;
    /// let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &rules);
    /// let customers = Customers::new(2_000, 1, &hasher)?;
    /// let mut resolver = Resolver::new(rules);
    /// resolver.add_links(customers.links.clone());
    /// resolver.add_events(&customers.events);
    /// let identities = resolver.resolve()?;
    /// let persons = identities.persons_of_rows(&customers.events);
    /// let found: Vec<u64> = persons.map(|person| person.key()).collect();
    /// assert!(PairCounts::new(&found, &customers.persons)?.precision() > 0.999);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn new(persons: u64, seed: u64, hasher: &Pseudonymiser) -> Result<Self> {
        check(persons)?;
        for kind in Self::KINDS {
            hasher.identifier(kind, "any")?;
        }
        let base = Random::new(seed);
        let batch = |first: u64| -> Result<Self> {
            let mut customers = Self::nobody();
            for person in first..persons.min(first + BATCH) {
                customers.live(person, persons, base.stream(person), hasher)?;
            }
            Ok(customers)
        };
        let made: Vec<Self> = (0..persons.div_ceil(BATCH))
            .into_par_iter()
            .map(|at| batch(at * BATCH))
            .collect::<Result<_>>()?;
        let mut all = Self::nobody();
        made.into_iter().try_for_each(|batch| all.append(batch))?;
        Ok(all)
    }

    fn nobody() -> Self {
        Self {
            events: IdentifiedEvents::with_columns(Self::COLUMNS).keep_all(),
            ..Self::default()
        }
    }

    fn live(
        &mut self,
        person: u64,
        persons: u64,
        random: Random,
        hasher: &Pseudonymiser,
    ) -> Result<()> {
        let hash = |name: &Name| hasher.identifier(name.kind, &name.value());
        let mut life = Life::new(person, persons, random);
        life.live();
        let labels = life.labels();
        for (row, label) in life.rows.iter().zip(labels) {
            let identifiers: Vec<Identifier> = row.names.iter().map(hash).collect::<Result<_>>()?;
            self.events.push(row.event(), &identifiers)?;
            self.persons.push(person);
            self.supported
                .push(label.unwrap_or(u64::MAX - self.supported.len() as u64 - (person << 32)));
        }
        for record in &life.records {
            match record {
                Record::Link {
                    left,
                    right,
                    second,
                    confidence,
                } => {
                    let (left, right) = (hash(left)?, hash(right)?);
                    self.links.push(crate::identity::Link {
                        left,
                        right,
                        time: *second,
                        confidence: *confidence,
                    })?;
                }
                Record::Consent {
                    name,
                    granted,
                    second,
                } => self.consent.push(hash(name)?, PURPOSE, *granted, *second)?,
            }
        }
        self.baseline += life.baseline;
        if self.incremental.is_empty() {
            self.incremental = life.caused().collect();
        } else {
            self.incremental
                .iter_mut()
                .zip(life.caused())
                .for_each(|(sum, (_, caused))| sum.1 += caused);
        }
        Ok(())
    }

    fn append(&mut self, later: Self) -> Result<()> {
        self.events.append(&later.events)?;
        self.links.append(later.links);
        self.consent.append(later.consent)?;
        self.persons.extend(later.persons);
        self.supported.extend(later.supported);
        self.baseline += later.baseline;
        if self.incremental.is_empty() {
            self.incremental = later.incremental;
        } else {
            self.incremental
                .iter_mut()
                .zip(later.incremental)
                .for_each(|(sum, (_, caused))| sum.1 += caused);
        }
        Ok(())
    }

    /// The log as it would be if everybody were known: each row with its true person.
    ///
    /// # Errors
    /// If the log is too large, which a log that was made here is not.
    pub fn known(&self) -> Result<Events> {
        let mut log = self.events.plain();
        log.set_persons(self.persons.clone());
        Ok(log)
    }
}

fn check(persons: u64) -> Result<()> {
    if !(1..=10_000_000).contains(&persons) {
        return Err(Error::setting("persons", persons, "1 to 10000000"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{HashKey, Rules};

    fn customers(persons: u64, seed: u64) -> Customers {
        Customers::new(
            persons,
            seed,
            &Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard()),
        )
        .unwrap()
    }

    #[test]
    fn purchases_match_their_truth() {
        let made = customers(20_000, 3);
        let bought = made
            .events
            .iter()
            .filter(|event| event.kind() == crate::event::Kind::Conversion)
            .count() as f64;
        let expected = made.baseline
            + made
                .incremental
                .iter()
                .map(|(_, caused)| caused)
                .sum::<f64>();
        assert!(
            (bought - expected).abs() < 4.0 * expected.sqrt(),
            "{bought} purchases, {expected} expected"
        );
        assert_eq!(
            (made.persons.len(), made.supported.len()),
            (made.events.len(), made.events.len())
        );
    }

    #[test]
    fn the_seed_fixes_the_log() {
        assert!(
            customers(50, 1)
                .events
                .iter()
                .eq(customers(50, 1).events.iter())
        );
        assert_eq!(customers(50, 1).links, customers(50, 1).links);
        assert_ne!(customers(50, 1).links, customers(50, 2).links);
    }

    #[test]
    fn settings_are_checked() {
        let hasher = |rules: &Rules| Pseudonymiser::new(HashKey::new([7; 32]), rules);
        assert!(Customers::new(0, 1, &hasher(&Rules::standard())).is_err());
        let few = Rules::new([crate::identity::IdentifierKind::known("account").unwrap()]).unwrap();
        assert!(
            Customers::new(5, 1, &hasher(&few))
                .unwrap_err()
                .to_string()
                .contains("\"card\"")
        );
    }
}
