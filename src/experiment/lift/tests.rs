//! Lift tests on good and bad input.

#[cfg(feature = "csv")]
use crate::error::Error;
use crate::error::Result;
use crate::experiment::lift::LiftTest;
use crate::time::Day;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn tv(spend_change: f64, outcome_change: f64, standard_error: f64) -> LiftTest {
    LiftTest::new("tv", day("2024-01-01"), day("2024-01-28"))
        .with_spend_change(spend_change)
        .with_outcome_change(outcome_change)
        .with_standard_error(standard_error)
}

fn test(spend_change: f64, outcome_change: f64, standard_error: f64) -> Result<LiftTest> {
    let test = tv(spend_change, outcome_change, standard_error);
    test.check().map(|()| test)
}

#[test]
fn what_says_nothing_is_refused() {
    assert!(test(-100.0, -5.0, 0.1).is_ok());
    for (spend, outcome, error, name) in [
        (0.0, 1.0, 1.0, "spend_change"),
        (f64::NAN, 1.0, 1.0, "spend_change"),
        (1.0, f64::INFINITY, 1.0, "outcome_change"),
        (1.0, 1.0, 0.0, "standard_error"),
        (1.0, 1.0, -1.0, "standard_error"),
        (1.0, 1.0, f64::NAN, "standard_error"),
    ] {
        let message = test(spend, outcome, error).unwrap_err().to_string();
        assert!(
            message.starts_with(&format!("lift test's {name} is ")),
            "{message}"
        );
    }
}

#[test]
fn names_and_days_are_checked() {
    let whole = |channel: &str, end: &str| {
        LiftTest::new(channel, day("2024-01-02"), day(end))
            .with_spend_change(1.0)
            .with_outcome_change(1.0)
            .with_standard_error(1.0)
    };
    assert!(whole("tv", "2024-01-02").check().is_ok());
    assert!(whole("", "2024-01-02").check().is_err());
    assert!(whole("tv", "2024-01-02").with_geo("").check().is_err());
    assert_eq!(
        whole("tv", "2024-01-01").check().unwrap_err().to_string(),
        "lift test's end is 2024-01-01, expected: a day on or after the start"
    );
    let unfinished = LiftTest::new("tv", day("2024-01-02"), day("2024-01-02"));
    assert_eq!(
        unfinished.check().unwrap_err().to_string(),
        "lift test's spend_change is NaN, expected: a finite number other than 0"
    );
}

#[test]
fn serde_checks_too() {
    let json = serde_json::to_string(&test(10.0, 30.0, 2.0).unwrap()).unwrap();
    assert_eq!(
        serde_json::from_str::<LiftTest>(&json).unwrap(),
        test(10.0, 30.0, 2.0).unwrap()
    );
    assert!(serde_json::from_str::<LiftTest>(&json.replace("2.0", "0.0")).is_err());
    assert!(serde_json::from_str::<LiftTest>(&json.replace("2024-01-28", "2023-01-28")).is_err());
}

