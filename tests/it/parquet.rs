//! Event logs from Parquet files and Arrow record batches.

use arrow_array::types::{ArrowDictionaryKeyType, Int16Type, Int32Type, Int64Type, UInt8Type};
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Float64Array, Int64Array, NullArray, PrimitiveArray,
    RecordBatch, StringArray, StringViewArray, TimestampMillisecondArray, UInt64Array,
};
use mixtouch::attribution::rules::{LastTouch, Linear};
use mixtouch::io::{EventColumns, ParquetReader};
use mixtouch::{Comparison, Event, Events, JourneyBuilder, JourneyOptions, Kind};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

fn text(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(values.iter().copied().collect::<StringArray>())
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(
        columns
            .into_iter()
            .map(|(name, column)| (name, column, true)),
    )
    .unwrap()
}

/// Three persons, two of them numbers, with every optional column.
fn sample() -> RecordBatch {
    batch(vec![
        ("noise", Arc::new(Int64Array::from(vec![0; 6]))),
        (
            "person",
            text(&[
                Some("7"),
                Some("ann"),
                Some("7"),
                Some("ann"),
                Some("8"),
                Some("8"),
            ]),
        ),
        (
            "timestamp",
            Arc::new(Int64Array::from(vec![100, 150, 200, 250, 300, 310])),
        ),
        (
            "channel",
            text(&[Some("tv"), Some("search"), None, Some(""), Some("tv"), None]),
        ),
        (
            "kind",
            text(&[
                Some("touch"),
                Some("touch"),
                Some("conversion"),
                Some("conversion"),
                Some("touch"),
                Some("return"),
            ]),
        ),
        (
            "value",
            Arc::new(Float64Array::from(vec![
                None,
                Some(0.0),
                Some(20.0),
                Some(5.5),
                None,
                Some(-20.0),
            ])),
        ),
        (
            "cost",
            Arc::new(Int64Array::from(vec![
                Some(3),
                None,
                None,
                None,
                Some(1),
                None,
            ])),
        ),
        (
            "interaction",
            text(&[Some("view"), Some("click"), None, None, None, None]),
        ),
        (
            "goal",
            text(&[None, None, Some("sale"), Some("lead"), None, None]),
        ),
        (
            "order_id",
            text(&[None, None, Some("o-1"), None, None, None]),
        ),
    ])
}

/// The same rows as a program would push them.
fn expected() -> Events {
    let mut log = Events::new();
    use mixtouch::Interaction::{Click, View};
    let sale = Event::conversion(7u64, 200)
        .with_value(20.0)
        .with_goal("sale")
        .with_order_id("o-1");
    log.push(
        Event::touch(7u64, 100, "tv")
            .with_cost(3.0)
            .with_interaction(View),
    )
    .unwrap();
    log.push(Event::touch("ann", 150, "search").with_interaction(Click))
        .unwrap();
    log.push(sale).unwrap();
    log.push(
        Event::conversion("ann", 250)
            .with_value(5.5)
            .with_goal("lead"),
    )
    .unwrap();
    log.push(Event::touch(8u64, 300, "tv").with_cost(1.0))
        .unwrap();
    log.push(Event::of_kind(Kind::Return, 8u64, 310).with_value(-20.0))
        .unwrap();
    log
}

/// A file of the target folder's own, written with few rows a group, so that groups and threads
/// matter.
fn write(name: &str, batches: &[RecordBatch], compression: Compression) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_max_row_group_row_count(Some(700))
        .build();
    let mut writer = ArrowWriter::try_new(
        File::create(&path).unwrap(),
        batches[0].schema(),
        Some(properties),
    )
    .unwrap();
    batches
        .iter()
        .for_each(|batch| writer.write(batch).unwrap());
    writer.close().unwrap();
    path
}

fn read(path: &PathBuf) -> mixtouch::Result<Events> {
    let mut reader = ParquetReader::open(path, EventColumns::default())?;
    let mut log = Events::new();
    while let Some(batches) = reader.next_batches()? {
        for batch in &batches {
            log.append(batch)?;
        }
    }
    Ok(log)
}

#[test]
fn a_record_batch_is_read_as_it_is_written() {
    let mut log = Events::new();
    log.extend_from_record_batch(&sample(), &EventColumns::default())
        .unwrap();
    assert!(log.iter().eq(expected().iter()));
    assert_eq!(log.ignored_rows().returns, 1);
    log.extend_from_record_batch(&sample(), &EventColumns::default())
        .unwrap();
    assert_eq!((log.len(), log.ignored_rows().returns), (10, 2));
}

