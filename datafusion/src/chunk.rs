//! Packed persons to journeys, as many at a time as fit a few megabytes.

use crate::error::external;
use crate::packed::{self, NO_CHANNEL, Row};
use crate::settings::LogSettings;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, DictionaryArray, Float64Array, Int32Array, RecordBatch, StringArray,
    TimestampNanosecondArray, TimestampSecondArray,
};
use datafusion::arrow::compute::{cast, take};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::error::Result;
use mixtouch::io::EventColumns;
use mixtouch::{Events, Interaction, JourneyBuilder, Journeys, Kind};
use std::collections::HashMap;
use std::sync::Arc;

/// Rows that are cut at once. More would take more memory, and fewer more merges of evidence.
const ROWS: usize = 1 << 18;

/// Rows that are read at once, at most.
const BATCH: usize = 1 << 16;

/// Some persons' rows on their way to journeys.
#[derive(Debug)]
pub(crate) struct Chunk {
    settings: Arc<LogSettings>,
    builder: JourneyBuilder,
    rows: usize,
    /// How many persons came so far.
    persons: usize,
}

impl Chunk {
    /// An empty chunk.
    ///
    /// # Errors
    /// If a channel of the settings has no name.
    pub(crate) fn new(settings: Arc<LogSettings>) -> Result<Self> {
        let mut builder = JourneyBuilder::new(settings.options().clone());
        let channels = settings.channels().iter().map(String::as_str);
        builder.add_channels(channels).map_err(external)?;
        Ok(Self {
            settings,
            builder,
            rows: 0,
            persons: 0,
        })
    }

    /// Adds persons with all their packed rows.
    ///
    /// # Errors
    /// If rows were packed by other settings or are cut short.
    pub(crate) fn add(&mut self, persons: &ArrayRef, states: &ArrayRef) -> Result<()> {
        let mut columns = Columns::default();
        for (person, state) in states.as_binary::<i64>().iter().enumerate() {
            let Some(state) = state else {
                continue;
            };
            for row in packed::rows(state, self.settings.fingerprint())? {
                columns.push(person as i32, self.persons + person, row);
                if columns.rows.len() == BATCH {
                    self.take_in(std::mem::take(&mut columns), persons)?;
                }
            }
        }
        self.take_in(columns, persons)?;
        self.persons += persons.len();
        Ok(())
    }

    fn take_in(&mut self, columns: Columns<'_>, persons: &ArrayRef) -> Result<()> {
        if columns.rows.is_empty() {
            return Ok(());
        }
        self.rows += columns.rows.len();
        let batch = columns.batch(persons, &self.settings)?;
        let mut events = Events::new();
        events
            .extend_from_record_batch(&batch, &EventColumns::default())
            .map_err(external)?;
        self.builder.extend(&events).map_err(external)
    }

    /// Whether the next persons belong to another chunk.
    pub(crate) fn is_full(&self) -> bool {
        self.rows >= ROWS
    }

    /// About how many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        self.rows * 14 + self.persons * 48
    }

    /// The journeys of its persons.
    ///
    /// # Errors
    /// If the library cannot cut them.
    pub(crate) fn journeys(self) -> Result<Journeys> {
        self.builder.build().map_err(external)
    }
}

/// Rows on their way to the library's reader, a column each.
#[derive(Default)]
struct Columns<'a> {
    /// The places of the persons in their array.
    persons: Vec<i32>,
    /// Numbers that no other person of the chunk has.
    numbers: Vec<usize>,
    rows: Vec<Row<'a>>,
}

const KINDS: [&str; 2] = ["touch", "conversion"];
const INTERACTIONS: [&str; 2] = ["click", "view"];

impl<'a> Columns<'a> {
    fn push(&mut self, person: i32, number: usize, row: Row<'a>) {
        self.persons.push(person);
        self.numbers.push(number);
        self.rows.push(row);
    }

