//! Logs that are written read as the same logs.

use mixtouch::event::Placeholders;
use mixtouch::io::EventColumns;
use mixtouch::{Event, Events, Interaction, Kind};

/// Rows with all that a row can hold, among them texts that need quotes and amounts with all their
/// digits.
fn log() -> Events {
    let mut log = Events::with_columns(["campaign", "ad, no. 1"]).keep_all();
    let touch = Event::touch("ann \"the\" first", 0, "search, paid")
        .with_interaction(Interaction::View)
        .with_cost(0.1 + 0.2);
    log.push(touch.with_texts(&["spring\nsale", ""])).unwrap();
    let sale = Event::conversion(18_446_744_069_414_584_319_u64, u32::MAX.into())
        .with_channel("shop")
        .with_value(1e15 / 3.0)
        .with_goal("sale")
        .with_order_id("007");
    log.push(sale.with_texts(&["", "=1+1"])).unwrap();
    let back = Event::of_kind(Kind::Return, "ann \"the\" first", 9).with_value(-1e-9);
    log.push(back.with_order_id("007")).unwrap();
    let answer = Event::of_kind(Kind::Survey, u64::MAX, 10).with_value(0.0);
    log.push(answer.with_goal("nps")).unwrap();
    log.push(Event::conversion("bob", 11)).unwrap();
    log
}

fn columns(log: &Events) -> EventColumns {
    // a person may go by the number 0
    EventColumns::default()
        .with_placeholders(Placeholders::none())
        .with_texts(log.columns())
        .keep_all()
}

fn assert_same(read: &Events, log: &Events) {
    assert!(read.iter().eq(log.iter()));
    for row in 0..log.len() {
        for column in log.columns() {
            assert_eq!(
                read.text(row, column),
                log.text(row, column),
                "{row}, {column}"
            );
        }
    }
}

#[test]
fn csv_comes_back() {
    let log = log();
    let mut file = Vec::new();
    log.write_csv(&mut file).unwrap();
    assert_same(&Events::from_csv(&file[..], columns(&log)).unwrap(), &log);
}

#[test]
fn an_empty_log_has_a_header() {
    let mut file = Vec::new();
    Events::new().write_csv(&mut file).unwrap();
    let header = "person,timestamp,channel,kind,value,cost,interaction,goal,order_id\n";
    assert_eq!(String::from_utf8(file).unwrap(), header);
}

#[test]
fn columns_of_one_name_are_refused() {
    for names in [["cost", "ad"], ["ad", "ad"]] {
        let error = Events::with_columns(names)
            .write_csv(Vec::new())
            .unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("a name that no other column has"),
            "{error}"
        );
    }
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_comes_back() {
    use mixtouch::io::ParquetReader;
    use std::fs::{self, File};

    let name = format!("mixtouch-written-{}.parquet", std::process::id());
    let path = std::env::temp_dir().join(name);
    let mut numbers = Events::new();
    for row in 0..70_000 {
        numbers
            .push(Event::touch(row as u64, row, "search"))
            .unwrap();
    }
    for log in [log(), numbers, Events::new()] {
        log.write_parquet(File::create(&path).unwrap()).unwrap();
        let mut reader = ParquetReader::open(&path, columns(&log)).unwrap();
        let mut read = Events::with_columns(log.columns()).keep_all();
        while let Some(batches) = reader.next_batches().unwrap() {
            batches.iter().for_each(|batch| read.append(batch).unwrap());
        }
        assert_same(&read, &log);
    }
    fs::remove_file(&path).unwrap();
}
