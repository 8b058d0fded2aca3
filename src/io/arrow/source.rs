//! The columns of a record batch, read and checked one by one.

use crate::channel::ChannelId;
use crate::error::{Error, Result};
use crate::event::details::{NO_TEXT, TextColumn};
use crate::event::{Events, Interaction, Kind};
use crate::io::arrow::arrays::{map_texts, numbers, text_at, wrong_type};
use crate::io::columns::EventColumns;
use crate::io::places::{Field, Places};
use crate::time::limits::{LARGEST, check_amount};
use crate::util::interner::Interner;
use arrow_array::{Array, RecordBatch};
use std::borrow::Cow;
use std::cell::Cell;

/// A batch, and the places of its columns.
pub(super) struct Source<'a> {
    pub(super) batch: &'a RecordBatch,
    pub(super) columns: &'a EventColumns,
    pub(super) places: Places,
    /// The number of rows ahead in the file.
    before: u64,
    /// Whether some text had blanks around it.
    blanks: Cell<bool>,
}

/// The places of the columns in a batch.
///
/// # Errors
/// If the batch lacks a required column.
pub(super) fn places(batch: &RecordBatch, columns: &EventColumns) -> Result<Places> {
    let schema = batch.schema();
    let names = schema.fields().iter().map(|field| field.name().as_str());
    columns.find(&names.collect::<Vec<&str>>())
}

impl<'a> Source<'a> {
    pub(super) fn new(
        batch: &'a RecordBatch,
        columns: &'a EventColumns,
        places: Places,
        before: u64,
    ) -> Self {
        Self {
            batch,
            columns,
            places,
            before,
            blanks: Cell::new(false),
        }
    }

    /// The number of a row in the file, from 1.
    pub(super) fn line(&self, row: usize) -> u64 {
        self.before + row as u64 + 1
    }

