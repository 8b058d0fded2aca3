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
