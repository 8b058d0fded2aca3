//! Event logs from Arrow record batches.

use crate::channel::ChannelId;
use crate::error::{Error, Result};
use crate::event::PersonKey;
use crate::event::log::{NO_TEXT, Sale};
use crate::event::person::PersonTable;
use crate::event::{Events, Interaction, Kind};
use crate::identity::{Identifier, Pseudonymiser};
use crate::io::columns::{EventColumns, Field, Places, zone_of};
use crate::io::timestamp;
use crate::time::limits::{LARGEST, bad_time, check_amount, second};
use crate::util::interner::Interner;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use std::borrow::Cow;

impl Events {
    /// Adds the rows of a record batch, whose columns are named as `columns` say: persons as
    /// integers or text, timestamps as integers (epoch seconds), Arrow timestamps of any unit or
    /// RFC 3339 text, channels and other texts plain or as dictionaries, amounts as any number. A
    /// null is an empty field.
    ///
    /// # Errors
    /// The row, counted from 1 in the batch, with its column, its value and what is expected; a
    /// missing column, or one of another type. The log then holds the rows of earlier batches only.
    ///
    /// ```
    /// use arrow_array::{ArrayRef, RecordBatch, StringArray, UInt64Array, Int64Array};
    /// use mixtouch::Events;
    /// use mixtouch::io::EventColumns;
    /// use std::sync::Arc;
    ///
    /// let batch = RecordBatch::try_from_iter([
    ///     ("person", Arc::new(UInt64Array::from(vec![7, 7])) as ArrayRef),
    ///     ("timestamp", Arc::new(Int64Array::from(vec![1_767_225_600, 1_767_229_200])) as ArrayRef),
    ///     ("channel", Arc::new(StringArray::from(vec![Some("search"), None])) as ArrayRef),
    ///     ("kind", Arc::new(StringArray::from(vec!["touch", "conversion"])) as ArrayRef),
    /// ])?;
    /// let mut log = Events::new();
    /// log.extend_from_record_batch(&batch, &EventColumns::default())?;
    /// assert_eq!(log.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn extend_from_record_batch(
        &mut self,
        batch: &RecordBatch,
        columns: &EventColumns,
    ) -> Result<()> {
        let all = self.keeps(Kind::Survey).then(|| columns.clone().keep_all());
        let columns = all.as_ref().unwrap_or(columns);
        let mut read = columns.log();
        extend(&mut read, batch, columns, 0)?;
        if self.is_empty() && self.columns.is_empty() {
            let ignored_rows = self.ignored_rows();
            *self = read;
            self.add_passed_over(ignored_rows);
            return Ok(());
        }
        self.append(&read)
    }
}

/// Adds the rows of a batch, of which `before` rows stand ahead in the file. After an error the log
/// is good for nothing.
pub(super) fn extend(
    events: &mut Events,
    batch: &RecordBatch,
    columns: &EventColumns,
    before: u64,
) -> Result<()> {
    let schema = batch.schema();
    let header: Vec<&str> = schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    let source = Source {
        batch,
        columns,
        places: columns.find(&header)?,
        before,
    };
    let kinds = source.kinds()?;
    let keeps: Vec<bool> = kinds.iter().map(|&kind| events.keeps(kind)).collect();
    let times = source.times(&keeps)?;
    let persons = match columns.identifiers() {
        Some(hasher) => source.identify(hasher, &keeps, events)?,
        None => source.persons(&keeps, &mut events.people)?,
    };
    let channels = source.channels(&kinds, events)?;
    let interactions = source.interactions(&keeps)?;
    let (values, costs) = (
        source.amounts(Field::Value, &kinds, &keeps)?,
        source.amounts(Field::Cost, &kinds, &keeps)?,
    );
    let goals = source.goals(&kinds, events)?;
    let orders = source.texts_of(Field::OrderId, &mut events.orders)?;
    let texts = source.named_texts(events)?;

    let rows = Kept::of(&keeps);
    if let Kept::Some(_) = rows {
        kinds
            .iter()
            .zip(&keeps)
            .filter(|(_, keeps)| !**keeps)
            .for_each(|(&kind, _)| events.pass_over(kind));
    }
    let (first, mut at) = (events.len(), 0);
    rows.each(|row| {
        if kinds[row] != Kind::Touch {
            let value = values.get(row).copied().unwrap_or(0.0);
            let code = |codes: &[u32]| codes.get(row).copied().unwrap_or(NO_TEXT);
            let sale = Sale {
                row: first + at,
                value,
                goal: code(&goals),
                order: code(&orders),
            };
            let list = if kinds[row] == Kind::Conversion {
                &mut events.sales
            } else {
                &mut events.others
            };
            list.push(sale);
        }
        at += 1;
    });
    let kinds: Vec<(Kind, Option<Interaction>)> = match interactions.is_empty() {
        true => kinds.iter().map(|&kind| (kind, None)).collect(),
        false => kinds.iter().copied().zip(interactions).collect(),
    };
    rows.extend(&mut events.kind, &kinds);
    rows.extend(&mut events.person, &persons);
    rows.extend(&mut events.time, &times);
    rows.extend(&mut events.channel, &channels);
    if costs.iter().any(|&cost| cost != 0.0) {
        events.cost.resize(first, 0.0);
        rows.extend(&mut events.cost, &costs);
    } else if !events.cost.is_empty() {
        events.cost.resize(events.person.len(), 0.0);
    }
    for (column, codes) in events.columns.iter_mut().zip(texts) {
        rows.extend(&mut column.codes, &codes);
    }
    Ok(())
}

