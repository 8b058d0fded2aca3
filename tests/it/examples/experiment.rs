//! The example `experiment`.

use super::run::{self, File};
use mixtouch::Kind;
use mixtouch::experiment::LiftTest;
use mixtouch::simulate::SimulatedOpportunities;
use serde_json::Value;

#[test]
fn uplift_is_read_from_a_log_of_opportunities() {
    let world = SimulatedOpportunities::new(3_000, 2).unwrap();
    let mut csv = "person,timestamp,channel,kind,value\n".to_owned();
    for row in world.log.iter() {
        let (person, time) = (row.person(), row.time());
        let channel = row.channel().unwrap_or_default();
        let (kind, value) = match row.kind() {
            Kind::Touch => ("touch", String::new()),
            Kind::Conversion => ("conversion", row.value().to_string()),
            _ => ("opportunity", row.value().to_string()),
        };
        csv += &format!("{person},{time},{channel},{kind},{value}\n");
    }
    let log = File::new("auctions.csv", &csv);
    let (status, out, told) = run::run("experiment", &["uplift", "--events", log.name(), "--json"]);
    assert_eq!(status, 0, "{told}");
    let document: Value = serde_json::from_str(&out).unwrap();
    let row = &document["channels"][0];
    let truth = world.brought / world.shown as f64;
    let effect = &row["effect_on_shown"];
    let figure = |value: &Value| value.as_f64().unwrap();
    let error = figure(&effect["standard_error"]);
    assert!(
        (figure(&effect["estimate"]) - truth).abs() < 3.0 * error,
        "{row}"
    );
    // the difference of shown and not shown is several times the truth
    assert!(
        figure(&row["plain_difference"]) > truth + 3.0 * error,
        "{row}"
    );
    let test = &document["lift_tests"][0];
    assert_eq!(
        (&test["channel"], &test["tail_days"]),
        (&"retargeting".into(), &7.into())
    );
    // a log of touches and conversions alone, and a value that says nothing
    let plain = File::new(
        "plain.csv",
        "person,timestamp,channel,kind,value\n1,1767225600,tv,touch,\n",
    );
    run::assert_refused(
        "experiment",
        &["uplift", "--events", plain.name()],
        &["opportunity"],
    );
    let half = "person,timestamp,channel,kind,value\n1,1767225600,tv,opportunity,0.5\n";
    let half = File::new("half.csv", half);
    run::assert_refused(
        "experiment",
        &["uplift", "--events", half.name()],
        &["tv", "0.5"],
    );
}

/// A test on persons, from two files to a row that `attribution --lift` reads.
#[test]
fn a_test_on_persons_ends_in_a_row_for_attribution() {
    let mut arms = "person,timestamp,arm\n".to_owned();
    let mut sales = "person,timestamp,channel,kind,value\n".to_owned();
    for person in 0..400 {
        let shown = person % 2 == 0;
        let arm = if shown { "shown" } else { "withheld" };
        arms += &format!("p{person},1767225600,{arm}\n");
        // 120 of 200 who were shown the ad buy, 60 of those who were not
        if person % 20 < if shown { 12 } else { 6 } {
            sales += &format!("p{person},1767312000,,conversion,10\n");
        }
    }
    let (arms, sales) = (File::new("arms.csv", &arms), File::new("sales.csv", &sales));
    let files = ["--assignments", arms.name(), "--events", sales.name()];
    let options = ["--control", "withheld", "--channel", "display"];
    let options = [&["persons"][..], &files, &options].concat();
    let (status, out, told) = run::run("experiment", &options);
    assert_eq!(status, 0, "{told}");
    let (_, rows) = out
        .split_once("for attribution --lift:\n")
        .expect("a row of the test");
    let read = LiftTest::read_csv(rows.as_bytes()).unwrap();
    assert!((read[0].brought() - 60.0).abs() < 1e-9, "{rows}");
    assert_eq!((read[0].channel(), read[0].share()), ("display", Some(1.0)));
    let absent = [&options[..], &["--goal", "sign-up"]].concat();
    run::assert_refused("experiment", &absent, &["variance of both arms is 0"]);
}

/// Forty weeks of sales in eight regions of unlike size; two sell a fifth more in the last four.
fn regions() -> String {
    let mut csv = "date,geo,sales\n".to_owned();
    let first: mixtouch::Day = "2025-06-02".parse().unwrap();
    for week in 0..40_i32 {
        for geo in 0..8_i32 {
            let noise = f64::from((week * 37 + geo * 53 + week * geo * 11) % 13 - 6);
            let usual = f64::from(100 + 40 * geo + 5 * (week % 4)) + noise;
            let lift = if geo < 2 && week >= 36 { 1.2 } else { 1.0 };
            csv += &format!("{},r{geo},{:.3}\n", first.plus(7 * week), usual * lift);
        }
    }
    csv
}

