use super::*;
use crate::io::arrow::rows::tests::ga4_batch;
use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::Compression;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use arrow_array::{ArrayRef, RecordBatch, StringArray};

fn written(compression: Compression) -> Bytes {
    let batch = ga4_batch();
    let properties = WriterProperties::builder().set_compression(compression);
    let properties = properties.set_max_row_group_row_count(Some(2)).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap().into()
}

fn read(bytes: Bytes, paths: &[&str]) -> Vec<String> {
    let format = FileFormat::default().with_json_columns(["properties"]);
    let paths: Vec<FieldPath> = paths.iter().map(|path| FieldPath::new(*path)).collect();
    let mut rows = Vec::new();
    for piece in ParquetRows::from_bytes(bytes, &format, &paths).unwrap() {
        piece
            .unwrap()
            .each(|batch| {
                batch.each(&mut |line, row| {
                    rows.push(format!(
                        "{line}: {:?}",
                        row.map_err(|error| error.to_string())
                    ));
                    Ok(())
                })
            })
            .unwrap();
    }
    rows
}

#[test]
fn only_the_leaves_asked_for_are_read() {
    let bytes = written(Compression::SNAPPY);
    let paths = ["person", "geo.country", "param:source", "param:id", "gone"];
    assert_eq!(
        read(bytes.clone(), &paths),
        [
            "1: Ok([Text(\"ann\"), Text(\"FR\"), Text(\"google\"), Integer(7), Missing])",
            "2: Ok([Missing, Missing, Missing, Missing, Missing])",
            "3: Ok([Text(\"cem\"), Missing, Missing, Number(0.5), Missing])",
        ]
    );
    let paths = paths.map(FieldPath::new);
    let format = FileFormat::default();
    let reader = ParquetRows::from_bytes(bytes.clone(), &format, &paths).unwrap();
    assert_eq!(reader.found(), [true, true, true, true, false]);
    let schema = reader.layout.metadata.parquet_schema();
    let leaves: Vec<String> = (0..schema.num_columns())
        .filter(|&leaf| reader.layout.mask.leaf_included(leaf))
        .map(|leaf| schema.column(leaf).path().string())
        .collect();
    let inside = |leaf: &str| format!("event_params.list.{leaf}");
    assert_eq!(leaves[..2], ["person".to_owned(), "geo.country".into()]);
    assert_eq!(leaves.len(), 6, "{leaves:?}");
    assert!(
        leaves[2..].iter().all(|leaf| leaf.starts_with(&inside(""))),
        "{leaves:?}"
    );
    assert_eq!(
        read(bytes, &["properties.utm.source", "geo.city"])[..2],
        [
            "1: Ok([Text(\"google\"), Text(\"Paris\")])",
            "2: Ok([Missing, Missing])",
        ]
    );
}

#[test]
fn any_compression_is_read() {
    let expected = read(written(Compression::UNCOMPRESSED), &["person"]);
    for compression in [
        Compression::GZIP(Default::default()),
        Compression::BROTLI(Default::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
        Compression::ZSTD(Default::default()),
    ] {
        assert_eq!(
            read(written(compression), &["person"]),
            expected,
            "{compression}"
        );
    }
}

#[test]
fn files_that_are_no_parquet_are_refused() {
    for bytes in [&b""[..], b"PAR1", b"person,time\n"] {
        let read =
            ParquetRows::from_bytes(Bytes::copy_from_slice(bytes), &FileFormat::default(), &[]);
        assert!(read.is_err());
    }
}

/// A log with two columns that are null throughout; the name of one could also be a path into
/// another column.
fn with_blanks(states_nulls: bool) -> Bytes {
    let text = |values: [Option<&str>; 2]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let properties = r#"{"worth": 5, "size": 1}"#;
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("who", text([Some("ann"), None]), true),
        ("worth", text([None, None]), true),
        ("properties.worth", text([None, None]), true),
        ("properties", text([Some(properties), None]), true),
    ]);
    let batch = batch.unwrap();
    let level = if states_nulls {
        EnabledStatistics::Chunk
    } else {
        EnabledStatistics::None
    };
    let properties = WriterProperties::builder().set_statistics_enabled(level);
    let properties = properties.build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap().into()
}

/// A blank column is there whether or not the file says how many values are null, and no other
/// column takes its place.
#[test]
fn columns_without_a_value_are_found_and_need_not_be_decoded() {
    let names = ["who", "worth", "properties.worth", "properties.size"];
    for (states_nulls, decoded) in [(true, 3), (false, 4)] {
        let bytes = with_blanks(states_nulls);
        let format = FileFormat::default().with_json_columns(["properties"]);
        let paths = names.map(FieldPath::new);
        let reader = ParquetRows::from_bytes(bytes.clone(), &format, &paths).unwrap();
        assert_eq!(reader.found(), [true; 4]);
        let included = (0..4).filter(|&leaf| reader.layout.mask.leaf_included(leaf));
        assert_eq!(included.count(), decoded);
        assert_eq!(
            read(bytes, &names),
            [
                "1: Ok([Text(\"ann\"), Missing, Missing, Integer(1)])",
                "2: Ok([Missing, Missing, Missing, Missing])",
            ]
        );
    }
}
