//! Logs on which figures went wrong without a word, read by the example `omnichannel`.

use super::run::{File, assert_refused, run};
use serde_json::Value;

const KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

/// What the example prints of a log, and what it tells beside it.
fn printed(name: &str, log: &str, options: &[&str]) -> (String, String) {
    let file = File::new(name, log);
    let base = [
        "--events",
        file.name(),
        "--key",
        KEY,
        "--minimum-group",
        "1",
    ];
    let (status, out, told) = run("omnichannel", &[&base[..], options].concat());
    assert_eq!(status, 0, "{options:?}: {told}");
    (out, told)
}

/// The document of a log, and what is told beside it.
fn told(name: &str, log: &str, options: &[&str]) -> (Value, String) {
    let (out, told) = printed(name, log, &[&["--json"], options].concat());
    (serde_json::from_str(&out).unwrap(), told)
}

fn document(name: &str, log: &str, options: &[&str]) -> Value {
    told(name, log, options).0
}

fn page(name: &str, log: &str, options: &[&str]) -> String {
    printed(name, log, options).0
}

fn names(rows: &Value) -> Vec<&str> {
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect()
}

#[test]
fn a_month_that_is_not_over_has_no_churn() {
    let log = "id:account,timestamp,channel,kind,value\n\
               ann,2026-02-20T12:00:00Z,search,touch,\n\
               ann,2026-02-20T13:00:00Z,web,conversion,100\n\
               bob,2026-02-22T13:00:00Z,web,conversion,100\n\
               cyd,2026-03-02T12:00:00Z,search,touch,\n";
    let found = document("partial-month.csv", log, &["--model", "last-touch"]);
    let march = &found["retention"]["periods"][1];
    assert_eq!(
        (&march["name"], &march["over"]),
        (&"2026-03".into(), &false.into())
    );
    for figure in ["/churn/rate", "/retention/rate", "/customers", "/returned"] {
        assert_eq!(
            march.pointer(figure),
            Some(&Value::Null),
            "{figure}: {march}"
        );
    }
    let february = &found["cohorts"]["cohorts"][0];
    assert_eq!(february["bought"][1]["rate"], Value::Null, "{february}");
    let page = page("partial-month-page.csv", log, &["--model", "last-touch"]);
    let retention = page
        .lines()
        .skip_while(|line| !line.starts_with("retention,"));
    let mut rows = retention.filter(|line| line.trim_start().starts_with("2026-03"));
    let cells: Vec<&str> = rows.next().unwrap().split_whitespace().collect();
    assert_eq!(cells, ["2026-03", "0", "0", "-", "-", "-", "-"], "{page}");
}

#[test]
fn months_are_those_of_the_zone_asked_for() {
    let log = "id:account,timestamp,channel,kind,value\n\
               ann,2026-01-05T08:00:00,search,touch,\n\
               ann,2026-01-05T09:00:00,web,conversion,100\n\
               bob,2026-02-01T01:00:00,search,touch,\n\
               bob,2026-02-01T02:00:00,web,conversion,100\n\
               bob,2026-03-01T03:00:00,web,conversion,100\n\
               cyd,2026-03-20T03:00:00,web,conversion,100\n";
    for zone in ["America/New_York", "Europe/Berlin", "Asia/Shanghai"] {
        let options = [
            "--timezone",
            zone,
            "--from",
            "2026-02-01",
            "--to",
            "2026-03-31",
            "--model",
            "linear",
        ];
        let found = document("zone.csv", log, &options);
        assert_eq!(
            names(&found["retention"]["periods"]),
            ["2026-02", "2026-03"],
            "{zone}"
        );
        assert_eq!(names(&found["cohorts"]["cohorts"]), ["2026-02", "2026-03"]);
        // ann was a customer before; of her and bob, bob bought again
        let march = &found["retention"]["periods"][1]["retention"];
        assert_eq!(
            (&march["count"], &march["population"]),
            (&1.into(), &1.into())
        );
        assert_eq!(
            found["retention"]["periods"][0]["retention"]["population"],
            1
        );
        let page = page("zone-page.csv", log, &options);
        assert!(
            page.contains("cohorts, 2026-02-01 to 2026-04-01: 2 customers"),
            "{page}"
        );
    }
}