#[test]
fn rows_of_every_kind_are_kept_where_asked_for() {
    let mut all = Events::new().keep_all();
    expected().iter().for_each(|row| all.push(row).unwrap());
    all.push(Event::of_kind(Kind::Return, 8u64, 310).with_value(-20.0))
        .unwrap();
    let mut log = Events::new();
    log.extend_from_record_batch(&sample(), &EventColumns::default().keep_all())
        .unwrap();
    assert!(log.iter().eq(all.iter()));
    assert_eq!((log.len(), log.ignored_rows().total()), (6, 0));
    let mut reader = ParquetReader::open(
        write("kept.parquet", &[sample()], Compression::SNAPPY),
        EventColumns::default().keep_all(),
    )
    .unwrap();
    assert!(
        reader.next_batches().unwrap().unwrap()[0]
            .iter()
            .eq(all.iter())
    );
    let survey = batch(vec![
        ("person", text(&[Some("ann"), Some("ann")])),
        ("timestamp", Arc::new(Int64Array::from(vec![1, 2]))),
        ("channel", text(&[None, Some("store")])),
        ("kind", text(&[Some("conversion"), Some("survey")])),
        ("goal", text(&[Some("sale"), Some("nps")])),
        ("value", Arc::new(Float64Array::from(vec![5.0, 9.0]))),
    ]);
    let mut log = Events::new().keep_all();
    log.extend_from_record_batch(&survey, &EventColumns::default())
        .unwrap();
    let rows: Vec<_> = log.iter().map(|row| (row.goal(), row.value())).collect();
    assert_eq!(rows, [(Some("sale"), 5.0), (Some("nps"), 9.0)]);
}

#[test]
fn files_of_either_compression_are_read_as_they_are_written() {
    for (name, compression) in [
        ("zstd.parquet", Compression::ZSTD(ZstdLevel::default())),
        ("snappy.parquet", Compression::SNAPPY),
        ("plain.parquet", Compression::UNCOMPRESSED),
    ] {
        let path = write(name, &[sample()], compression);
        assert!(read(&path).unwrap().iter().eq(expected().iter()), "{name}");
    }
}

#[test]
fn every_type_of_column_gives_the_same_log() {
    let plain = |person: ArrayRef, time: ArrayRef, channel: ArrayRef, kind: ArrayRef| {
        let mut log = Events::new();
        let columns = vec![
            ("person", person),
            ("timestamp", time),
            ("channel", channel),
            ("kind", kind),
            ("value", Arc::new(NullArray::new(3)) as ArrayRef),
        ];
        log.extend_from_record_batch(&batch(columns), &EventColumns::default())
            .unwrap();
        log
    };
    let texts = ["touch", "touch", "conversion"];
    let channels = [Some("b"), Some("a"), None];
    let first = plain(
        Arc::new(UInt64Array::from(vec![1, 2, 1])),
        Arc::new(Int64Array::from(vec![10, 20, 30])),
        text(&channels),
        Arc::new(StringArray::from(texts.to_vec())),
    );
    let second = plain(
        Arc::new(StringViewArray::from(vec!["1", "2", "1"])),
        Arc::new(
            TimestampMillisecondArray::from(vec![10_999, 20_000, 30_001]).with_timezone("+02:00"),
        ),
        Arc::new(channels.into_iter().collect::<DictionaryArray<Int32Type>>()),
        Arc::new(texts.into_iter().collect::<DictionaryArray<Int32Type>>()),
    );
    let third = plain(
        Arc::new(Int64Array::from(vec![1, 2, 1])),
        Arc::new(StringArray::from(vec![
            "1970-01-01T00:00:10Z",
            "1970-01-01T01:00:20+01:00",
            "30",
        ])),
        text(&channels),
        Arc::new(StringArray::from(texts.to_vec())),
    );
    assert!(first.iter().eq(second.iter()) && first.iter().eq(third.iter()));
}

/// A dictionary of these values, by key.
fn dictionary<K: ArrowDictionaryKeyType>(keys: &[Option<K::Native>], values: ArrayRef) -> ArrayRef {
    let keys: PrimitiveArray<K> = keys.iter().copied().collect();
    Arc::new(DictionaryArray::<K>::new(keys, values))
}

