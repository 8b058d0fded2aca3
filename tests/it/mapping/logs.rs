//! Logs in the forms of well-known exports, and rows that cannot be read.

use super::{credit, events, last_touch, mapping, read, refusal, try_read};
use mixtouch::attribution::rules::Linear;
use mixtouch::io::{EventReader, Mapping, Rates};
use mixtouch::{Events, Kind};

/// A line of GA4's export: parameters as a list of keys and values of one of four types.
fn ga4(person: &str, micros: i64, name: &str, parts: &str, parameters: &[(&str, &str)]) -> String {
    let entry = |(key, value): &(&str, &str)| match value.parse::<i64>() {
        Ok(number) => format!(r#"{{"key":"{key}","value":{{"int_value":"{number}"}}}}"#),
        Err(_) => format!(r#"{{"key":"{key}","value":{{"string_value":"{value}"}}}}"#),
    };
    let parameters: Vec<String> = parameters.iter().map(entry).collect();
    format!(
        r#"{{"user_pseudo_id":"{person}","event_timestamp":"{micros}","event_name":"{name}",{parts}"event_params":[{}]}}"#,
        parameters.join(",")
    ) + "\n"
}

fn ga4_log() -> String {
    let tags = r#""collected_traffic_source":{"manual_source":"google","manual_medium":"cpc","manual_campaign_name":"Brand"},"#;
    let order = |id: &str, revenue: f64| {
        format!(r#""ecommerce":{{"transaction_id":"{id}","purchase_revenue":{revenue}}},"#)
    };
    let start = 1_767_225_600_000_000;
    [
        ga4(
            "a.1",
            start,
            "session_start",
            tags,
            &[("ga_session_id", "11")],
        ),
        ga4(
            "a.1",
            start + 5,
            "page_view",
            tags,
            &[("ga_session_id", "11")],
        ),
        ga4(
            "a.1",
            start + 90_000_000,
            "page_view",
            "",
            &[
                ("source", "newsletter"),
                ("medium", "email"),
                ("ga_session_id", "12"),
            ],
        ),
        ga4(
            "a.1",
            start + 95_000_000,
            "page_view",
            "",
            &[
                ("page_location", "https://shop.example/?gclid=abc"),
                ("ga_session_id", "13"),
            ],
        ),
        ga4(
            "a.1",
            start + 96_000_000,
            "scroll",
            "",
            &[("ga_session_id", "13")],
        ),
        ga4(
            "a.1",
            start + 99_000_000,
            "purchase",
            &order("T-1", 60.0),
            &[("currency", "EUR")],
        ),
        ga4(
            "a.1",
            start + 999_000_000,
            "purchase",
            &order("T-1", 60.0),
            &[("currency", "EUR")],
        ),
        ga4(
            "b.2",
            start,
            "purchase",
            &order("(not set)", 15.5),
            &[("currency", "EUR")],
        ),
    ]
    .concat()
}

#[test]
fn ga4_from_json_lines() {
    let reading = read(&Mapping::preset("ga4").unwrap(), &ga4_log());
    assert_eq!(
        events(&reading),
        [
            "a.1 1767225600 Paid Search",
            "a.1 1767225690 Email",
            "a.1 1767225695 Paid Search",
            "a.1 1767225699 Conversion 60",
            "b.2 1767225600 Conversion 15.5",
        ]
    );
    let report = &reading.report;
    assert_eq!(
        (report.rows, report.within_sessions, report.without_source),
        (8, 1, 1)
    );
    assert_eq!(report.counted_once["purchase"], 1);
    assert_eq!(report.currencies["EUR"].rows, 3);
    assert_eq!(
        reading.events.text(0, "source_medium"),
        Some("google / cpc")
    );
    assert_eq!(reading.events.text(0, "campaign"), Some("brand"));
    let credit = credit(&reading, &Linear);
    assert!((credit["Paid Search"] - 40.0).abs() < 1e-12 && (credit["Email"] - 20.0).abs() < 1e-12);
}

#[test]
fn a_preset_is_changed_in_parts() {
    let own = mapping(
        r#"
        preset = "ga4"
        [columns]
        currency = ""
        [kinds]
        scroll = { kind = "conversion", goal = "reading" }
        [[channel]]
        name = "Brand search"
        source = "google"
        campaign = "glob:*brand*"
        "#,
    );
    let reading = read(&own, &ga4_log());
    assert_eq!(reading.report.channels["Brand search"], 1);
    assert_eq!(
        reading.report.kinds["conversion"], 3,
        "purchases are still counted"
    );
    assert!(reading.report.currencies.is_empty());
}

const PLAIN: &str = r#"
    [columns]
    person = "who"
    time = "at"
    channel = "channel"
    event = "what"
    value = "worth"
    currency = "money"
    [kinds]
    touch = {}
    sale = { kind = "conversion" }
"#;

const HEADER: &str = "who,at,channel,what,worth,money\n";

#[test]
fn a_log_in_two_currencies_needs_rates() {
    let file = format!(
        "{HEADER}ann,1767225600,tv,touch,,\nann,1767229200,,sale,10,EUR\nann,1767315600,,sale,10,USD\n"
    );
    let error = refusal(&mapping(PLAIN), &file);
    assert!(
        error.starts_with("the currency of the log is EUR, USD, expected: one, or rates"),
        "{error}"
    );
    let euros = mapping(&PLAIN.replace(
        "currency = \"money\"",
        "currency = { column = \"money\", to = \"eur\" }",
    ));
    let mut rates = Rates::new();
    rates.push("2026-01-02".parse().unwrap(), "USD", "EUR", 0.9);
    let reader = EventReader::new(euros).with_rates(rates).with_bytes(&file);
    assert_eq!(reader.read().unwrap().report.value, 19.0);
}

#[test]
fn bad_rows_are_refused_or_skipped_and_counted() {
    let rows = "ann,soon,tv,touch,,\nann,1767225600,tv,touch,,\nann,1767229200,,sale,ten,\n\
                ann,1767229200,,sale\nann,20240910,tv,touch,,\nann,1767229300,,sale,7,\n";
    let file = format!("{HEADER}{rows}");
    let refused = refusal(&mapping(PLAIN), &file);
    assert!(
        refused.starts_with("row 2: at is \"soon\", expected: "),
        "{refused}"
    );
    let skipping = |rule: &str| mapping(&format!("bad_rows = {rule}\n{PLAIN}"));
    let report = read(&skipping("{ skip = 4 }"), &file).report;
    assert_eq!(
        (report.rows, report.skipped.rows, report.value),
        (6, 4, 7.0)
    );
    assert_eq!(report.skipped.first.len(), 4);
    assert_eq!(
        report.skipped.first[2],
        "row 5: has 4 fields, the header has 6"
    );
    assert!(
        report.skipped.first[3].contains("looks like a date YYYYMMDD"),
        "{report}"
    );
    assert!(
        report
            .to_string()
            .contains("row 5: has 4 fields, the header has 6")
    );
    let few = refusal(&skipping("{ skip = 3 }"), &file);
    assert!(
        few.starts_with("the number of rows that cannot be read is 4 of 6, the first: row 2: at"),
        "{few}"
    );
    assert_eq!(
        read(&skipping("{ skip_share = 0.67 }"), &file)
            .report
            .skipped
            .rows,
        4
    );
    assert!(refusal(&skipping("{ skip_share = 0.6 }"), &file).contains("at most 3"));
    assert!(
        refusal(&skipping("{ skip_share = 2 }"), &file).starts_with("bad_rows.skip_share is 2")
    );
}

#[test]
fn units_of_time_are_stated_and_guarded() {
    let at = |unit: &str, time: &str| {
        let text = PLAIN.replace(
            "time = \"at\"",
            &format!("time = {{ column = \"at\", {unit} }}"),
        );
        let file = format!("{HEADER}ann,{time},tv,touch,,\n");
        try_read(&mapping(&text), &file).map(|reading| events(&reading).concat())
    };
    let second = "ann 1767225600 tv";
    for (unit, time) in [
        ("unit = \"s\"", "1767225600"),
        ("unit = \"ms\"", "1767225600123"),
        ("unit = \"us\"", "1767225600123456"),
        ("unit = \"ns\"", "1767225600123456789"),
        ("zone = \"UTC\"", "2026-01-01 00:00:00.9"),
        ("zone = \"Europe/Berlin\"", "2026-01-01 1:00:00"),
        ("zone = \"Europe/Berlin\"", "2026-01-01 00:00:00 UTC"),
        (
            "zone = \"UTC\", formats = [\"%m/%d/%Y %I:%M:%S %p\"]",
            "01/01/2026 12:00:00 AM",
        ),
        ("zone = \"UTC\", formats = [\"%Y%m%d\"]", "20260101"),
    ] {
        assert_eq!(at(unit, time).unwrap(), second, "{unit} {time}");
    }
    let error = |unit: &str, time: &str| at(unit, time).unwrap_err().to_string();
    let millis = error("unit = \"s\"", "1767225600123");
    assert!(
        millis.contains("looks like ms") || millis.contains("milliseconds"),
        "{millis}"
    );
    assert!(error("unit = \"h\"", "5").starts_with("the unit of times of the mapping's column \""));
    assert!(error("zone = \"Mars\"", "5").contains("Mars"));
}

#[test]
fn kinds_for_kpis_are_stored_when_asked() {
    let text = format!(
        "{PLAIN}nps = {{ kind = \"survey\", goal = \"nps\" }}\nback = {{ kind = \"return\" }}\n"
    );
    let file = format!(
        "{HEADER}ann,1767225600,,nps,9,\nann,1767225600,,nps,,\nann,1767225700,,back,-5,\n"
    );
    let plain = read(&mapping(&text), &file);
    assert_eq!(events(&plain), ["ann 1767225700 Return -5"]);
    assert_eq!(plain.report.other_events["(kinds that only KPIs use)"], 2);
    let whole = EventReader::new(mapping(&text))
        .with_bytes(&file)
        .keep_all()
        .read()
        .unwrap();
    assert_eq!(whole.events.len(), 3);
    assert_eq!(whole.events.get(1).unwrap().stated_value(), None);
    assert_eq!(whole.events.get(0).unwrap().kind(), Kind::Survey);
}

#[test]
fn several_files_are_one_log() {
    let folder = std::env::temp_dir().join(format!("mixtouch-mapping-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let rows = [
        "ann,1767229200,,sale,10,EUR\n",
        "ann,1767225600,tv,touch,,\n",
    ];
    for (number, row) in rows.iter().enumerate() {
        std::fs::write(
            folder.join(format!("part-{number}.csv")),
            format!("{HEADER}{row}"),
        )
        .unwrap();
    }
    let reading = Events::read(folder.join("part-*.csv"), &mapping(PLAIN)).unwrap();
    assert_eq!(last_touch(&reading)["tv"], 10.0);
    assert_eq!(reading.report.files.names.len(), 2);
    std::fs::write(
        folder.join("part-2.csv"),
        format!("{HEADER}ann,soon,tv,touch,,\n"),
    )
    .unwrap();
    let error = Events::read(folder.join("part-*.csv"), &mapping(PLAIN)).unwrap_err();
    assert_eq!(error.row(), Some(2));
    assert!(error.path().unwrap().ends_with("part-2.csv"));
    let none = Events::read(folder.join("none-*.csv"), &mapping(PLAIN))
        .unwrap_err()
        .to_string();
    assert!(none.contains("none-*.csv"), "{none}");
    std::fs::remove_dir_all(folder).unwrap();
}

/// Google's own list of sources is read from the user's copy, beside the mapping.
#[test]
fn a_mapping_names_the_users_list_of_sources() {
    let folder = std::env::temp_dir().join(format!("mixtouch-sources-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let list = "source,source_category\nacme finder,SOURCE_CATEGORY_SEARCH\n";
    std::fs::write(folder.join("sources.csv"), list).unwrap();
    let text = "source_categories = \"sources.csv\"\npreset = \"ga4\"\n";
    std::fs::write(folder.join("shop.toml"), text).unwrap();
    let log = ga4(
        "a",
        1_767_225_600_000_000,
        "page_view",
        "",
        &[("source", "Acme Finder"), ("medium", "cpc")],
    );
    let own = Mapping::load(folder.join("shop.toml")).unwrap();
    assert_eq!(read(&own, &log).report.channels["Paid Search"], 1);
    let plain = read(&Mapping::preset("ga4").unwrap(), &log);
    assert_eq!(plain.report.channels["Paid Other"], 1);
    std::fs::remove_file(folder.join("sources.csv")).unwrap();
    assert!(refusal(&own, &log).contains("sources.csv"));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn every_named_text_is_kept() {
    let mapping = mapping(
        r#"
        [columns]
        person = "user"
        time = "at"
        event = "name"
        channel = "channel"
        texts = { ad = "ad", device = "device" }
        [kinds]
        visit = { kind = "touch" }
        order = { kind = "conversion" }
        "#,
    );
    let lines = r#"{"user": "ann", "at": 1767225600, "name": "visit", "channel": "tv", "ad": "a", "device": "phone"}
{"user": "ann", "at": 1767225700, "name": "order", "device": "laptop"}"#;
    let log = EventReader::new(mapping)
        .with_bytes(lines)
        .read()
        .unwrap()
        .events;
    let texts = |row| ["ad", "device"].map(|column| log.text(row, column));
    assert_eq!(texts(0), [Some("a"), Some("phone")]);
    assert_eq!(texts(1), [Some(""), Some("laptop")]);
}
