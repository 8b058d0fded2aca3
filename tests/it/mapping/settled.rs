//! What is left out once all rows are read: repetitions, events that count once, sessions.

use super::{events, last_touch, mapping, read};

fn rules(kinds: &str) -> String {
    format!(
        "{kinds}\n\
         [columns]\nperson = \"who\"\ntime = \"at\"\nevent = \"what\"\nvalue = \"worth\"\n\
         order_id = \"order\"\ncost = \"cost\"\nchannel = \"channel\"\n"
    )
}

const HEADER: &str = "who,at,what,worth,order,cost,channel,session,id\n";

#[test]
fn a_thank_you_page_loaded_again_is_no_second_order() {
    let file = format!(
        "{HEADER}\
         ann,1767225600,visit,,,1,tv,,\n\
         ann,1767230000,order,50,T-1,,,,\n\
         ann,1767229200,order,50,T-1,,,,\n\
         bob,1767230000,order,70,T-1,,,,\n\
         ann,1767232800,order,30,,,,,\n\
         ann,1767232900,order,30,(not set),,,,\n"
    );
    let once = |columns: &str| {
        rules(&format!(
            "[kinds]\nvisit = {{}}\norder = {{ kind = \"conversion\", once_per = {columns} }}"
        ))
    };
    let each = read(&mapping(&once("[\"person\", \"order_id\"]")), &file);
    assert_eq!(each.report.counted_once["order"], 1);
    assert_eq!(
        events(&each)[1..3],
        [
            "ann 1767229200 Conversion 50",
            "bob 1767230000 Conversion 70"
        ],
        "the earliest counts, and an order of another person is another"
    );
    assert_eq!(
        each.report.value, 180.0,
        "orders without a number all count"
    );
    let whole = read(&mapping(&once("[\"order_id\"]")), &file);
    assert_eq!(whole.report.counted_once["order"], 2);
    assert_eq!(whole.report.value, 110.0);
}

#[test]
fn rows_sent_twice_are_one() {
    let file = format!(
        "{HEADER}\
         ann,1767225700,visit,,,1,tv,,e1\n\
         ann,1767225600,visit,,,1,tv,,e1\n\
         ann,1767225700,visit,,,1,radio,,\n\
         ann,1767225700,visit,,,1,radio,,\n"
    );
    let text = rules("[drop]\nsame = \"id\"\n[kinds]\nvisit = {}");
    let reading = read(&mapping(&text), &file);
    assert_eq!(reading.report.repeated, 1);
    assert_eq!(
        events(&reading),
        [
            "ann 1767225600 tv",
            "ann 1767225700 radio",
            "ann 1767225700 radio"
        ],
        "rows without id stay"
    );
    assert_eq!(reading.report.cost, 3.0, "a row sent twice cost once");
}

