//! Packed persons to journeys, as many at a time as fit a few megabytes.

use crate::error::external;
use crate::packed::{self, NO_CHANNEL, Place, Row};
use crate::settings::LogSettings;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, DictionaryArray, Float64Array, Int32Array, RecordBatch, StringArray,
    StringBuilder, TimestampNanosecondArray, TimestampSecondArray,
};
use datafusion::arrow::compute::{cast, concat, take};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::error::Result;
use mixtouch::io::EventColumns;
use mixtouch::{Events, Interaction, JourneyBuilder, Journeys, Kind};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Rows, or persons, that are cut at once. More would take more memory, and fewer more merges of
/// evidence.
const ROWS: usize = 1 << 16;

/// Some persons' rows on their way to journeys.
#[derive(Debug)]
pub(crate) struct Chunk {
    settings: Arc<LogSettings>,
    fingerprint: u32,
    /// The persons so far, batch by batch.
    persons: Vec<ArrayRef>,
    /// How many they are.
    number: usize,
    columns: Columns,
    places: Vec<Place>,
}

impl Chunk {
    /// An empty chunk.
    pub(crate) fn new(settings: Arc<LogSettings>) -> Self {
        let columns = Columns {
            channels: settings.channels().len() as i32,
            ..Columns::default()
        };
        Self {
            fingerprint: settings.fingerprint(),
            settings,
            persons: Vec::new(),
            number: 0,
            columns,
            places: Vec::new(),
        }
    }

    /// Adds persons with all their packed rows.
    ///
    /// # Errors
    /// If rows were packed by other settings or are cut short.
    pub(crate) fn add(&mut self, persons: &ArrayRef, states: &ArrayRef) -> Result<()> {
        for (person, state) in (self.number..).zip(states.as_binary::<i64>()) {
            let Some(state) = state else {
                continue;
            };
            let columns = &mut self.columns;
            packed::each_row(state, self.fingerprint, &mut self.places, |row| {
                columns.push(person as i32, row);
            })?;
        }
        self.number += persons.len();
        self.persons.push(match persons.data_type() {
            DataType::Dictionary(_, values) => cast(persons, values)?,
            _ => Arc::clone(persons),
        });
        Ok(())
    }

    /// Whether the next persons belong to another chunk.
    pub(crate) fn is_full(&self) -> bool {
        self.columns.times.len().max(self.number) >= ROWS
    }

    /// About how many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        self.columns.times.len() * 32 + self.number * 24
    }

    /// The journeys of its persons.
    ///
    /// # Errors
    /// If the library cannot cut them.
    pub(crate) fn journeys(self) -> Result<Journeys> {
        let mut builder = JourneyBuilder::new(self.settings.options().clone());
        let channels = self.settings.channels();
        let names = channels.iter().map(String::as_str);
        builder.add_channels(names).map_err(external)?;
        if !self.columns.times.is_empty() {
            let batch = self.columns.batch(&self.persons, channels)?;
            let mut events = Events::new();
            events
                .extend_from_record_batch(&batch, &EventColumns::default())
                .map_err(external)?;
            drop(batch);
            builder.extend(&events).map_err(external)?;
        }
        builder.build().map_err(external)
    }
}

/// Rows on their way to the library's reader, a column each. Columns of what few logs state are
/// empty until a row states it, and may end early.
#[derive(Debug, Default)]
struct Columns {
    /// The places of the persons in their arrays.
    persons: Vec<i32>,
    times: Vec<i64>,
    /// Numbers of channels, then none, then places of sale.
    places: Vec<i32>,
    kinds: Vec<i32>,
    values: Vec<f64>,
    fractions: Vec<u32>,
    costs: Vec<f64>,
    interactions: Vec<i32>,
    goals: Texts,
    orders: Texts,
    /// How many channels there are.
    channels: i32,
    /// The numbers of the places of sale.
    sold_at: HashMap<String, i32>,
}

const KINDS: [&str; 2] = ["touch", "conversion"];
const INTERACTIONS: [&str; 3] = ["", "click", "view"];

impl Columns {
    #[inline]
    fn push(&mut self, person: i32, row: Row<'_>) {
        let at = self.times.len();
        let [place, goal, order] = row.texts;
        let place = match row.channel {
            NO_CHANNEL => self.place(place),
            channel => i32::from(channel),
        };
        self.persons.push(person);
        self.times.push(row.time.into());
        self.places.push(place);
        self.kinds.push((row.kind == Kind::Conversion).into());
        self.values.push(row.value);
        if row.fraction > 0 {
            put(&mut self.fractions, at, row.fraction);
        }
        if row.cost != 0.0 {
            put(&mut self.costs, at, row.cost);
        }
        if let Some(interaction) = row.interaction {
            let code = 1 + i32::from(interaction == Interaction::View);
            put(&mut self.interactions, at, code);
        }
        if !goal.is_empty() {
            self.goals.put(at, goal);
        }
        if !order.is_empty() {
            self.orders.put(at, &own_order(order, person));
        }
    }