#[cfg(feature = "csv")]
#[test]
fn csv_names_the_row_at_fault() {
    const HEADER: &str = "channel,geo,start,end,spend_change,outcome_change,standard_error\n";
    let read = |rows: &str| LiftTest::read_csv(format!("{HEADER}{rows}").as_bytes());
    let tests =
        read("tv,,2024-01-01,2024-01-28,10,30,2\nradio,north,2024-02-01,2024-02-01,-5,-1,0.5\n")
            .unwrap();
    assert_eq!(tests[0], test(10.0, 30.0, 2.0).unwrap());
    assert_eq!(
        (tests[1].geo(), tests[1].days(), tests[1].return_on_change()),
        (Some("north"), 1, 0.2)
    );
    let message = |rows: &str| read(rows).unwrap_err().to_string();
    let good = "tv,,2024-01-01,2024-01-28,10,30,2\n";
    assert_eq!(
        message(&format!("{good}tv,,2024-01-01,2024-01-28,10,30,0\n")),
        "row 3: standard_error is \"0\", expected: a finite number > 0"
    );
    assert_eq!(
        message("tv,,2024-01-32,2024-01-28,10,30,1\n"),
        "row 2: start is \"2024-01-32\", expected: a date YYYY-MM-DD"
    );
    assert_eq!(
        message("tv,,2024-01-01,2024-01-28,ten,30,1\n"),
        "row 2: spend_change is \"ten\", expected: a number"
    );
    assert_eq!(
        message("tv,,2024-01-01,2024-01-28,nan,30,1\n"),
        "row 2: spend_change is \"NaN\", expected: a finite number other than 0"
    );
    assert_eq!(
        message(&format!("{good}tv,\n")),
        "row 3: has 2 fields, the header has 7"
    );
    assert_eq!(
        message(""),
        "the table of lift tests is empty, expected: at least one row"
    );
    assert_eq!(
        message(&format!("\n{good}\n\ntv,,2024-01-02,2024-01-01,10,30,1\n")),
        "row 6: end is \"2024-01-01\", expected: a day on or after the start"
    );
}

#[cfg(feature = "csv")]
#[test]
fn csv_needs_its_columns_in_any_order() {
    let table = "standard_error,note,end,start,outcome_change,spend_change,channel\n\
                 2,x,2024-01-28,2024-01-01,30,10,tv\n";
    assert_eq!(
        LiftTest::read_csv(table.as_bytes()).unwrap(),
        [test(10.0, 30.0, 2.0).unwrap()]
    );
    let missing = LiftTest::read_csv("channel,start\n".as_bytes())
        .unwrap_err()
        .to_string();
    assert_eq!(missing, "no column \"end\", found: channel, start");
    assert!(matches!(
        LiftTest::read_csv("".as_bytes()),
        Err(Error::Empty { .. })
    ));
    let message = LiftTest::read_csv_file("/no/such/file.csv")
        .unwrap_err()
        .to_string();
    assert!(message.starts_with("/no/such/file.csv: "), "{message}");
}

#[cfg(feature = "csv")]
#[test]
fn csv_says_whether_the_spend_is_recorded_and_names_several_geos() {
    let read = |spend_is: &str, geo: &str| {
        let table = format!(
            "channel,geo,start,end,spend_change,spend_is,outcome_change,standard_error\n\
             tv,{geo},2024-01-01,2024-01-28,-10,{spend_is},-30,2\n"
        );
        LiftTest::read_csv(table.as_bytes()).map(|mut tests| tests.remove(0))
    };
    let dark = test(-10.0, -30.0, 2.0).unwrap();
    assert_eq!(read("", "").unwrap(), dark);
    assert_eq!(read("on-top", "").unwrap(), dark);
    assert_eq!(
        read("recorded", "south; north").unwrap(),
        dark.with_recorded(true).with_geos(["north", "south"])
    );
    assert_eq!(
        read("panel", "").unwrap_err().to_string(),
        "row 2: spend_is is \"panel\", expected: recorded, on-top or empty"
    );
    assert!(read("", "north;north").is_err() && read("", "north;").is_err());
}

#[test]
fn what_is_new_is_stored_and_what_is_old_is_read() {
    let plain = test(10.0, 30.0, 2.0).unwrap();
    let json = serde_json::to_string(&plain.clone().with_geo("north")).unwrap();
    assert_eq!(
        json,
        "{\"channel\":\"tv\",\"geo\":\"north\",\"start\":\"2024-01-01\",\"end\":\"2024-01-28\",\
         \"spend_change\":10.0,\"outcome_change\":30.0,\"standard_error\":2.0}"
    );
    let several = plain.with_geos(["b", "a"]).with_recorded(true);
    let json = serde_json::to_string(&several).unwrap();
    assert_eq!(serde_json::from_str::<LiftTest>(&json).unwrap(), several);
}