/// The rows of a batch that are kept.
enum Kept {
    All(usize),
    Some(Vec<usize>),
}

impl Kept {
    fn of(keeps: &[bool]) -> Self {
        // without a branch a row, as in the other checks of whole columns
        match keeps.iter().fold(true, |all, keeps| all & keeps) {
            true => Self::All(keeps.len()),
            false => Self::Some((0..keeps.len()).filter(|&row| keeps[row]).collect()),
        }
    }

    fn each(&self, take: impl FnMut(usize)) {
        match self {
            Self::All(len) => (0..*len).for_each(take),
            Self::Some(rows) => rows.iter().copied().for_each(take),
        }
    }

    /// Adds a column's kept rows.
    fn extend<T: Copy>(&self, to: &mut Vec<T>, column: &[T]) {
        match self {
            Self::All(_) => to.extend_from_slice(column),
            Self::Some(rows) => to.extend(rows.iter().map(|&row| column[row])),
        }
    }
}

/// One batch and what is known of it.
struct Source<'a> {
    batch: &'a RecordBatch,
    columns: &'a EventColumns,
    places: Places,
    before: u64,
}

impl<'a> Source<'a> {
    fn array(&self, field: Field) -> Option<&'a dyn Array> {
        self.places
            .of(field)
            .map(|at| self.batch.column(at).as_ref())
    }

    fn bad(
        &self,
        row: usize,
        field: Field,
        value: impl ToString,
        expected: impl Into<Cow<'static, str>>,
    ) -> Error {
        Error::field(
            self.before + row as u64 + 1,
            self.columns.name(field),
            value.to_string(),
            expected,
        )
    }

    fn kinds(&self) -> Result<Vec<Kind>> {
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

    fn times(&self, keeps: &[bool]) -> Result<Vec<u32>> {
        let Some(array) = self.array(Field::Timestamp) else {
            return Ok(Vec::new());
        };
        let name = self.columns.name(Field::Timestamp);
        let per_second = match array.data_type() {
            DataType::Timestamp(TimeUnit::Millisecond, _) => 1_000,
            DataType::Timestamp(TimeUnit::Microsecond, _) => 1_000_000,
            DataType::Timestamp(TimeUnit::Nanosecond, _) => 1_000_000_000,
            _ => 1,
        };
        if let Some(times) = plain_seconds(array) {
            return Ok(times);
        }
        if let Some(numbers) = integers(array) {
            let time = |(row, number): (usize, Option<i128>)| match number {
                Some(number) => {
                    let seconds = i64::try_from(number.div_euclid(per_second)).unwrap_or(i64::MAX);
                    second(seconds)
                        .ok_or_else(|| bad_time(self.before + row as u64 + 1, name, seconds))
                }
                None => Err(self.bad(row, Field::Timestamp, "", "a time")),
            };
            return numbers
                .enumerate()
                .map(|(row, number)| {
                    if keeps[row] {
                        time((row, number))
                    } else {
                        Ok(0)
                    }
                })
                .collect();
        }
        let (zones, texts) = (
            self.zones()?,
            map_texts(array, name, String::new(), |text| Ok(text.to_owned()))?,
        );
        let parse = |(row, text): (usize, String)| {
            if !keeps[row] {
                return Ok(0);
            }
            let line = self.before + row as u64 + 1;
            let zone = || {
                zone_of(
                    zones.get(row).map_or("", String::as_str),
                    line,
                    self.columns,
                )
            };
            timestamp::parse_in(text.as_bytes(), line, name, zone)
        };
        texts.into_iter().enumerate().map(parse).collect()
    }

    /// The zones that rows name.
    fn zones(&self) -> Result<Vec<String>> {
        let Some(at) = self.places.zone else {
            return Ok(Vec::new());
        };
        map_texts(
            self.batch.column(at).as_ref(),
            self.columns.zone_column(),
            String::new(),
            |text| Ok(text.to_owned()),
        )
    }

    /// Hashes the identifiers of the rows that are kept; whose they are is yet to be found.
    fn identify(
        &self,
        hasher: &Pseudonymiser,
        keeps: &[bool],
        events: &mut Events,
    ) -> Result<Vec<u64>> {
        let mut columns: Vec<Vec<Option<Identifier>>> = Vec::new();
        for &(kind, at) in &self.places.identifiers {
            let array = self.batch.column(at).as_ref();
            let hash = |text: &str| {
                if text.is_empty() {
                    Some(None)
                } else {
                    hasher.of_kind(kind, text).map(Some)
                }
            };
            let read: Vec<Option<Option<Identifier>>> = match integers(array) {
                Some(numbers) => numbers
                    .map(|number| number.map_or(Some(None), |number| hash(&number.to_string())))
                    .collect(),
                None => map_texts(array, hasher.name(kind), Some(None), |text| Ok(hash(text)))?,
            };
            let check = |(row, read): (usize, Option<Option<Identifier>>)| {
                let refused = || {
                    self.columns.bad_identifier(
                        self.before + row as u64 + 1,
                        kind,
                        &text_at(array, row),
                    )
                };
                if keeps[row] {
                    read.ok_or_else(refused)
                } else {
                    Ok(None)
                }
            };
            columns.push(
                read.into_iter()
                    .enumerate()
                    .map(check)
                    .collect::<Result<_>>()?,
            );
        }
        for row in (0..keeps.len()).filter(|&row| keeps[row]) {
            columns
                .iter()
                .filter_map(|column| column[row])
                .for_each(|identifier| events.identifiers.add(identifier));
            if events.identifiers.end_row() == 0 {
                return Err(self.columns.no_identifier(self.before + row as u64 + 1));
            }
        }
        Ok(vec![0; keeps.len()])
    }

    fn persons(&self, keeps: &[bool], people: &mut PersonTable) -> Result<Vec<u64>> {
        let Some(array) = self.array(Field::Person) else {
            return Ok(Vec::new());
        };
        if let Some(codes) = plain_persons(array) {
            return Ok(codes);
        }
        let missing = |row: usize| self.bad(row, Field::Person, "", "any text or integer");
        if let Some(numbers) = integers(array) {
            let code = |(row, number): (usize, Option<i128>)| match number.map(u64::try_from) {
                Some(Ok(number)) if number < PersonTable::TEXT => Ok(number),
                Some(_) => people.code(PersonKey::from(&number.unwrap_or_default().to_string())),
                None if keeps[row] => Err(missing(row)),
                None => Ok(0),
            };
            return numbers.enumerate().map(code).collect();
        }
        let codes = map_texts(array, self.columns.name(Field::Person), None, |text| {
            if text.is_empty() {
                Ok(None)
            } else {
                people.code(text.into()).map(Some)
            }
        })?;
        let code = |(row, code): (usize, Option<u64>)| match code {
            Some(code) => Ok(code),
            None if keeps[row] => Err(missing(row)),
            None => Ok(0),
        };
        codes.into_iter().enumerate().map(code).collect()
    }

    fn channels(&self, kinds: &[Kind], events: &mut Events) -> Result<Vec<ChannelId>> {
        let Some(array) = self.array(Field::Channel) else {
            return Ok(Vec::new());
        };
        let ids = map_texts(
            array,
            self.columns.name(Field::Channel),
            ChannelId::NONE,
            |name| events.intern_channel(name),
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

    fn interactions(&self, keeps: &[bool]) -> Result<Vec<Option<Interaction>>> {
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

    /// Amounts of money; nothing where there is no such column.
    fn amounts(&self, field: Field, kinds: &[Kind], keeps: &[bool]) -> Result<Cow<'a, [f64]>> {
        let Some(array) = self.array(field) else {
            return Ok(Cow::Borrowed(&[]));
        };
        let amounts = numbers(array)
            .ok_or_else(|| wrong_type(self.columns.name(field), array, "a number"))?;
        let good = |amount: &f64| (0.0..=LARGEST).contains(amount);
        if !amounts.iter().fold(true, |all, amount| all & good(amount)) {
            for (row, amount) in amounts.iter().enumerate().filter(|(row, _)| keeps[*row]) {
                let signed = matches!((field, kinds[row]), (Field::Value, Kind::Return));
                check_amount(
                    self.before + row as u64 + 1,
                    self.columns.name(field),
                    *amount,
                    signed,
                )?;
            }
        }
        Ok(amounts)
    }

    /// Goals in the table that the row's kind has: surveys and cases have theirs apart from
    /// conversions, and none where they are passed over.
    fn goals(&self, kinds: &[Kind], events: &mut Events) -> Result<Vec<u32>> {
        if kinds.iter().all(|kind| kind.is_used()) {
            return self.texts_of(Field::Goal, &mut events.goals);
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
        let code = |(text, &kind): (String, &Kind)| match text.as_str() {
            text if text.is_empty() || !events.keeps(kind) => Ok(NO_TEXT),
            text => events.goals_of(kind).intern(text),
        };
        texts.into_iter().zip(kinds).map(code).collect()
    }

    fn texts_of(&self, field: Field, table: &mut Interner) -> Result<Vec<u32>> {
        let Some(array) = self.array(field) else {
            return Ok(Vec::new());
        };
        let intern = |text: &str| {
            if text.is_empty() {
                Ok(NO_TEXT)
            } else {
                table.intern(text)
            }
        };
        map_texts(array, self.columns.name(field), NO_TEXT, intern)
    }

    fn named_texts(&self, events: &mut Events) -> Result<Vec<Vec<u32>>> {
        let read = |(column, &at): (&mut crate::event::log::Column, &usize)| {
            let array = self.batch.column(at).as_ref();
            let empty = column.texts.intern("")?;
            map_texts(array, &column.name, empty, |text| column.texts.intern(text))
        };
        events
            .columns
            .iter_mut()
            .zip(&self.places.texts)
            .map(read)
            .collect()
    }
}

#[cold]
fn wrong_type(column: &str, array: &dyn Array, expected: &'static str) -> Error {
    Error::setting(
        format!("the type of column {column}"),
        array.data_type(),
        expected,
    )
}

/// The usual case, without a branch a row: 64-bit seconds, no null, all within what a log can hold.
fn plain_seconds(array: &dyn Array) -> Option<Vec<u32>> {
    if array.null_count() > 0 {
        return None;
    }
    let seconds = array.as_primitive_opt::<Int64Type>()?.values();
    let beyond = seconds
        .iter()
        .fold(0, |bits, &second| bits | second as u64 >> 32);
    (beyond == 0).then(|| seconds.iter().map(|&second| second as u32).collect())
}

/// The usual case for persons: 64-bit integers, no null, none among the codes kept for texts.
fn plain_persons(array: &dyn Array) -> Option<Vec<u64>> {
    if array.null_count() > 0 {
        return None;
    }
    let codes: Vec<u64> = match array.data_type() {
        DataType::UInt64 => array.as_primitive::<UInt64Type>().values().to_vec(),
        DataType::Int64 => array
            .as_primitive::<Int64Type>()
            .values()
            .iter()
            .map(|&number| number as u64)
            .collect(),
        _ => return None,
    };
    (codes.iter().fold(0, |most, &code| code.max(most)) < PersonTable::TEXT).then_some(codes)
}

/// The integers of a column of any integer or timestamp type.
fn integers(array: &dyn Array) -> Option<Box<dyn Iterator<Item = Option<i128>> + '_>> {
    fn of<T: ArrowPrimitiveType<Native: Into<i128>>>(
        array: &dyn Array,
    ) -> Box<dyn Iterator<Item = Option<i128>> + '_> {
        Box::new(
            array
                .as_primitive::<T>()
                .iter()
                .map(|number| number.map(Into::into)),
        )
    }
    Some(match array.data_type() {
        DataType::UInt64 => of::<UInt64Type>(array),
        DataType::Int64 => of::<Int64Type>(array),
        DataType::UInt32 => of::<UInt32Type>(array),
        DataType::Int32 => of::<Int32Type>(array),
        DataType::UInt16 => of::<UInt16Type>(array),
        DataType::Int16 => of::<Int16Type>(array),
        DataType::UInt8 => of::<UInt8Type>(array),
        DataType::Int8 => of::<Int8Type>(array),
        DataType::Timestamp(TimeUnit::Second, _) => of::<TimestampSecondType>(array),
        DataType::Timestamp(TimeUnit::Millisecond, _) => of::<TimestampMillisecondType>(array),
        DataType::Timestamp(TimeUnit::Microsecond, _) => of::<TimestampMicrosecondType>(array),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => of::<TimestampNanosecondType>(array),
        _ => return None,
    })
}

/// The numbers of a column, 0 where there is none.
fn numbers(array: &dyn Array) -> Option<Cow<'_, [f64]>> {
    Some(match array.data_type() {
        DataType::Float64 if array.null_count() == 0 => {
            Cow::Borrowed(array.as_primitive::<Float64Type>().values())
        }
        DataType::Float64 => array
            .as_primitive::<Float64Type>()
            .iter()
            .map(Option::unwrap_or_default)
            .collect(),
        DataType::Float32 => array
            .as_primitive::<Float32Type>()
            .iter()
            .map(|number| f64::from(number.unwrap_or_default()))
            .collect(),
        DataType::Null => Cow::Owned(vec![0.0; array.len()]),
        _ => integers(array)?
            .map(|number| number.unwrap_or_default() as f64)
            .collect(),
    })
}