    pub(super) fn array(&self, field: Field) -> Option<&'a dyn Array> {
        self.places
            .of(field)
            .map(|at| self.batch.column(at).as_ref())
    }

    pub(super) fn bad(
        &self,
        row: usize,
        field: Field,
        value: impl ToString,
        expected: impl Into<Cow<'static, str>>,
    ) -> Error {
        Error::field(
            self.line(row),
            self.columns.name(field),
            value.to_string(),
            expected,
        )
    }

    pub(super) fn kinds(&self) -> Result<Vec<Kind>> {
        let Some(array) = self.array(Field::Kind) else {
            return Ok(Vec::new());
        };
        let kinds = map_texts(array, self.columns.name(Field::Kind), None, |text| {
            Ok(Kind::from_name(text))
        })?;
        if let Some(row) = kinds.iter().position(Option::is_none) {
            return Err(self.bad(
                row,
                Field::Kind,
                text_at(array, row),
                Kind::ALL.map(|(name, _)| name).join(", "),
            ));
        }
        Ok(kinds
            .into_iter()
            .map(|kind| kind.unwrap_or(Kind::Touch))
            .collect())
    }

    pub(super) fn channels(&self, kinds: &[Kind], events: &mut Events) -> Result<Vec<ChannelId>> {
        let Some(array) = self.array(Field::Channel) else {
            return Ok(Vec::new());
        };
        let ids = map_texts(
            array,
            self.columns.name(Field::Channel),
            ChannelId::NONE,
            |name| events.intern_channel(self.trimmed(name)),
        )?;
        let lacks =
            |(&id, &kind): (&ChannelId, &Kind)| (id == ChannelId::NONE) & (kind == Kind::Touch);
        if ids
            .iter()
            .zip(kinds)
            .fold(false, |any, row| any | lacks(row))
        {
            let row = ids.iter().zip(kinds).position(lacks).unwrap_or(0);
            return Err(self.bad(
                row,
                Field::Channel,
                "",
                "any text; only a conversion may have none",
            ));
        }
        Ok(ids)
    }

    pub(super) fn interactions(&self, keeps: &[bool]) -> Result<Vec<Option<Interaction>>> {
        let Some(array) = self.array(Field::Interaction) else {
            return Ok(Vec::new());
        };
        let read = map_texts(
            array,
            self.columns.name(Field::Interaction),
            Ok(None),
            |text| match text {
                "" => Ok(Ok(None)),
                "click" => Ok(Ok(Some(Interaction::Click))),
                "view" => Ok(Ok(Some(Interaction::View))),
                other => Ok(Err(other.to_owned())),
            },
        )?;
        let check = |(row, read): (usize, std::result::Result<Option<Interaction>, String>)| {
            let refused =
                |text: String| self.bad(row, Field::Interaction, text, "click, view, or nothing");
            if keeps[row] {
                read.map_err(refused)
            } else {
                Ok(None)
            }
        };
        read.into_iter().enumerate().map(check).collect()
    }

    /// Amounts of money; empty where there is no such column.
    pub(super) fn amounts(
        &self,
        field: Field,
        kinds: &[Kind],
        keeps: &[bool],
    ) -> Result<Cow<'a, [f64]>> {
        let Some(array) = self.array(field) else {
            return Ok(Cow::Borrowed(&[]));
        };
        let amounts = numbers(array)
            .ok_or_else(|| wrong_type(self.columns.name(field), array, "a number"))?;
        let good = |amount: &f64| (0.0..=LARGEST).contains(amount);
        if !amounts.iter().fold(true, |all, amount| all & good(amount)) {
            for (row, amount) in amounts.iter().enumerate().filter(|(row, _)| keeps[*row]) {
                let signed = matches!((field, kinds[row]), (Field::Value, Kind::Return));
                check_amount(self.line(row), self.columns.name(field), *amount, signed)?;
            }
        }
        match array
            .logical_nulls()
            .filter(|_| matches!(field, Field::Value))
        {
            Some(nulls) => {
                let stated = |(row, &amount): (usize, &f64)| match nulls.is_null(row) {
                    true => unstated(kinds[row]),
                    false => amount,
                };
                Ok(amounts.iter().enumerate().map(stated).collect())
            }
            None => Ok(amounts),
        }
    }

    /// The text without blanks around it.
    #[inline]
    pub(super) fn trimmed<'t>(&self, text: &'t str) -> &'t str {
        let trimmed = text.trim();
        if trimmed.len() < text.len() {
            self.blanks.set(true);
        }
        trimmed
    }

    /// Counts the texts that had blanks around them, in rows whose kind is kept; without a second
    /// pass where none had.
    pub(super) fn count_blanks(&self, kinds: &[Kind], events: &mut Events) {
        if !self.blanks.get() {
            return;
        }
        let has_blanks = |text: &str| Ok(text.trim().len() < text.len());
        let count = |at: usize, counts: &dyn Fn(Kind) -> bool| {
            let array = self.batch.column(at).as_ref();
            // a column of integers has none
            let blank = map_texts(array, "", false, has_blanks).unwrap_or_default();
            let rows = blank.iter().zip(kinds);
            rows.filter(|(blank, kind)| **blank && counts(**kind))
                .count() as u64
        };
        let keeps = |kind: Kind| events.keeps(kind);
        let of_all = [Field::Person, Field::Channel].map(|field| self.places.of(field));
        let identifiers = self.places.identifiers.iter().map(|&(_, at)| at);
        let all = of_all.into_iter().flatten().chain(identifiers);
        let of_all: u64 = all.map(|at| count(at, &keeps)).sum();
        let keeps_details = |kind: Kind| kind != Kind::Touch && events.keeps(kind);
        let of_details = [Field::Goal, Field::OrderId].map(|field| self.places.of(field));
        let details = of_details.into_iter().flatten();
        let of_details: u64 = details.map(|at| count(at, &keeps_details)).sum();
        events.cleaned_mut().blanks += of_all + of_details;
    }

    /// Goals, numbered in the table of the row's kind: surveys and cases have a table of their own.
    /// Rows that are not kept have none.
    pub(super) fn goals(&self, kinds: &[Kind], events: &mut Events) -> Result<Vec<u32>> {
        if kinds.iter().all(|kind| kind.is_used()) {
            return self.texts_of(Field::Goal, events.goals_mut(Kind::Conversion));
        }
        let Some(array) = self.array(Field::Goal) else {
            return Ok(Vec::new());
        };
        let texts = map_texts(
            array,
            self.columns.name(Field::Goal),
            String::new(),
            |text| Ok(text.to_owned()),
        )?;
        let code = |(text, &kind): (String, &Kind)| match self.trimmed(&text) {
            text if text.is_empty() || !events.keeps(kind) => Ok(NO_TEXT),
            text => events.goals_mut(kind).intern(text),
        };
        texts.into_iter().zip(kinds).map(code).collect()
    }

    pub(super) fn texts_of(&self, field: Field, table: &mut Interner) -> Result<Vec<u32>> {
        let Some(array) = self.array(field) else {
            return Ok(Vec::new());
        };
        let intern = |text: &str| {
            let text = self.trimmed(text);
            if text.is_empty() {
                Ok(NO_TEXT)
            } else {
                table.intern(text)
            }
        };
        map_texts(array, self.columns.name(field), NO_TEXT, intern)
    }

    pub(super) fn named_texts(&self, events: &mut Events) -> Result<Vec<Vec<u32>>> {
        let read = |(column, &at): (&mut TextColumn, &usize)| {
            let array = self.batch.column(at).as_ref();
            let empty = column.texts.intern("")?;
            map_texts(array, &column.name, empty, |text| column.texts.intern(text))
        };
        events
            .text_columns_mut()
            .zip(&self.places.texts)
            .map(read)
            .collect()
    }
}

/// What a row states whose value is missing: nothing was answered, or nothing was paid.
pub(super) fn unstated(kind: Kind) -> f64 {
    if kind == Kind::Survey { f64::NAN } else { 0.0 }
}