#[test]
fn an_empty_answer_is_no_answer() {
    let scores = [("9", 18), ("8", 11), ("3", 2), ("", 4)];
    let scores = scores
        .into_iter()
        .flat_map(|(score, persons)| vec![score; persons]);
    let rows = scores
        .enumerate()
        .map(|(at, score)| format!("a{at},2026-01-01T09:00:00Z,web,survey,{score},nps\n"));
    let log = "id:account,timestamp,channel,kind,value,goal\na0,2026-01-01T08:00:00Z,web,touch,,\n";
    let log: String = [log.to_owned()].into_iter().chain(rows).collect();
    let found = document("skipped.csv", &log, &[]);
    let questions = found["voice"]["questions"].as_array().unwrap();
    let nps = questions.iter().find(|of| of["question"] == "nps").unwrap();
    let score = &nps["scores"]["overall"]["score"]["net_promoter"];
    assert_eq!(format!("{:.1}", score["score"].as_f64().unwrap()), "51.6");
    assert_eq!(
        (&score["population"], &nps["skipped"]),
        (&31.into(), &4.into())
    );
}

#[test]
fn a_goal_is_chosen_or_several_are_told() {
    let log = "id:account,timestamp,channel,kind,value,goal\n\
               ann,2026-01-01T08:00:00Z,search,touch,,\n\
               ann,2026-01-01T09:00:00Z,web,conversion,0,signup\n\
               ann,2026-01-02T09:00:00Z,web,conversion,80,purchase\n\
               bob,2026-01-01T08:00:00Z,social,touch,,\n\
               bob,2026-01-01T09:00:00Z,web,conversion,0,signup\n\
               cyd,2026-01-01T08:00:00Z,social,touch,,\n";
    let purchases = document("goals.csv", log, &["--goal", "purchase"]);
    let again = &purchases["repurchase"]["bought_again"];
    assert_eq!(
        (&again["rate"], &again["population"]),
        (&0.0.into(), &1.into())
    );
    assert_eq!(purchases["conversion"]["conversions"], 1.0);
    assert_eq!(purchases["findings"], serde_json::json!([]));
    let (all, told) = told("goals-all.csv", log, &[]);
    assert_eq!(all["findings"][0]["name"], "several-goals");
    assert!(told.contains("purchase (1), signup (2)"), "{told}");
}

#[test]
fn an_exact_duplicate_counts_once_on_request() {
    // the order id aside, which makes orders unique anyway
    let log = "person,timestamp,channel,kind,value\n\
               ann,1767225600,social,touch,\n\
               ann,1767225600,social,touch,\n\
               ann,1767312000,search,touch,\n\
               ann,1767315600,,conversion,50\n\
               ann,1767315600,,conversion,50\n";
    let value =
        |options: &[&str]| document("duplicate.csv", log, options)["conversion"]["value"].clone();
    assert_eq!(value(&[]), 100.0);
    assert_eq!(value(&["--deduplicate"]), 50.0);
}

#[test]
fn returns_are_taken_off_on_request() {
    let log = "person,timestamp,channel,kind,value,order_id\n\
               ann,1767225600,search,touch,,\n\
               ann,1767229200,,conversion,100,T1\n\
               ann,1767484800,,return,-100,T1\n\
               bob,1767225600,social,touch,,\n\
               bob,1767229200,,conversion,40,T2\n";
    let of = |options: &[&str]| {
        let found = document("refund.csv", log, options);
        let figure = |path: &str| found.pointer(path).and_then(Value::as_f64).unwrap();
        [
            "/rfm/value",
            "/lifetime_value/whole/total",
            "/lifetime_value_by_segment/whole/total",
            "/conversion/value",
            "/returns/whole/value",
        ]
        .map(figure)
    };
    assert_eq!(of(&[]), [140.0; 5]);
    assert_eq!(of(&["--returns", "net"]), [40.0; 5]);
    let net = document("refund-net.csv", log, &["--returns", "net"]);
    let credited = net["returns"]["channels"].as_array().unwrap();
    let search = credited
        .iter()
        .find(|row| row["channel"] == "search")
        .unwrap();
    assert_eq!(
        (&search["value"], &net["repurchase"]["population"]),
        (&0.0.into(), &1.into())
    );
}