/// Two persons' touches, a survey that is passed over, a conversion; the channels of the rows are
/// given.
fn with_channels(channels: ArrayRef) -> mixtouch::Result<Events> {
    let columns = vec![
        (
            "person",
            text(&[Some("ann"), Some("bob"), Some("cat"), Some("ann")]),
        ),
        (
            "timestamp",
            Arc::new(Int64Array::from(vec![10, 20, 30, 40])) as ArrayRef,
        ),
        ("channel", channels),
        (
            "kind",
            text(&[
                Some("touch"),
                Some("touch"),
                Some("survey"),
                Some("conversion"),
            ]),
        ),
    ];
    let mut log = Events::new();
    log.extend_from_record_batch(&batch(columns), &EventColumns::default())?;
    assert_eq!((log.len(), log.ignored_rows().surveys), (3, 1));
    Ok(log)
}

#[test]
fn dictionaries_of_any_key_and_with_any_null_give_the_same_log() {
    let values = || text(&[Some("unused"), Some("tv"), None, Some("app"), Some("")]);
    let expected = with_channels(text(&[Some("tv"), Some("app"), None, None])).unwrap();
    // none of a row: a null key, the key of a null, the key of an empty text
    for none in [None, Some(2u8), Some(4)] {
        let keys = [Some(1), Some(3), none, none];
        let short: Vec<Option<i16>> = keys.iter().map(|key| key.map(i16::from)).collect();
        let usual: Vec<Option<i32>> = keys.iter().map(|key| key.map(i32::from)).collect();
        let long: Vec<Option<i64>> = keys.iter().map(|key| key.map(i64::from)).collect();
        let sliced: Vec<Option<i32>> =
            [&[Some(0), None, Some(2)], &usual[..], &[None, Some(0)]].concat();
        for channels in [
            dictionary::<UInt8Type>(&keys, values()),
            dictionary::<Int16Type>(&short, values()),
            dictionary::<Int32Type>(&usual, values()),
            dictionary::<Int64Type>(&long, values()),
            dictionary::<Int32Type>(&sliced, values()).slice(3, 4),
        ] {
            let log = with_channels(channels.clone()).unwrap();
            assert!(log.iter().eq(expected.iter()), "{channels:?}");
            assert_eq!(named(&log), ["app", "tv"], "{channels:?}");
        }
    }
}

/// The channels that journeys of a log know.
fn named(log: &Events) -> Vec<String> {
    let journeys = mixtouch::Journeys::from_events(log, JourneyOptions::default()).unwrap();
    journeys.channels().iter().map(str::to_owned).collect()
}

#[test]
fn columns_of_nulls_are_empty_fields() {
    let empty = text(&[]);
    for nulls in [
        Arc::new(NullArray::new(4)) as ArrayRef,
        text(&[None; 4]),
        dictionary::<Int32Type>(&[None; 4], empty.clone()),
        dictionary::<UInt8Type>(&[None; 4], empty),
        dictionary::<Int32Type>(&[Some(0); 4], Arc::new(NullArray::new(1))),
    ] {
        let message = with_channels(nulls).unwrap_err().to_string();
        assert!(message.starts_with("row 1: channel is \"\""), "{message}");
    }
}

#[test]
fn what_is_passed_over_leaves_no_name_behind() {
    let log = with_channels(text(&[Some("tv"), Some("app"), Some("hotline"), None])).unwrap();
    assert_eq!(named(&log), ["app", "tv"]);
    let survey = batch(vec![
        ("person", text(&[Some("ann"), Some("ann")])),
        (
            "timestamp",
            Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef,
        ),
        ("channel", text(&[None, Some("store")])),
        ("kind", text(&[Some("conversion"), Some("survey")])),
        ("goal", text(&[Some("sale"), Some("nps")])),
    ]);
    let mut log = Events::new();
    log.extend_from_record_batch(&survey, &EventColumns::default())
        .unwrap();
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder.extend(&log).unwrap();
    assert_eq!(builder.goals().collect::<Vec<_>>(), ["sale"]);
}