#[test]
fn a_test_on_a_share_of_persons_needs_no_spend() {
    let holdout = || {
        LiftTest::new("tv", day("2024-01-01"), day("2024-01-28"))
            .with_outcome_change(30.0)
            .with_standard_error(2.0)
    };
    let test = holdout()
        .with_share(0.5)
        .with_tail_days(7)
        .with_goal("sale");
    assert!(test.check().is_ok() && test.spend_change().is_nan());
    let json = serde_json::to_string(&test).unwrap();
    assert_eq!(
        json,
        "{\"channel\":\"tv\",\"geo\":null,\"start\":\"2024-01-01\",\"end\":\"2024-01-28\",\
         \"outcome_change\":30.0,\"standard_error\":2.0,\"tail_days\":7,\"share\":0.5,\
         \"goal\":\"sale\"}"
    );
    let read: LiftTest = serde_json::from_str(&json).unwrap();
    assert_eq!(read, test);
    for share in [0.0, -0.5, 1.5, f64::NAN] {
        let message = holdout().with_share(share).check().unwrap_err().to_string();
        assert!(message.starts_with("lift test's share is "), "{message}");
    }
    assert!(
        holdout()
            .with_share(1.0)
            .with_tail_days(4_000)
            .check()
            .is_err()
    );
    let message = test.check_in_spend().unwrap_err().to_string();
    assert_eq!(
        message,
        "lift test's spend_change is not given, expected: a finite number other than 0"
    );
    let longer = holdout().with_spend_change(1.0).with_tail_days(7);
    assert!(longer.check().is_ok() && longer.check_in_spend().is_err());
}

#[test]
fn signs_follow_spend_that_is_taken_away() {
    let brought = |spend, outcome| test(spend, outcome, 2.0).unwrap().brought();
    assert_eq!((brought(-10.0, -30.0), brought(10.0, 30.0)), (30.0, 30.0));
    let part = test(-20.0, -30.0, 2.0).unwrap().with_share_of_spend(80.0);
    assert_eq!(part.share(), Some(0.25));
}

#[cfg(feature = "csv")]
#[test]
fn csv_of_tests_on_persons() {
    let read = |table: &str| LiftTest::read_csv(table.as_bytes()).map(|mut tests| tests.remove(0));
    let all =
        read("channel,start,end,outcome_change,standard_error\ntv,2024-01-01,2024-01-28,30,2\n");
    let expected = LiftTest::new("tv", day("2024-01-01"), day("2024-01-28"))
        .with_outcome_change(30.0)
        .with_standard_error(2.0)
        .with_share(1.0);
    assert_eq!(all.unwrap(), expected);
    let some = "channel,start,end,outcome_change,standard_error,tail_days,share,goal\n\
                tv,2024-01-01,2024-01-28,30,2,14,0.25,sale\n";
    let test = read(some).unwrap();
    assert_eq!(
        (test.share(), test.tail_days(), test.goal()),
        (Some(0.25), 14, Some("sale"))
    );
    let message = |text: &str| read(&some.replace("0.25", text)).unwrap_err().to_string();
    assert_eq!(
        message("2"),
        "row 2: share is \"2\", expected: a share of persons > 0 and at most 1"
    );
    assert_eq!(
        message("half"),
        "row 2: share is \"half\", expected: a number"
    );
}

#[test]
fn touches_counted_are_checked_and_stored() {
    let counted = |channel: &str, brought: f64, error: f64| {
        tv(10.0, 30.0, 2.0).with_touches_brought(channel, brought, error)
    };
    let good = counted("search", 290.0, 28.0).with_touches_brought("direct", -4.0, 9.0);
    good.check().unwrap();
    let names: Vec<&str> = good
        .touches_brought()
        .iter()
        .map(|row| row.channel())
        .collect();
    assert_eq!(names, ["direct", "search"]);
    let json = serde_json::to_string(&good).unwrap();
    assert_eq!(serde_json::from_str::<LiftTest>(&json).unwrap(), good);
    // as files were before
    let plain = serde_json::to_string(&tv(10.0, 30.0, 2.0)).unwrap();
    assert!(!plain.contains("touches"));
    for (test, name) in [
        (counted("", 1.0, 1.0), "touches_of"),
        (counted("tv", 1.0, 1.0), "touches_of"),
        (
            counted("search", 1.0, 1.0).with_touches_brought("search", 2.0, 1.0),
            "touches_of",
        ),
        (counted("search", f64::NAN, 1.0), "touches_brought"),
        (counted("search", 1.0, 0.0), "touches_error"),
        (counted("search", 1.0, f64::INFINITY), "touches_error"),
    ] {
        let message = test.check().unwrap_err().to_string();
        assert!(
            message.starts_with(&format!("lift test's {name} is ")),
            "{message}"
        );
    }
}

