//! Mistakes that people make in mappings and files are named where they are.

use super::{mapping, read, read_spend, refusal, try_read};
use mixtouch::io::{EventReader, Mapping};
use std::path::PathBuf;

/// A preset's columns may be missing in a file, those that the mapping itself names may not.
#[test]
fn a_preset_of_spend_excuses_no_column_of_the_log() {
    let text = "[columns]\nperson = \"who\"\ntime = \"at\"\nevent = \"what\"\nchannel = \"chanel\"\n\
                [kinds]\nvisit = { kind = \"touch\" }\n\
                [spend]\npreset = \"google-ads-report\"\n";
    let log = "who,at,what,channel\nann,1767225600,visit,tv\n";
    let error = refusal(&mapping(text), log);
    assert!(
        error.starts_with("no column \"chanel\", found: who"),
        "{error}"
    );
}

#[test]
fn a_preset_of_logs_excuses_no_column_of_the_spend() {
    let text = "preset = \"ga4\"\n[file]\nformat = \"csv\"\n\
                [spend]\ndate = \"day\"\ncost = \"cost\"\ncampaign = \"campain\"\n";
    let table = "day,cost,campaign\n2026-01-05,3,brand\n";
    let error = read_spend(&mapping(text), table).unwrap_err().to_string();
    assert!(
        error.starts_with("no column \"campain\", found: day"),
        "{error}"
    );
}

/// Reports have titles above their header: the row is the header's own.
#[test]
fn a_column_that_stands_twice_is_named_with_the_line_of_the_header() {
    let report = "Campaign report\n\nDay,Cost,Cost,Campaign\n2026-01-05,3,3,brand\n";
    let error = read_spend(
        &mixtouch::io::Mapping::preset("google-ads-report").unwrap(),
        report,
    );
    let error = error.unwrap_err();
    assert_eq!(error.row(), Some(3), "{error}");
    assert!(
        error.to_string().contains("\"Cost\" stands there twice"),
        "{error}"
    );
}

/// A log of a touch and two sales.
const OWN: &str = "[columns]\nperson = \"who\"\ntime = \"at\"\nevent = \"what\"\nchannel = \"channel\"\n\
                   value = \"worth\"\n[kinds]\nvisit = { kind = \"touch\" }\nsale = { kind = \"conversion\" }\n";
const TABLE: &str = "who,at,what,channel,worth,order\nann,1767225600,visit,tv,,\n\
                     ann,1767229200,sale,,50,o1\nann,1767229300,sale,,50,o1\n";
const LINES: &str = r#"{"who": "ann", "at": 1767225600, "what": "visit", "channel": "tv"}
{"who": "ann", "at": 1767229200, "what": "sale", "worth": 50, "geo": null}
"#;

/// What counts once, what to leave out, sessions, values of one kind: a column that no file has
/// would do nothing without a word.
#[test]
fn columns_of_rules_and_conditions_must_exist() {
    let sale = |rule: &str| OWN.replace("\"conversion\"", &format!("\"conversion\", {rule}"));
    let visit = |rule: &str| OWN.replace("\"touch\"", &format!("\"touch\", {rule}"));
    for (text, column) in [
        (sale("once_per = [\"ordr\"]"), "ordr"),
        (sale("value = \"wort\""), "wort"),
        (visit("sessions = { key = \"session\" }"), "session"),
        (visit("converts = { time = \"sold_at\" }"), "sold_at"),
        (
            format!("{OWN}[[drop.where]]\nhost = \"staging.*\"\n"),
            "host",
        ),
        (
            format!("{OWN}[[drop.where]]\nany = [{{ who = \"qa\" }}, {{ hots = \"a\" }}]\n"),
            "hots",
        ),
    ] {
        let error = refusal(&mapping(&text), TABLE);
        let expected = format!("no column {column:?}, found: who, at");
        assert!(error.starts_with(&expected), "{error}");
    }
    let once = read(&mapping(&sale("once_per = [\"order\"]")), TABLE).report;
    assert_eq!((once.value, once.left_out_value), (50.0, 50.0));
    let preset = "preset = \"segment\"\n[file]\nformat = \"csv\"\n";
    let log = "user_id,timestamp\nann,2026-01-01 00:00:00\n";
    let missing = read(&mapping(preset), log).report.files.missing_columns;
    assert!(missing.contains(&"order_id".to_owned()), "{missing:?}");
    let own = format!("{preset}[[drop.where]]\nhost = \"a\"\n");
    let error = refusal(&mapping(&own), log);
    assert!(error.starts_with("no column \"host\""), "{error}");
}

