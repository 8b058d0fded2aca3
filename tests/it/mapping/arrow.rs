//! Mapped logs from Arrow batches and from Parquet.

#[path = "../../../benches/common/ga4.rs"]
pub(super) mod ga4;

use super::{credit, events};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchIterator, StringArray, StructArray};
use mixtouch::attribution::rules::Linear;
use mixtouch::io::{EventColumns, EventReader, Mapping};
use mixtouch::{Events, JourneyOptions, Journeys, attribute};
use parquet::arrow::ArrowWriter;
use std::sync::Arc;

const ROWS: usize = 3_000;

fn batches() -> (RecordBatch, RecordBatch) {
    let rows: Vec<ga4::Event> = (0..ROWS).map(ga4::event).collect();
    (ga4::plain(&rows), ga4::ga4(&rows))
}

/// The nested export by its preset is the plain log of the same events.
#[test]
fn a_nested_export_is_the_plain_log() {
    let (plain, nested) = batches();
    let mut log = Events::new();
    log.extend_from_record_batch(&plain, &EventColumns::default())
        .unwrap();
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let credits = attribute(&journeys, &Linear).unwrap();
    let schema = nested.schema();
    let halves = [nested.slice(0, 1_000), nested.slice(1_000, ROWS - 1_000)];
    let handed = RecordBatchIterator::new(halves.map(Ok), schema);
    let ga4 = Mapping::preset("ga4").unwrap();
    let reading = EventReader::new(ga4.clone())
        .with_batches(handed)
        .read()
        .unwrap();
    assert_eq!(reading.report.rows, ROWS as u64);
    for (channel, value) in credit(&reading, &Linear) {
        assert_eq!(credits.channel(&channel).unwrap().value, value, "{channel}");
    }
    assert!(credits.total().conversions > 10.0);

    let folder = std::env::temp_dir().join(format!("mixtouch-arrow-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("events_20260101.parquet");
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = ArrowWriter::try_new(file, nested.schema(), None).unwrap();
    writer.write(&nested).unwrap();
    writer.close().unwrap();
    let stored = Events::read(folder.join("events_*.parquet"), &ga4).unwrap();
    assert_eq!(events(&stored), events(&reading));
    let bytes = std::fs::read(&path).unwrap();
    let in_memory = EventReader::new(ga4).with_bytes(&bytes).read().unwrap();
    assert_eq!(events(&in_memory), events(&reading));
    std::fs::remove_dir_all(folder).unwrap();
}

/// Fields of structs and of texts of JSON are columns too: one that no row has is a mistake.
#[test]
fn a_field_inside_a_column_that_no_row_has_is_named() {
    let texts = |texts: [&str; 2]| Arc::new(StringArray::from(texts.to_vec())) as ArrayRef;
    let geo = StructArray::try_from(vec![("country", texts(["FR", "DE"]))]).unwrap();
    let batch = RecordBatch::try_from_iter([
        ("who", texts(["ann", "bob"])),
        (
            "at",
            texts(["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]),
        ),
        ("props", texts([r#"{"tv": "a"}"#, "{}"])),
        ("geo", Arc::new(geo) as ArrayRef),
    ])
    .unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    let bytes = writer.into_inner().unwrap();
    let read = |channel: &str, place: &str| {
        let text = format!(
            "[columns]\nperson = \"who\"\ntime = \"at\"\nchannel = \"{channel}\"\nplace = \"{place}\"\n\
             [kinds]\n\"*\" = {{ kind = \"touch\" }}\n[channels]\nunassigned = \"other\"\n[file]\njson = [\"props\"]\n"
        );
        let mapping = Mapping::from_toml(&text).unwrap();
        let handed = RecordBatchIterator::new([Ok(batch.clone())], batch.schema());
        let of_batches = EventReader::new(mapping.clone())
            .with_batches(handed)
            .read();
        let of_file = EventReader::new(mapping).with_bytes(&bytes).read();
        [of_batches, of_file].map(|reading| reading.map_err(|error| error.to_string()))
    };
    for reading in read("props.tv", "geo.country") {
        assert_eq!(reading.unwrap().report.channels["a"], 1);
    }
    for (channel, place, name) in [
        ("props.tw", "geo.country", "props.tw"),
        ("props.tv", "geo.contry", "geo.contry"),
    ] {
        for reading in read(channel, place) {
            let error = reading.unwrap_err();
            let expected = format!("no column {name:?}, found: who, at, props, geo");
            assert!(error.ends_with(&expected), "{error}");
        }
    }
}

/// What a batch's rows lack is named by the row of the stream.
#[test]
fn rows_are_counted_across_batches() {
    let (plain, _) = batches();
    let text = "[columns]\nperson = \"person\"\ntime = \"timestamp\"\nevent = \"kind\"\n\
                channel = \"channel\"\nvalue = \"kind\"\n\
                [kinds]\ntouch = {}\nconversion = { kind = \"conversion\" }";
    let first = (0..ROWS)
        .position(|number| ga4::event(number).is_purchase)
        .unwrap();
    let halves = [plain.slice(0, 5), plain.slice(5, ROWS - 5)];
    let handed = RecordBatchIterator::new(halves.map(Ok), plain.schema());
    let reader = EventReader::new(super::mapping(text)).with_batches(handed);
    let error = reader.read().unwrap_err();
    assert_eq!(error.row(), Some(first as u64 + 1));
}