/// What `map` makes of each text of a column, row by row.
fn map_each<'a, T>(
    array: &'a dyn Array,
    column: &str,
    mut map: impl FnMut(Option<&'a str>) -> Result<T>,
) -> Result<Vec<T>> {
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().map(map).collect(),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().map(map).collect(),
        DataType::Utf8View => array.as_string_view().iter().map(map).collect(),
        DataType::Null => (0..array.len()).map(|_| map(None)).collect(),
        _ => Err(wrong_type(column, array, "text")),
    }
}

/// What `map` makes of each text of a column, `none` of a null. Of a dictionary each text that a
/// row uses is mapped once, and the rows looked up without a branch.
fn map_texts<T: Clone>(
    array: &dyn Array,
    column: &str,
    none: T,
    mut map: impl FnMut(&str) -> Result<T>,
) -> Result<Vec<T>> {
    let mut each = |text: Option<&str>| text.map_or_else(|| Ok(none.clone()), &mut map);
    let Some(dictionary) = array
        .as_any_dictionary_opt()
        .filter(|dictionary| !dictionary.values().is_empty())
    else {
        return if array.null_count() == array.len() {
            Ok(vec![none; array.len()])
        } else {
            map_each(array, column, each)
        };
    };
    let texts = map_each(dictionary.values(), column, Ok)?;
    let keys: Cow<'_, [i32]> = match dictionary.keys().as_primitive_opt::<Int32Type>() {
        // as Parquet files come: without a copy of the keys
        Some(keys) if array.null_count() == 0 => Cow::Borrowed(keys.values()),
        Some(keys) => {
            let key = |(row, &key): (usize, &i32)| {
                if array.is_null(row) {
                    texts.len() as i32
                } else {
                    key
                }
            };
            keys.values().iter().enumerate().map(key).collect()
        }
        None => {
            let keys = dictionary.normalized_keys().into_iter().enumerate();
            keys.map(|(row, key)| {
                if array.is_null(row) {
                    texts.len() as i32
                } else {
                    key as i32
                }
            })
            .collect()
        }
    };
    let mut used = vec![false; texts.len() + 1];
    keys.iter().for_each(|&key| used[key as usize] = true);
    let known = texts
        .iter()
        .zip(&used)
        .map(|(text, used)| if *used { each(*text) } else { each(None) });
    let known: Vec<T> = known.chain([Ok(none.clone())]).collect::<Result<_>>()?;
    Ok(keys
        .iter()
        .map(|&key| known[key as usize].clone())
        .collect())
}

/// The text of one row, for a message.
fn text_at(array: &dyn Array, row: usize) -> String {
    let texts = map_texts(array.slice(row, 1).as_ref(), "", String::new(), |text| {
        Ok(text.to_owned())
    });
    texts
        .ok()
        .and_then(|mut texts| texts.pop())
        .unwrap_or_default()
}
