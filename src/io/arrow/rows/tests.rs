use super::*;
use crate::error::Result;
use crate::io::file::format::FileFormat;
use crate::io::record::FieldPath;
use arrow_array::builder::{
    FixedSizeBinaryBuilder, Float64Builder, Int64Builder, ListBuilder, StringBuilder, StructBuilder,
};
use arrow_array::types::Int8Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
    Float32Array, Int32Array, LargeStringArray, RecordBatch, StringArray, StringViewArray,
    StructArray, TimestampMicrosecondArray, TimestampMillisecondArray, UInt64Array,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field, Fields};
use std::sync::Arc;

fn show(batch: &RecordBatch, format: &FileFormat, paths: &[&str]) -> Result<Vec<String>> {
    let paths: Vec<FieldPath> = paths.iter().map(|path| FieldPath::new(*path)).collect();
    let mut rows = Vec::new();
    let paths = BatchPaths::new(format, &paths, &batch.schema())?;
    paths.rows(batch, 10)?.each(&mut |line, row| {
        rows.push(match row {
            Ok(values) => format!("{line}: {values:?}"),
            Err(error) => error.to_string(),
        });
        Ok(())
    })?;
    Ok(rows)
}

fn values(array: impl Array + 'static) -> Vec<String> {
    let batch =
        RecordBatch::try_from_iter_with_nullable([("a", Arc::new(array) as ArrayRef, true)]);
    let rows = show(&batch.unwrap(), &FileFormat::default(), &["a"]).unwrap();
    let value = |row: &String| {
        row.split_once(": [")
            .unwrap()
            .1
            .trim_end_matches(']')
            .to_owned()
    };
    rows.iter().map(value).collect()
}

/// Parameters as BigQuery has them: of each entry one type of value is not null.
fn parameters() -> ArrayRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let value = Fields::from(vec![
        text("string_value"),
        Field::new("int_value", DataType::Int64, true),
        Field::new("double_value", DataType::Float64, true),
    ]);
    let entry = Fields::from(vec![
        text("key"),
        Field::new("value", DataType::Struct(value.clone()), true),
    ]);
    let values: Vec<Box<dyn arrow_array::builder::ArrayBuilder>> = vec![
        Box::new(StringBuilder::new()),
        Box::new(Int64Builder::new()),
        Box::new(Float64Builder::new()),
    ];
    let values = StructBuilder::new(value, values);
    let entries = StructBuilder::new(
        entry,
        vec![Box::new(StringBuilder::new()), Box::new(values)],
    );
    let mut list = ListBuilder::new(entries);
    let add = |list: &mut ListBuilder<StructBuilder>,
               key: &str,
               value: (Option<&str>, Option<i64>, Option<f64>)| {
        let entries = list.values();
        entries
            .field_builder::<StringBuilder>(0)
            .unwrap()
            .append_value(key);
        let values = entries.field_builder::<StructBuilder>(1).unwrap();
        values
            .field_builder::<StringBuilder>(0)
            .unwrap()
            .append_option(value.0);
        values
            .field_builder::<Int64Builder>(1)
            .unwrap()
            .append_option(value.1);
        values
            .field_builder::<Float64Builder>(2)
            .unwrap()
            .append_option(value.2);
        values.append(true);
        entries.append(true);
    };
    add(&mut list, "source", (Some("google"), None, None));
    add(&mut list, "id", (None, Some(7), None));
    add(&mut list, "source", (Some("later"), None, None));
    list.append(true);
    list.append(false);
    add(&mut list, "id", (None, None, Some(0.5)));
    add(&mut list, "source", (None, None, None));
    list.append(true);
    Arc::new(list.finish())
}

/// Three events, the second of them empty.
pub(in crate::io) fn ga4_batch() -> RecordBatch {
    let texts = |texts: Vec<Option<&str>>| Arc::new(StringArray::from(texts)) as ArrayRef;
    let geo = StructArray::new(
        Fields::from(vec![
            Field::new("country", DataType::Utf8, true),
            Field::new("city", DataType::Utf8, true),
        ]),
        vec![
            texts(vec![Some("FR"), Some("hidden"), None]),
            texts(vec![Some("Paris"), Some("hidden"), Some("Rome")]),
        ],
        Some(NullBuffer::from(vec![true, false, true])),
    );
    RecordBatch::try_from_iter_with_nullable([
        ("person", texts(vec![Some("ann"), None, Some("cem")]), true),
        ("geo", Arc::new(geo) as ArrayRef, true),
        ("event_params", parameters(), true),
        (
            "properties",
            texts(vec![
                Some("{\"utm\":{\"source\":\"google\"},\"l\":[1]}"),
                None,
                Some("{bad"),
            ]),
            true,
        ),
    ])
    .unwrap()
}

