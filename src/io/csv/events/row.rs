//! One row of an event log in CSV.

use crate::error::{Error, Result};
use crate::event::details::NO_TEXT;
use crate::event::person::plain_number;
use crate::event::{Events, Identifier, Interaction, Kind, unknown_person};
use crate::identity::Pseudonymiser;
use crate::io::columns::{EventColumns, zone_of};
use crate::io::csv::events::fields::Fields;
use crate::io::places::{Field, Places};
use crate::io::timestamp;
use crate::time::TimeZone;
use crate::time::limits::check_amount;
use crate::util::interner::Interner;
use std::borrow::Cow;

/// One row of the file.
pub(super) struct Row<'a> {
    pub(super) fields: Fields<'a>,
    /// The line of the file, from 1.
    pub(super) line: u64,
    pub(super) columns: &'a EventColumns,
    pub(super) places: &'a Places,
}

impl<'a> Row<'a> {
    /// Adds the row to a log, or counts it where the log does not keep its kind.
    #[inline]
    pub(super) fn push(&self, events: &mut Events) -> Result<()> {
        self.check_width()?;
        let kind = self.kind()?;
        if !events.keeps(kind) {
            events.ignore(kind);
            return Ok(());
        }
        let known = self.person(events)?;
        let time = timestamp::parse_in(
            self.bytes(Field::Timestamp),
            self.line,
            self.columns.name(Field::Timestamp),
            self.columns.time_unit(),
            || self.zone(),
        )?;
        let channel = self.clean_text(Field::Channel, events)?;
        if channel.is_empty() && kind == Kind::Touch {
            return Err(self.bad(Field::Channel, "any text; only a conversion may have none"));
        }
        let (value, cost, interaction) = (
            self.amount(Field::Value, kind)?,
            self.amount(Field::Cost, kind)?,
            self.interaction()?,
        );
        let person = match known {
            Some(person) => person,
            None if kind == Kind::Conversion => {
                self.unknown_person(time, value, channel, events)?
            }
            None => {
                events.leave_out(kind, time, channel, cost);
                return Ok(());
            }
        };
        let channel = events.intern_channel(channel)?;
        let sale = match kind {
            Kind::Touch => None,
            _ => {
                let (goal, order) = self.goal_and_order(kind, events)?;
                Some((value, goal, order))
            }
        };
        for (column, &at) in events.text_columns_mut().zip(&self.places.texts) {
            let text = self.utf8(at, &column.name)?;
            let code = column.texts.intern(text)?;
            column.codes.push(code);
        }
        events.push_row(person, time, channel, kind, interaction, cost, sale);
        events.push_fraction(timestamp::fraction(
            self.bytes(Field::Timestamp),
            self.columns.time_unit(),
        ));
        Ok(())
    }

    #[inline]
    fn check_width(&self) -> Result<()> {
        let (own, header) = (self.fields.len(), self.places.width);
        if own == header {
            return Ok(());
        }
        Err(Error::Malformed {
            row: self.line,
            reason: format!("has {own} fields, the header has {header}"),
        })
    }

    /// The numbers of what the row has as goal and order.
    fn goal_and_order(&self, kind: Kind, events: &mut Events) -> Result<(u32, u32)> {
        let goal = self.clean_text(Field::Goal, events)?;
        let order = self.clean_text(Field::OrderId, events)?;
        let goal = optional(goal, events.goals_mut(kind))?;
        Ok((goal, optional(order, events.orders_mut())?))
    }

    #[inline]
    fn bytes(&self, field: Field) -> &'a [u8] {
        self.places
            .of(field)
            .and_then(|at| self.fields.get(at))
            .unwrap_or(b"")
    }

    fn utf8(&self, at: usize, name: &str) -> Result<&'a str> {
        let bytes = self.fields.get(at).unwrap_or(b"");
        std::str::from_utf8(bytes)
            .map_err(|_| Error::field(self.line, name, String::from_utf8_lossy(bytes), "UTF-8"))
    }

    #[inline]
    fn text(&self, field: Field) -> Result<&'a str> {
        self.places
            .of(field)
            .map_or(Ok(""), |at| self.utf8(at, self.columns.name(field)))
    }

    /// A text without blanks around it; counts it if there were any.
    #[inline]
    fn clean_text(&self, field: Field, events: &mut Events) -> Result<&'a str> {
        let text = self.text(field)?;
        Ok(events.cleaned_mut().trimmed_text(text))
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

    /// The person's code; none where the person is missing.
    #[inline]
    fn person(&self, events: &mut Events) -> Result<Option<u64>> {
        if let Some(hasher) = self.columns.identifiers() {
            return self.identify(hasher, events);
        }
        let key = events.cleaned_mut().trimmed(self.bytes(Field::Person));
        if events.is_missing(key) {
            return Ok(None);
        }
        if let Some(number) = plain_number(key) {
            return Ok(Some(number));
        }
        let text = std::str::from_utf8(key).map_err(|_| self.bad(Field::Person, "UTF-8"))?;
        events.people_mut().text(text).map(Some)
    }

    /// Hashes the row's identifiers; their person, 0 here, is resolved later. None where all are
    /// missing.
    fn identify(&self, hasher: &Pseudonymiser, events: &mut Events) -> Result<Option<u64>> {
        let mut found = false;
        for &(kind, at) in &self.places.identifiers {
            let value = self.utf8(at, hasher.name(kind))?;
            let value = events.cleaned_mut().trimmed_text(value);
            match hasher.of_kind(kind, value) {
                Some(identifier) => {
                    events.identifiers_mut().add(identifier);
                    found = true;
                }
                None => events.cleaned_mut().placeholders += u64::from(!value.is_empty()),
            }
        }
        if found {
            events.identifiers_mut().end_row();
        }
        Ok(found.then_some(0))
    }

    /// The person of a conversion that states none.
    fn unknown_person(
        &self,
        time: u32,
        value: f64,
        place: &str,
        events: &mut Events,
    ) -> Result<u64> {
        let (goal, order) = (self.text(Field::Goal)?, self.text(Field::OrderId)?);
        events.count_unknown(Kind::Conversion, time);
        let person = unknown_person(time, value, [place, goal.trim(), order.trim()]);
        if self.columns.identifiers().is_none() {
            return Ok(person);
        }
        events.identifiers_mut().add(Identifier::unknown(person));
        events.identifiers_mut().end_row();
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
}

fn optional(text: &str, table: &mut Interner) -> Result<u32> {
    if text.is_empty() {
        Ok(NO_TEXT)
    } else {
        table.intern(text)
    }
}