#[test]
fn rows_that_are_passed_over_are_not_checked_as_in_csv() {
    let columns = || {
        vec![
            ("person", text(&[Some("ann"), None])),
            (
                "timestamp",
                Arc::new(Int64Array::from(vec![Some(10), Some(-7)])) as ArrayRef,
            ),
            ("channel", text(&[Some("tv"), None])),
            ("kind", text(&[Some("touch"), Some("survey")])),
            (
                "value",
                Arc::new(Float64Array::from(vec![None, Some(f64::NAN)])) as ArrayRef,
            ),
            ("interaction", text(&[Some("view"), Some("hover")])),
        ]
    };
    let csv = "person,timestamp,channel,kind,value,interaction\nann,10,tv,touch,,view\n,-7,,survey,NaN,hover\n";
    let rows = mixtouch::io::CsvReader::new(csv.as_bytes(), EventColumns::default())
        .unwrap()
        .next_batches()
        .unwrap()
        .unwrap();
    let mut log = Events::new();
    log.extend_from_record_batch(&batch(columns()), &EventColumns::default())
        .unwrap();
    assert!(log.iter().eq(rows[0].iter()));
    assert_eq!((log.ignored_rows(), log.len()), (rows[0].ignored_rows(), 1));
    let kept = log
        .extend_from_record_batch(&batch(columns()), &EventColumns::default().keep_all())
        .unwrap_err()
        .to_string();
    assert!(kept.starts_with("row 2: timestamp is \"-7\""), "{kept}");
}

#[test]
fn many_row_groups_give_the_same_credit_on_any_number_of_threads() {
    let rows = 20_000u64;
    let log = batch(vec![
        (
            "person",
            Arc::new((0..rows).map(|row| row % 997).collect::<UInt64Array>()),
        ),
        (
            "timestamp",
            Arc::new(
                (0..rows as i64)
                    .map(|row| 1_767_225_600 + row * 60)
                    .collect::<Int64Array>(),
            ),
        ),
        (
            "channel",
            Arc::new(
                (0..rows)
                    .map(|row| Some(["a", "b", "c", "d"][(row * row % 4) as usize]))
                    .collect::<StringArray>(),
            ),
        ),
        (
            "kind",
            Arc::new(
                (0..rows)
                    .map(|row| Some(if row % 11 == 0 { "conversion" } else { "touch" }))
                    .collect::<StringArray>(),
            ),
        ),
        (
            "value",
            Arc::new(
                (0..rows)
                    .map(|row| row as f64 * 0.1)
                    .collect::<Float64Array>(),
            ),
        ),
    ]);
    let path = write(
        "groups.parquet",
        &[log],
        Compression::ZSTD(ZstdLevel::default()),
    );
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let mut reader = ParquetReader::open(&path, EventColumns::default()).unwrap();
            let mut builder = JourneyBuilder::new(JourneyOptions::default());
            while let Some(batches) = reader.next_batches().unwrap() {
                builder.extend_all(&batches).unwrap();
            }
            let table = Comparison::new()
                .model("last", LastTouch)
                .model("linear", Linear)
                .run(&builder.build().unwrap())
                .unwrap();
            serde_json::to_string(&table).unwrap()
        })
    };
    assert_eq!(run(1), run(2));
    assert_eq!(run(1), run(7));
}

/// Rows that are all good until a test says otherwise.
struct Rows {
    times: Vec<Option<i64>>,
    channels: Vec<Option<&'static str>>,
    kinds: Vec<Option<&'static str>>,
}

#[test]
fn bad_rows_are_named_by_their_place_in_the_file() {
    let error = |spoil: fn(&mut Rows)| {
        let mut rows = Rows {
            times: vec![Some(5); 1_500],
            channels: vec![Some("tv"); 1_500],
            kinds: vec![Some("touch"); 1_500],
        };
        spoil(&mut rows);
        let log = batch(vec![
            ("person", Arc::new(UInt64Array::from(vec![1; 1_500]))),
            ("timestamp", Arc::new(Int64Array::from(rows.times))),
            ("channel", text(&rows.channels)),
            ("kind", text(&rows.kinds)),
        ]);
        read(&write("bad.parquet", &[log], Compression::UNCOMPRESSED))
            .unwrap_err()
            .to_string()
    };
    assert!(
        error(|rows| rows.times[1_444] = Some(-3))
            .contains("parquet: row 1445: timestamp is \"-3\"")
    );
    assert!(
        error(|rows| rows.times[1_444] = None).contains("parquet: row 1445: timestamp is \"\"")
    );
    assert!(error(|rows| rows.times[800] = Some(1_767_225_600_000)).contains("milliseconds"));
    assert!(
        error(|rows| rows.channels[1_000] = None).contains("parquet: row 1001: channel is \"\"")
    );
    assert!(
        error(|rows| rows.kinds[3] = Some("visit")).contains("parquet: row 4: kind is \"visit\"")
    );
    assert!(error(|rows| rows.kinds[1_499] = None).contains("parquet: row 1500: kind is \"\""));
}

