//! The example `omnichannel` on identified logs, link records and consent: what it finds, and what
//! a bad option or file is told.

use super::run::{self, File, assert_refused};
use serde_json::Value;

const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF";
const LOG: &str = "id:cookie,id:account,id:card,timestamp,channel,kind,value\n\
                   c-1,,,2026-01-01T10:00:00Z,instagram,touch,\n\
                   c-1,ann,,2026-01-02T10:00:00Z,search,touch,\n\
                   ,,4711,2026-01-03T10:00:00Z,shop,conversion,50\n";
const LINKS: &str = "kind,value,linked_kind,linked_value,timestamp,confidence\n";
const CONSENT: &str = "kind,value,purpose,granted,timestamp\n";
const KINDS: &str = "a kind of the rules: account, card, e-mail, phone, cookie, device, address";

/// The log with these links and this consent, if any, as a file each.
fn run(name: &str, links: &str, consent: Option<&str>, options: &[&str]) -> (i32, String, String) {
    let files = ["log", "links", "consent"].map(|file| format!("omnichannel-{name}-{file}.csv"));
    let (log, links) = (
        File::new(&files[0], LOG),
        File::new(&files[1], &format!("{LINKS}{links}")),
    );
    let consent = consent.map(|rows| File::new(&files[2], &format!("{CONSENT}{rows}")));
    let mut all = vec![
        "--events",
        log.name(),
        "--identifiers",
        links.name(),
        "--key",
        KEY,
        "--minimum-group",
        "1",
    ];
    all.extend(
        consent
            .iter()
            .flat_map(|consent| ["--consent", consent.name()]),
    );
    run::run("omnichannel", &[&all[..], options].concat())
}

/// The JSON document of a run that ends well.
fn json(name: &str, links: &str, consent: Option<&str>) -> Value {
    let (status, out, notes) = run(name, links, consent, &["--json"]);
    assert_eq!(status, 0, "{notes}");
    assert!(
        out.ends_with("}\n") && out.matches('\n').count() == 1,
        "one document and nothing else"
    );
    serde_json::from_str(&out).unwrap()
}

#[test]
fn a_link_brings_the_sale_its_history() {
    let found = json(
        "history",
        "account,ann,card,4711,2026-01-02T11:00:00Z,1\n",
        None,
    );
    assert_eq!(
        found["identity"]["resolutions"][0],
        serde_json::json!({"rules": "guarded", "persons": 1, "largest_person": 3})
    );
    let search = &found["last_touch"]["channels"][1];
    assert_eq!(
        (&search["channel"], &search["before"], &search["after"]),
        (&"search".into(), &0.0.into(), &1.0.into())
    );
    assert_eq!(
        found["last_touch"]["unattributed"],
        serde_json::json!({"before": 1.0, "after": 0.0})
    );
    // without, the card is a stranger's
    let apart = json("apart", "account,ann,e-mail,ann@example.org,5,\n", None);
    assert_eq!(apart["identity"]["resolutions"][0]["persons"], 2);
    assert_eq!(apart["last_touch"]["unattributed"]["after"], 1.0);
}

#[test]
fn what_is_odd_is_counted() {
    let refused = |name, links| json(name, links, None)["identity"]["refused"].clone();
    let found = refused("self", "account,ann,account,ann,5,1\n");
    assert_eq!(
        (&found["links"], &found["self_links"], &found["rules"]),
        (&2.into(), &1.into(), &serde_json::json!([]))
    );
    // a card of two accounts is the first one's, in any order of rows
    for (name, links) in [
        (
            "contrary",
            "account,ann,card,4711,9,1\naccount,bob,card,4711,5,1\n",
        ),
        (
            "reversed",
            "account,bob,card,4711,5,1\naccount,ann,card,4711,9,1\n",
        ),
    ] {
        let found = json(name, links, None);
        let rule = &found["identity"]["refused"]["rules"][0];
        assert_eq!(
            (&rule["rule"], &rule["kind"], &rule["links"]),
            (&"most_values".into(), &"account".into(), &1.into())
        );
        assert_eq!(
            found["last_touch"]["unattributed"]["after"], 1.0,
            "the sale is bob's, who saw nothing"
        );
    }
    let weak = refused("weak", "account,ann,card,4711,5,0.5\n");
    assert_eq!(weak["rules"][0]["rule"], "confidence");
    // a clock 79 years fast: the link holds all the same
    let late = json(
        "late",
        "account,ann,card,4711,2105-01-01T00:00:00Z,1\n",
        None,
    );
    assert_eq!(late["last_touch"]["unattributed"]["after"], 0.0);
}