#[cfg(feature = "csv")]
#[test]
fn csv_has_touches_counted() {
    let read = |header: &str, row: &str| {
        let table = format!("channel,start,end,outcome_change,standard_error{header}\n{row}\n");
        LiftTest::read_csv(table.as_bytes())
    };
    let all = ",touches_of,touches_brought,touches_error";
    let tests = read(all, "tv,2024-01-01,2024-01-28,30,2,search,290,28").unwrap();
    let counted = &tests[0].touches_brought()[0];
    let figures = (counted.brought(), counted.standard_error());
    assert_eq!((counted.channel(), figures), ("search", (290.0, 28.0)));
    assert!(
        read(all, "tv,2024-01-01,2024-01-28,30,2,,,").unwrap()[0]
            .touches_brought()
            .is_empty()
    );
    let message = |header: &str, row: &str| read(header, row).unwrap_err().to_string();
    assert_eq!(
        message(all, "tv,2024-01-01,2024-01-28,30,2,search,290,0"),
        "row 2: touches_error is \"0\", expected: a finite number > 0"
    );
    assert_eq!(
        message(",touches_of", "tv,2024-01-01,2024-01-28,30,2,search"),
        "row 2: touches_of is \"search\", expected: columns touches_brought and touches_error \
         beside it"
    );
}

#[cfg(feature = "csv")]
#[test]
fn tests_are_read_as_they_were_written() {
    let plain = test(-20.0, -30.0, 2.0).unwrap();
    let counted = LiftTest::new("dis,play", day("2024-01-01"), day("2024-01-28"))
        .with_share(0.1 + 0.2)
        .with_tail_days(7)
        .with_goal("sale")
        .with_outcome_change(-1.5)
        .with_standard_error(2.5)
        .with_touches_brought("search", 2_900.0, 280.0);
    let geos = plain
        .clone()
        .with_geos(["north", "east"])
        .with_recorded(true);
    let tests = [plain, counted.clone(), geos];
    let mut table = Vec::new();
    LiftTest::write_csv(&tests, &mut table).unwrap();
    assert_eq!(LiftTest::read_csv(&table[..]).unwrap(), tests);
    let twice = counted.with_touches_brought("social", 1.0, 1.0);
    assert!(LiftTest::write_csv([&twice], Vec::new()).is_err());
}

#[cfg(feature = "csv")]
#[test]
fn rows_that_would_count_wrong_are_refused() {
    let read = |text: &str| LiftTest::read_csv(text.as_bytes()).map(|tests| tests.len());
    let columns = "channel,start,end,outcome_change,standard_error,geo,share";
    let row = "tv,2024-01-01,2024-01-28,30,2";
    let table = |rows: &[String]| format!("{columns}\n{}\n", rows.join("\n"));
    let (all, north) = (format!("{row},,"), format!("{row},north,"));
    let part = format!("{row},north,.25");
    assert_eq!(read(&table(&[all.clone(), part])).unwrap(), 2);
    let error = read(&table(&[all.clone(), all])).unwrap_err().to_string();
    assert!(error.starts_with("row 3: channel is \"tv\""), "{error}");
    // neither what was spent nor which part of a log's touches these are
    let error = read(&table(&[north])).unwrap_err().to_string();
    assert!(error.starts_with("row 2: geo is \"north\""), "{error}");
}
