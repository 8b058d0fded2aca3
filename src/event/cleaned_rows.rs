//! Counts of what was cleaned while a log was filled.

use crate::event::person::PersonKey;
use crate::event::row::{Event, Kind};
use serde::{Deserialize, Serialize};

/// The numbers of values that were cleaned, and of rows whose person is missing.
///
/// Of a missing person nothing can be attributed. Such conversions stay, each of an unknown person
/// of its own and hence unattributed, so that totals are right. Such touches are left out but for
/// what they cost, and so are rows of other kinds.
///
/// ```
/// use mixtouch::{Event, Events};
///
/// let mut log = Events::new();
/// log.push(Event::touch("undefined", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("undefined", 1_767_229_200).with_value(9.0))?;
/// log.push(Event::touch("ann ", 1_767_225_600, " social"))?;
/// let cleaned = log.cleaned_rows();
/// assert_eq!((log.len(), cleaned.placeholders, cleaned.blanks), (2, 2, 2));
/// assert_eq!((cleaned.unknown_touches, cleaned.unknown_conversions), (1, 1));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CleanedRows {
    /// Persons, channels, identifiers, goals and order ids with blanks around them, which were
    /// taken off.
    pub blanks: u64,
    /// Persons and identifiers that are [placeholders](crate::event::Placeholders) of a missing
    /// value.
    pub placeholders: u64,
    /// Touches of a missing person, which were left out.
    pub unknown_touches: u64,
    /// Conversions of a missing person, which are unattributed.
    pub unknown_conversions: u64,
    /// Rows of other kinds of a missing person, which were left out.
    pub unknown_others: u64,
}

impl CleanedRows {
    /// How many rows were left out.
    pub fn left_out(&self) -> u64 {
        self.unknown_touches + self.unknown_others
    }

    /// Counts of one row of a missing person.
    pub(super) fn of_unknown(kind: Kind) -> Self {
        let mut counts = Self::default();
        match kind {
            Kind::Touch => counts.unknown_touches = 1,
            Kind::Conversion => counts.unknown_conversions = 1,
            _ => counts.unknown_others = 1,
        }
        counts
    }

    /// The counts less some of them.
    pub(super) fn without(self, some: Self) -> Self {
        Self {
            blanks: self.blanks - some.blanks,
            placeholders: self.placeholders - some.placeholders,
            unknown_touches: self.unknown_touches - some.unknown_touches,
            unknown_conversions: self.unknown_conversions - some.unknown_conversions,
            unknown_others: self.unknown_others - some.unknown_others,
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.blanks += other.blanks;
        self.placeholders += other.placeholders;
        self.unknown_touches += other.unknown_touches;
        self.unknown_conversions += other.unknown_conversions;
        self.unknown_others += other.unknown_others;
    }

    /// The text without blanks around it; counts it if there were any.
    #[cfg(feature = "csv")]
    #[inline]
    pub(crate) fn trimmed<'a>(&mut self, text: &'a [u8]) -> &'a [u8] {
        let plain = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
        if plain(text.first()) && plain(text.last()) {
            return text;
        }
        let trimmed = std::str::from_utf8(text).map_or(text, |text| text.trim().as_bytes());
        self.blanks += u64::from(trimmed.len() < text.len());
        trimmed
    }

    /// The event without blanks around its person and its texts.
    pub(super) fn trimmed_event<'a>(&mut self, event: Event<'a>) -> Event<'a> {
        let person = match event.person {
            PersonKey::Text(text) => PersonKey::Text(self.trimmed_text(text)),
            number => number,
        };
        Event {
            person,
            channel: event.channel.map(|text| self.trimmed_text(text)),
            goal: event.goal.map(|text| self.trimmed_text(text)),
            order_id: event.order_id.map(|text| self.trimmed_text(text)),
            ..event
        }
    }

    /// The same of a text.
    #[inline]
    pub(crate) fn trimmed_text<'a>(&mut self, text: &'a str) -> &'a str {
        let plain = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
        if plain(text.as_bytes().first()) && plain(text.as_bytes().last()) {
            return text;
        }
        let trimmed = text.trim();
        self.blanks += u64::from(trimmed.len() < text.len());
        trimmed
    }
}
