//! How fast a log shaped like Google Analytics 4's export goes from nested Parquet to the credit of
//! nine models, by the preset `ga4`. Compared with the plain Parquet log of the same events, whose
//! rows say person, timestamp, channel, kind and value.
//!
//! `ROWS` sets how many rows the logs have; a million otherwise, of which about 1 % are purchases.

use arrow_array::builder::{
    Float64Builder, Int64Builder, ListBuilder, StringBuilder, StructBuilder,
};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, StructArray};
use arrow_schema::{DataType, Field, Fields};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mixtouch::attribution::ModelSettings;
use mixtouch::io::{EventColumns, EventReader, Mapping, ParquetChunk, ParquetReader};
use mixtouch::{Comparison, JourneyBuilder, JourneyOptions, Journeys};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Rows of a row group.
const GROUP: usize = 1 << 18;

/// Source, medium and the channel of each, as the rules of GA4 name it.
const ORIGINS: [(&str, &str, &str); 6] = [
    ("google", "cpc", "Paid Search"),
    ("google", "organic", "Organic Search"),
    ("facebook", "paid_social", "Paid Social"),
    ("newsletter", "email", "Email"),
    ("partner.example", "referral", "Referral"),
    ("criteo", "display", "Display"),
];

/// One event, made from its number alone.
struct Event {
    person: u64,
    time: i64,
    origin: (&'static str, &'static str, &'static str),
    session: i64,
    is_purchase: bool,
    value: f64,
}

fn event(number: usize) -> Event {
    let mix = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mix ^ (mix >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let person = mixed >> 42;
    Event {
        person,
        time: 1_767_225_600 + (mixed % 5_184_000) as i64,
        origin: ORIGINS[((mixed >> 17) % 6) as usize],
        session: number as i64,
        is_purchase: mixed.is_multiple_of(97),
        value: 10.0 + (mixed % 90) as f64,
    }
}

/// A column of events' texts.
fn texts(events: &[Event], text: impl Fn(&Event) -> Option<String>) -> ArrayRef {
    Arc::new(events.iter().map(text).collect::<StringArray>())
}

fn plain(events: &[Event]) -> RecordBatch {
    let person = texts(events, |event| {
        Some(format!("{:x}.{:x}", event.person, !event.person))
    });
    let time = events
        .iter()
        .map(|event| event.time)
        .collect::<Int64Array>();
    let channel = texts(events, |event| {
        (!event.is_purchase).then(|| event.origin.2.to_owned())
    });
    let kind = |event: &Event| {
        if event.is_purchase {
            "conversion"
        } else {
            "touch"
        }
    };
    let value = events
        .iter()
        .map(|event| event.is_purchase.then_some(event.value));
    let columns: [(&str, ArrayRef); 5] = [
        ("person", person),
        ("timestamp", Arc::new(time)),
        ("channel", channel),
        ("kind", texts(events, |event| Some(kind(event).to_owned()))),
        ("value", Arc::new(value.collect::<Float64Array>())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .expect("columns of one length")
}

fn ga4(events: &[Event]) -> RecordBatch {
    let person = texts(events, |event| {
        Some(format!("{:x}.{:x}", event.person, !event.person))
    });
    let time = events
        .iter()
        .map(|event| event.time * 1_000_000)
        .collect::<Int64Array>();
    let name = |event: &Event| {
        if event.is_purchase {
            "purchase"
        } else {
            "session_start"
        }
    };
    let source = |event: &Event| (!event.is_purchase).then(|| event.origin.0.to_owned());
    let medium = |event: &Event| (!event.is_purchase).then(|| event.origin.1.to_owned());
    let traffic = structure([
        ("manual_source", texts(events, source)),
        ("manual_medium", texts(events, medium)),
        ("manual_campaign_name", texts(events, |_| None)),
    ]);
    let value = events
        .iter()
        .map(|event| event.is_purchase.then_some(event.value));
    let order = |event: &Event| event.is_purchase.then(|| format!("T-{}", event.session));
    let commerce = structure([
        (
            "purchase_revenue",
            Arc::new(value.collect::<Float64Array>()) as ArrayRef,
        ),
        ("transaction_id", texts(events, order)),
    ]);
    let columns: [(&str, ArrayRef); 7] = [
        ("event_timestamp", Arc::new(time)),
        (
            "event_name",
            texts(events, |event| Some(name(event).to_owned())),
        ),
        ("event_params", parameters(events)),
        ("user_id", texts(events, |_| None)),
        ("user_pseudo_id", person),
        ("ecommerce", commerce),
        ("collected_traffic_source", traffic),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .expect("columns of one length")
}

fn structure<const N: usize>(columns: [(&str, ArrayRef); N]) -> ArrayRef {
    let field = |(name, array): &(&str, ArrayRef)| {
        Arc::new(Field::new(*name, array.data_type().clone(), true))
    };
    let fields: Fields = columns.iter().map(field).collect();
    let arrays = columns.map(|(_, array)| array).to_vec();
    Arc::new(StructArray::new(fields, arrays, None))
}

/// `event_params`: keys, and a value of one of four types for each.
fn parameters(events: &[Event]) -> ArrayRef {
    let types = [
        ("string_value", DataType::Utf8),
        ("int_value", DataType::Int64),
        ("float_value", DataType::Float64),
        ("double_value", DataType::Float64),
    ];
    let value: Fields = types
        .map(|(name, kind)| Arc::new(Field::new(name, kind, true)))
        .into_iter()
        .collect();
    let entry: Fields = [
        Arc::new(Field::new("key", DataType::Utf8, true)),
        Arc::new(Field::new("value", DataType::Struct(value), true)),
    ]
    .into_iter()
    .collect();
    let mut lists = ListBuilder::new(StructBuilder::from_fields(entry, events.len()));
    for event in events {
        let entries = lists.values();
        push(entries, "ga_session_id", Err(event.session));
        push(entries, "page_location", Ok("https://shop.example.com/"));
        push(entries, "page_title", Ok("Shop"));
        push(entries, "engaged_session_event", Err(1));
        lists.append(true);
    }
    Arc::new(lists.finish())
}

fn push(entries: &mut StructBuilder, key: &str, value: Result<&str, i64>) {
    let part = "the builder has the parts of its fields";
    let keys = entries.field_builder::<StringBuilder>(0).expect(part);
    keys.append_value(key);
    let values = entries.field_builder::<StructBuilder>(1).expect(part);
    let texts = values.field_builder::<StringBuilder>(0).expect(part);
    texts.append_option(value.ok());
    let integers = values.field_builder::<Int64Builder>(1).expect(part);
    integers.append_option(value.err());
    for at in 2..4 {
        values
            .field_builder::<Float64Builder>(at)
            .expect(part)
            .append_null();
    }
    values.append(true);
    entries.append(true);
}

fn write(path: &Path, rows: usize, batch: impl Fn(&[Event]) -> RecordBatch) {
    let zstd = WriterProperties::builder().set_compression(Compression::ZSTD(Default::default()));
    let properties = zstd.set_max_row_group_row_count(Some(GROUP)).build();
    let file = File::create(path).expect("the target folder can be written to");
    let schema = batch(&[]).schema();
    let mut writer =
        ArrowWriter::try_new(file, schema, Some(properties)).expect("the columns can be written");
    for start in (0..rows).step_by(GROUP) {
        let events: Vec<Event> = (start..rows.min(start + GROUP)).map(event).collect();
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
    write(&plain_log, rows, plain);
    write(&ga4_log, rows, ga4);
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
