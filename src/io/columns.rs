//! The names of the columns of an event log.

use crate::error::readable::is_address;
use crate::error::{Error, Result};
use crate::event::{Events, Placeholders};
use crate::identity::Pseudonymiser;
use crate::io::places::{Field, Places, STANDARD};
use crate::io::time_unit::TimeUnit;
use crate::time::TimeZone;

/// The columns of an event log. By name `person`, `timestamp`, `channel` and `kind`, which every
/// log has, and `value`, `cost`, `interaction`, `goal` and `order_id`, which it may have; any of
/// them can go by another name. Further columns are read as texts when asked for, and ignored
/// otherwise.
///
/// ```
/// use mixtouch::io::EventColumns;
///
/// let columns = EventColumns::default()
///     .rename("person", "user_id")?
///     .with_texts(["device"]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventColumns {
    names: [String; STANDARD.len()],
    texts: Vec<String>,
    keeps_all: bool,
    keeps_returns: bool,
    placeholders: Placeholders,
    folds_channels: bool,
    /// Where identifiers are read in place of persons.
    identifiers: Option<Pseudonymiser>,
    /// Of timestamps that are plain numbers.
    unit: TimeUnit,
    /// Of timestamps without offset.
    zone: Option<TimeZone>,
    zone_column: Option<String>,
}

/// The start of the name of a column of identifiers; their kind follows.
const IDENTIFIER: &str = "id:";

const REQUIRED: usize = 4;

impl Default for EventColumns {
    fn default() -> Self {
        let names = STANDARD.map(str::to_owned);
        Self {
            names,
            texts: Vec::new(),
            keeps_all: false,
            keeps_returns: false,
            placeholders: Placeholders::default(),
            folds_channels: false,
            identifiers: None,
            unit: TimeUnit::Seconds,
            zone: None,
            zone_column: None,
        }
    }
}

impl EventColumns {
    /// Reads a standard column under another name.
    ///
    /// # Errors
    /// If there is no standard column `standard`.
    pub fn rename(mut self, standard: &str, name: impl Into<String>) -> Result<Self> {
        let at = STANDARD.iter().position(|other| *other == standard);
        let at = at.ok_or_else(|| {
            Error::setting(
                "the column to rename",
                format!("{standard:?}"),
                STANDARD.join(", "),
            )
        })?;
        self.names[at] = name.into();
        Ok(self)
    }

    /// Also reads these columns, as texts.
    #[must_use]
    pub fn with_texts<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        Self {
            texts: names.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// Also stores the rows of kinds that only KPIs use: see [`Events::keep_all`].
    #[must_use]
    pub fn keep_all(self) -> Self {
        Self {
            keeps_all: true,
            ..self
        }
    }

    /// Also stores returns: see [`Events::keep_returns`].
    #[must_use]
    pub fn keep_returns(self) -> Self {
        Self {
            keeps_returns: true,
            ..self
        }
    }

    /// The texts that stand for a missing person: the [usual ones](Placeholders) by default. Such a
    /// person is missing like an empty field; [`Events::push`] says what becomes of the row. Blanks
    /// around persons, channels, identifiers, goals and order ids do not count. For identifiers,
    /// [`Pseudonymiser::with_placeholders`] has the list.
    ///
    /// ```
    /// use mixtouch::Events;
    /// use mixtouch::event::Placeholders;
    /// use mixtouch::io::EventColumns;
    ///
    /// let file = "person,timestamp,channel,kind\nguest,1767225600,social,touch\n";
    /// let guests = Placeholders::default().with("guest");
    /// let columns = EventColumns::default().with_placeholders(guests);
    /// let log = Events::from_csv(file.as_bytes(), columns)?;
    /// assert_eq!(log.cleaned_rows().unknown_touches, 1);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_placeholders(self, placeholders: Placeholders) -> Self {
        Self {
            placeholders,
            ..self
        }
    }

