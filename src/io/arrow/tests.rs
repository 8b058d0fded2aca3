use super::*;
use arrow_array::{
    ArrayRef, BinaryArray, Decimal128Array, FixedSizeBinaryArray, Int64Array, RecordBatchIterator,
    StringArray,
};
#[cfg(feature = "time")]
use arrow_array::{Date32Array, Date64Array, TimestampMillisecondArray};
use std::sync::Arc;

const NEW_YEAR: i64 = 1_767_225_600; // 2026-01-01T00:00:00Z

fn batch<const N: usize>(changed: [(&str, ArrayRef); N]) -> RecordBatch {
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("person", Arc::new(StringArray::from(vec!["ann"]))),
        ("timestamp", Arc::new(Int64Array::from(vec![NEW_YEAR]))),
        ("channel", Arc::new(StringArray::from(vec!["search"]))),
        ("kind", Arc::new(StringArray::from(vec!["conversion"]))),
        ("value", Arc::new(Int64Array::from(vec![5]))),
    ];
    for (name, array) in changed {
        columns.retain(|(other, _)| *other != name);
        columns.push((name, array));
    }
    RecordBatch::try_from_iter(columns).unwrap()
}

fn read(batch: &RecordBatch, columns: &EventColumns) -> Result<Events, String> {
    let mut log = Events::new();
    log.extend_from_record_batch(batch, columns)
        .map(|()| log)
        .map_err(|error| error.to_string())
}

fn time(array: impl arrow_array::Array + 'static, columns: &EventColumns) -> Result<i64, String> {
    let log = read(
        &batch([("timestamp", Arc::new(array) as ArrayRef)]),
        columns,
    )?;
    Ok(log.get(0).unwrap().time())
}

/// `pq_val_dec128.parquet`: amounts as decimals.
#[test]
fn decimal_amounts_are_read() {
    let value = Decimal128Array::from(vec![5050])
        .with_precision_and_scale(18, 2)
        .unwrap();
    let log = read(
        &batch([("value", Arc::new(value) as ArrayRef)]),
        &EventColumns::default(),
    );
    assert_eq!(log.unwrap().get(0).unwrap().value(), 50.5);
}

#[test]
fn bytes_and_decimals_are_persons() {
    let person = |array: ArrayRef| {
        let log = read(&batch([("person", array)]), &EventColumns::default()).unwrap();
        log.get(0).unwrap().person().to_string()
    };
    assert_eq!(
        person(Arc::new(BinaryArray::from(vec![&b"ann"[..]]))),
        "ann"
    );
    assert_eq!(
        person(Arc::new(BinaryArray::from(vec![&b"\xff\x00"[..]]))),
        "ff00"
    );
    let id = FixedSizeBinaryArray::try_from_iter([[0xab; 16]].into_iter()).unwrap();
    assert_eq!(person(Arc::new(id)), "abababab-abab-abab-abab-abababababab");
    let number = Decimal128Array::from(vec![12])
        .with_precision_and_scale(38, 0)
        .unwrap();
    assert_eq!(person(Arc::new(number)), "12");
}

/// `pq_ts_ms.parquet` beside `pq_ts_text_naive.parquet`: the same second.
#[cfg(feature = "time")]
#[test]
fn times_without_zone_are_local_where_a_zone_is_set() {
    let utc = EventColumns::default();
    let zone = crate::time::TimeZone::new("Europe/Berlin").unwrap();
    let berlin = EventColumns::default().with_zone(zone);
    let local = TimestampMillisecondArray::from(vec![(NEW_YEAR + 3600) * 1000]);
    let text = StringArray::from(vec!["2026-01-01 01:00:00"]);
    assert_eq!(time(local.clone(), &berlin), Ok(NEW_YEAR));
    assert_eq!(time(text, &berlin), Ok(NEW_YEAR));
    assert_eq!(
        time(local.clone(), &utc),
        Ok(NEW_YEAR + 3600),
        "UTC where no zone is set"
    );
    assert_eq!(
        time(local.with_timezone("UTC"), &berlin),
        Ok(NEW_YEAR + 3600)
    );
    let days = 20_454;
    assert_eq!(time(Date32Array::from(vec![days]), &utc), Ok(NEW_YEAR));
    assert_eq!(
        time(Date32Array::from(vec![days]), &berlin),
        Ok(NEW_YEAR - 3600)
    );
    let date = Date64Array::from(vec![NEW_YEAR * 1000]);
    assert_eq!(time(date.clone(), &utc), Ok(NEW_YEAR));
    assert_eq!(time(date, &berlin), Ok(NEW_YEAR - 3600));
    let zones: ArrayRef = Arc::new(StringArray::from(vec!["Asia/Tokyo"]));
    let local: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![
        (NEW_YEAR + 9 * 3600) * 1000,
    ]));
    let log = read(
        &batch([("timestamp", local), ("zone", zones)]),
        &EventColumns::default().with_zone_column("zone"),
    );
    assert_eq!(log.unwrap().get(0).unwrap().time(), NEW_YEAR);
}

#[test]
fn integers_are_of_the_unit() {
    let micros = EventColumns::default().with_time_unit(crate::io::TimeUnit::Microseconds);
    let numbers = |number| Int64Array::from(vec![number]);
    assert_eq!(time(numbers(NEW_YEAR * 1_000_000), &micros), Ok(NEW_YEAR));
    let plain = EventColumns::default();
    assert!(
        time(numbers(20_240_910), &plain)
            .unwrap_err()
            .contains("a date YYYYMMDD")
    );
    assert_eq!(time(numbers(20_240_999), &plain), Ok(20_240_999));
    assert!(
        time(numbers(NEW_YEAR * 1_000_000), &plain)
            .unwrap_err()
            .contains("state the unit us")
    );
}

#[test]
fn batches_of_a_reader_are_one_log() {
    let good = batch([]);
    let bad = batch([(
        "timestamp",
        Arc::new(Int64Array::from(vec![-1])) as ArrayRef,
    )]);
    let reader = |batches: Vec<RecordBatch>| {
        let schema = good.schema();
        RecordBatchIterator::new(batches.into_iter().map(Ok), schema)
    };
    let columns = EventColumns::default();
    let log = Events::from_record_batches(reader(vec![good.clone(); 40]), &columns).unwrap();
    assert_eq!(log.len(), 40);
    let fault = Events::from_record_batches(reader(vec![good.clone(), bad]), &columns);
    assert_eq!(fault.unwrap_err().row(), Some(2));
    let empty = Events::from_record_batches(reader(Vec::new()), &columns);
    assert!(
        empty
            .unwrap_err()
            .to_string()
            .starts_with("the event log is empty")
    );
}