#[test]
fn conditions_leave_rows_out_and_are_counted() {
    let file = format!(
        "{HEADER}\
         ann,1767225600,visit,,,,tv,,test-1\n\
         ann,1767225600,visit,,,,radio,,x\n\
         eve,1767225600,visit,,,,radio,,x\n"
    );
    let text = rules(
        "[drop]\nwhere = [{ id = \"glob:test-*\" }, { person = \"eve\", channel = \"radio\" }]\n\
         [kinds]\nvisit = {}",
    );
    let reading = read(&mapping(&text), &file);
    assert_eq!(events(&reading), ["ann 1767225600 radio"]);
    let dropped: Vec<_> = reading.report.dropped.into_iter().collect();
    assert_eq!(
        dropped,
        [
            (r#"{"channel":"radio","person":"eve"}"#.to_owned(), 1),
            (r#"{"id":"glob:test-*"}"#.to_owned(), 1)
        ]
    );
}

#[test]
fn one_touch_of_a_session_stays_and_its_costs_too() {
    let file = format!(
        "{HEADER}\
         ann,1767225660,visit,,,2,radio,s1,\n\
         ann,1767225600,visit,,,1,tv,s1,\n\
         bob,1767225600,visit,,,4,tv,s1,\n\
         ann,1767225720,visit,,,8,mail,s2,\n\
         ann,1767225780,visit,,,16,mail,,\n\
         ann,1767229200,order,90,,,,,\n"
    );
    let by_key = |take: &str| {
        rules(&format!(
            "[kinds]\norder = {{ kind = \"conversion\" }}\n\
             visit = {{ sessions = {{ key = \"session\", take = \"{take}\" }} }}"
        ))
    };
    let first = read(&mapping(&by_key("first")), &file);
    let expected = [
        "ann 1767225600 tv",
        "bob 1767225600 tv",
        "ann 1767225720 mail",
    ];
    assert_eq!(events(&first)[..3], expected);
    assert_eq!(first.report.within_sessions, 1);
    let last = read(&mapping(&by_key("last")), &file);
    assert_eq!(events(&last)[0], "ann 1767225660 radio");
    let journeys =
        mixtouch::Journeys::from_events(&first.events, mixtouch::JourneyOptions::default());
    let costs: f64 = journeys.unwrap().costs().unwrap().iter().sum();
    assert_eq!(costs, 31.0, "all five touches were paid for");
}

#[test]
fn a_gap_ends_a_session() {
    let file = format!(
        "{HEADER}\
         ann,1767225600,visit,,,,tv,,\n\
         ann,1767227400,visit,,,,radio,,\n\
         ann,1767229201,visit,,,,mail,,\n"
    );
    let text = rules("[kinds]\nvisit = { sessions = { gap = \"30m\" } }");
    let reading = read(&mapping(&text), &file);
    assert_eq!(
        events(&reading),
        ["ann 1767225600 tv", "ann 1767229201 mail"]
    );
}

#[test]
fn a_touch_needs_another_source_than_the_one_before() {
    let file = format!(
        "{HEADER}\
         ann,1767225800,visit,,,,tv,,\n\
         ann,1767225600,visit,,,,tv,,\n\
         ann,1767225700,visit,,,,radio,,\n\
         bob,1767225650,visit,,,,tv,,\n\
         ann,1767225900,visit,,,,tv,,\n"
    );
    let text = rules("[kinds]\nvisit = { when = \"source_changed\" }");
    let reading = read(&mapping(&text), &file);
    assert_eq!(
        events(&reading),
        [
            "ann 1767225800 tv",
            "ann 1767225600 tv",
            "ann 1767225700 radio",
            "bob 1767225650 tv"
        ]
    );
}

/// A touch half a second after the sale takes no credit for it.
#[test]
fn ties_inside_a_second_keep_the_clocks_order() {
    let file = format!(
        "{HEADER}\
         ann,2026-01-01T10:00:00.900Z,visit,,,,search,,\n\
         ann,2026-01-01T10:00:00.100Z,visit,,,,social,,\n\
         ann,2026-01-01T10:00:00.400Z,order,40,,,,,\n"
    );
    let text = rules("[kinds]\nvisit = {}\norder = { kind = \"conversion\" }");
    let credit = last_touch(&read(&mapping(&text), &file));
    assert_eq!((credit["social"], credit["search"]), (40.0, 0.0));
}

/// Whatever the order of the rows and the number of files, the log's credit is the same.
#[test]
fn the_order_of_rows_does_not_matter() {
    let rows = [
        "ann,1767225600.25,visit,,,,tv,s1,e1",
        "ann,1767225600.75,visit,,,,radio,s1,e2",
        "ann,1767225601,order,40,T-1,,,,e3",
        "ann,1767225600.25,visit,,,,tv,s1,e1",
        "ann,1767225999,order,40,T-1,,,,e4",
        "bob,1767225600,visit,,,,mail,s1,e5",
        "bob,1767225700,order,10,T-2,,,,e6",
    ];
    let text = rules(
        "[drop]\nsame = \"id\"\n\
         [kinds]\nvisit = { sessions = { key = \"session\" } }\n\
         order = { kind = \"conversion\", once_per = [\"order_id\"] }",
    );
    let mapping = mapping(&text);
    let credit =
        |rows: &[&str]| last_touch(&read(&mapping, &format!("{HEADER}{}\n", rows.join("\n"))));
    let expected = credit(&rows);
    assert_eq!((expected["tv"], expected["mail"]), (40.0, 10.0));
    let mut turned = rows;
    for _ in 0..rows.len() {
        turned.rotate_left(1);
        assert_eq!(credit(&turned), expected);
    }
    turned.reverse();
    assert_eq!(credit(&turned), expected);
}
