//! Memory and time on fields that do not end. Run by hand: `cargo test --all-features --test it
//! mapping::bounded -- --ignored --test-threads 1 --nocapture`.

use super::robust::gzip;
use mixtouch::io::{EventReader, Mapping, Rates};
use std::io::Read;

/// The most memory used so far, in MiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().strip_suffix("kB"));
    number.map_or(0, |number| number.trim().parse::<u64>().unwrap() >> 10)
}

const GIGABYTE: u64 = 1 << 30;

/// A start, and then a gigabyte of one byte.
fn endless(start: &str) -> impl Read + Send + '_ {
    start.as_bytes().chain(std::io::repeat(b'x').take(GIGABYTE))
}

fn refusal(what: &str, dialect: &str, reader: impl Read + Send) {
    let mut mapping = Mapping::preset("plain").unwrap();
    mapping.file = serde_json::from_str(dialect).unwrap();
    let error = EventReader::new(mapping)
        .with_reader(reader)
        .read()
        .unwrap_err();
    eprintln!("{what}: {error}; peak {} MiB", peak());
    assert!(
        error.to_string().contains("row 2: is longer than 64 MiB"),
        "{error}"
    );
    assert!(peak() < 400, "{} MiB", peak());
}

#[test]
#[ignore = "reads gigabytes"]
fn a_field_of_a_gigabyte_is_refused_in_bounded_memory() {
    let header = "person,timestamp,channel,kind\n";
    refusal("plain field", "{}", endless(header));
    let quoted = format!("{header}\"");
    refusal("quoted field", "{}", endless(&quoted));
    let escaped = r#"{"quote": "", "escape": "\\"}"#;
    refusal("escaped dialect", escaped, endless(header));
    let lines = "{\"person\": \"ann\"}\n{\"person\": \"";
    let lines = std::io::Cursor::new(lines).chain(std::io::repeat(b'x').take(GIGABYTE));
    let error = EventReader::new(Mapping::preset("ga4").unwrap())
        .with_reader(lines)
        .read();
    eprintln!("JSON lines: {}; peak {} MiB", error.unwrap_err(), peak());
    assert!(peak() < 400, "{} MiB", peak());
}

#[test]
#[ignore = "reads gigabytes"]
fn a_small_file_that_expands_to_gigabytes_is_refused_in_bounded_memory() {
    let mut bomb = Vec::new();
    let mut row = b"person,timestamp,channel,kind\n".to_vec();
    row.resize(GIGABYTE as usize / 4, b'x');
    bomb.extend(gzip(&row));
    let more = gzip(&vec![b'x'; GIGABYTE as usize / 4]);
    drop(row);
    (0..4).for_each(|_| bomb.extend(&more));
    let before = peak();
    let error = EventReader::new(Mapping::preset("plain").unwrap())
        .with_bytes(&bomb)
        .read();
    let error = error.unwrap_err().to_string();
    eprintln!(
        "{} kB of gzip: {error}; peak {before} to {} MiB",
        bomb.len() >> 10,
        peak()
    );
    assert!(error.contains("row 2: is longer than 64 MiB"), "{error}");
    let error = Rates::from_csv(bomb.as_slice()).unwrap_err().to_string();
    eprintln!("rates: {error}; peak {} MiB", peak());
    assert!(error.contains("at most 512 MiB, decompressed"), "{error}");
}
