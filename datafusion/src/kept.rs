//! All journeys of a log in this process's memory: the engine reads, the library brings persons
//! together.

use crate::chunk::own_order;
use crate::columns::LogColumns;
use crate::error::{argument, external};
use crate::journeys::{COLUMNS, read_rows};
use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::runtime::JoinSet;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;
use mixtouch::{Events, JourneyBuilder, JourneyOptions, Journeys};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Rows that the builder is given at once: it works on them by several threads.
const ROWS: usize = 1 << 18;

/// Where orders stand among [`COLUMNS`].
const ORDER: usize = COLUMNS.len() - 1;

/// The journeys of all rows, with these channels whether or not a row touches them. Partitions are
/// read side by side, so that the order of rows is chance and rows of one second need one of their own.
///
/// # Errors
/// If a row cannot be used, or there is none.
pub(crate) async fn journeys(
    rows: DataFrame,
    columns: &LogColumns,
    options: JourneyOptions,
    channels: &[String],
) -> Result<Journeys> {
    let person = columns.person.clone().alias("person");
    let others = columns.arguments().into_iter().zip(COLUMNS);
    let others = others.map(|(column, name)| column.alias(name));
    let rows = rows.select(std::iter::once(person).chain(others))?;
    let mut builder = JourneyBuilder::new(options).with_ties_by_name();
    let channels = channels.iter().map(String::as_str);
    builder.add_channels(channels).map_err(external)?;
    let builder = Arc::new(Mutex::new(builder));
    let mut readers = JoinSet::new();
    for partition in rows.execute_stream_partitioned().await? {
        readers.spawn(read(partition, Arc::clone(&builder)));
    }
    while let Some(read) = readers.join_next().await {
        read.map_err(external)??;
    }
    let empty = JourneyBuilder::new(JourneyOptions::default());
    let builder = std::mem::replace(&mut *locked(&builder), empty);
    if builder.rows() == 0 {
        return Err(argument("log", "no person, expected: at least one"));
    }
    builder.build().map_err(external)
}

/// Hands the rows of a partition to the builder.
async fn read(
    mut rows: SendableRecordBatchStream,
    builder: Arc<Mutex<JourneyBuilder>>,
) -> Result<()> {
    let mut events = Events::new();
    while let Some(batch) = rows.next().await {
        add(&mut events, &batch?)?;
        if events.len() >= ROWS {
            hand_on(&mut events, &builder)?;
        }
    }
    hand_on(&mut events, &builder)
}

fn add(events: &mut Events, batch: &RecordBatch) -> Result<()> {
    let (person, mut others) = (batch.column(0), batch.columns()[1..].to_vec());
    if others[ORDER].data_type() != &DataType::Null {
        others[ORDER] = own_orders(&others[ORDER], person)?;
    }
    read_rows(events, person, &others, None)
}

fn hand_on(events: &mut Events, builder: &Mutex<JourneyBuilder>) -> Result<()> {
    let events = std::mem::take(events);
    locked(builder).extend(&events).map_err(external)
}

fn locked(builder: &Mutex<JourneyBuilder>) -> MutexGuard<'_, JourneyBuilder> {
    builder.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Orders that no other person has: those that partitions could not compare count for each person.
fn own_orders(orders: &ArrayRef, persons: &ArrayRef) -> Result<ArrayRef> {
    let [orders, persons] = [orders, persons].map(|texts| cast(texts, &DataType::Utf8));
    let (orders, persons) = (orders?, persons?);
    let pairs = orders
        .as_string::<i32>()
        .iter()
        .zip(persons.as_string::<i32>());
    let own = pairs.map(|(order, person)| {
        let order = order.map(str::trim).filter(|order| !order.is_empty())?;
        Some(own_order(order, person.unwrap_or_default().trim()))
    });
    Ok(Arc::new(own.collect::<StringArray>()))
}
