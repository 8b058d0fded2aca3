//! Places of values in a row, and how the values are written there.

use crate::error::{Error, Result};
use crate::event::Kind;
use crate::io::mapping::column::MappedColumn;
use crate::io::mapping::text::{text_of, with_text};
use crate::io::record::{FieldPath, Value};
use crate::io::time_unit::TimeUnit;
use crate::io::values::number::NumberFormat;
use crate::io::values::time::{Moment, TimeFormat};
use crate::time::limits::check_amount;
use crate::time::{Day, TimeZone};
use crate::util::blanks::trimmed;
use std::borrow::Cow;

/// The decimal and the thousands sign of a file.
pub(super) type Signs = (char, Option<char>);

/// The places of one value in a row, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Slot {
    /// For messages: as the mapping writes it.
    pub(super) name: String,
    places: Vec<usize>,
    /// What the places are called, without what stands around it: `gclid` of `param:gclid`.
    keys: Vec<String>,
    constant: Option<String>,
    /// Texts that mean no value.
    none: Vec<String>,
    /// Whether the values of all places together are one.
    joins: bool,
    /// Whether a place is a key of a list, which rows have or have not.
    pub(super) is_entry: bool,
}

/// A place of times, and how they are written there.
#[derive(Debug)]
pub(super) struct Timed {
    pub(super) slot: Slot,
    format: TimeFormat,
    /// What plain numbers count from, where it is not 1970-01-01.
    origin: Option<(i64, TimeUnit)>,
}

/// A place of amounts, and how they are written there.
#[derive(Debug)]
pub(super) struct Amount {
    pub(super) slot: Slot,
    format: NumberFormat,
    /// Of a list: what stands between items and between their parts, and the part to sum.
    list: Option<(char, char, usize)>,
}

impl Slot {
    /// Whether rows can have a value here.
    pub(super) fn is_set(&self) -> bool {
        !self.places.is_empty() || self.constant.is_some()
    }

    /// Whether a file has one of the places, or needs none.
    pub(super) fn is_found(&self, found: &[bool]) -> bool {
        self.places.is_empty() || self.constant.is_some() || self.places.iter().any(|&at| found[at])
    }

    /// The numbers of its paths.
    #[cfg(feature = "parquet")]
    pub(super) fn places(&self) -> &[usize] {
        &self.places
    }

