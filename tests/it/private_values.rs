//! Raw identifiers stand in no error and in no debugging output.

use mixtouch::identity::{Consent, HashKey, Links, Pseudonymiser, Rules};
use mixtouch::io::{CsvReader, EventColumns, IdentifiedReader};
use mixtouch::{Event, Events, JourneyBuilder, JourneyOptions};

const SECRET: &str = "ann@secret.org";

fn hasher() -> Pseudonymiser {
    Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard())
}

fn error(file: &[u8], hasher: &Pseudonymiser) -> String {
    let read = IdentifiedReader::csv(file, EventColumns::default(), hasher)
        .and_then(|mut reader| reader.read_all());
    let error = read.unwrap_err();
    format!("{error} {error:?}")
}

/// What it takes to find the fault is there: the row and the column.
#[test]
fn an_error_has_row_and_column_and_not_the_value() {
    let header = "id:e-mail,timestamp,channel,kind\n";
    let rows = [
        ("ann@secret.org,touch,tv,5\n", "row 2: "),
        ("5,ann@secret.org,tv,touch\n", "row 2: timestamp"),
        ("touch,5,tv,ann@secret.org\n", "row 2: kind"),
        (
            "x,5,tv,touch\n\ny,ann@secret.org,tv,touch\n",
            "row 4: timestamp",
        ),
    ];
    for (row, begin) in rows {
        let file = format!("{header}{row}");
        let hidden = error(file.as_bytes(), &hasher());
        assert!(!hidden.contains("secret"), "{hidden}");
        assert!(hidden.starts_with(begin), "{hidden}");
    }
    let bytes = b"id:e-mail,timestamp,channel,kind\nann\xff@secret.org,5,tv,touch\n";
    let hidden = error(bytes, &hasher());
    assert!(!hidden.contains("secret"), "{hidden}");
    assert!(
        hidden.starts_with("row 2: e-mail is \"not shown\", expected: UTF-8"),
        "{hidden}"
    );
}

#[test]
fn values_are_shown_on_request() {
    let file = "id:e-mail,timestamp,channel,kind\n5,ann@secret.org,tv,touch\n";
    let shown = error(file.as_bytes(), &hasher().with_values_in_errors(true));
    assert!(shown.contains(SECRET), "{shown}");
}

/// The first row is taken for names of columns then.
#[test]
fn a_file_without_a_header_keeps_its_secrets() {
    let hidden = error(b"ann@secret.org,1767225600,tv,touch\n", &hasher());
    assert!(!hidden.contains("secret"), "{hidden}");
    let renamed = error(
        b"id:e-mail,when,channel,kind\nann@secret.org,5,tv,touch\n",
        &hasher(),
    );
    let expected = "no column \"timestamp\", found: id:e-mail, channel, kind, 1 not shown";
    assert!(renamed.starts_with(expected), "{renamed}");
}

#[test]
fn links_and_consent_keep_them_too() {
    let links = "kind,value,linked_kind,linked_value,timestamp\n\
                 e-mail,ann@secret.org,cookie,c,ann@secret.org\n";
    let error = Links::from_csv(links.as_bytes(), &hasher()).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
    assert_eq!(error.row(), Some(2));
    let swapped = "kind,value,purpose,granted,timestamp\nann@secret.org,e-mail,ads,yes,5\n";
    let error = Consent::from_csv(swapped.as_bytes(), &hasher()).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
    let headless = Links::from_csv("e-mail,ann@secret.org,cookie,c,5\n".as_bytes(), &hasher());
    let error = headless.unwrap_err().to_string();
    assert_eq!(error, "no column \"kind\", found: 5 not shown");
}

/// Logs of pseudonyms are read without a hasher; but their columns may be swapped, or the names may
/// be raw after all.
#[test]
fn addresses_are_told_by_no_reader() {
    let header = "person,timestamp,channel,kind,value\n";
    for row in [
        "5,ann@secret.org,tv,touch,\n",
        "touch,5,tv,ann@secret.org,\n",
        "5,5,tv,conversion,ann@secret.org\n",
        "5,+49 secret,tv,touch,\n",
        "5,+49 171 1234567,tv,touch,\n",
    ] {
        let file = format!("{header}{row}");
        let error = Events::from_csv(file.as_bytes(), EventColumns::default()).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert_eq!(
            shown.contains("secret"),
            row.contains("+49 secret"),
            "{shown}"
        );
        assert!(!shown.contains("1234567"), "{shown}");
        assert_eq!(error.row(), Some(2));
    }
    let headless = "ann@secret.org,5,tv,touch\n".as_bytes();
    let error = Events::from_csv(headless, EventColumns::default()).unwrap_err();
    assert!(
        error.to_string().ends_with("5, tv, touch, 1 not shown"),
        "{error}"
    );
    let kind = error_of_header("id:ann@secret.org,timestamp,channel,kind\n");
    assert!(
        kind.starts_with("row 1: column 1 is \"not shown\""),
        "{kind}"
    );

    let swapped = "person,timestamp,arm\nshown,ann@secret.org,ann\n";
    let error = mixtouch::experiment::Assignments::read_csv(swapped.as_bytes()).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
    assert_eq!(error.row(), Some(2));
}

