//! Parquet files in types that tools write, and damaged ones.

use super::arrow::ga4;
use super::robust::{changed, changes};
use super::{events, last_touch};
use arrow_array::{
    ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use mixtouch::io::{EventColumns, EventReader, Mapping, ParquetReader};
use mixtouch::{Error, Events, TimeZone};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel};
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn written(batch: &RecordBatch, compression: Compression) -> Vec<u8> {
    let settings = WriterProperties::builder().set_compression(compression);
    let settings = settings.set_max_row_group_row_count(Some(100)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(settings)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn gzip() -> Compression {
    Compression::GZIP(GzipLevel::default())
}

fn all(mut reader: ParquetReader) -> mixtouch::Result<Events> {
    let mut log = Events::new();
    while let Some(batches) = reader.next_batches()? {
        batches.iter().try_for_each(|batch| log.append(batch))?;
    }
    Ok(log)
}

fn plain(bytes: Vec<u8>, columns: EventColumns) -> mixtouch::Result<Events> {
    all(ParquetReader::from_bytes(bytes, columns)?)
}

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("mixtouch-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn by_mapping(path: &Path, preset: &str) -> mixtouch::Result<mixtouch::io::Reading> {
    EventReader::new(Mapping::preset(preset).unwrap())
        .with_path(path)
        .read()
}

/// Two events; times and values in the arrays given.
fn two(times: ArrayRef, values: ArrayRef) -> RecordBatch {
    let text = |texts: [Option<&str>; 2]| Arc::new(StringArray::from(texts.to_vec())) as ArrayRef;
    let columns = [
        ("person", text([Some("ann"), Some("ann")])),
        ("timestamp", times),
        ("channel", text([Some("social"), None])),
        ("kind", text([Some("touch"), Some("conversion")])),
        ("value", values),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .unwrap()
}

#[test]
fn decimals_and_gzip_are_read() {
    let times = Arc::new(Int64Array::from(vec![1_767_225_600, 1_767_315_600]));
    let values = Decimal128Array::from(vec![None, Some(5_050)]);
    let values = Arc::new(values.with_precision_and_scale(10, 2).unwrap());
    let bytes = written(&two(times, values), gzip());
    let log = plain(bytes.clone(), EventColumns::default()).unwrap();
    assert_eq!(log.get(1).unwrap().value(), 50.5);
    let folder = folder("decimals");
    std::fs::write(folder.join("log.parquet"), bytes).unwrap();
    let reading = by_mapping(&folder.join("log.parquet"), "plain").unwrap();
    assert_eq!(last_touch(&reading)["social"], 50.5);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn typed_and_written_local_times_are_the_same_seconds() {
    let values = Arc::new(Int64Array::from(vec![None, Some(50)]));
    let typed = [1_767_225_600_000, 1_767_315_600_000].to_vec();
    let texts = vec!["2026-01-01 00:00:00", "2026-01-02 01:00:00"];
    let times: [ArrayRef; 2] = [
        Arc::new(TimestampMillisecondArray::from(typed)),
        Arc::new(StringArray::from(texts)),
    ];
    for times in times {
        let bytes = written(&two(times, values.clone()), Compression::SNAPPY);
        let zone = TimeZone::new("Europe/Berlin").unwrap();
        let log = plain(bytes, EventColumns::default().with_zone(zone)).unwrap();
        let seconds: Vec<i64> = log.iter().map(|event| event.time()).collect();
        assert_eq!(seconds, [1_767_222_000, 1_767_312_000]);
    }
}

#[test]
fn several_files_are_one_log_and_errors_name_theirs() {
    let rows: Vec<ga4::Event> = (0..300).map(ga4::event).collect();
    let (folder, whole) = (folder("several"), ga4::plain(&rows));
    for (name, from, len) in [("a", 0, 120), ("b", 120, 0), ("c", 120, 180)] {
        let part = written(&whole.slice(from, len), Compression::SNAPPY);
        std::fs::write(folder.join(format!("{name}.parquet")), part).unwrap();
    }
    let open =
        |pattern: &str| ParquetReader::open_all(folder.join(pattern), EventColumns::default());
    let log = all(open("*.parquet").unwrap()).unwrap();
    let expected = plain(written(&whole, gzip()), EventColumns::default()).unwrap();
    assert!(log.iter().eq(expected.iter()) && log.len() == 300);
    assert!(
        open("z*.parquet")
            .unwrap_err()
            .to_string()
            .contains("the pattern of files is")
    );
    std::fs::write(folder.join("d.parquet"), "person,timestamp\n").unwrap();
    let error = all(open("*.parquet").unwrap()).unwrap_err();
    assert_eq!(
        error.path(),
        Some(folder.join("d.parquet").as_path()),
        "{error}"
    );
    let missing = ParquetReader::open(folder.join("e.parquet"), EventColumns::default());
    assert!(missing.unwrap_err().to_string().contains("e.parquet"));
    std::fs::remove_dir_all(folder).unwrap();
}

/// Every byte of a file's footer, changed in turn.
#[test]
fn no_damaged_footer_panics() {
    let rows: Vec<ga4::Event> = (0..150).map(ga4::event).collect();
    let whole = written(&ga4::plain(&rows), Compression::SNAPPY);
    let len = whole.len();
    let footer = u32::from_le_bytes(whole[len - 8..len - 4].try_into().unwrap()) as usize;
    let mut damaged = 0;
    for (at, byte) in (len - 8 - footer..len).flat_map(|at| [(at, 0), (at, 0x7f), (at, 0xff)]) {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        damaged += usize::from(plain(bytes, EventColumns::default()).is_err());
    }
    assert!(damaged > 100, "{damaged}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_damaged_file_panics(
        from in 0usize..1_000,
        nested: bool,
        compression in 0usize..3,
        changes in changes(4),
    ) {
        let rows: Vec<ga4::Event> = (from..from + 60).map(ga4::event).collect();
        let batch = if nested { ga4::ga4(&rows) } else { ga4::plain(&rows) };
        let compression = [Compression::UNCOMPRESSED, Compression::SNAPPY, gzip()][compression];
        let bytes = changed(&written(&batch, compression), &changes);
        plain(bytes.clone(), EventColumns::default()).ok();
        let folder = folder("damaged");
        let path = folder.join(format!("{from}.parquet"));
        std::fs::write(&path, &bytes).unwrap();
        match by_mapping(&path, if nested { "ga4" } else { "plain" }) {
            Ok(reading) => drop(events(&reading)),
            Err(error) => prop_assert!(error.path().is_some() || !error.is_io(), "{}", error),
        }
        let opened = ParquetReader::open(&path, EventColumns::default()).and_then(all);
        if let Err(error @ (Error::Damaged { .. } | Error::Io(_))) = opened {
            prop_assert!(false, "no file is named: {}", error);
        }
        std::fs::remove_file(&path).unwrap();
    }
}