#[test]
fn purchases_of_one_day_are_one_on_request() {
    let log = "id:account,timestamp,channel,kind,value\n\
               ann,2026-01-05T08:00:00Z,search,touch,\n\
               ann,2026-01-05T09:00:00Z,web,conversion,100\n\
               ann,2026-01-05T09:10:00Z,web,conversion,5\n\
               bob,2026-01-05T08:00:00Z,search,touch,\n\
               bob,2026-01-05T09:00:00Z,web,conversion,100\n\
               cyd,2026-01-31T09:00:00Z,web,conversion,100\n";
    let again = |options: &[&str]| {
        let found = document("same-day.csv", log, options);
        found["repurchase"]["bought_again"]["count"].clone()
    };
    assert_eq!(
        (again(&[]), again(&["--grain", "day"])),
        (1.into(), 0.into())
    );
}

#[test]
fn history_before_the_first_day_counts() {
    let log = "person,timestamp,channel,kind,value\n\
               a,2025-12-20T12:00:00Z,web,conversion,10\na,2026-01-10T12:00:00Z,web,conversion,10\n\
               b,2025-11-12T12:00:00Z,web,conversion,10\nb,2026-01-10T12:00:00Z,web,conversion,10\n\
               c,2025-12-27T12:00:00Z,web,conversion,10\n";
    let found = document(
        "history.csv",
        log,
        &["--from", "2026-01-01", "--to", "2026-01-31"],
    );
    let january = &found["retention"]["periods"][0];
    let count = |path: &str| january.pointer(path).and_then(Value::as_u64).unwrap();
    assert_eq!(
        (count("/retention/count"), count("/retention/population")),
        (1, 2)
    );
    assert_eq!((count("/churn/count"), count("/returned")), (1, 1));
    let again = &found["repurchase"]["bought_again"];
    assert_eq!(
        (&again["count"], &again["population"]),
        (&2.into(), &2.into())
    );
}

#[test]
fn logs_of_persons_are_read_too() {
    let log = "user,timestamp,channel,kind,value,cost\n\
               1,2026-01-05T08:00:00Z,search,touch,,2\n\
               1,2026-01-05T09:00:00Z,web,conversion,100,\n\
               2,2026-01-05T09:30:00Z,email,touch,,1\n";
    let file = File::new("persons.csv", log);
    // no key: there is nothing to hash
    let base = [
        "--events",
        file.name(),
        "--column",
        "person=user",
        "--minimum-group",
        "1",
    ];
    let (status, out, told) = run("omnichannel", &[&base[..], &["--json"]].concat());
    assert_eq!(status, 0, "{told}");
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["conversion"]["population"], 2);
    assert!(found.get("mailing").is_none(), "no opens are recorded");
    // other options of the example attribution
    for more in [
        &["--lookback", "30d"][..],
        &["--lookback", "12h"],
        &["--lookback", "30"],
        &["--demand-capture", "search"],
        &["--model", "time-to-event"],
        &["--offline", "store", "--add-channel", "store"],
        &["--mail", "email"],
        &["--timezone", "Europe/Berlin"],
    ] {
        let (status, _, told) = run("omnichannel", &[&base[..], more].concat());
        assert_eq!(status, 0, "{more:?}: {told}");
    }
    for (more, parts) in [
        (
            &["--mail", "e-mail"][..],
            &["--mail is channel \"e-mail\"", "email", "--add-channel"][..],
        ),
        (
            &["--offline", "store"],
            &["--offline is channel \"store\"", "--add-channel"],
        ),
        (
            &["--model", "linear", "--demand-capture", "search"],
            &["time-to-event"],
        ),
        (&["--lookback", "soon"], &["--lookback is \"soon\""]),
        (&["--column", "person"], &["--column is \"person\""]),
    ] {
        assert_refused("omnichannel", &[&base[..], more].concat(), parts);
    }
    let bad = File::new("nobody.csv", "user,timestamp,channel,kind\n1,5,tv,touch\n");
    assert_refused(
        "omnichannel",
        &["--events", bad.name()],
        &["person or id:KIND"],
    );
}

#[test]
fn what_simulate_writes_is_read() {
    let folder = super::run::Folder::new("simulated");
    let (status, _, told) = run(
        "simulate",
        &["additive", "--persons", "300", "--out", folder.name()],
    );
    assert_eq!(status, 0, "{told}");
    let log = folder.file("events.csv");
    let (status, out, told) = run("omnichannel", &["--events", &log, "--json"]);
    assert_eq!(status, 0, "{told}");
    let found: Value = serde_json::from_str(&out).unwrap();
    assert!(found["conversion"]["population"].as_u64().unwrap() > 200);
}
