//! Logs for tests.

use datafusion::arrow::array::{
    ArrayRef, Float64Array, RecordBatch, StringArray, TimestampSecondArray, UInt32Array,
};
use datafusion::arrow::compute::take_record_batch;
use datafusion::dataframe::DataFrame;
use datafusion::datasource::MemTable;
use datafusion::prelude::{SessionConfig, SessionContext};
use mixtouch::simulate::worlds::World;
use mixtouch::{Event, Kind};
use std::sync::Arc;

/// A row of a log.
pub(crate) type Line = (String, i64, Option<String>, bool, f64);

/// The rows of a simulated world, those of one second by channel, as the engine takes them.
pub(crate) fn lines(world: World, persons: u64) -> Vec<Line> {
    let simulation = world.simulate(persons, 3).unwrap();
    let line = |event: Event<'_>| {
        (
            event.person().to_string(),
            event.time(),
            event.channel().map(str::to_owned),
            event.kind() == Kind::Conversion,
            event.value(),
        )
    };
    let batches = simulation.batches().iter();
    let mut lines: Vec<Line> = batches
        .flat_map(|batch| batch.iter().map(line).collect::<Vec<_>>())
        .collect();
    lines.sort_by(|one, other| {
        let key = |line: &Line| (line.0.clone(), line.1, line.3, line.2.clone());
        key(one).cmp(&key(other))
    });
    lines
}

/// The rows as one batch.
pub(crate) fn batch(lines: &[Line]) -> RecordBatch {
    let text = |of: &dyn Fn(&Line) -> Option<String>| -> ArrayRef {
        Arc::new(lines.iter().map(of).collect::<StringArray>())
    };
    let times = lines.iter().map(|line| line.1);
    let values = lines.iter().map(|line| line.4);
    RecordBatch::try_from_iter([
        ("person", text(&|line| Some(line.0.clone()))),
        (
            "timestamp",
            Arc::new(TimestampSecondArray::from_iter_values(times)) as ArrayRef,
        ),
        ("channel", text(&|line| line.2.clone())),
        (
            "kind",
            text(&|line| Some(["touch", "conversion"][usize::from(line.3)].to_owned())),
        ),
        ("value", Arc::new(Float64Array::from_iter_values(values))),
    ])
    .unwrap()
}

/// A context of so many partitions.
pub(crate) fn context(partitions: usize) -> SessionContext {
    let config = SessionConfig::new().with_target_partitions(partitions);
    SessionContext::new_with_config(config.with_batch_size(256))
}

/// The rows as a table `log`, dealt out over partitions so that each has rows of most persons.
pub(crate) fn table(context: &SessionContext, rows: &RecordBatch, partitions: usize) {
    let part = |part: usize| {
        let places = (part..rows.num_rows()).step_by(partitions);
        let places = UInt32Array::from_iter_values(places.map(|place| place as u32));
        vec![take_record_batch(rows, &places).unwrap()]
    };
    let parts = (0..partitions).map(part).collect();
    let table = MemTable::try_new(rows.schema(), parts).unwrap();
    context.register_table("log", Arc::new(table)).unwrap();
}

/// The rows in an engine of so many partitions.
pub(crate) async fn frame(rows: &RecordBatch, partitions: usize) -> DataFrame {
    let context = context(partitions);
    table(&context, rows, partitions);
    context.table("log").await.unwrap()
}
