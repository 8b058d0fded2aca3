//! How fast a log comes from CSV and, with the feature `parquet`, from Parquet into a builder of
//! journeys, in rows a second. Compared with reading the same bytes and doing nothing with them on
//! one thread: the csv crate's byte records, the parquet crate's record batches.
//!
//! `JOURNEYS` sets of how many journeys the log is; a million otherwise, of 4 touches in the mean,
//! 5 % converting.

#[path = "common/events.rs"]
mod events;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use mixtouch::io::{CsvChunk, CsvReader, EventColumns};
use mixtouch::{Events, JourneyBuilder, JourneyOptions, Kind, PersonKey};
use std::io::Write;
use std::time::Duration;

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// A row of the generated log: person, timestamp, channel, kind, value.
fn rows(log: &Events) -> impl Iterator<Item = (u64, i64, &str, &'static str, f64)> {
    log.iter().map(|event| {
        let PersonKey::Number(person) = event.person() else {
            unreachable!("generated persons are numbers")
        };
        let kind = if event.kind() == Kind::Touch {
            "touch"
        } else {
            "conversion"
        };
        (
            person,
            event.time(),
            event.channel().unwrap_or_default(),
            kind,
            event.value(),
        )
    })
}

fn csv(group: &mut Group<'_>, log: &Events) {
    let mut file = b"person,timestamp,channel,kind,value\n".to_vec();
    for (person, time, channel, kind, value) in rows(log) {
        writeln!(file, "{person},{time},{channel},{kind},{value}").expect("memory takes it");
    }
    group.bench_function("csv/byte records", |bench| {
        bench.iter(|| {
            let (mut reader, mut record) =
                (::csv::Reader::from_reader(&*file), ::csv::ByteRecord::new());
            let mut rows = 0;
            while reader
                .read_byte_record(&mut record)
                .expect("the file is sound")
            {
                rows += 1;
            }
            rows
        });
    });
    group.bench_function("csv/builder", |bench| {
        bench.iter(|| {
            let mut builder = JourneyBuilder::new(JourneyOptions::default());
            let reader =
                CsvReader::new(&*file, EventColumns::default()).expect("the header is sound");
            builder
                .extend_each(reader, CsvChunk::events)
                .expect("the rows are sound");
            builder
        });
    });
}

#[cfg(feature = "parquet")]
mod parquet {
    use super::{Group, rows};
    use ::parquet::arrow::ArrowWriter;
    use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use ::parquet::basic::Compression;
    use ::parquet::file::properties::WriterProperties;
    use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, UInt64Array};
    use mixtouch::io::{EventColumns, ParquetChunk, ParquetReader};
    use mixtouch::{Events, JourneyBuilder, JourneyOptions};
    use std::fs::File;
    use std::path::Path;
    use std::sync::Arc;

    /// Rows of a row group, as polars and DuckDB write about as many.
    const GROUP: usize = 1 << 18;

    fn write(log: &Events, path: &Path) {
        let batch = RecordBatch::try_from_iter([
            (
                "person",
                Arc::new(rows(log).map(|row| row.0).collect::<UInt64Array>()) as ArrayRef,
            ),
            (
                "timestamp",
                Arc::new(rows(log).map(|row| row.1).collect::<Int64Array>()),
            ),
            (
                "channel",
                Arc::new(StringArray::from_iter_values(rows(log).map(|row| row.2))),
            ),
            (
                "kind",
                Arc::new(StringArray::from_iter_values(rows(log).map(|row| row.3))),
            ),
            (
                "value",
                Arc::new(rows(log).map(|row| row.4).collect::<Float64Array>()),
            ),
        ])
        .expect("columns of one length");
        let zstd =
            WriterProperties::builder().set_compression(Compression::ZSTD(Default::default()));
        let properties = zstd.set_max_row_group_row_count(Some(GROUP)).build();
        let file = File::create(path).expect("the target folder can be written to");
        let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties))
            .expect("the columns can be written");
        writer.write(&batch).expect("the disk takes it");
        writer.close().expect("the disk takes it");
    }

    pub(super) fn parquet(group: &mut Group<'_>, log: &Events) {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("read.parquet");
        write(log, &path);
        let open = || File::open(&path).expect("the file was written");
        group.bench_function("parquet/record batches", |bench| {
            bench.iter(|| {
                let reader = ParquetRecordBatchReaderBuilder::try_new(open())
                    .and_then(|builder| builder.build());
                let batches = reader.expect("the file is sound");
                batches
                    .map(|batch| batch.expect("the file is sound").num_rows())
                    .sum::<usize>()
            });
        });
        group.bench_function("parquet/builder", |bench| {
            bench.iter(|| {
                let mut builder = JourneyBuilder::new(JourneyOptions::default());
                let reader =
                    ParquetReader::new(open(), EventColumns::default()).expect("the file is sound");
                builder
                    .extend_each(reader, ParquetChunk::events)
                    .expect("the rows are sound");
                builder
            });
        });
        std::fs::remove_file(&path).expect("the file was written");
    }
}

fn read(criterion: &mut Criterion) {
    let log = events::log(events::asked(), 0.05);
    let mut group = criterion.benchmark_group("read");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    group.throughput(Throughput::Elements(log.len() as u64));
    csv(&mut group, &log);
    #[cfg(feature = "parquet")]
    parquet::parquet(&mut group, &log);
    group.finish();
}

criterion_group!(benches, read);
criterion_main!(benches);