#[test]
fn without_consent_only_totals_remain() {
    let links = "account,ann,card,4711,5,1\n";
    let all =
        "cookie,c-1,measurement,yes,5\naccount,ann,measurement,True,5\ncard,4711,measurement,1,5\n";
    let found = json("granted", links, Some(all));
    assert_eq!(found["last_touch"]["unattributed"]["after"], 0.0);
    assert_eq!(
        found["privacy"]["without_consent"],
        serde_json::json!({"touches": 0, "conversions": 0, "value": 0.0})
    );
    // the latest record counts, wherever it stands
    let found = json(
        "withdrawn",
        links,
        Some(&format!("card,4711,measurement,false,9\n{all}")),
    );
    assert_eq!(found["last_touch"]["unattributed"]["after"], 1.0);
    assert_eq!(
        found["privacy"]["without_consent"],
        serde_json::json!({"touches": 0, "conversions": 1, "value": 50.0})
    );
    let (status, _, notes) = run("another", links, Some(all), &["--purpose", "advertising"]);
    assert!(
        status == 0
            && notes.contains(
                "nobody was asked for the purpose \"advertising\", only for: measurement"
            ),
        "{notes}"
    );
}

#[test]
fn bad_rows_are_named_with_file_and_row() {
    let log = File::new("omnichannel-rows-log.csv", LOG);
    let refused = |option: &str, name: &str, text: &str, parts: &[&str]| {
        let file = File::new(&format!("omnichannel-{name}.csv"), text);
        let options = ["--events", log.name(), "--key", KEY, option, file.name()];
        let shown = [&options[..], &["--values-in-errors"]].concat();
        assert_refused("omnichannel", &shown, &[&[file.name()], parts].concat());
        let hidden = [file.name(), "row 3: kind is \"not shown\""];
        if parts[0].contains("row 3: kind is") {
            assert_refused("omnichannel", &options, &hidden);
        }
    };
    for (row, parts) in [
        ("tattoo,x,card,1,5,1", ["row 3: kind is \"tattoo\"", KINDS]),
        (
            "card,1,tattoo,x,5,1",
            ["row 3: linked_kind is \"tattoo\"", KINDS],
        ),
        (
            "card,,account,ann,5,1",
            ["row 3: value is \"\"", "any text that is not blank"],
        ),
        (
            "card,1,account, ,5,1",
            ["row 3: linked_value is \" \"", "any text that is not blank"],
        ),
        (
            "card,1,account,ann,5,1.5",
            ["row 3: confidence is \"1.5\"", "a number from 0 to 1"],
        ),
        (
            "card,1,account,ann,soon,1",
            ["row 3: timestamp is \"soon\"", "RFC 3339 with offset"],
        ),
        (
            "card,1,account,ann,1969-12-31T23:59:59Z,1",
            [
                "row 3: timestamp is \"1969-12-31T23:59:59Z\"",
                "1970-01-01T00:00:00Z to 2106-02-07T06:28:15Z",
            ],
        ),
        (
            "card,1,account,ann,1767225600000,1",
            ["row 3: timestamp is \"1767225600000\"", "milliseconds"],
        ),
        (
            "card,1,account,ann,5",
            ["row 3: has 5 fields", "the header has 6"],
        ),
    ] {
        refused(
            "--identifiers",
            "bad-links",
            &format!("{LINKS}card,2,account,bob,5,1\n{row}\n"),
            &parts,
        );
    }
    for (row, parts) in [
        (
            "tattoo,x,measurement,true,5",
            ["row 2: kind is \"tattoo\"", KINDS],
        ),
        (
            "card,,measurement,true,5",
            ["row 2: value is \"\"", "any text that is not blank"],
        ),
        ("card,1,,true,5", ["row 2: purpose is \"\"", "any text"]),
        (
            "card,1,measurement,perhaps,5",
            ["row 2: granted is \"perhaps\"", "true, false"],
        ),
        (
            "card,1,measurement,true,",
            ["row 2: timestamp is \"\"", "RFC 3339 with offset"],
        ),
    ] {
        refused(
            "--consent",
            "bad-consent",
            &format!("{CONSENT}{row}\n"),
            &parts,
        );
    }
    refused(
        "--identifiers",
        "no-time",
        "kind,value,linked_kind,linked_value\n",
        &["no column \"timestamp\"", "found: kind, value"],
    );
    refused(
        "--identifiers",
        "no-rows",
        LINKS,
        &["the table of identifiers is empty", "at least one row"],
    );
    refused(
        "--consent",
        "no-purpose",
        "kind,value,granted,timestamp\n",
        &["no column \"purpose\"", "found: kind, value"],
    );
    refused(
        "--consent",
        "nothing",
        "",
        &["the table of consent is empty"],
    );
}

