//! Files in the dialects, encodings and types that tools write, with the right value of each.

use super::robust::{gzip, utf16};
use super::{credit, events, last_touch, read};
use mixtouch::attribution::rules::LastTouch;
use mixtouch::io::{CsvReader, EventColumns, Mapping, TimeUnit};
use mixtouch::{Events, JourneyOptions, Journeys, TimeZone, attribute};
use serde_json::json;
use std::collections::BTreeMap;

/// The plain columns, read with these settings.
fn plain(settings: serde_json::Value) -> Mapping {
    let mut mapping = json!({ "preset": "plain" });
    let own = settings.as_object().unwrap().clone();
    mapping.as_object_mut().unwrap().extend(own);
    serde_json::from_value(mapping).unwrap()
}

fn credits(settings: serde_json::Value, file: &str) -> BTreeMap<String, f64> {
    last_touch(&read(&plain(settings), file))
}

fn log(bytes: &[u8], columns: EventColumns) -> mixtouch::Result<Events> {
    let mut all = Events::new();
    let mut reader = CsvReader::new(bytes, columns)?;
    while let Some(batches) = reader.next_batches()? {
        batches.iter().try_for_each(|batch| all.append(batch))?;
    }
    Ok(all)
}

fn credited(log: &Events, channel: &str) -> f64 {
    let journeys = Journeys::from_events(log, JourneyOptions::default()).unwrap();
    let credits = attribute(&journeys, &LastTouch).unwrap();
    credits.channel(channel).unwrap().value
}

const BASE: &str = "person,timestamp,channel,kind,value\n\
    ann,1767225600,social,touch,\nann,1767312000,search,touch,\n\
    ann,1767315600,,conversion,50\nbob,1767312000,search,touch,\n";

#[test]
fn microseconds_are_read_as_stated_and_hinted_at() {
    let file = BASE.replace("00,", "00000000,");
    let micros = json!({ "columns": { "time": { "column": "timestamp", "unit": "us" } } });
    assert_eq!(credits(micros, &file)["search"], 50.0);
    let columns = EventColumns::default().with_time_unit(TimeUnit::Microseconds);
    assert_eq!(
        credited(&log(file.as_bytes(), columns).unwrap(), "search"),
        50.0
    );
    for refused in [
        log(file.as_bytes(), EventColumns::default())
            .unwrap_err()
            .to_string(),
        super::refusal(&plain(json!({})), &file),
    ] {
        assert!(refused.contains("microseconds"), "{refused}");
    }
}

#[test]
fn local_times_are_read_in_the_zone_given() {
    let file = "person,timestamp,channel,kind,value\nann,2026-01-01T00:00:00,social,touch,\n\
                ann,2026-01-02 01:00:00,,conversion,50\n";
    let zone = json!({ "columns": { "time": { "column": "timestamp", "zone": "Europe/Berlin" } } });
    let expected = ["ann 1767222000 social", "ann 1767312000 Conversion 50"];
    let reading = read(&plain(zone.clone()), file);
    assert_eq!(events(&reading), expected);
    assert_eq!(last_touch(&reading)["social"], 50.0);
    let berlin = TimeZone::new("Europe/Berlin").unwrap();
    let columns = EventColumns::default().with_zone(berlin.clone());
    let read_plain = log(file.as_bytes(), columns).unwrap();
    assert_eq!(read_plain.get(0).unwrap().time(), 1_767_222_000);
    // a time that states UTC is in UTC, whatever the zone
    let stated = file
        .replace(",social", " UTC,social")
        .replace(",,conv", " UTC,,conv");
    let stated = stated.replace('T', " ").replace(" U C", " UTC");
    let expected = ["ann 1767225600 social", "ann 1767315600 Conversion 50"];
    assert_eq!(events(&read(&plain(zone), &stated)), expected);
    let columns = EventColumns::default().with_zone(berlin);
    let read_plain = log(stated.as_bytes(), columns).unwrap();
    assert_eq!(read_plain.get(1).unwrap().time(), 1_767_315_600);
}

#[test]
fn dialects_are_stated_or_guessed_and_told() {
    let semicolons = "person;timestamp;channel;kind;value\nann;1767225600;social;touch;\n\
                      ann;1767315600;;conversion;50,5\n";
    let stated = json!({ "file": { "separator": ";", "decimal": "," } });
    assert_eq!(credits(stated, semicolons)["social"], 50.5);
    let auto = json!({ "file": { "separator": "auto", "decimal": "auto", "header": "auto" } });
    let guessed = read(&plain(auto.clone()), semicolons);
    assert_eq!(last_touch(&guessed)["social"], 50.5);
    assert_eq!(
        guessed.report.files.guesses[0].to_string(),
        "guessed: format csv, separator ';', header in line 1, decimal sign ','"
    );
    let commas = "person,timestamp,channel,kind,value\nann,1767225600,social,touch,\n\
                  ann,1767315600,,conversion,\"1234,50\"\n";
    let stated = json!({ "file": { "decimal": "," } });
    assert_eq!(credits(stated, commas)["social"], 1234.5);
    assert_eq!(credits(auto, commas)["social"], 1234.5);
    let refused = super::refusal(&plain(json!({})), commas);
    assert!(
        refused.starts_with("row 3: value is \"1234,50\""),
        "{refused}"
    );
}

#[test]
fn compressed_and_wide_files_are_read_by_every_reader() {
    let zstd = zstd::encode_all(BASE.as_bytes(), 1).unwrap();
    let little = utf16(BASE.as_bytes(), u16::to_le_bytes);
    let big = utf16(BASE.as_bytes(), u16::to_be_bytes);
    for bytes in [gzip(BASE.as_bytes()), zstd, gzip(&little), little, big] {
        let read_plain = log(&bytes, EventColumns::default()).unwrap();
        assert_eq!(credited(&read_plain, "search"), 50.0);
        let reader = mixtouch::io::EventReader::new(plain(json!({}))).with_bytes(&bytes);
        assert_eq!(credit(&reader.read().unwrap(), &LastTouch)["search"], 50.0);
    }
}