#[test]
fn values_keep_their_type() {
    assert_eq!(
        values(StringArray::from(vec![Some("x"), None, Some("")])),
        ["Text(\"x\")", "Missing", "Missing"]
    );
    assert_eq!(values(LargeStringArray::from(vec!["x"])), ["Text(\"x\")"]);
    assert_eq!(
        values(StringViewArray::from(vec![Some("x"), None])),
        ["Text(\"x\")", "Missing"]
    );
    assert_eq!(
        values(BooleanArray::from(vec![Some(true), None])),
        ["Boolean(true)", "Missing"]
    );
    assert_eq!(
        values(Int32Array::from(vec![Some(-5), None])),
        ["Integer(-5)", "Missing"]
    );
    assert_eq!(values(UInt64Array::from(vec![5])), ["Integer(5)"]);
    assert_eq!(
        values(UInt64Array::from(vec![Some(u64::MAX), None])),
        ["Text(\"18446744073709551615\")", "Missing"]
    );
    assert_eq!(values(Float32Array::from(vec![0.5])), ["Number(0.5)"]);
    assert_eq!(values(Date32Array::from(vec![20_454])), ["Date(20454)"]);
    let micros = TimestampMicrosecondArray::from(vec![Some(1_500_000), None]);
    assert_eq!(values(micros.clone()), ["Local(1500000000)", "Missing"]);
    assert_eq!(
        values(micros.with_timezone("UTC")),
        ["Instant(1500000000)", "Missing"]
    );
    assert_eq!(
        values(TimestampMillisecondArray::from(vec![-1])),
        ["Local(-1000000)"]
    );
    let decimals = |scale| {
        let decimals = Decimal128Array::from(vec![Some(5050), None]);
        values(decimals.with_precision_and_scale(38, scale).unwrap())
    };
    assert_eq!(decimals(2), ["Number(50.5)", "Missing"]);
    assert_eq!(decimals(0), ["Integer(5050)", "Missing"]);
    assert_eq!(
        values(BinaryArray::from(vec![&b"ann"[..], b"\xff"])),
        ["Text(\"ann\")", "Text(\"ff\")"]
    );
    let mut ids = FixedSizeBinaryBuilder::new(16);
    ids.append_value([0x12; 16]).unwrap();
    ids.append_null();
    assert_eq!(
        values(ids.finish()),
        ["Text(\"12121212-1212-1212-1212-121212121212\")", "Missing"]
    );
    let dictionary: DictionaryArray<Int8Type> = [Some("x"), None, Some("y"), Some("x")]
        .into_iter()
        .collect();
    assert_eq!(
        values(dictionary.slice(1, 3)),
        ["Missing", "Text(\"y\")", "Text(\"x\")",]
    );
    let empty: DictionaryArray<Int8Type> = [None::<&str>, None].into_iter().collect();
    assert_eq!(values(empty), ["Missing", "Missing"]);
    assert_eq!(values(arrow_array::NullArray::new(1)), ["Missing"]);
}

#[test]
fn values_inside_structs_lists_and_json() {
    let batch = ga4_batch();
    let format = FileFormat::default().with_json_columns(["properties"]);
    let paths = [
        "geo.city",
        "param:source",
        "event_params:id",
        "geo.none",
        "none",
    ];
    assert_eq!(
        show(&batch, &format, &paths).unwrap(),
        [
            "11: [Text(\"Paris\"), Text(\"google\"), Integer(7), Missing, Missing]",
            "12: [Missing, Missing, Missing, Missing, Missing]",
            "13: [Text(\"Rome\"), Missing, Number(0.5), Missing, Missing]",
        ]
    );
    assert_eq!(
        show(&batch, &format, &["properties.utm.source"]).unwrap(),
        [
            "11: [Text(\"google\")]",
            "12: [Missing]",
            "row 13: column \"properties\" is not JSON: key must be a string at line 1 column 2",
        ]
    );
    assert_eq!(
        show(&batch, &format, &["properties.l"]).unwrap()[0],
        "row 11: column \"properties\" holds a value that is a list, expected: a text or a number"
    );
    let sliced = batch.slice(2, 1);
    assert_eq!(
        show(&sliced, &format, &["param:id", "geo.city"]).unwrap(),
        ["11: [Number(0.5), Text(\"Rome\")]"]
    );
}

#[test]
fn columns_without_values_are_refused() {
    let batch = ga4_batch();
    let fault = |path: &str| {
        show(&batch, &FileFormat::default(), &[path])
            .unwrap_err()
            .to_string()
    };
    assert!(fault("geo").contains("the type of column geo is"));
    assert!(fault("event_params").contains("the type of column event_params is"));
    assert!(fault("person:x").contains("a list of structs of key and value"));
    assert!(fault("person.x").contains("a struct, or a text in a column"));
}
