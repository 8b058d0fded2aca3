//! Several files as one log, in the crate's own columns.

use mixtouch::io::{CsvChunk, CsvReader, EventColumns};
use mixtouch::{Events, JourneyBuilder, JourneyOptions, Result};
use std::path::{Path, PathBuf};

const HEADER: &str = "person,timestamp,channel,kind,value\n";

fn folder(name: &str) -> PathBuf {
    let name = format!("mixtouch-csv-{name}-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn open(folder: &Path, pattern: &str) -> Result<CsvReader<std::fs::File>> {
    CsvReader::open_all(folder.join(pattern), EventColumns::default())
}

fn all(mut reader: CsvReader<std::fs::File>) -> Result<Events> {
    let mut all = Events::new();
    while let Some(batches) = reader.next_batches()? {
        batches.iter().try_for_each(|batch| all.append(batch))?;
    }
    Ok(all)
}

/// Each file has its own header, in its own order and packing; one may have no rows.
#[test]
fn csv_files_that_fit_a_pattern_are_one_log() {
    let folder = folder("several");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    let first = format!("{HEADER}ann,1767225600,social,touch,\n");
    let last = "kind,person,value,timestamp,channel\nconversion,ann,50,1767229200,\n";
    write("2026-02.csv.gz", &super::robust::gzip(last.as_bytes()));
    write("2026-01.csv", first.as_bytes());
    write("2026-01b.csv", HEADER.as_bytes());
    let mut reader = open(&folder, "2026-*").unwrap();
    let mut rows = 0;
    while let Some(batches) = reader.next_batches().unwrap() {
        rows += batches.iter().map(Events::len).sum::<usize>();
    }
    assert_eq!(rows, 2);
    let read = first.len() + HEADER.len() + last.len();
    assert_eq!(reader.bytes_read(), read as u64);
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    let reader = open(&folder, "2026-*").unwrap();
    builder.extend_each(reader, CsvChunk::events).unwrap();
    assert_eq!(builder.build().unwrap().totals().value, 50.0);
    std::fs::remove_dir_all(folder).unwrap();
}

/// The row is that of its file, whatever came before.
#[test]
fn errors_name_the_file_and_its_row() {
    let folder = folder("errors");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write(
        "a.csv",
        &format!("{HEADER}{}", "ann,1767225600,social,touch,\n".repeat(9)),
    );
    write(
        "b.csv",
        &format!("{HEADER}ann,1767225600,social,touch,\nann,x,social,touch,\n"),
    );
    write("c.csv", "person,timestamp\n");
    let error = all(open(&folder, "[ab].csv").unwrap()).unwrap_err();
    assert_eq!(
        (error.path(), error.row()),
        (Some(&*folder.join("b.csv")), Some(3))
    );
    let error = all(open(&folder, "[ac].csv").unwrap()).unwrap_err();
    assert_eq!(error.path(), Some(&*folder.join("c.csv")));
    assert!(
        error.to_string().contains("no column \"channel\""),
        "{error}"
    );
    let error = open(&folder, "z*.csv").unwrap_err().to_string();
    assert!(error.contains("the pattern of files is"), "{error}");
    for missing in [
        open(&folder, "z.csv"),
        CsvReader::open(folder.join("z.csv"), EventColumns::default()),
    ] {
        let error = missing.unwrap_err();
        assert!(error.is_io(), "{error}");
        assert_eq!(error.path(), Some(&*folder.join("z.csv")));
    }
    std::fs::remove_dir_all(folder).unwrap();
}
