//! Bytes of any kind and mappings of any kind: a log or an error, never a panic.

use super::presets::{LOGS, TABLES};
use flate2::Compression;
use flate2::write::GzEncoder;
use mixtouch::identity::{HashKey, Pseudonymiser, Rules};
use mixtouch::io::{CostReader, EventColumns, EventReader, IdentifiedReader, Mapping};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use std::io::Write;

/// Bytes that mean something in one format or another.
const SIGNS: [&[u8]; 30] = [
    b"\"",
    b"\n",
    b"\r\n",
    b"\r",
    b",",
    b";",
    b"\t",
    b"\\",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"1e999",
    b"-0",
    b"99999999999999999999",
    b"NaN",
    b"\xe2\x82\xac",
    b"Total",
    b"\\u0000",
    b"\\ud800",
    b"2026-02-30",
    b"(not set)",
    b"null",
    b"%",
    b"://",
    b"-1",
];

/// A change of some bytes, at a place.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Set(Index, u8),
    Insert(Index, usize),
    Remove(Index, usize),
    Repeat(Index, usize),
    End(Index),
}

pub(super) fn changes(most: usize) -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        4 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        4 => (any::<Index>(), 0..SIGNS.len()).prop_map(|(at, sign)| Change::Insert(at, sign)),
        2 => (any::<Index>(), 1usize..40).prop_map(|(at, len)| Change::Remove(at, len)),
        2 => (any::<Index>(), 1usize..200).prop_map(|(at, len)| Change::Repeat(at, len)),
        1 => any::<Index>().prop_map(Change::End),
    ];
    proptest::collection::vec(change, 0..=most)
}