#[test]
fn a_test_on_geos_ends_in_a_row_for_the_mix_model() {
    let panel = File::new("regions.csv", &regions());
    let of_panel = ["geos", "--panel", panel.name(), "--kpi", "sales"];
    let days = ["--from", "2026-02-09", "--to", "2026-03-08"];
    let treated = ["--treated", "r0,r1"];
    let asked = [&of_panel[..], &days, &treated].concat();
    let for_mix = ["--channel", "tv", "--spend-change", "50"];
    let (status, out, told) = run::run("experiment", &[&asked[..], &for_mix].concat());
    assert_eq!(status, 0, "{told}");
    let (_, rows) = out
        .split_once("for media_mix --lift:\n")
        .expect("a row of the test");
    let test = &LiftTest::read_csv(rows.as_bytes()).unwrap()[0];
    assert_eq!((test.geos().len(), test.spend_change()), (2, 50.0));
    // a fifth of some 107 and 147 in each of four weeks
    let (found, error) = (test.outcome_change(), test.standard_error());
    assert!(
        (found - 0.2 * 4.0 * 255.0).abs() < 3.0 * error && found > 3.0 * error,
        "{rows}"
    );

    let synthetic = [&asked[..], &["--synthetic", "--json"]].concat();
    let (status, out, told) = run::run("experiment", &synthetic);
    assert_eq!(status, 0, "{told}");
    let document: Value = serde_json::from_str(&out).unwrap();
    let found = document["test"]["outcome_change"].as_f64().unwrap();
    assert!((100.0..300.0).contains(&found), "{out}");

    let absent = [&of_panel[..], &days, &["--treated", "r9"]].concat();
    run::assert_refused("experiment", &absent, &["r9"]);
    let early = [
        "--from",
        "2020-02-09",
        "--to",
        "2020-03-08",
        "--treated",
        "r1",
    ];
    run::assert_refused(
        "experiment",
        &[&of_panel[..], &early].concat(),
        &["periods before the test"],
    );
    let half = [&asked[..], &["--channel", "tv"]].concat();
    run::assert_refused("experiment", &half, &["--spend-change"]);
}

#[test]
fn tests_on_geos_are_planned_on_the_past() {
    let panel = File::new("past.csv", &regions());
    let asked = ["plan-geos", "--panel", panel.name(), "--kpi", "sales"];
    let sizes = [
        "--sizes",
        "1,2",
        "--lengths",
        "2,4",
        "--return",
        "2.5",
        "--json",
    ];
    let (status, out, told) = run::run("experiment", &[&asked[..], &sizes].concat());
    assert_eq!(status, 0, "{told}");
    let document: Value = serde_json::from_str(&out).unwrap();
    let all = document["candidates"].as_array().unwrap();
    assert!(all.len() > 4);
    let figure = |row: &Value, name: &str| row[name].as_f64().unwrap();
    for row in all {
        let (change, spend) = (figure(row, "smallest_change"), figure(row, "spend"));
        assert!((change / spend / 2.5 - 1.0).abs() < 1e-9, "{row}");
    }
    let capped = ["--sizes", "1,2", "--lengths", "2,4", "--return", "2.5"];
    let most = all
        .iter()
        .map(|row| figure(row, "spend"))
        .fold(0.0, f64::max);
    let most = format!("{}", 0.5 * most);
    let capped = [
        &asked[..],
        &capped,
        &["--most-spend", &most, "--limit", "3"],
    ]
    .concat();
    let (status, out, told) = run::run("experiment", &capped);
    assert_eq!(status, 0, "{told}");
    assert!(out.contains("The best 3 of "), "{out}");
    let long = [&asked[..], &["--lengths", "80"]].concat();
    run::assert_refused("experiment", &long, &["80"]);
}

#[test]
fn persons_are_planned_by_a_rate_or_by_a_log_of_the_past() {
    let (status, out, told) = run::run("experiment", &["plan-persons", "--rate", "0.05"]);
    assert_eq!(status, 0, "{told}");
    assert!(out.contains("31,234 persons in each arm"), "{out}");

    // every other pair of persons buys each week, the others every six weeks
    let mut log = "person,timestamp,channel,kind,value\n".to_owned();
    for day in 0..84_u32 {
        for person in 0..400_u32 {
            let each = if person % 4 < 2 { 7 } else { 42 };
            let time = 1_767_225_600 + day * 86_400 + person;
            if (day + person * 5) % each == 0 {
                log += &format!("p{person},{time},,conversion,10\n");
            }
        }
    }
    let log = File::new("habits.csv", &log);
    let asked = ["plan-persons", "--events", log.name(), "--lift", "0.1"];
    let more = ["--lengths", "14,28", "--cost", "0.5", "--json"];
    let (status, out, told) = run::run("experiment", &[&asked[..], &more].concat());
    assert_eq!(status, 0, "{told}");
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["persons"], 400);
    let designs = document["designs"].as_array().unwrap();
    assert_eq!(designs.len(), 4);
    let number = |row: &Value, name: &str| row[name].as_f64().unwrap();
    let of = |days: u32, adjusted: bool| {
        let mut rows = designs.iter();
        let own = |row: &&Value| row["days"] == days && row["adjusted"] == adjusted;
        rows.find(own).unwrap()
    };
    for days in [14, 28] {
        let (plain, adjusted) = (of(days, false), of(days, true));
        let explained = number(adjusted, "variance_reduction");
        assert!(explained > 0.5, "{adjusted}");
        let ratio = number(adjusted, "persons_in_each_arm") / number(plain, "persons_in_each_arm");
        assert!(
            (ratio - (1.0 - explained)).abs() < 0.05,
            "{ratio} {explained}"
        );
        let cost = number(plain, "persons_in_each_arm") * 0.5 * f64::from(days);
        assert!((number(plain, "cost") / cost - 1.0).abs() < 1e-12);
    }
    // possible ones first, of these the cheapest
    let rank = |row: &Value| (row["is_possible"] == false, number(row, "cost"));
    assert!(
        designs
            .windows(2)
            .all(|pair| rank(&pair[0]) <= rank(&pair[1])),
        "{out}"
    );
    assert!(designs[0]["is_possible"] == true, "{out}");

    let (status, out, _) = run::run("experiment", &asked);
    assert!(status == 0 && out.contains("past taken out ("), "{out}");
    let long = [&asked[..], &["--lengths", "84"]].concat();
    run::assert_refused("experiment", &long, &["--lengths", "83"]);
    let both = [&asked[..], &["--rate", "0.05"]].concat();
    run::assert_refused("experiment", &both, &["--rate"]);
    run::assert_refused("experiment", &["plan-persons"], &["--events"]);
}