fn error_of_header(header: &str) -> String {
    let shown = error(format!("{header}5,5,tv,touch\n").as_bytes(), &hasher());
    assert!(!shown.contains("secret"), "{shown}");
    shown
}

#[test]
fn messages_tell_no_address() {
    for message in [
        r#"{"person":1,"timestamp":"ann@secret.org","kind":"touch"}"#,
        r#"{"person":1,"timestamp":5,"kind":"ann@secret.org"}"#,
        r#"{"person":1,"timestamp":5,"kind":"conversion","value":"ann@secret.org"}"#,
        r#"{"person":1,"timestamp":5,"kind":"touch","cost":"ann@secret.org"}"#,
    ] {
        let error = serde_json::from_str::<mixtouch::event::OwnedEvent>(message).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    let wrong = r#"{"person":1,"timestamp":"never","kind":"touch"}"#;
    let error = serde_json::from_str::<mixtouch::event::OwnedEvent>(wrong).unwrap_err();
    assert!(error.to_string().contains("never"), "{error}");
}

#[cfg(feature = "mapping")]
#[test]
fn mapped_files_and_their_reports_tell_no_address() {
    use mixtouch::io::{EventReader, Mapping};
    let read = |bad_rows: &str, rows: &str| {
        let mapping = format!(
            "[columns]\nperson = \"user\"\ntime = \"at\"\nevent = \"what\"\nchannel = \"source\"\n\
             [kinds]\nvisit = {{ kind = \"touch\" }}\n{bad_rows}"
        );
        let file = format!("user,at,what,source\nbob,1767225600,visit,tv\n{rows}");
        let mapping = Mapping::from_toml(&mapping).unwrap();
        EventReader::new(mapping).with_bytes(&file).read()
    };
    let swapped = "1767225600,ann@secret.org,visit,tv\n";
    let error = read("", swapped).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
    assert_eq!(error.row(), Some(3));
    let reading = read("[bad_rows]\nskip = 5\n", swapped).unwrap();
    let report = serde_json::to_string(&reading.report).unwrap();
    assert!(
        !report.contains("secret") && report.contains("not shown"),
        "{report}"
    );
    let long = format!(
        "ann@secret.org{},1767225600,visit,tv\n",
        "x".repeat(100_000)
    );
    let error = read("", &long).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("ann"), "{error}");
}

/// Bytes are printed as text or as numbers, whichever way a type is derived.
fn shows_secret(shown: &str) -> bool {
    let numbers: Vec<String> = SECRET.bytes().map(|byte| byte.to_string()).collect();
    shown.contains(SECRET) || shown.contains(&numbers.join(", "))
}

#[test]
fn readers_and_builders_do_not_show_what_they_hold() {
    let rows = "ann@secret.org,5,tv,touch\n".repeat(3);
    let file = format!("id:e-mail,timestamp,channel,kind\n{rows}");
    let reader =
        IdentifiedReader::csv(file.as_bytes(), EventColumns::default(), &hasher()).unwrap();
    assert!(!shows_secret(&format!("{reader:?}")));
    let file = format!("person,timestamp,channel,kind\n{rows}");
    // the bytes themselves are the caller's, and a slice shows them; a cursor over a reader does not
    let reader = CsvReader::new(
        std::io::Read::take(file.as_bytes(), 10_000),
        EventColumns::default(),
    );
    let mut reader = reader.unwrap();
    let chunk = reader.next().unwrap().unwrap();
    assert!(!shows_secret(&format!("{chunk:?}")));
    let mut log = Events::new();
    log.push(Event::touch(SECRET, 10, "tv")).unwrap();
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder.extend(&log).unwrap();
    let shown = format!("{builder:?}");
    assert!(
        !shows_secret(&shown) && shown.contains("rows: 1"),
        "{shown}"
    );
}

#[test]
fn keys_are_in_no_debugging_output() {
    let key: HashKey = "a5".repeat(32).parse().unwrap();
    let shown = format!(
        "{key:?} {:?}",
        Pseudonymiser::new(key.clone(), &Rules::standard())
    );
    assert!(
        !shown.contains("a5a5") && !shown.contains("165, 165"),
        "{shown}"
    );
}