#[test]
fn conditions_of_spend_name_columns_that_exist() {
    let text = "[spend]\ndate = \"day\"\ncost = \"cost\"\nchannel = \"channel\"\n\
                [[spend.skip]]\nstate = \"paused\"\n";
    let error = read_spend(&mapping(text), "day,cost,channel\n2026-01-05,3,tv\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no column \"state\", found: day, cost, channel"
    );
}

/// The fields of JSON lines come and go: one that no row has is a mistake of the mapping.
#[test]
fn a_field_that_no_row_of_json_lines_has_is_named() {
    let with = |from: &str, to: &str| mapping(&OWN.replace(from, to));
    assert_eq!(read(&mapping(OWN), LINES).report.value, 50.0);
    let error = refusal(&with("\"worth\"", "\"wort\""), LINES);
    assert_eq!(
        error,
        "no column \"wort\", found: at, channel, what, who, geo, worth"
    );
    // fields that are null, inside what is null, or of another file, are there
    let null = LINES.replace("50", "null");
    assert_eq!(read(&mapping(OWN), &null).report.value, 0.0);
    assert!(try_read(&with("\"worth\"", "\"geo.country\""), LINES).is_ok());
    let (visits, sales) = LINES.split_once('\n').unwrap();
    let reader = EventReader::new(mapping(OWN)).with_bytes(visits);
    assert_eq!(reader.with_bytes(sales).read().unwrap().report.value, 50.0);
    assert!(try_read(&mapping(OWN), visits).is_err());
    let stated = with("\"worth\"", "{ column = \"wort\", constant = \"7\" }");
    assert_eq!(read(&stated, LINES).report.value, 7.0);
}

#[test]
fn keys_of_lists_and_fields_of_presets_are_reported() {
    let text = OWN.replace("\"worth\"", "\"param:worth\"");
    let report = read(&mapping(&text), LINES).report;
    assert_eq!(report.files.missing_columns, ["param:worth"]);
    assert!(
        report
            .to_string()
            .contains("columns not found: param:worth"),
        "{report}"
    );
    let line =
        r#"{"user_id": "ann", "timestamp": "2026-01-01T00:00:00Z", "event": "", "url": "/"}"#;
    let text = "preset = \"segment\"\n";
    let missing = read(&mapping(text), line).report.files.missing_columns;
    assert!(missing.contains(&"order_id".to_owned()), "{missing:?}");
    assert!(!missing.contains(&"user_id".to_owned()), "{missing:?}");
    let spend = "[spend]\ndate = \"day\"\ncost = \"cost\"\nchannel = \"chanel\"\n";
    let table = "{\"day\": \"2026-01-05\", \"cost\": 3}\n";
    let error = read_spend(&mapping(spend), table).unwrap_err().to_string();
    assert_eq!(error, "no column \"chanel\", found: cost, day");
}

/// A text of JSON inside a field counts as what it holds.
#[test]
fn fields_inside_texts_of_json_are_there() {
    let text = format!(
        "{}[file]\njson = [\"props\"]\n",
        OWN.replace("\"worth\"", "\"props.worth\"")
    );
    let line = r#"{"who": "ann", "at": 1767229200, "what": "sale", "channel": "", "props": "{\"worth\": 5}"}"#;
    assert_eq!(read(&mapping(&text), line).report.value, 5.0);
    let error = refusal(&mapping(&text.replace("props.worth", "props.wort")), line);
    assert!(error.starts_with("no column \"props.wort\""), "{error}");
}