pub(super) fn changed(bytes: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for change in changes {
        let len = bytes.len();
        let place = |at: &Index| at.index(len + 1);
        match change {
            Change::Set(at, byte) if len > 0 => bytes[at.index(len)] = *byte,
            Change::Set(..) => {}
            Change::Insert(at, sign) => {
                bytes.splice(place(at)..place(at), SIGNS[*sign].iter().copied());
            }
            Change::Remove(at, some) => {
                bytes.drain(place(at)..(place(at) + some).min(len));
            }
            Change::Repeat(at, some) => {
                let part = bytes[place(at)..(place(at) + some).min(len)].to_vec();
                bytes.splice(place(at)..place(at), part);
            }
            Change::End(at) => bytes.truncate(place(at)),
        }
    }
    bytes
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn utf16(bytes: &[u8], units: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let marked = std::iter::once(0xfeff).chain(text.encode_utf16());
    marked.flat_map(units).collect()
}

/// The number of ways that [`packed`] packs.
const PACKINGS: usize = 5;

fn packed(bytes: &[u8], packing: usize) -> Vec<u8> {
    match packing {
        1 => utf16(bytes, u16::to_le_bytes),
        2 => utf16(bytes, u16::to_be_bytes),
        3 => gzip(bytes),
        4 => zstd::encode_all(bytes, 1).unwrap(),
        _ => bytes.to_vec(),
    }
}

/// Settings of files, laid over a preset's own.
const DIALECTS: [&str; 8] = [
    "{}",
    r#"{"separator": "auto", "decimal": "auto", "header": "auto", "encoding": "auto"}"#,
    r#"{"separator": ";", "decimal": ",", "thousands": "."}"#,
    r#"{"separator": "\t", "quote": "", "escape": "\\", "null": ["", "NULL"]}"#,
    r#"{"quote": "'", "escape": "\\", "header": {"skip_lines": 2}}"#,
    r#"{"header": {"starts_with": ["Day", "date", "id"]}}"#,
    r#"{"header": {"columns": ["person", "timestamp", "channel", "kind"]}}"#,
    r#"{"json": ["event", "id"], "separator": "|"}"#,
];

fn with_dialect(name: &str, dialect: usize, skips: bool) -> Mapping {
    let mut mapping = json!({ "preset": name, "file": {} });
    mapping["file"] = serde_json::from_str(DIALECTS[dialect]).unwrap();
    if skips {
        mapping["bad_rows"] = json!({ "skip": 1_000 });
    }
    serde_json::from_value(mapping).unwrap()
}

/// Reads as a log and as a spend table. What comes of it is either.
fn read_both(mapping: &Mapping, bytes: &[u8]) {
    let log = EventReader::new(mapping.clone()).with_bytes(bytes).read();
    if let Ok(reading) = log {
        super::conserved::check(&reading.report);
        reading.report.to_string();
    }
    let spend = CostReader::new(mapping.clone()).with_bytes(bytes).read();
    if let Ok(reading) = spend {
        super::conserved::check_spend(&reading.report);
        reading.report.to_string();
    }
}

/// A preset's name and a file of its form.
fn sample(at: &Index) -> (&'static str, &'static str) {
    let logs = LOGS.iter().map(|row| (row.0, row.1));
    let all: Vec<_> = logs
        .chain(TABLES.iter().map(|row| (row.0, row.1)))
        .collect();
    all[at.index(all.len())]
}

/// Every place of a document.
fn places(value: &Value, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    let step = |key: &str| format!("{here}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(key, value)| places(value, &step(key), all)),
        Value::Array(items) => {
            let numbered = items.iter().enumerate();
            numbered.for_each(|(at, value)| places(value, &step(&at.to_string()), all));
        }
        _ => {}
    }
}

/// Settings that are odd in one place or another.
fn odd_setting(at: usize) -> Value {
    let long = "x".repeat(5_000);
    let texts = [
        "",
        "a",
        "*",
        "re:(",
        "re:(a{900}){900}",
        "re:",
        "glob:[",
        "glob:**",
        "list:none",
        "auto",
        "1e400",
        "nan",
        "-1",
        "0",
        "%",
        "%Q",
        "%s%Y-%m",
        "99999999999d",
        "é",
        "Europe/Nowhere",
        "America/New_York",
        "ms",
        "1e-6",
        "touch",
        "conversion",
        "drop",
        "error",
        "ga4",
        "posthog",
        "timestamp",
        "date",
        "a.b.c.d.e.f.g.h",
        "param:",
        ":",
        "..",
        "first",
        "last",
        &long,
    ];
    let others = [
        json!(null),
        json!(true),
        json!(false),
        json!(-1),
        json!(0),
        json!(1e308),
        json!(u64::MAX),
        json!([]),
        json!({}),
        json!(["a", "a"]),
        json!([[]]),
        json!({ "skip_lines": u64::MAX }),
        json!({ "columns": [] }),
        json!({ "starts_with": [] }),
        json!({ "skip": 0 }),
        json!({ "skip_share": 1e-300 }),
        json!({ "column": ["a", "b"], "unit": "s", "to": "EUR", "rates": "/none" }),
        json!({ "column": "date", "items": ",", "parts": ";", "part": u32::MAX }),
        json!({ "constant": "1767225600" }),
        json!({ "key": "id", "gap": "1s" }),
        json!({ "kind": "conversion", "touch": "source_changed", "once_per": ["*"] }),
        json!([{ "name": "x", "source": "re:.*" }]),
    ];
    let at = at % (texts.len() + others.len());
    match texts.get(at) {
        Some(text) => json!(text),
        None => others[at - texts.len()].clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn files_of_any_form_and_dialect_never_panic(
        preset: Index,
        dialect in 0..DIALECTS.len(),
        skips: bool,
        text in changes(6),
        packing in 0..PACKINGS,
        bytes in changes(2),
    ) {
        let (name, file) = sample(&preset);
        let file = packed(&changed(file.as_bytes(), &text), packing);
        read_both(&with_dialect(name, dialect, skips), &changed(&file, &bytes));
    }

    #[test]
    fn mappings_of_any_kind_never_panic(
        preset: Index,
        edits in proptest::collection::vec((any::<Index>(), any::<usize>(), any::<bool>()), 1..5),
    ) {
        let (name, file) = sample(&preset);
        let mut document = serde_json::to_value(Mapping::preset(name).unwrap()).unwrap();
        for (place, setting, adds) in edits {
            let mut all = Vec::new();
            places(&document, "", &mut all);
            let Some(node) = document.pointer_mut(&all[place.index(all.len())]) else { continue };
            match node {
                Value::Object(fields) if adds => {
                    let key = odd_setting(setting / 7).as_str().unwrap_or("x").to_owned();
                    fields.insert(key, odd_setting(setting));
                }
                node => *node = odd_setting(setting),
            }
        }
        if let Ok(mapping) = serde_json::from_value::<Mapping>(document) {
            read_both(&mapping, file.as_bytes());
        }
    }

    #[test]
    fn compressed_identified_logs_never_panic(
        text in changes(4),
        packing in 0..PACKINGS,
        bytes in changes(2),
    ) {
        let file = "id:cookie,id:card,timestamp,channel,kind\nc-81,,1767225600,social,touch\n\
                    ,4711,1767229200,shop,conversion\n";
        let file = changed(&packed(&changed(file.as_bytes(), &text), packing), &bytes);
        let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
        let reader = IdentifiedReader::csv(file.as_slice(), EventColumns::default(), &hasher);
        if let Ok(mut reader) = reader {
            reader.read_all().ok();
        }
    }
}

/// A setting that has one of several forms is the mapping's own, not mixed with its preset's.
#[test]
fn settings_of_one_form_replace_those_of_a_preset() {
    let file = "2026-01-05,EUR,5,3\n";
    let text = "preset = \"adwords-report\"\n[file]\n\
                header = { columns = [\"Day\", \"Currency\", \"Cost\", \"Clicks\"] }";
    let report = super::read_spend(&super::mapping(text), file)
        .unwrap()
        .report;
    assert_eq!((report.rows, report.clicks), (1, 3.0));
    super::mapping(
        "preset = \"ga4\"\n[kinds.\"*\"]\nsessions = { gap = \"30m\" }\n\
         [bad_rows]\nskip_share = 0.5",
    );
    let ga4 = super::mapping("preset = \"ga4\"\n[kinds.\"*\"]\nsessions = { gap = \"30m\" }");
    super::read(&ga4, super::presets::LOGS[1].1);
}

/// Lines above a header are gone past in time that grows with their number alone.
#[test]
fn many_lines_above_a_header_are_passed_quickly() {
    let blank = "\n".repeat(3_000_000);
    let file = format!("{blank}person,timestamp,channel,kind\nann,1767225600,tv,touch\n");
    let mut mapping = Mapping::preset("plain").unwrap();
    mapping.file = serde_json::from_str(r#"{"header": {"skip_lines": 3000000}}"#).unwrap();
    let reading = super::read(&mapping, &file);
    assert_eq!(super::events(&reading), ["ann 1767225600 tv"]);
    mapping.file = serde_json::from_value(json!({ "header": { "skip_lines": u64::MAX } })).unwrap();
    assert!(super::refusal(&mapping, &file).contains("is empty"));
}