#[test]
fn bad_columns_and_files_are_named() {
    let mut log = Events::new();
    let lacking = batch(vec![
        ("person", Arc::new(UInt64Array::from(vec![1])) as ArrayRef),
        ("kind", text(&[Some("touch")])),
    ]);
    let message = log
        .extend_from_record_batch(&lacking, &EventColumns::default())
        .unwrap_err()
        .to_string();
    assert_eq!(message, "no column \"timestamp\", found: person, kind");
    let typed = batch(vec![
        ("person", Arc::new(UInt64Array::from(vec![1])) as ArrayRef),
        ("timestamp", Arc::new(Int64Array::from(vec![1]))),
        ("channel", Arc::new(Float64Array::from(vec![1.0]))),
        ("kind", text(&[Some("touch")])),
    ]);
    let message = log
        .extend_from_record_batch(&typed, &EventColumns::default())
        .unwrap_err()
        .to_string();
    assert_eq!(
        message,
        "the type of column channel is Float64, expected: text"
    );
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("no.parquet");
    std::fs::write(&path, b"person,timestamp,channel,kind\n").unwrap();
    assert!(ParquetReader::open(&path, EventColumns::default()).is_err());
}

#[test]
fn identifiers_are_hashed_as_they_are_read() {
    use mixtouch::identity::{HashKey, Pseudonymiser, Rules};
    use mixtouch::io::IdentifiedReader;
    let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
    let made = |cookie: Option<&str>, when: &str| {
        batch(vec![
            ("id:cookie", text(&[Some("c-1"), None, cookie])),
            (
                "id:card",
                Arc::new(Int64Array::from(vec![None, Some(4711), None])) as ArrayRef,
            ),
            (
                "timestamp",
                text(&[Some("2026-01-01T01:00:00"), Some(when), Some("5")]),
            ),
            ("zone", text(&[Some("Europe/Berlin"), None, None])),
            ("channel", text(&[Some("tv"), Some("shop"), Some("tv")])),
            (
                "kind",
                text(&[Some("touch"), Some("conversion"), Some("touch")]),
            ),
        ])
    };
    let columns = || {
        EventColumns::default()
            .with_zone(mixtouch::TimeZone::utc())
            .with_zone_column("zone")
    };
    let read = |name: &str, batch: RecordBatch| {
        let path = write(name, &[batch], Compression::SNAPPY);
        IdentifiedReader::parquet(File::open(path).unwrap(), columns(), &hasher)
            .unwrap()
            .read_all()
    };
    let log = read(
        "identified.parquet",
        made(Some("c-2"), "2026-01-01 00:30:00"),
    )
    .unwrap();
    let id = |kind: &str, value: &str| hasher.identifier(kind, value).unwrap();
    assert_eq!(
        [log.identifiers(0), log.identifiers(1)],
        [&[id("cookie", "c-1")][..], &[id("card", "4711")][..]]
    );
    assert_eq!(
        (log.get(0).unwrap().time(), log.get(1).unwrap().time()),
        (1_767_225_600, 1_767_227_400)
    );
    let error = |cookie, when| {
        read("unidentified.parquet", made(cookie, when))
            .unwrap_err()
            .to_string()
    };
    for (cookie, blanks, placeholders) in [(None, 0, 0), (Some(" "), 1, 0), (Some("NULL"), 0, 1)] {
        let log = read("unidentified.parquet", made(cookie, "5")).unwrap();
        let cleaned = log.cleaned_rows();
        assert_eq!(
            (cleaned.blanks, cleaned.placeholders),
            (blanks, placeholders),
            "{cookie:?}"
        );
        assert_eq!(cleaned.left_out() + cleaned.unknown_conversions, 1);
    }
    assert!(error(Some("c"), "noon").starts_with("row 2: timestamp is \"not shown\", expected: "));
}

/// Eight nested lists in front of a footer whose last one states 1.5 billion truths, which take no
/// byte: a decoder counted them for minutes.
#[test]
fn a_footer_that_states_lists_without_end_is_damage() {
    let mut file = Vec::new();
    let events = {
        let mut log = Events::new();
        log.push(Event::touch("ann", 5, "tv")).unwrap();
        log
    };
    events.write_parquet(&mut file).unwrap();
    let footer = [
        0x8a, 0x1a, 0x1a, 0x1a, 0xf2, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00,
    ];
    file.extend(footer);
    file.extend((footer.len() as u32).to_le_bytes());
    file.extend(b"PAR1");
    let error = ParquetReader::from_bytes(file, EventColumns::default()).unwrap_err();
    let expected = "the Parquet file is damaged: its footer states 2147483647 entries";
    assert!(error.to_string().starts_with(expected), "{error}");
}