/// No header names the fields of JSON in a column: only all rows show that one is missing.
#[test]
fn a_field_inside_json_that_no_row_of_a_table_has_is_named() {
    let own = OWN.replace("\"worth\"", "\"props.worth\"") + "[file]\njson = [\"props\"]\n";
    let wrong = own.replace("props.worth", "props.wort");
    let table = "who,at,what,channel,props\nann,1767225600,visit,tv,{}\n\
                 ann,1767229200,sale,,\"{\"\"worth\"\": 5}\"\n";
    assert_eq!(read(&mapping(&own), table).report.value, 5.0);
    let null = table.replace(": 5", ": null");
    assert_eq!(read(&mapping(&own), &null).report.value, 0.0);
    let error = refusal(&mapping(&wrong), table);
    assert_eq!(
        error,
        "no column \"props.wort\", found: who, at, what, channel, props"
    );
    // a file without the field beside one with it is no mistake
    let visits = &table[..table.find("ann,1767229200").unwrap()];
    let both = EventReader::new(mapping(&own)).with_bytes(visits);
    assert_eq!(both.with_bytes(table).read().unwrap().report.value, 5.0);
    let entry = own.replace("props.worth", "props:wort");
    let missing = read(&mapping(&entry), table).report.files.missing_columns;
    assert_eq!(missing, ["props:wort"]);
    let preset = "preset = \"segment\"\n[file]\nformat = \"csv\"\njson = [\"props\"]\n\
                  [columns]\nvalue = \"props.wort\"\n";
    let log = "user_id,timestamp,props\nann,2026-01-01 00:00:00,{}\n";
    let error = refusal(&mapping(preset), log);
    assert!(error.starts_with("no column \"props.wort\""), "{error}");
    let spend = "[spend]\ndate = \"day\"\ncost = \"props.cots\"\nchannel = \"channel\"\n\
                 [file]\njson = [\"props\"]\n";
    let table = "day,channel,props\n2026-01-05,tv,\"{\"\"cost\"\": 3}\"\n";
    let error = read_spend(&mapping(spend), table).unwrap_err().to_string();
    assert!(error.starts_with("no column \"props.cots\""), "{error}");
}

/// A rule on a column that no file has would never hold.
#[test]
fn columns_of_channel_rules_must_exist() {
    let rule = "[[channel]]\nname = \"App\"\nplatfrom = \"ios\"\n";
    let own = format!(
        "{}{rule}",
        OWN.replace("channel = \"channel\"\n", "source = \"channel\"\n")
    );
    let expected = "no column \"platfrom\", found: ";
    for log in [TABLE, LINES] {
        let error = refusal(&mapping(&own), log);
        assert!(error.starts_with(expected), "{error}");
    }
    let log = TABLE
        .replace(",order", ",platfrom")
        .replace("tv,,", "tv,,ios");
    let channels = read(&mapping(&own), &log).report.channels;
    assert_eq!(channels.keys().collect::<Vec<_>>(), ["App"]);
    let preset = format!("preset = \"segment\"\n[file]\nformat = \"csv\"\n{rule}");
    let log = "user_id,timestamp\nann,2026-01-01 00:00:00\n";
    let error = refusal(&mapping(&preset), log);
    assert!(error.starts_with(expected), "{error}");
    let spend = "[spend]\ndate = \"day\"\ncost = \"cost\"\nsource = \"site\"\n";
    let table = "day,cost,site\n2026-01-05,3,google\n";
    let error = read_spend(&mapping(&format!("{spend}{rule}")), table).unwrap_err();
    assert!(error.to_string().starts_with(expected), "{error}");
    // a mapping of both has rules for both: either may lack what the other has
    let both = mapping(&format!("{own}{spend}"));
    let missing = read(&both, TABLE).report.files.missing_columns;
    assert_eq!(missing, ["platfrom"]);
    let missing = read_spend(&both, table)
        .unwrap()
        .report
        .files
        .missing_columns;
    assert_eq!(missing, ["platfrom"]);
}

