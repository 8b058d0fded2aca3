//! One row of an event log in CSV.

use crate::channel::ChannelId;
use crate::error::{Error, Result};
use crate::event::details::NO_TEXT;
use crate::event::person::plain_number;
use crate::event::{Events, Interaction, Kind};
use crate::identity::Pseudonymiser;
use crate::io::columns::{EventColumns, Field, Places, zone_of};
use crate::io::timestamp;
use crate::time::TimeZone;
use crate::time::limits::check_amount;
use crate::util::interner::Interner;
use std::borrow::Cow;

/// One row of the file.
pub(super) struct Row<'a> {
    pub(super) record: &'a csv::ByteRecord,
    /// The line of the file, from 1.
    pub(super) line: u64,
    pub(super) columns: &'a EventColumns,
    pub(super) places: &'a Places,
}

impl<'a> Row<'a> {
    /// Adds the row to a log, or counts it where the log does not keep its kind.
    #[inline]
    pub(super) fn push(&self, events: &mut Events) -> Result<()> {
        if self.record.len() != self.places.width {
            let reason = format!(
                "has {} fields, the header has {}",
                self.record.len(),
                self.places.width
            );
            return Err(Error::Malformed {
                row: self.line,
                reason,
            });
        }
        let kind = self.kind()?;
        if !events.keeps(kind) {
            events.ignore(kind);
            return Ok(());
        }
        let person = self.person(events)?;
        let time = timestamp::parse_in(
            self.bytes(Field::Timestamp),
            self.line,
            self.columns.name(Field::Timestamp),
            || self.zone(),
        )?;
        let channel = events.intern_channel(self.text(Field::Channel)?)?;
        if channel == ChannelId::NONE && kind == Kind::Touch {
            return Err(self.bad(Field::Channel, "any text; only a conversion may have none"));
        }
        let (value, cost, interaction) = (
            self.amount(Field::Value, kind)?,
            self.amount(Field::Cost, kind)?,
            self.interaction()?,
        );
        let sale = match kind {
            Kind::Touch => None,
            _ => Some((
                value,
                self.optional(Field::Goal, events.goals_mut(kind))?,
                self.optional(Field::OrderId, events.orders_mut())?,
            )),
        };
        for (column, &at) in events.text_columns_mut().zip(&self.places.texts) {
            let text = self.utf8(at, &column.name)?;
            let code = column.texts.intern(text)?;
            column.codes.push(code);
        }
        events.push_row(person, time, channel, kind, interaction, cost, sale);
        Ok(())
    }

    #[inline]
    fn bytes(&self, field: Field) -> &'a [u8] {
        self.places
            .of(field)
            .and_then(|at| self.record.get(at))
            .unwrap_or(b"")
    }

    fn utf8(&self, at: usize, name: &str) -> Result<&'a str> {
        let bytes = self.record.get(at).unwrap_or(b"");
        std::str::from_utf8(bytes)
            .map_err(|_| Error::field(self.line, name, String::from_utf8_lossy(bytes), "UTF-8"))
    }

    #[inline]
    fn text(&self, field: Field) -> Result<&'a str> {
        self.places
            .of(field)
            .map_or(Ok(""), |at| self.utf8(at, self.columns.name(field)))
    }

    #[cold]
    fn bad(&self, field: Field, expected: impl Into<Cow<'static, str>>) -> Error {
        Error::field(
            self.line,
            self.columns.name(field),
            String::from_utf8_lossy(self.bytes(field)),
            expected,
        )
    }

    #[inline]
    fn kind(&self) -> Result<Kind> {
        let name = self.bytes(Field::Kind);
        let found = Kind::ALL
            .iter()
            .find(|(known, _)| known.as_bytes() == name)
            .map(|&(_, kind)| kind);
        found.ok_or_else(|| self.bad(Field::Kind, Kind::ALL.map(|(name, _)| name).join(", ")))
    }

    #[inline]
    fn person(&self, events: &mut Events) -> Result<u64> {
        if let Some(hasher) = self.columns.identifiers() {
            return self.identify(hasher, events);
        }
        if let Some(number) = plain_number(self.bytes(Field::Person)) {
            return Ok(number);
        }
        match self.text(Field::Person)? {
            "" => Err(self.bad(Field::Person, "any text or integer")),
            text => events.people_mut().text(text),
        }
    }

    /// Hashes the row's identifiers; their person is resolved later.
    fn identify(&self, hasher: &Pseudonymiser, events: &mut Events) -> Result<u64> {
        for &(kind, at) in &self.places.identifiers {
            let value = self.utf8(at, hasher.name(kind))?;
            if !value.is_empty() {
                let identifier = hasher
                    .of_kind(kind, value)
                    .ok_or_else(|| self.columns.bad_identifier(self.line, kind, value))?;
                events.identifiers_mut().add(identifier);
            }
        }
        if events.identifiers_mut().end_row() == 0 {
            return Err(self.columns.no_identifier(self.line));
        }
        Ok(0)
    }

    /// The zone of a timestamp without offset.
    fn zone(&self) -> Result<Option<TimeZone>> {
        let name = self
            .places
            .zone
            .map_or(Ok(""), |at| self.utf8(at, self.columns.zone_column()))?;
        zone_of(name, self.line, self.columns)
    }

    #[inline]
    fn amount(&self, field: Field, kind: Kind) -> Result<f64> {
        let bytes = self.bytes(field);
        if bytes.is_empty() && matches!((field, kind), (Field::Value, Kind::Survey)) {
            return Ok(f64::NAN);
        }
        if matches!(bytes, b"" | b"0" | b"0.0") {
            return Ok(0.0);
        }
        let amount = std::str::from_utf8(bytes)
            .ok()
            .and_then(|text| text.parse().ok());
        let amount = amount.ok_or_else(|| self.bad(field, "a number"))?;
        check_amount(
            self.line,
            self.columns.name(field),
            amount,
            matches!((field, kind), (Field::Value, Kind::Return)),
        )?;
        Ok(amount)
    }

    fn interaction(&self) -> Result<Option<Interaction>> {
        match self.bytes(Field::Interaction) {
            b"" => Ok(None),
            b"click" => Ok(Some(Interaction::Click)),
            b"view" => Ok(Some(Interaction::View)),
            _ => Err(self.bad(Field::Interaction, "click, view, or nothing")),
        }
    }

    fn optional(&self, field: Field, table: &mut Interner) -> Result<u32> {
        match self.text(field)? {
            "" => Ok(NO_TEXT),
            text => table.intern(text),
        }
    }
}
