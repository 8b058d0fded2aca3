//! Identifiers, link records and consent from files.

use super::*;
use mixtouch::TimeZone;
use mixtouch::io::EventColumns;
use mixtouch::io::IdentifiedReader;
use mixtouch::simulate::customers::Customers;
use std::fs::File;

fn hasher() -> Pseudonymiser {
    Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard()).with_values_in_errors(true)
}

fn read(file: &str, columns: EventColumns) -> mixtouch::Result<IdentifiedEvents> {
    IdentifiedReader::csv(file.as_bytes(), columns, &hasher())?.read_all()
}

fn error(file: &str) -> String {
    read(file, EventColumns::default()).unwrap_err().to_string()
}

const HEADER: &str = "person,id:cookie,timestamp,channel,kind,id:card,value";

#[test]
fn identifiers_stand_in_columns_of_their_kind() {
    let log = read(
        &format!(
            "{HEADER}\nzoe,c-1,5,tv,touch,,\n,,6,shop,conversion,4711,9.5\n,c-1,7,app,touch,4711,\n"
        ),
        EventColumns::default(),
    );
    let log = log.unwrap();
    assert_eq!(
        (log.identifiers(0), log.identifiers(1)),
        (&[id("cookie", "c-1")][..], &[id("card", "4711")][..])
    );
    assert_eq!(
        log.identifiers(2),
        [id("card", "4711"), id("cookie", "c-1")],
        "the most trusted kind first"
    );
    assert!(
        !format!("{log:?}").contains("zoe"),
        "the person's column is not looked at"
    );
    assert_eq!(log.get(1).unwrap().value(), 9.5);
}

#[test]
fn bad_files_are_named() {
    assert!(
        error("id:tattoo,timestamp,channel,kind\n")
            .starts_with("row 1: id:tattoo is \"tattoo\", expected: a kind of the rules: account")
    );
    assert_eq!(
        error("id:card,id:card,timestamp,channel,kind\n"),
        "row 1: column \"id:card\" stands there twice"
    );
    assert_eq!(
        error("person,timestamp,channel,kind\n"),
        "no column \"id:KIND\", found: person, timestamp, channel, kind"
    );
    assert!(error(&format!("{HEADER}\n,c,1767225600000,tv,touch,,\n")).contains("milliseconds"));
    assert_eq!(
        error(HEADER),
        "the event log is empty, expected: at least one row"
    );
    let raw = read(
        &format!("{HEADER}\n"),
        EventColumns::default().with_texts(["id:card"]),
    )
    .unwrap_err()
    .to_string();
    assert!(
        raw.contains("identifiers, whose values are not kept"),
        "{raw}"
    );
}

#[test]
fn shops_and_calls_have_their_own_identifiers_and_zones() {
    let visits = "id:card,local,zone,channel,kind,value\n\
                  4711,2026-01-01T01:30:00,Europe/Berlin,shop,conversion,80\n\
                  4711,2026-01-01 00:10:00,,shop,touch,\n";
    let columns = EventColumns::default()
        .rename("timestamp", "local")
        .unwrap()
        .with_zone(TimeZone::new("Europe/London").unwrap());
    let log = read(visits, columns.clone().with_zone_column("zone")).unwrap();
    assert_eq!(
        (log.get(0).unwrap().time(), log.get(1).unwrap().time()),
        (START + 1800, START + 600)
    );
    let calls = "id:phone,timestamp,channel,kind\n+49 30 1234567,2025-12-31T19:00:00-05:00,call centre,touch\n";
    assert_eq!(
        read(calls, EventColumns::default())
            .unwrap()
            .get(0)
            .unwrap()
            .time(),
        START
    );
    let mars = visits.replace("Europe/Berlin", "Mars/Olympus");
    let refused = read(&mars, columns.with_zone_column("zone"))
        .unwrap_err()
        .to_string();
    assert_eq!(
        refused,
        "row 2: zone is \"Mars/Olympus\", expected: a name of the IANA database, such as Europe/Berlin"
    );
    let naive = read(
        "id:card,timestamp,channel,kind\n1,2026-01-01T01:30:00,a,touch\n",
        EventColumns::default(),
    )
    .unwrap_err()
    .to_string();
    assert!(
        naive.starts_with("row 2: timestamp is \"2026-01-01T01:30:00\""),
        "{naive}"
    );
}

#[test]
fn files_give_what_was_simulated() {
    let folder = std::env::temp_dir().join(format!("mixtouch-customers-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    Customers::write(200, 3, &folder).unwrap();
    let open = |name: &str| File::open(folder.join(name)).unwrap();
    let columns = EventColumns::default()
        .keep_all()
        .with_texts(Customers::COLUMNS);
    let log = IdentifiedReader::csv(open("events.csv"), columns, &hasher())
        .unwrap()
        .read_all()
        .unwrap();
    let (links, consent) = (
        Links::from_csv(open("identifiers.csv"), &hasher()).unwrap(),
        Consent::from_csv(open("consent.csv"), &hasher()).unwrap(),
    );
    std::fs::remove_dir_all(&folder).unwrap();
    let made = Customers::new(200, 3, &hasher()).unwrap();
    assert!(log.iter().eq(made.events.iter()));
    let texts = |log: &IdentifiedEvents| -> Vec<String> {
        let plain = resolve(Rules::standard(), Links::new())
            .stitch(log, WithoutConsent::default())
            .unwrap()
            .events;
        (0..plain.len())
            .flat_map(|row| {
                Customers::COLUMNS.map(|column| plain.text(row, column).unwrap_or("-").to_owned())
            })
            .collect()
    };
    assert_eq!(texts(&log), texts(&made.events));
    assert_eq!(links, made.links);
    assert_eq!(consent.records(), made.consent.records());
    let resolved = |links: Links, log: &IdentifiedEvents, consent: Consent| {
        let mut resolver = Resolver::new(Rules::standard())
            .with_consent(consent, "measurement")
            .unwrap();
        resolver.add_links(links);
        resolver.add_events(log);
        format!("{:?}", resolver.resolve().unwrap())
    };
    assert_eq!(
        resolved(links, &log, consent),
        resolved(made.links, &made.events, made.consent)
    );
}
