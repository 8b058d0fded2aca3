//! How well persons are known.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::identity::Profile;
use crate::kpi::options::KpiOptions;
use crate::report::{Report, Section};
use crate::stats::Proportion;

/// Identity match rate: how many of the persons found are known, are joined from several
/// identifiers, and have touches beside their purchases.
///
/// A buyer without any touch is one whose visits stand under another identifier, or who saw nothing:
/// such purchases stay unattributed.
///
/// ```
/// use mixtouch::identity::{HashKey, IdentifiedEvents, Pseudonymiser, Resolver, Rules};
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::IdentityMatch;
/// use mixtouch::Event;
///
/// let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
/// let cookie = hasher.identifier("cookie", "c-81")?;
/// let (ann, bob) = (hasher.identifier("card", "ann")?, hasher.identifier("card", "bob")?);
/// let mut log = IdentifiedEvents::new();
/// log.push(Event::touch(0, 1_767_226_000, "app"), &[cookie, ann])?;
/// log.push(Event::conversion(0, 1_767_312_000).with_value(79.9), &[ann])?;
/// log.push(Event::conversion(0, 1_767_312_000).with_value(20.0), &[bob])?;
/// let mut resolver = Resolver::new(Rules::standard());
/// resolver.add_events(&log);
/// let profiles = resolver.resolve()?.profiles(&log);
/// let matched = IdentityMatch::new(&profiles, &KpiOptions::default());
/// assert_eq!((matched.population, matched.known.rate), (2, Some(1.0)));
/// assert_eq!(matched.joined.rate, Some(0.5), "ann's cookie and card");
/// assert_eq!(matched.buyers_with_touch.rate, Some(0.5), "nothing is seen of bob");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IdentityMatch {
    /// Number of persons.
    pub population: u64,
    /// Share of persons with an identifier that is no cookie, device or other anonymous one.
    pub known: Proportion,
    /// Share of persons joined from two identifiers or more.
    pub joined: Proportion,
    /// Share of the persons with a purchase who have a touch.
    pub buyers_with_touch: Proportion,
}

impl IdentityMatch {
    /// Of the persons of [`Identities::profiles`](crate::identity::Identities::profiles). A share of
    /// fewer persons than the minimum group is left out, as is one that fewer count for.
    pub fn new(profiles: &[Profile], options: &KpiOptions) -> Self {
        let share = |of: &dyn Fn(&Profile) -> bool, is: &dyn Fn(&Profile) -> bool| {
            let all: Vec<&Profile> = profiles.iter().filter(|one| of(one)).collect();
            let (count, all) = (
                all.iter().filter(|one| is(one)).count() as u64,
                all.len() as u64,
            );
            let minimum = options.minimum();
            let shown = [all, count, all - count]
                .iter()
                .all(|&part| minimum.allows(part));
            let (count, all) = if shown { (count, all) } else { (0, 0) };
            Proportion::from_counts(count, all, options.level())
        };
        let identifiers = |one: &Profile| one.identifiers.values().sum::<u64>();
        Self {
            population: profiles.len() as u64,
            known: share(&|_| true, &|one| identifiers(one) > one.devices),
            joined: share(&|_| true, &|one| identifiers(one) > 1),
            buyers_with_touch: share(&|one| one.purchases > 0, &|one| !one.channels.is_empty()),
        }
    }
}

impl Report for IdentityMatch {
    fn title(&self) -> String {
        format!("identity, {} persons", self.population)
    }

    fn sections(&self) -> Vec<Section> {
        let lines = [
            ("known by more than a device", &self.known),
            ("joined from several identifiers", &self.joined),
            ("buyers with a touch", &self.buyers_with_touch),
        ];
        let lines = lines.map(|(name, share)| format!("{name} {share}"));
        vec![Section::new().with_lines(lines)]
    }
}

impl fmt::Display for IdentityMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