#[test]
fn a_bad_log_is_named_too() {
    for (text, parts) in [
        (
            "user,timestamp,channel,kind\nann,5,tv,touch\n",
            ["no column \"person or id:KIND\"", "found: user"],
        ),
        (
            "id:tattoo,timestamp,channel,kind\nx,5,tv,touch\n",
            ["row 1: id:tattoo is \"tattoo\"", KINDS],
        ),
        (
            "id:card,timestamp,channel,kind\n1,5,tv,visit\n",
            ["row 2: kind is \"visit\"", "touch"],
        ),
        (
            "id:card,timestamp,channel,kind,value\n1,5,shop,conversion,-5\n",
            ["row 2: value is \"-5\"", "expected"],
        ),
    ] {
        let log = File::new("omnichannel-bad-log.csv", text);
        assert_refused(
            "omnichannel",
            &["--events", log.name(), "--key", KEY, "--values-in-errors"],
            &[&[log.name()][..], &parts].concat(),
        );
    }
}

#[test]
fn bad_options_are_refused() {
    let log = File::new("omnichannel-options.csv", LOG);
    for (options, parts) in [
        (
            &["--key", "12"][..],
            &[
                "key of identifiers is 2 characters",
                "64 hexadecimal digits",
            ][..],
        ),
        (
            &["--key", KEY, "--timezone", "Mars/Olympus"],
            &["\"Mars/Olympus\"", "Europe/Berlin"],
        ),
        (
            &["--key", KEY, "--timezone-column", "zone"],
            &["no column \"zone\"", "found: id:cookie"],
        ),
        (
            &["--key", KEY, "--offline", "moon"],
            &["channel \"moon\"", "instagram, search, shop"],
        ),
        (
            &["--key", KEY, "--identifiers", "nowhere.csv"],
            &["nowhere.csv: "],
        ),
        (
            &["--key", KEY, "--persons", "5"],
            &["--events", "--persons"],
        ),
        (&[], &["--key"]),
    ] {
        assert_refused(
            "omnichannel",
            &[&["--events", log.name()], options].concat(),
            parts,
        );
    }
    let told = run::run(
        "omnichannel",
        &["--events", log.name(), "--key", &KEY.replace('a', "g")],
    )
    .2;
    assert!(!told.contains("0123456789"), "the key is a secret: {told}");
    for (options, parts) in [
        (
            &["--confidence", "1.5"][..],
            &["least confidence of links is 1.5", "0 to 1"][..],
        ),
        (&["--lookback", "0"], &["lookback is 0 s", "1 to"]),
        (
            &["--lookback", "-3"],
            &["--lookback is -3", "a positive number of days"],
        ),
        (
            &["--minimum-group", "0"],
            &["minimum group size is 0", "1 person or more"],
        ),
        (&["--margin", "-0.1"], &["--margin is -0.1", "0 to 1"]),
        (
            &["--active-days", "nan"],
            &["--active-days is NaN", "49710 days"],
        ),
        (&["--purpose", ""], &["--purpose is empty", "any text"]),
        (&["--sessions", "middle"], &["middle", "first, last"]),
        (&["--persons", "0"], &["persons is 0", "10000000"]),
        (&["--identifiers", "links.csv"], &["--events"]),
        (&["--confidense", "1"], &["--confidense"]),
        (&["--persons", "many"], &["many", "--persons"]),
    ] {
        assert_refused("omnichannel", options, parts);
    }
    assert_eq!(run::run("omnichannel", &["--help"]).0, 0);
}
