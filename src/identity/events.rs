//! Events whose persons are yet to be found.

use crate::error::{Error, Result};
use crate::event::PersonKey;
use crate::event::identifier::Identifier;
use crate::event::{CleanedRows, Event, Events, IdentifierColumn, IgnoredRows};
use crate::identity::link::Links;

/// Rows that name identifiers instead of a person: what a shop, a website and a call centre each
/// know of a customer. [`Identities::stitch`](crate::identity::Identities::stitch) makes plain
/// [`Events`] of them.
///
/// 8 bytes a row and 16 for each of its identifiers, beside what [`Events`] take.
///
/// ```
/// use mixtouch::identity::{HashKey, IdentifiedEvents, Pseudonymiser, Rules};
/// use mixtouch::Event;
///
/// let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
/// let mut log = IdentifiedEvents::new();
/// log.push(Event::touch(0, 1_767_225_600, "social"), &[hasher.identifier("cookie", "c-81")?])?;
/// let sale = Event::conversion(0, 1_767_229_200).with_channel("shop").with_value(79.9);
/// log.push(sale, &[hasher.identifier("card", "4711")?])?;
/// assert_eq!(log.identifiers(1).len(), 1);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct IdentifiedEvents {
    pub(super) events: Events,
}

impl IdentifiedEvents {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty log with named text columns, as [`Events::with_columns`].
    pub fn with_columns<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self {
            events: Events::with_columns(names),
        }
    }

    /// Keeps rows of every kind from here on, as [`Events::keep_all`].
    pub fn keep_all(self) -> Self {
        Self {
            events: self.events.keep_all(),
        }
    }

    /// Keeps returns from here on, as [`Events::keep_returns`].
    pub fn keep_returns(self) -> Self {
        Self {
            events: self.events.keep_returns(),
        }
    }

    /// Rows as a reader filled them, one person for all and identifiers beside.
    #[cfg(any(feature = "csv", feature = "parquet"))]
    pub(crate) fn from_read(events: Events) -> Self {
        Self { events }
    }

    /// Adds one event; the person it states is not looked at.
    ///
    /// # Errors
    /// If [`Events::push`] fails, or the row has no identifier.
    pub fn push(&mut self, event: Event<'_>, identifiers: &[Identifier]) -> Result<()> {
        let row = self.len();
        if identifiers.is_empty() {
            return Err(Error::field(
                row as u64 + 1,
                "identifiers",
                "",
                "at least one",
            ));
        }
        self.events.push(event.with_person(PersonKey::Number(0)))?;
        if self.events.len() > row {
            identifiers
                .iter()
                .for_each(|identifier| self.events.identifiers_mut().add(*identifier));
            self.events.identifiers_mut().end_row();
        }
        Ok(())
    }

    /// Adds all of `later`'s rows behind this log's.
    ///
    /// # Errors
    /// If [`Events::append`] fails.
    pub fn append(&mut self, later: &Self) -> Result<()> {
        self.events.append(&later.events)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The rows that were counted and ignored.
    pub fn ignored_rows(&self) -> IgnoredRows {
        self.events.ignored_rows()
    }

    /// The numbers of values that were cleaned, and of rows without an identifier.
    pub fn cleaned_rows(&self) -> CleanedRows {
        self.events.cleaned_rows()
    }

    /// The identifiers of a row; none where there is no such row.
    pub fn identifiers(&self, row: usize) -> &[Identifier] {
        if row < self.len() {
            self.events.identifiers().row(row)
        } else {
            &[]
        }
    }

    /// One row, if there is one; its person is 0 until identities are resolved.
    pub fn get(&self, row: usize) -> Option<Event<'_>> {
        self.events.get(row)
    }

    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Event<'_>> {
        self.events.iter()
    }

    /// The rows without their identifiers, each of the person 0.
    pub(crate) fn plain(&self) -> Events {
        let mut log = self.events.clone();
        log.set_identifiers(IdentifierColumn::default());
        log
    }

    pub(super) fn all_identifiers(&self) -> &[Identifier] {
        self.events.identifiers().all()
    }

    pub(super) fn time(&self, row: usize) -> u32 {
        self.events.times()[row]
    }

    /// Every two identifiers of one row as a link that is certain.
    pub(super) fn pairs(&self) -> Links {
        let mut links = Links::new();
        for row in 0..self.len() {
            let identifiers = self.identifiers(row);
            for (at, &left) in identifiers.iter().enumerate() {
                identifiers[at + 1..]
                    .iter()
                    .for_each(|&right| links.push_checked(left, right, self.time(row), 1.0));
            }
        }
        links
    }
}
