//! Rows of identifiers to rows of persons.

use crate::error::Result;
use crate::event::CostTable;
use crate::event::{Events, IdentifierColumn, Kind};
use crate::identity::events::IdentifiedEvents;
use crate::identity::identities::Identities;
use crate::util::random::step;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// How rows are handled of which some identifier has no consent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithoutConsent {
    /// Their conversions stay, each of an unknown person and hence unattributed, so that totals
    /// are right; their touches, and rows of other kinds, are left out but for what touches cost.
    #[default]
    TotalsOnly,
    /// They are left out.
    LeaveOut,
}

/// Rows of persons.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Stitched {
    /// A plain log, each row with the [key](crate::identity::PersonId::key) of its person.
    pub events: Events,
    /// What rows without consent add up to.
    pub without_consent: NoConsent,
    /// What their touches cost, by channel and day (UTC), where totals are to be right:
    /// [`JourneyBuilder::add_costs`](crate::journeys::build::JourneyBuilder::add_costs) takes it.
    pub costs: CostTable,
}

/// What rows without consent add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NoConsent {
    /// Touches.
    pub touches: u64,
    /// Rows of kinds that KPIs alone use, where the log keeps them.
    pub others: u64,
    /// Conversions.
    pub conversions: u64,
    /// The value of those conversions.
    pub value: f64,
}

impl Identities {
    /// Gives every row its person. Rows keep their order, so what is made of a log in batches is
    /// what is made of the whole.
    ///
    /// Conversions are conserved: those of the result are those of `events`, less
    /// [those without consent](Stitched::without_consent) where these are left out.
    ///
    /// ```
    /// use mixtouch::identity::{
    ///     HashKey, IdentifiedEvents, Pseudonymiser, Resolver, Rules, WithoutConsent,
    /// };
    /// use mixtouch::{Event, JourneyOptions, Journeys, attribute};
    /// use mixtouch::attribution::rules::LastTouch;
    ///
    /// let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
    /// let cookie = hasher.identifier("cookie", "c-81")?;
    /// let card = hasher.identifier("card", "4711")?;
    /// let mut log = IdentifiedEvents::new();
    /// log.push(Event::touch(0, 1_767_225_600, "social"), &[cookie])?; // an ad on the phone
    /// // the loyalty app, opened from it
    /// log.push(Event::touch(0, 1_767_226_000, "app"), &[cookie, card])?;
    /// let sale = Event::conversion(0, 1_767_312_000).with_channel("shop").with_value(79.9);
    /// log.push(sale, &[card])?;
    /// let mut resolver = Resolver::new(Rules::standard());
    /// resolver.add_events(&log);
    /// let stitched = resolver.resolve()?.stitch(&log, WithoutConsent::default())?;
    /// let journeys = Journeys::from_events(&stitched.events, JourneyOptions::default())?;
    /// // the shop's sale has its history
    /// assert_eq!(journeys.get(0).map(|journey| journey.len()), Some(2));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the log is too large for [`Events`], which a log that could be filled is not.
    pub fn stitch(&self, events: &IdentifiedEvents, without: WithoutConsent) -> Result<Stitched> {
        let rows: Vec<usize> = (0..events.len()).collect();
        let persons: Vec<Option<u64>> = rows.par_iter().map(|&row| self.key(events, row)).collect();
        let withheld = |row: &usize| persons[*row].is_none();
        let is_sale = |row: usize| events.events.row(row).kind() == Kind::Conversion;
        let kept = |row: &usize| {
            !withheld(row) || (without == WithoutConsent::TotalsOnly && is_sale(*row))
        };
        let kept: Vec<usize> = rows.iter().copied().filter(kept).collect();
        let mut log = if kept.len() == rows.len() {
            events.events.clone()
        } else {
            events.events.select(&kept)
        };
        let person = |&row: &usize| persons[row].unwrap_or_else(|| unknown_person(events, row));
        log.set_persons(kept.iter().map(person).collect());
        log.set_identifiers(IdentifierColumn::default());
        let (sales, touches): (Vec<usize>, Vec<usize>) = rows
            .into_iter()
            .filter(withheld)
            .partition(|&row| is_sale(row));
        let is_touch = |row: &&usize| events.events.row(**row).kind() == Kind::Touch;
        let others = touches.iter().filter(|row| !is_touch(row)).count() as u64;
        let value = sales
            .iter()
            .filter_map(|&row| events.get(row))
            .map(|event| event.value())
            .fold(0.0, |sum, value| sum + value);
        let without_consent = NoConsent {
            touches: touches.len() as u64 - others,
            others,
            conversions: sales.len() as u64,
            value,
        };
        let costs = if without == WithoutConsent::TotalsOnly {
            events.events.costs_of(touches.into_iter())
        } else {
            CostTable::new()
        };
        Ok(Stitched {
            events: log,
            without_consent,
            costs,
        })
    }

    /// The key of a row's person, if the row has consent.
    fn key(&self, events: &IdentifiedEvents, row: usize) -> Option<u64> {
        self.allows(events.identifiers(row))
            .then(|| self.person_of_row(events, row).key())
    }
}

/// A person for one row alone, told by nothing but its identifier and second: two rows of one
/// identifier are two persons.
fn unknown_person(events: &IdentifiedEvents, row: usize) -> u64 {
    let least = events
        .identifiers(row)
        .iter()
        .min()
        .map_or(0, |identifier| identifier.leading(63) as u64);
    step(least ^ step(u64::from(events.time(row)))) >> 1
}
