//! Memory and time on fields that do not end, on small files that expand, and on many rows. Run by
//! hand: `cargo test --release --all-features --test it mapping::bounded -- --ignored
//! --test-threads 1 --nocapture`; the limits of memory hold for each test run alone.

use mixtouch::io::{EventReader, Mapping};
use mixtouch::{CostTable, PathTable, TimeZone};
use std::io::{Cursor, Read};

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

/// A zstd file of less than a MB that expands to a gigabyte of one byte behind a start.
fn bomb(start: &str) -> Vec<u8> {
    let packed = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
    let part = packed(&vec![b'x'; 8 << 20]);
    let members = std::iter::repeat_n(part, 128);
    let start = std::iter::once(packed(start.as_bytes()));
    start.chain(members).flatten().collect()
}

#[test]
#[ignore = "reads gigabytes"]
fn a_small_file_that_expands_to_gigabytes_is_refused_in_bounded_memory() {
    let row = bomb("person,timestamp,channel,kind\n");
    let error = EventReader::new(Mapping::preset("plain").unwrap())
        .with_bytes(&row)
        .read();
    let error = error.unwrap_err().to_string();
    eprintln!("{} kB: {error}; peak {} MiB", row.len() >> 10, peak());
    assert!(error.contains("row 2: is longer than 64 MiB"), "{error}");
    assert!(peak() < 400, "{} MiB", peak());
}

/// Tables that are held in memory: all are read by the same code, which has a limit.
#[test]
#[ignore = "reads gigabytes"]
fn a_small_table_that_expands_to_gigabytes_is_refused_in_bounded_memory() {
    let folder = std::env::temp_dir().join(format!("mixtouch-bomb-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("rates.csv"), bomb("date,from,to,rate\n")).unwrap();
    let mapping = "preset = \"plain\"\n[columns]\n\
                   currency = { column = \"currency\", to = \"EUR\", rates = \"rates.csv\" }";
    std::fs::write(folder.join("plain.toml"), mapping).unwrap();
    let mapping = Mapping::load(folder.join("plain.toml")).unwrap();
    let log = "person,timestamp,channel,kind,currency\nann,1767225600,tv,touch,EUR\n";
    let error = super::try_read(&mapping, log).unwrap_err();
    assert_eq!(error.path(), Some(&*folder.join("rates.csv")), "{error}");
    let path = PathTable::from_csv(bomb("path,conversions\n").as_slice(), ">").unwrap_err();
    let cost = CostTable::from_csv(bomb("channel,date,cost\n").as_slice(), TimeZone::default());
    for error in [error, path, cost.unwrap_err()] {
        let error = error.to_string();
        eprintln!("{error}; peak {} MiB", peak());
        assert!(error.ends_with("at most 512 MiB, decompressed"), "{error}");
    }
    // the table, and once more while its memory grows
    assert!(peak() < 1_200, "{} MiB", peak());
    std::fs::remove_dir_all(folder).unwrap();
}

/// Ten million rows as a stream, the last of which has a time that is none.
fn ten_million(header: &'static str, row: &'static str, last: &'static str) -> impl Read + Send {
    let block = row.repeat(10_000).into_bytes();
    let mut blocks = 0;
    let mut rest = Cursor::new(Vec::new());
    let rows = std::iter::from_fn(move || {
        blocks += 1;
        (blocks <= 1_000).then(|| match blocks {
            1_000 => [&block[row.len()..], last.as_bytes()].concat(),
            _ => block.clone(),
        })
    });
    let mut rows = rows.into_iter();
    let body = Stream(move |to: &mut [u8]| {
        let mut read = rest.read(to)?;
        while read == 0 {
            let Some(next) = rows.next() else { break };
            rest = Cursor::new(next);
            read = rest.read(to)?;
        }
        Ok(read)
    });
    header.as_bytes().chain(body)
}

/// A reader that is a function.
struct Stream<F>(F);

impl<F: FnMut(&mut [u8]) -> std::io::Result<usize>> Read for Stream<F> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        self.0(to)
    }
}

#[test]
#[ignore = "reads ten million rows"]
fn the_last_of_ten_million_rows_is_named() {
    let csv = ten_million(
        "person,timestamp,channel,kind\n",
        "ann,1767225600,tv,touch\n",
        "ann,soon,tv,touch\n",
    );
    let lines = ten_million(
        "",
        "{\"user_pseudo_id\":\"1\",\"event_timestamp\":1767225600000000,\"event_name\":\"x\"}\n",
        "{\"user_pseudo_id\":\"1\",\"event_timestamp\":\"soon\",\"event_name\":\"purchase\"}\n",
    );
    let refused = |preset: &str, reader: Box<dyn Read + Send>| {
        let reader = EventReader::new(Mapping::preset(preset).unwrap()).with_reader(reader);
        let error = reader.read().unwrap_err();
        eprintln!("{preset}: {error}; peak {} MiB", peak());
        error.row()
    };
    assert_eq!(
        refused("plain", Box::new(csv)),
        Some(10_000_001),
        "the header is row 1"
    );
    assert_eq!(refused("ga4", Box::new(lines)), Some(10_000_000));
}