    /// Whether channels that differ only in case are one, written in small letters: see
    /// [`Events::fold_channels`]. They are several by default.
    ///
    /// ```
    /// use mixtouch::Events;
    /// use mixtouch::io::EventColumns;
    ///
    /// let file = "person,timestamp,channel,kind\nann,5,TV,touch\nann,6,tv,touch\n";
    /// let columns = EventColumns::default().with_folded_channels(true);
    /// let log = Events::from_csv(file.as_bytes(), columns)?;
    /// assert!(log.iter().all(|event| event.channel() == Some("tv")));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_folded_channels(self, folds_channels: bool) -> Self {
        Self {
            folds_channels,
            ..self
        }
    }

    /// Reads timestamps that are plain numbers in this unit; seconds by default. A number that is
    /// clearly of another unit, or a date such as 20240910, is refused.
    #[must_use]
    pub fn with_time_unit(self, unit: TimeUnit) -> Self {
        Self { unit, ..self }
    }

    /// Reads timestamps without offset, such as `2026-01-31T13:45:00`, as local time of this zone,
    /// and a date such as `2026-01-31` as its midnight. So does a timestamp of Arrow or Parquet
    /// whose type states no zone, which is UTC otherwise.
    ///
    /// Without a zone such a timestamp is an error. A local time that occurs twice, when clocks are
    /// set back, is the earlier one. A local time that clocks skip is read with the offset before.
    #[cfg(feature = "time")]
    #[must_use]
    pub fn with_zone(self, zone: TimeZone) -> Self {
        Self {
            zone: Some(zone),
            ..self
        }
    }

    /// Reads each row's time zone, a name of the IANA database, from this column. Where it is
    /// empty, the zone of [`EventColumns::with_zone`] holds.
    #[cfg(feature = "time")]
    #[must_use]
    pub fn with_zone_column(self, name: impl Into<String>) -> Self {
        Self {
            zone_column: Some(name.into()),
            ..self
        }
    }

    /// Reads identifiers in place of persons.
    pub(super) fn with_identifiers(self, hasher: &Pseudonymiser) -> Self {
        Self {
            identifiers: Some(hasher.clone()),
            ..self
        }
    }

    /// The hasher of identifiers, where they are read in place of persons.
    #[inline]
    pub(super) fn identifiers(&self) -> Option<&Pseudonymiser> {
        self.identifiers.as_ref()
    }

    /// The unit of timestamps that are plain numbers.
    #[inline]
    pub(super) fn time_unit(&self) -> TimeUnit {
        self.unit
    }

    /// The zone of rows that do not name one.
    pub(super) fn zone(&self) -> Option<&TimeZone> {
        self.zone.as_ref()
    }

    /// The name of the column of zones.
    pub(super) fn zone_column(&self) -> &str {
        self.zone_column.as_deref().unwrap_or_default()
    }

    /// An empty log for the rows to read.
    pub(super) fn log(&self) -> Events {
        let mut log = Events::with_columns(self.texts.iter().cloned())
            .with_placeholders(self.placeholders.clone());
        if self.keeps_all {
            log = log.keep_all();
        }
        if self.keeps_returns {
            log = log.keep_returns();
        }
        log
    }

    /// The error of reading rows with these columns, without what rows say where they have raw
    /// identifiers.
    #[cold]
    pub(super) fn told(&self, error: Error) -> Error {
        let is_known = |name: &str| {
            let kind = name.strip_prefix(IDENTIFIER);
            let is_kind =
                |hasher: &Pseudonymiser| kind.is_some_and(|kind| hasher.kind(kind).is_some());
            self.identifiers.as_ref().is_some_and(is_kind)
                || self.names.iter().chain(&self.texts).any(|own| own == name)
        };
        match &self.identifiers {
            Some(hasher) => hasher.told(error, is_known),
            None => error.without_addresses(),
        }
    }

    /// Whether channels that differ only in case are one.
    pub(super) fn folds_channels(&self) -> bool {
        self.folds_channels
    }

    /// The name of a standard column in the file.
    pub(super) fn name(&self, field: Field) -> &str {
        &self.names[field as usize]
    }

    /// Where each column stands in a table with this header.
    ///
    /// # Errors
    /// If the header lacks a required column or a text column, or has a name twice.
    pub(super) fn find<S: AsRef<str>>(&self, header: &[S]) -> Result<Places> {
        let find = |name: &String| {
            let mut found = header
                .iter()
                .enumerate()
                .filter(|(_, other)| other.as_ref() == name)
                .map(|(at, _)| at);
            match (found.next(), found.next()) {
                (Some(_), Some(_)) => Err(Error::Malformed {
                    row: 1,
                    reason: format!("column {name:?} stands there twice"),
                }),
                (at, _) => Ok(at),
            }
        };
        let missing = |name: &String| Error::MissingColumn {
            column: name.clone(),
            found: header.iter().map(|name| name.as_ref().to_owned()).collect(),
        };
        let mut standard = [None; STANDARD.len()];
        for (at, name) in self.names.iter().enumerate() {
            if at == Field::Person as usize && self.identifiers.is_some() {
                continue; // identifiers stand for persons: raw ones are not even looked at
            }
            standard[at] = find(name)?;
            let is_asked_for = at < REQUIRED || name != STANDARD[at];
            if is_asked_for && standard[at].is_none() {
                return Err(missing(name));
            }
        }
        let texts = self
            .texts
            .iter()
            .map(|name| find(name)?.ok_or_else(|| missing(name)))
            .collect::<Result<_>>()?;
        let zone = self
            .zone_column
            .iter()
            .map(|name| find(name)?.ok_or_else(|| missing(name)))
            .next()
            .transpose()?;
        let identifiers = self.identifiers.as_ref().map_or(Ok(Vec::new()), |hasher| {
            self.find_identifiers(hasher, header)
        })?;
        Ok(Places {
            standard,
            texts,
            width: header.len(),
            identifiers,
            zone,
        })
    }

    /// The columns that hold identifiers, with the numbers of their kinds.
    fn find_identifiers<S: AsRef<str>>(
        &self,
        hasher: &Pseudonymiser,
        header: &[S],
    ) -> Result<Vec<(usize, usize)>> {
        if let Some(name) = self.texts.iter().find(|name| name.starts_with(IDENTIFIER)) {
            return Err(Error::setting(
                "a column to read as text",
                format!("{name:?}"),
                "any but identifiers, whose values are not kept",
            ));
        }
        let mut found: Vec<(usize, usize)> = Vec::new();
        for (at, name) in header.iter().enumerate() {
            let Some(kind) = name.as_ref().strip_prefix(IDENTIFIER) else {
                continue;
            };
            let number = hasher.kind(kind).ok_or_else(|| {
                // a header may be a row of values
                let number = format!("column {}", at + 1);
                let named = if is_address(kind) {
                    &number
                } else {
                    name.as_ref()
                };
                Error::field(1, named, kind, hasher.known())
            })?;
            if found.iter().any(|(other, _)| *other == number) {
                return Err(Error::Malformed {
                    row: 1,
                    reason: format!("column {:?} stands there twice", name.as_ref()),
                });
            }
            found.push((number, at));
        }
        if found.is_empty() {
            let header = header.iter().map(|name| name.as_ref().to_owned()).collect();
            return Err(Error::MissingColumn {
                column: format!("{IDENTIFIER}KIND"),
                found: header,
            });
        }
        found.sort_unstable();
        Ok(found)
    }
}

/// The zone that a row names; the columns' zone where it names none.
pub(super) fn zone_of(name: &str, row: u64, columns: &EventColumns) -> Result<Option<TimeZone>> {
    if name.is_empty() {
        return Ok(columns.zone().cloned());
    }
    #[cfg(feature = "time")]
    let zone = TimeZone::new(name).ok();
    #[cfg(not(feature = "time"))]
    let zone = None;
    let expected = "a name of the IANA database, such as Europe/Berlin";
    zone.map(Some)
        .ok_or_else(|| Error::field(row, columns.zone_column(), name, expected))
}
