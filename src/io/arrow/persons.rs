//! The persons of a record batch, some of which may be missing.

use crate::error::Result;
use crate::event::person::PersonTable;
use crate::event::{Events, PersonKey};
use crate::io::arrow::arrays::{integers, map_texts, plain_persons};
use crate::io::arrow::source::Source;
use crate::io::places::Field;

/// What a field says.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stated<T> {
    Missing,
    Placeholder,
    Known(T),
}

/// The persons of all rows.
pub(super) enum Persons {
    /// Nobody is missing.
    Known(Vec<u64>),
    Mixed(Vec<Stated<u64>>),
}

impl From<Vec<Stated<u64>>> for Persons {
    fn from(stated: Vec<Stated<u64>>) -> Self {
        let code = |person: &Stated<u64>| match person {
            Stated::Known(code) => Some(*code),
            _ => None,
        };
        match stated.iter().map(code).collect() {
            Some(codes) => Self::Known(codes),
            None => Self::Mixed(stated),
        }
    }
}

impl Source<'_> {
    /// The persons' codes.
    pub(super) fn persons(&self, events: &mut Events) -> Result<Persons> {
        let Some(array) = self.array(Field::Person) else {
            return Ok(Persons::Known(Vec::new()));
        };
        if let Some(codes) = plain_persons(array, events.placeholders()) {
            return Ok(Persons::Known(codes));
        }
        let stated: Vec<Stated<u64>> = match integers(array) {
            Some(numbers) => numbers
                .map(|number| person_of_number(number, events))
                .collect::<Result<_>>()?,
            None => {
                let (name, missing) = (self.columns.name(Field::Person), Stated::Missing);
                map_texts(array, name, missing, |text| {
                    person_of_text(self.trimmed(text), events)
                })?
            }
        };
        Ok(stated.into())
    }
}

fn person_of_number(number: Option<i128>, events: &mut Events) -> Result<Stated<u64>> {
    match number.map(u64::try_from) {
        None => Ok(Stated::Missing),
        Some(Ok(number)) if events.placeholders().has_number(number) => Ok(Stated::Placeholder),
        Some(Ok(number)) if number < PersonTable::TEXT => Ok(Stated::Known(number)),
        Some(_) => person_of_text(&number.unwrap_or_default().to_string(), events),
    }
}

fn person_of_text(text: &str, events: &mut Events) -> Result<Stated<u64>> {
    if text.is_empty() {
        return Ok(Stated::Missing);
    }
    if events.placeholders().has(text.as_bytes()) {
        return Ok(Stated::Placeholder);
    }
    let code = events.people_mut().code(PersonKey::from(text))?;
    Ok(Stated::Known(code))
}