    /// The first value that is not missing.
    #[inline]
    pub(super) fn value<'v>(&'v self, row: &[Value<'v>]) -> Value<'v> {
        let stated = self.places.iter().map(|&at| row[at]);
        let found = stated.into_iter().find(|value| !self.is_none(*value));
        let constant = || self.constant.as_deref().map_or(Value::Missing, Value::Text);
        found.unwrap_or_else(constant)
    }

    /// The same as a text, empty where there is none.
    #[inline]
    pub(super) fn text<'v>(&'v self, row: &[Value<'v>]) -> Cow<'v, str> {
        if self.joins {
            return self.joined(row);
        }
        text_of(self.value(row))
    }

    /// The values of all places, empty where one is missing.
    fn joined<'v>(&'v self, row: &[Value<'v>]) -> Cow<'v, str> {
        let values: Vec<Value<'_>> = self.places.iter().map(|&at| row[at]).collect();
        if values.iter().any(|value| self.is_none(*value)) {
            return Cow::Borrowed("");
        }
        let texts: Vec<Cow<'_, str>> = values.into_iter().map(text_of).collect();
        Cow::Owned(texts.join("-"))
    }

    /// The first text that is none of the placeholders; the first one at all where all are.
    pub(super) fn text_unless<'v>(
        &'v self,
        row: &[Value<'v>],
        is_placeholder: impl Fn(&str) -> bool,
    ) -> Cow<'v, str> {
        if self.joins {
            return self.joined(row);
        }
        text_of(self.value_unless(row, is_placeholder))
    }

    /// The same as the value of one place.
    #[inline]
    fn value_unless<'v>(
        &'v self,
        row: &[Value<'v>],
        is_placeholder: impl Fn(&str) -> bool,
    ) -> Value<'v> {
        if self.places.len() < 2 {
            return self.value(row);
        }
        let mut first = None;
        for &at in &self.places {
            let value = row[at];
            if self.is_none(value) {
                continue;
            }
            if !with_text(value, &is_placeholder) {
                return value;
            }
            first.get_or_insert(value);
        }
        let constant = || self.constant.as_deref().map(Value::Text);
        constant().or(first).unwrap_or(Value::Missing)
    }

    /// What `take` makes of the text of [`Slot::text_unless`], which a number is written out for
    /// without memory of its own.
    #[inline]
    pub(super) fn with_text_unless<T>(
        &self,
        row: &[Value<'_>],
        is_placeholder: impl Fn(&str) -> bool,
        take: impl FnOnce(&str) -> T,
    ) -> T {
        if self.joins {
            return take(&self.joined(row));
        }
        with_text(self.value_unless(row, is_placeholder), take)
    }

    /// What the place of the row's value is called.
    pub(super) fn key(&self, row: &[Value<'_>]) -> &str {
        let mut places = self.places.iter().zip(&self.keys);
        let found = places.find(|(at, _)| !self.is_none(row[**at]));
        found.map_or("", |(_, key)| key)
    }

    #[inline]
    fn is_none(&self, value: Value<'_>) -> bool {
        match value {
            Value::Missing => true,
            Value::Text(text) => {
                let text = trimmed(text);
                text.is_empty() || self.none.iter().any(|none| none == text)
            }
            _ => false,
        }
    }
}

impl Timed {
    /// The time of a row.
    pub(super) fn read(&self, line: u64, row: &[Value<'_>]) -> Result<Moment> {
        let moment = self.read_if_any(line, row)?;
        moment.ok_or_else(|| Error::field(line, &*self.slot.name, "", "a time"))
    }

    /// The time of a row, if it has one.
    pub(super) fn read_if_any(&self, line: u64, row: &[Value<'_>]) -> Result<Option<Moment>> {
        let value = self.slot.value(row);
        let bad = |expected| Error::field(line, &*self.slot.name, text_of(value), expected);
        let value = match self.origin {
            Some((origin, unit)) => since(origin, unit, value).map_err(bad)?,
            None => value,
        };
        self.format.moment(value).map_err(bad)
    }

    /// The zone of times that state none.
    pub(super) fn zone(&self) -> TimeZone {
        self.format.zone.clone().unwrap_or_default()
    }

    /// The day of a second, in the zone of the times.
    pub(super) fn day(&self, second: u32) -> Result<Day> {
        let zone = self.format.zone.as_ref();
        let day = |zone: &TimeZone| zone.day_of(i64::from(second));
        zone.map_or_else(|| day(&TimeZone::default()), day)
    }
}

/// A number that counts from another day than 1970-01-01.
fn since(origin: i64, unit: TimeUnit, value: Value<'_>) -> Result<Value<'_>, Cow<'static, str>> {
    let count = match value {
        Value::Missing => return Ok(value),
        Value::Integer(count) => Some(count),
        other => text_of(other).trim().parse().ok(),
    };
    let shifted = count.and_then(|count| {
        let start = i128::from(origin) * unit.per_second();
        i64::try_from(start + i128::from(count)).ok()
    });
    shifted.map(Value::Integer).ok_or("a whole number".into())
}

impl Amount {
    /// The amount of a row, if it has one.
    pub(super) fn read(&self, line: u64, row: &[Value<'_>], kind: Kind) -> Result<Option<f64>> {
        let (name, value) = (&*self.slot.name, self.slot.value(row));
        let amount = match self.list {
            Some(list) => self.sum(list, &text_of(value)),
            None => self.format.number(value),
        };
        let bad = |expected| Error::field(line, name, text_of(value), expected);
        let amount = amount.map_err(bad)?;
        if let Some(amount) = amount {
            check_amount(line, name, amount, kind == Kind::Return)?;
        }
        Ok(amount)
    }

    /// The sum of one part of each item.
    fn sum(
        &self,
        (items, parts, part): (char, char, usize),
        text: &str,
    ) -> Result<Option<f64>, Cow<'static, str>> {
        let mut sum = None;
        for item in text.split(items) {
            let part = item.split(parts).nth(part - 1).unwrap_or_default();
            if let Some(amount) = self.format.parse(part)? {
                sum = Some(sum.unwrap_or(0.0) + amount);
            }
        }
        Ok(sum)
    }
}

/// Collects the paths that a mapping reads.
pub(super) struct Places {
    paths: Vec<FieldPath>,
    none: Vec<String>,
    signs: Signs,
}

impl Places {
    /// No paths yet, for files in which these texts mean no value, and amounts have these signs.
    pub(super) fn new(none: impl IntoIterator<Item = String>, signs: Signs) -> Self {
        Self {
            paths: Vec::new(),
            none: none
                .into_iter()
                .map(|text| text.trim().to_owned())
                .collect(),
            signs,
        }
    }

    fn place(&mut self, path: &str) -> usize {
        let known = self.paths.iter().position(|known| known.text == path);
        known.unwrap_or_else(|| {
            self.paths.push(FieldPath::new(path));
            self.paths.len() - 1
        })
    }

    pub(super) fn slot(&mut self, column: &MappedColumn) -> Slot {
        let own = column.none.0.iter().map(|text| text.trim().to_owned());
        let none = self.none.iter().cloned().chain(own).collect();
        Slot {
            none,
            ..self.bare_slot(column)
        }
    }

    /// A slot in which no text means that there is no value.
    pub(super) fn bare_slot(&mut self, column: &MappedColumn) -> Slot {
        Slot {
            name: column.paths().next().unwrap_or("constant").to_owned(),
            places: column.paths().map(|path| self.place(path)).collect(),
            keys: column.paths().map(|path| key(path).to_owned()).collect(),
            constant: column.constant.clone(),
            none: Vec::new(),
            joins: column.joins,
            is_entry: column
                .paths()
                .any(|path| FieldPath::new(path).entry().is_some()),
        }
    }

    /// # Errors
    /// If the unit, the zone, the origin or a format is unusable.
    pub(super) fn timed(&mut self, column: &MappedColumn) -> Result<Timed> {
        let slot = self.slot(column);
        let format = times(column).map_err(|error| said_of(&slot.name, error))?;
        let (format, origin) = format;
        Ok(Timed {
            slot,
            format,
            origin,
        })
    }

    /// # Errors
    /// If the unit or a sign is unusable.
    pub(super) fn amount(&mut self, column: &MappedColumn) -> Result<Amount> {
        let unit = column.unit.as_deref().map_or(Ok(1.0), |text| {
            let expected = "a number such as 1e-6 for millionths";
            let bad = |_| Error::setting("the unit of amounts", format!("{text:?}"), expected);
            text.trim().parse().map_err(bad)
        })?;
        let format = NumberFormat {
            decimal: column.decimal.unwrap_or(self.signs.0),
            thousands: column.thousands.or(self.signs.1),
            unit,
            ..NumberFormat::default()
        };
        format.check()?;
        Ok(Amount {
            slot: self.slot(column),
            format,
            list: column.list()?,
        })
    }

    pub(super) fn into_paths(self) -> Vec<FieldPath> {
        self.paths
    }
}

/// The last part of a path, without what connectors put before it: `gclid` of `param:gclid`,
/// `properties.gclid` and `param_gclid`.
fn key(path: &str) -> &str {
    let last = path.rsplit(['.', ':']).next().unwrap_or(path);
    last.strip_prefix("param_").unwrap_or(last)
}

/// How the times of a column are written, and what plain numbers count from.
type Times = (TimeFormat, Option<(i64, TimeUnit)>);

/// # Errors
/// If the unit, the zone, the origin or a format is unusable.
fn times(column: &MappedColumn) -> Result<Times> {
    let unit = column.unit.as_deref().map(str::parse).transpose()?;
    let zone = column.zone.as_deref().map(TimeZone::new).transpose()?;
    let origin = column.origin.as_deref().map(|text| {
        let day: Day = text.parse()?;
        Ok::<_, Error>((TimeZone::utc().start_of(day)?, unit.unwrap_or_default()))
    });
    let format = TimeFormat {
        unit,
        zone,
        formats: column.formats.clone(),
    };
    format.check()?;
    Ok((format, origin.transpose()?))
}

/// A setting's error, said of a column.
fn said_of(column: &str, error: Error) -> Error {
    match error {
        Error::Setting {
            name,
            value,
            expected,
        } => {
            let name = format!("{name} of the mapping's column {column:?}");
            Error::setting(name, value, expected)
        }
        other => other,
    }
}