    fn batch(self, persons: &ArrayRef, settings: &LogSettings) -> Result<RecordBatch> {
        let rows = &self.rows;
        let mut columns: Vec<(&str, ArrayRef)> = vec![
            ("person", repeated(persons, &self.persons)?),
            ("timestamp", times(rows)),
            ("channel", channels(rows, settings)?),
            (
                "kind",
                coded(rows, KINDS, |row| {
                    Some(i32::from(row.kind == Kind::Conversion))
                })?,
            ),
            ("value", amounts(rows, |row| row.value)),
        ];
        if rows.iter().any(|row| row.cost != 0.0) {
            columns.push(("cost", amounts(rows, |row| row.cost)));
        }
        if rows.iter().any(|row| row.interaction.is_some()) {
            let code = |row: &Row<'_>| row.interaction.map(|of| i32::from(of == Interaction::View));
            columns.push(("interaction", coded(rows, INTERACTIONS, code)?));
        }
        let [_, goals, orders] = [0, 1, 2].map(|at| rows.iter().map(move |row| row.texts[at]));
        if goals.clone().any(|goal| !goal.is_empty()) {
            columns.push(("goal", Arc::new(StringArray::from_iter_values(goals))));
        }
        if orders.clone().any(|order| !order.is_empty()) {
            let own = orders
                .zip(&self.numbers)
                .map(|(order, person)| own_order(order, *person));
            columns.push(("order_id", Arc::new(StringArray::from_iter_values(own))));
        }
        Ok(RecordBatch::try_from_iter(columns)?)
    }
}

/// An order's id that no other person has: which persons share a chunk is chance, and must not decide
/// whether a row repeats another's order.
fn own_order(order: &str, person: usize) -> String {
    match order {
        "" => String::new(),
        order => format!("{order}\u{1f}{person}"),
    }
}

/// Each row's person. Texts stay where they are, so that each is looked up once.
fn repeated(persons: &ArrayRef, rows: &[i32]) -> Result<ArrayRef> {
    let rows = Int32Array::from(rows.to_vec());
    let persons = match persons.data_type() {
        DataType::Dictionary(_, values) => cast(persons, values)?,
        _ => Arc::clone(persons),
    };
    match persons.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            let repeated = DictionaryArray::<Int32Type>::try_new(rows, persons)?;
            Ok(Arc::new(repeated))
        }
        _ => Ok(take(&persons, &rows, None)?),
    }
}

fn times(rows: &[Row<'_>]) -> ArrayRef {
    if rows.iter().all(|row| row.fraction == 0) {
        let seconds = rows.iter().map(|row| i64::from(row.time));
        return Arc::new(TimestampSecondArray::from_iter_values(seconds));
    }
    let nanoseconds = |row: &Row<'_>| i64::from(row.time) * 1_000_000_000 + i64::from(row.fraction);
    let times = rows.iter().map(nanoseconds);
    Arc::new(TimestampNanosecondArray::from_iter_values(times))
}

fn amounts(rows: &[Row<'_>], amount: impl Fn(&Row<'_>) -> f64) -> ArrayRef {
    Arc::new(Float64Array::from_iter_values(rows.iter().map(amount)))
}

fn coded<const N: usize>(
    rows: &[Row<'_>],
    names: [&str; N],
    code: impl Fn(&Row<'_>) -> Option<i32>,
) -> Result<ArrayRef> {
    let codes: Int32Array = rows.iter().map(code).collect();
    let names = Arc::new(StringArray::from(names.to_vec()));
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(
        codes, names,
    )?))
}

/// The channels of touches and the places of sale.
fn channels(rows: &[Row<'_>], settings: &LogSettings) -> Result<ArrayRef> {
    let mut names: Vec<&str> = settings.channels().iter().map(String::as_str).collect();
    let mut places = HashMap::new();
    let mut codes = Vec::with_capacity(rows.len());
    for row in rows {
        codes.push(match (row.channel, row.texts[0]) {
            (NO_CHANNEL, "") => None,
            (NO_CHANNEL, place) => Some(*places.entry(place).or_insert_with(|| {
                names.push(place);
                names.len() as i32 - 1
            })),
            (channel, _) => Some(i32::from(channel)),
        });
    }
    let names = Arc::new(StringArray::from_iter_values(names));
    let codes = Int32Array::from(codes);
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(
        codes, names,
    )?))
}