fn folder(name: &str) -> PathBuf {
    let name = format!("mixtouch-mistakes-{name}-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn errors_of_all_rows_name_what_was_read() {
    let folder = folder("all-rows");
    let path = |name: &str| folder.join(name);
    let write = |name: &str, text: &str| std::fs::write(path(name), text).unwrap();
    let money = "who,at,what,channel,worth,money\n";
    write("a.csv", money);
    write(
        "b.csv",
        &format!("{money}ann,1767229200,sale,,5,EUR\nann,1767229300,sale,,5,USD\n"),
    );
    write("day.csv", "day,cost,money\n");
    write(
        "days.csv",
        "day,cost,money\n2026-01-05,3,EUR\n2026-01-05,3,USD\n",
    );
    let own = mapping(&OWN.replace("[kinds]", "currency = \"money\"\n[kinds]"));
    let of_log = |pattern: &str| mixtouch::Events::read(path(pattern), &own).unwrap_err();
    let error = of_log("a.csv");
    assert_eq!(error.path(), Some(&*path("a.csv")));
    assert!(
        error.to_string().contains("the event log is empty"),
        "{error}"
    );
    let error = of_log("b.csv");
    assert_eq!(error.path(), Some(&*path("b.csv")));
    assert!(
        error
            .to_string()
            .contains("the currency of the log is EUR, USD"),
        "{error}"
    );
    let error = of_log("[ab].csv").to_string();
    let (first, last) = (path("a.csv"), path("b.csv"));
    let expected = format!(
        "the currency of the log of {} and {}",
        first.display(),
        last.display()
    );
    assert!(error.starts_with(&expected), "{error}");
    let spend = mapping(
        "[spend]\ndate = \"day\"\ncost = \"cost\"\ncurrency = \"money\"\n\
                         [channels]\nunassigned = \"unassigned\"\n",
    );
    for (name, expected) in [
        ("day.csv", "the spend table is empty"),
        ("days.csv", "the currency of the spend is EUR, USD"),
    ] {
        let error = mixtouch::CostTable::read(path(name), &spend).unwrap_err();
        assert_eq!(error.path(), Some(&*path(name)));
        assert!(error.to_string().contains(expected), "{error}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_setting_that_is_unusable_names_the_mapping_and_the_column() {
    let text = OWN.replace("\"at\"", "{ column = \"at\", zone = \"Europe/Berln\" }");
    let expected = "time zone of the mapping's column \"at\" is \"Europe/Berln\", expected: a name";
    let error = refusal(&mapping(&text), TABLE);
    assert!(error.starts_with(expected), "{error}");
    let folder = folder("zone");
    let path = folder.join("shop.toml");
    std::fs::write(&path, text).unwrap();
    let error = refusal(&Mapping::load(&path).unwrap(), TABLE);
    assert_eq!(
        error,
        format!(
            "{}: {}",
            path.display(),
            refusal(&mapping(&std::fs::read_to_string(&path).unwrap()), TABLE)
        )
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn mapping_files_may_begin_with_a_byte_order_mark() {
    let folder = folder("mark");
    let json = serde_json::to_string(&mapping(OWN)).unwrap();
    for (name, text) in [("own.json", json.as_str()), ("own.toml", OWN)] {
        let path = folder.join(name);
        std::fs::write(&path, format!("\u{feff}{text}")).unwrap();
        assert_eq!(
            read(&Mapping::load(&path).unwrap(), TABLE).report.value,
            100.0
        );
    }
    std::fs::remove_dir_all(folder).unwrap();
}

/// A slip in what a mapping adds to a preset would do nothing without a word.
#[test]
fn what_a_mapping_states_on_top_of_a_preset_must_be_there() {
    let log = r#"{"user_pseudo_id":"1.2","event_timestamp":"1767225600000000","event_name":"session_start","collected_traffic_source":{"manual_source":"google","manual_medium":"cpc"},"ecommerce":null}
{"user_pseudo_id":"1.2","event_timestamp":"1767312000000000","event_name":"purchase","ecommerce":{"transaction_id":"T-1","purchase_revenue":80.0}}
"#;
    let own = |text: &str| mapping(&format!("preset = \"ga4\"\n{text}"));
    assert_eq!(read(&own(""), log).report.value, 80.0);
    for (text, column) in [
        ("[columns]\nperson = \"user_pseudo\"\n", "user_pseudo"),
        ("[columns]\nmedium = \"medum\"\n", "medum"),
        // an object that is null on other rows does not hide that it lacks the field
        (
            "[columns]\nvalue = \"ecommerce.revenue\"\n",
            "ecommerce.revenue",
        ),
        (
            "[kinds]\npurchase = { kind = \"conversion\", once_per = [\"ordr_id\"] }\n",
            "ordr_id",
        ),
    ] {
        let error = refusal(&own(text), log);
        assert!(
            error.starts_with(&format!("no column {column:?}")),
            "{error}"
        );
    }
    let table = "Day,Campaign,Cost\n2026-01-05,brand,3\n";
    for (key, column) in [("campaign", "Kampagne"), ("clicks", "Klicks")] {
        let text = format!("[spend]\npreset = \"google-ads-report\"\n{key} = \"{column}\"\n");
        let error = read_spend(&mapping(&text), table).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("no column {column:?}")),
            "{error}"
        );
    }
}

/// Where an object is always null nobody knows what it would hold.
#[test]
fn fields_inside_what_is_always_null_are_there() {
    let lines = LINES.replace(r#""worth": 50"#, r#""sale": null"#);
    let own = OWN.replace("value = \"worth\"", "value = \"sale.worth\"");
    assert_eq!(read(&mapping(&own), &lines).report.value, 0.0);
}