    /// The number of a place of sale, or of none.
    fn place(&mut self, name: &str) -> i32 {
        if name.is_empty() {
            return self.channels;
        }
        if let Some(&known) = self.sold_at.get(name) {
            return known;
        }
        let next = self.channels + 1 + self.sold_at.len() as i32;
        self.sold_at.insert(name.to_owned(), next);
        next
    }

    fn batch(mut self, persons: &[ArrayRef], channels: &[String]) -> Result<RecordBatch> {
        let rows = self.times.len();
        let mut sold_at: Vec<(String, i32)> = self.sold_at.drain().collect();
        sold_at.sort_unstable_by_key(|(_, number)| *number);
        let sold_at = sold_at.iter().map(|(name, _)| name.as_str());
        let channels = channels.iter().map(String::as_str);
        let names = channels.chain([""]).chain(sold_at);
        let mut columns = vec![
            ("person", repeated(persons, self.persons)?),
            ("timestamp", times(self.times, self.fractions)),
            ("channel", coded(names, self.places)?),
            ("kind", coded(KINDS.into_iter(), self.kinds)?),
            ("value", Arc::new(Float64Array::from(self.values))),
        ];
        if !self.costs.is_empty() {
            self.costs.resize(rows, 0.0);
            columns.push(("cost", Arc::new(Float64Array::from(self.costs))));
        }
        if !self.interactions.is_empty() {
            self.interactions.resize(rows, 0);
            let names = INTERACTIONS.into_iter();
            columns.push(("interaction", coded(names, self.interactions)?));
        }
        for (name, mut texts) in [("goal", self.goals), ("order_id", self.orders)] {
            if texts.len > 0 {
                texts.pad(rows);
                columns.push((name, Arc::new(texts.builder.finish())));
            }
        }
        Ok(RecordBatch::try_from_iter(columns)?)
    }
}

/// States the value of a row whose earlier ones may not have stated any.
fn put<T: Copy + Default>(column: &mut Vec<T>, row: usize, value: T) {
    column.resize(row, T::default());
    column.push(value);
}

/// A column of texts.
#[derive(Debug, Default)]
struct Texts {
    builder: StringBuilder,
    len: usize,
}

impl Texts {
    fn put(&mut self, row: usize, text: &str) {
        self.pad(row);
        self.builder.append_value(text);
        self.len += 1;
    }

    fn pad(&mut self, rows: usize) {
        (self.len..rows).for_each(|_| self.builder.append_value(""));
        self.len = rows;
    }
}

/// An order's id that no other person has: which persons share a chunk is chance, and must not decide
/// whether a row repeats another's order.
pub(crate) fn own_order(order: &str, person: impl fmt::Display) -> String {
    format!("{order}\u{1f}{person}")
}

/// Each row's person. Texts stay where they are, so that each is looked up once.
fn repeated(persons: &[ArrayRef], rows: Vec<i32>) -> Result<ArrayRef> {
    let rows = Int32Array::from(rows);
    let persons: Vec<&dyn Array> = persons.iter().map(AsRef::as_ref).collect();
    let persons = concat(&persons)?;
    match persons.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            let repeated = DictionaryArray::<Int32Type>::try_new(rows, persons)?;
            Ok(Arc::new(repeated))
        }
        _ => Ok(take(&persons, &rows, None)?),
    }
}

fn times(mut seconds: Vec<i64>, mut fractions: Vec<u32>) -> ArrayRef {
    if fractions.is_empty() {
        return Arc::new(TimestampSecondArray::from(seconds));
    }
    fractions.resize(seconds.len(), 0);
    for (second, fraction) in seconds.iter_mut().zip(fractions) {
        *second = *second * 1_000_000_000 + i64::from(fraction);
    }
    Arc::new(TimestampNanosecondArray::from(seconds))
}

fn coded<'a>(names: impl Iterator<Item = &'a str>, codes: Vec<i32>) -> Result<ArrayRef> {
    let names = Arc::new(StringArray::from_iter_values(names));
    let codes = Int32Array::from(codes);
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(
        codes, names,
    )?))
}
