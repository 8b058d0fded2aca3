//! Mapped logs from Arrow batches and from Parquet.

#[path = "../../../benches/common/ga4.rs"]
pub(super) mod ga4;

use super::{credit, events};
use arrow_array::{RecordBatch, RecordBatchIterator};
use mixtouch::attribution::rules::Linear;
use mixtouch::io::{EventColumns, EventReader, Mapping};
use mixtouch::{Events, JourneyOptions, Journeys, attribute};
use parquet::arrow::ArrowWriter;

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
