//! How fast a log shaped like Google Analytics 4's export goes from nested Parquet to the credit of
//! nine models, by the preset `ga4`. Compared with the plain Parquet log of the same events, whose
//! rows say person, timestamp, channel, kind and value.
//!
//! `ROWS` sets how many rows the logs have; a million otherwise, of which about 1 % are purchases.

#[path = "common/ga4.rs"]
mod ga4;

use arrow_array::RecordBatch;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ga4::Event;
use mixtouch::attribution::ModelSettings;
use mixtouch::io::{EventColumns, EventReader, Mapping, ParquetChunk, ParquetReader};
use mixtouch::{Comparison, JourneyBuilder, JourneyOptions, Journeys};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Rows of a row group.
const GROUP: usize = 1 << 18;

fn write(path: &Path, rows: usize, batch: impl Fn(&[Event]) -> RecordBatch) {
    let zstd = WriterProperties::builder().set_compression(Compression::ZSTD(Default::default()));
    let properties = zstd.set_max_row_group_row_count(Some(GROUP)).build();
    let file = File::create(path).expect("the target folder can be written to");
    let schema = batch(&[]).schema();
    let mut writer =
        ArrowWriter::try_new(file, schema, Some(properties)).expect("the columns can be written");
    for start in (0..rows).step_by(GROUP) {
        let events: Vec<Event> = (start..rows.min(start + GROUP)).map(ga4::event).collect();
        writer.write(&batch(&events)).expect("the disk takes it");
    }
    writer.close().expect("the disk takes it");
}

/// The credit of nine models.
fn credit(journeys: &Journeys) -> usize {
    let comparison = Comparison::new().defaults(&ModelSettings::default());
    comparison
        .run(journeys)
        .expect("the models fit")
        .models()
        .len()
}

fn from_plain(path: &Path) -> usize {
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    let reader = ParquetReader::open(path, EventColumns::default()).expect("a sound file");
    builder
        .extend_each(reader, ParquetChunk::events)
        .expect("sound rows");
    credit(&builder.build().expect("journeys"))
}

fn from_mapped(path: &Path, mapping: &Mapping) -> usize {
    let reading = EventReader::new(mapping.clone())
        .with_path(path)
        .read()
        .expect("sound rows");
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder.extend(&reading.events).expect("sound rows");
    credit(&builder.build().expect("journeys"))
}

fn mapped(criterion: &mut Criterion) {
    let rows = std::env::var("ROWS")
        .ok()
        .and_then(|rows| rows.parse().ok());
    let rows: usize = rows.unwrap_or(1_000_000);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (plain_log, ga4_log) = (folder.join("plain.parquet"), folder.join("ga4.parquet"));
    write(&plain_log, rows, ga4::plain);
    write(&ga4_log, rows, ga4::ga4);
    let mapping = Mapping::preset("ga4").expect("a preset");
    let mut group = criterion.benchmark_group("mapped");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(5))
        .throughput(Throughput::Elements(rows as u64));
    group.bench_function("plain", |bench| bench.iter(|| from_plain(&plain_log)));
    group.bench_function("ga4", |bench| {
        bench.iter(|| from_mapped(&ga4_log, &mapping))
    });
    group.finish();
}

criterion_group!(benches, mapped);
criterion_main!(benches);
