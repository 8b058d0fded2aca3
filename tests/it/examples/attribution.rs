//! The example `attribution`.

use super::run::{self, File};
use serde_json::Value;

fn run(options: &[&str]) -> (i32, String, String) {
    run::run("attribution", options)
}

/// Ann buys after two channels, Bob never does, Cem buys without a touch.
const LOG: &str = "person,timestamp,channel,kind,value,cost
ann,2026-01-01T10:00:00Z,social,touch,,1.5
ann,2026-01-03T10:00:00Z,search,touch,,0.5
ann,2026-01-03T11:00:00Z,store,conversion,80,
bob,2026-01-02T10:00:00Z,social,touch,,1
cem,2026-01-04T10:00:00Z,store,conversion,20,
bob,2026-01-09T10:00:00Z,,survey,,
";

#[test]
fn json_is_one_document_and_alone_on_standard_output() {
    let log = File::new("log.csv", LOG);
    let (status, out, told) = run(&[
        "--events",
        log.name(),
        "--model",
        "linear",
        "--model",
        "markov",
        "--model",
        "participation",
        "--json",
    ]);
    assert_eq!(status, 0, "{told}");
    assert!(out.ends_with("}\n") && out.matches('\n').count() == 1);
    let document: Value = serde_json::from_str(&out).unwrap();
    let totals = &document["totals"];
    let field = |name: &str| totals[name].as_f64().unwrap();
    assert_eq!(
        ["journeys", "touchpoints", "conversions", "value", "nulls"].map(field),
        [3.0, 3.0, 2.0, 100.0, 1.0]
    );
    let [linear, markov] = &document["models"].as_array().unwrap()[..] else {
        panic!("two models: {out}")
    };
    assert_eq!(
        (&linear["model"], &markov["model"]),
        (&"linear".into(), &"markov".into())
    );
    for model in [linear, markov] {
        let credited: f64 = model["channels"]
            .as_array()
            .unwrap()
            .iter()
            .map(|channel| channel["value"].as_f64().unwrap())
            .sum();
        assert!((credited - 80.0).abs() < 1e-9, "{model}");
        assert_eq!(
            (
                &model["unattributed"]["conversions"],
                &model["unattributed"]["value"]
            ),
            (&1.0.into(), &20.0.into())
        );
    }
    // search: half of 80 over 0.5; social: the other half over 1.5 + 1
    let search = &linear["channels"][0];
    assert_eq!(
        (&search["channel"], &search["roas"], &search["cpa"]),
        (&"search".into(), &80.0.into(), &1.0.into())
    );
    assert_eq!(linear["channels"][1]["roas"], 16.0);
    assert_eq!(document["reports"]["participation"][1]["value"], 80.0);
    assert!(document["seconds"]["models"]["markov"].is_f64());
}

#[test]
fn csv_and_table_say_the_same() {
    let log = File::new("both.csv", LOG);
    let (status, csv, _) = run(&["--events", log.name(), "--model", "last-touch", "--csv"]);
    assert_eq!(status, 0);
    assert!(
        csv.lines()
            .any(|line| line.starts_with("last-touch,search,1,80,")),
        "{csv}"
    );
    let (status, table, _) = run(&["--events", log.name(), "--model", "last-touch"]);
    assert_eq!(status, 0);
    assert!(
        table.contains("last-touch")
            && table
                .lines()
                .any(|line| line.split_whitespace().eq(["search", "80"])),
        "{table}"
    );
}

#[test]
fn without_input_it_simulates_a_retailer_and_shows_the_truth() {
    let (status, table, _) = run(&["--persons", "500", "--seed", "3"]);
    assert_eq!(status, 0);
    assert!(
        table.contains("markov") && table.contains("truth"),
        "{table}"
    );
    let figures = |seed| run(&["--persons", "500", "--seed", seed, "--csv"]).1;
    assert_eq!(figures("3"), figures("3"));
    assert_ne!(figures("3"), figures("4"));
}

#[test]
fn the_simulated_retailer_is_calibrated_by_two_tests() {
    let (status, out, told) = run(&["--json"]);
    assert_eq!(status, 0, "{told}");
    let document: Value = serde_json::from_str(&out).unwrap();
    let models = document["models"].as_array().unwrap();
    let last = models.last().unwrap();
    assert_eq!(last["model"], "time-to-event-tested");
    let tested: Vec<&Value> = (0..2)
        .map(|at| &last["calibration"][at]["channel"])
        .collect();
    assert_eq!(tested, ["search", "store"]);
    // of what search and store only catch, little is left to them, and the baseline has the rest
    let credit = |model: &Value, channel: &str| {
        let rows = model["channels"].as_array().unwrap();
        let row = rows.iter().find(|row| row["channel"] == channel).unwrap();
        row["conversions"].as_f64().unwrap()
    };
    let plain = models
        .iter()
        .find(|row| row["model"] == "time-to-event")
        .unwrap();
    for channel in ["search", "store"] {
        assert!(
            credit(last, channel) < 0.6 * credit(plain, channel),
            "{channel}"
        );
    }
    let direct = [last, plain].map(|model| credit(model, "direct"));
    assert!((direct[0] / direct[1] - 1.0).abs() < 1e-12, "{direct:?}");
    // every further test brings it nearer to the truth
    let tests = document["lift_tests"].as_array().unwrap();
    let distances: Vec<f64> = tests
        .iter()
        .map(|test| test["distance"].as_f64().unwrap())
        .collect();
    assert!(
        distances.is_sorted_by(|one, other| one > other),
        "{distances:?}"
    );
    assert!(tests.len() == 4 && tests.iter().all(|test| test["truth"] == 0.0));
    // what further tests are worth: no test is worth more than to know
    let further = document["tests_to_run"].as_array().unwrap();
    let figure = |row: &Value, name: &str| row[name].as_f64().unwrap();
    assert!(!further.is_empty());
    for row in further {
        assert!(figure(row, "test_value") >= 0.0);
        assert!(figure(row, "test_value") <= figure(row, "value_of_certainty"));
    }
    let options = ["--persons", "2000"];
    let (_, table, _) = run(&options);
    assert!(table.contains("tested one after another") && table.contains("a test is worth"));
    // days, channels or models of one's own: no tests of the retailer
    for more in [
        &["--from", "2026-02-01"][..],
        &["--demand-capture", "search"],
        &["--model", "time-to-event"],
    ] {
        let (status, out, told) = run(&[&options[..], more, &["--json"]].concat());
        assert_eq!(status, 0, "{told}");
        assert!(!out.contains("time-to-event-tested"), "{more:?}");
    }
    // at a margin of 9 some channel is worth more spend, at whatever return on it
    let growing = ["--margin", "9", "--growth", "0.5:0.9"];
    let (_, table, told) = run(&[&options[..], &growing].concat());
    assert!(table.contains("  grows  "), "{told}{table}");
    for (option, value) in [
        ("--test-share", "1"),
        ("--margin", "0"),
        ("--growth", "0.5"),
        ("--growth", "0:0.5"),
    ] {
        run::assert_refused(
            "attribution",
            &[option, value, "--persons", "2000"],
            &[value.split(':').next().unwrap()],
        );
    }
}

#[test]
fn models_without_what_they_need_are_left_out_by_default_and_refused_by_name() {
    let paths = File::new("paths.csv", "path,total_conversions\nsocial > search,3\n");
    let (status, table, told) = run(&["--paths", paths.name()]);
    assert_eq!(status, 0, "{told}");
    let (figures, findings) = table.split_once("findings").unwrap();
    assert!(figures.contains("linear") && !figures.contains("time-decay"));
    assert!(findings.contains("time-decay is left out: "), "{findings}");
    let (_, csv, told) = run(&["--paths", paths.name(), "--csv"]);
    assert!(!csv.contains("time-decay") && told.contains("time-decay is left out: "));
    run::assert_refused(
        "attribution",
        &["--paths", paths.name(), "--model", "time-decay"],
        &["time-decay", "the times of touches"],
    );
}

#[test]
fn a_log_of_one_second_has_all_models_but_time_to_event() {
    let log = File::new(
        "second.csv",
        "person,timestamp,channel,kind\nann,2026-01-01T10:00:00Z,social,touch\n\
         ann,2026-01-01T10:00:00Z,,conversion\n",
    );
    let (status, table, told) = run(&["--events", log.name()]);
    assert_eq!(status, 0, "{told}");
    assert!(
        table.contains("markov") && table.contains("time-to-event is left out: "),
        "{table}"
    );
    let named = ["--events", log.name(), "--model", "time-to-event"];
    run::assert_refused("attribution", &named, &["the end of observation is 0 s"]);
}

#[test]
fn models_are_fitted_on_the_days_before_those_reported() {
    let log = File::new("train.csv", LOG);
    let (status, out, told) = run(&[
        "--events",
        log.name(),
        "--from",
        "2026-01-04",
        "--train-days",
        "3",
        "--add-channel",
        "tv",
        "--model",
        "markov",
        "--json",
    ]);
    assert_eq!(status, 0, "{told}");
    let document: Value = serde_json::from_str(&out).unwrap();
    // Cem's purchase alone, which no touch precedes
    assert_eq!(document["totals"]["conversions"], 1.0);
    assert_eq!(document["models"][0]["unattributed"]["conversions"], 1.0);
    assert_eq!(document["models"][0]["channels"][2]["channel"], "tv");
    let fitted = &document["provenance"]["fitted_on"];
    assert_eq!(
        (&fitted["from"], &fitted["to"]),
        (&1_767_225_600.into(), &1_767_484_800.into())
    );
    let findings = document["findings"].as_array().unwrap();
    assert!(
        findings
            .iter()
            .any(|finding| finding["finding"] == "short-fit"),
        "{out}"
    );
}

#[test]
fn windows_show_what_shorter_lookbacks_change() {
    let log = File::new("windows.csv", LOG);
    let windows = ["--window", "1d", "--window", "3d"];
    let asked = ["--events", log.name(), "--model", "linear"];
    let (status, out, told) = run(&[&asked[..], &windows, &["--json"]].concat());
    assert_eq!(status, 0, "{told}");
    let document: Value = serde_json::from_str(&out).unwrap();
    let credit = |table: &Value| -> Vec<(String, f64)> {
        let channels = table["models"][0]["channels"].as_array().unwrap().iter();
        let pair = |row: &Value| {
            let conversions = row["conversions"].as_f64().unwrap();
            (row["channel"].as_str().unwrap().to_owned(), conversions)
        };
        channels
            .map(pair)
            .filter(|(_, share)| *share > 0.0)
            .collect()
    };
    let both = [("search".to_owned(), 0.5), ("social".to_owned(), 0.5)];
    assert_eq!(credit(&document), both);
    // social's touch lies two days and an hour before the purchase
    assert_eq!(credit(&document["windows"]["3d"]), both);
    let one = &document["windows"]["1d"];
    assert_eq!(credit(one), [("search".to_owned(), 1.0)]);
    assert_eq!(one["totals"]["conversions"], 2.0);

    let (_, text, _) = run(&[&asked[..], &windows].concat());
    assert_eq!(text.matches("No touch counts for longer than").count(), 2);
    let paths = File::new("windows_paths.csv", "path,total_conversions\na > b,2\n");
    for (input, name) in [("--paths", paths.name()), ("--events", log.name())] {
        let window = if input == "--paths" { "1d" } else { "1" };
        let (status, _, told) = run(&[input, name, "--window", window]);
        assert_eq!(status, 2, "{told}");
        assert!(told.contains("--window"), "{told}");
    }
}

#[test]
fn bad_options_and_files_are_refused() {
    let log = File::new("good.csv", LOG);
    for (options, parts) in [
        (&["--modle", "linear"][..], &["--modle"][..]),
        (
            &["--model", "crystal-ball"],
            &["crystal-ball", "last-touch"],
        ),
        (&["--order", "0"], &["order is 0", "1 to 1000"]),
        (
            &["--half-life=-7d"],
            &["--half-life is \"-7d\"", "as in 30d"],
        ),
        (&["--lookback", "soon"], &["--lookback is \"soon\""]),
        (
            &["--exclude", "radio"],
            &["radio", "social", "add_channels"],
        ),
        (
            &["--direct", "serch"],
            &["--direct names channel \"serch\"", "perhaps \"search\""],
        ),
        (
            &["--demand-capture", "radio"],
            &["--demand-capture", "radio", "add_channels"],
        ),
        (
            &["--upstream", "radio"],
            &["--upstream", "radio", "add_channels"],
        ),
        (
            &["--stage", "radio", "--model", "position-w"],
            &["--stage", "radio"],
        ),
        (&["--train-days", "28"], &["--from"]),
        (&["--from", "2026-02-30"], &["2026-02-30"]),
        (
            &["--from", "2026-02-02", "--to", "2026-01-01"],
            &["the period's last day is 2026-01-01, expected: 2026-02-02 or later"],
        ),
        (&["--timezone", "Atlantis"], &["Atlantis"]),
        (&["--bootstrap", "0"], &["0"]),
        (&["--segment", "country"], &["no column \"country\""]),
        (&["--costs", "/no/such.csv"], &["/no/such.csv: "]),
        (&["--json", "--csv"], &["--json", "--csv"]),
    ] {
        run::assert_refused(
            "attribution",
            &[&["--events", log.name()], options].concat(),
            parts,
        );
    }
    run::assert_refused(
        "attribution",
        &["--events", "/no/such.csv"],
        &["/no/such.csv: "],
    );
    for (name, from, to, part) in [
        (
            "time.csv",
            "2026-01-02T10:00:00Z",
            "yesterday",
            "row 5: timestamp is \"yesterday\"",
        ),
        (
            "value.csv",
            "store,conversion,80",
            "store,conversion,-80",
            "row 4: value is \"-80\"",
        ),
        (
            "kind.csv",
            "survey",
            "rumour",
            "row 7: kind is \"rumour\", expected: touch, conversion",
        ),
        ("column.csv", "timestamp", "when", "no column \"timestamp\""),
    ] {
        let log = File::new(name, &LOG.replacen(from, to, 1));
        run::assert_refused(
            "attribution",
            &["--events", log.name()],
            &[&format!("{}: {part}", log.name())],
        );
    }
}

#[test]
fn lift_tests_that_simulate_writes_calibrate_time_to_event() {
    let folder = run::Folder::new("lift");
    let days = "retargeting=2026-01-15..2026-02-13";
    let options = ["retargeting", "--persons", "4000", "--lift", days];
    let simulate = [&options[..], &["--out", folder.name(), "--json"]].concat();
    let (status, out, told) = run::run("simulate", &simulate);
    assert_eq!(status, 0, "{told}");
    let simulated: Value = serde_json::from_str(&out).unwrap();
    let test = &simulated["lift_tests"][0];
    assert_eq!(
        (&test["share"], &test["tail_days"]),
        (&0.5.into(), &7.into())
    );
    assert!(test["truth"].as_f64().unwrap() > 0.0);
    let (events, lift) = (folder.file("events.csv"), folder.file("lift.csv"));
    let base = ["--events", &events, "--model", "time-to-event", "--json"];
    let credit = |more: &[&str]| {
        let (status, out, told) = run(&[&base[..], more].concat());
        assert_eq!(status, 0, "{told}");
        let document: Value = serde_json::from_str(&out).unwrap();
        let model = document["models"][0].clone();
        let channels = model["channels"].as_array().unwrap();
        let mut rows = channels.iter();
        let row = rows.find(|row| row["channel"] == "retargeting").unwrap();
        assert!(row["e_value"].as_f64() >= row["rate_ratio"].as_f64());
        (
            row["conversions"].as_f64().unwrap(),
            model["calibration"].clone(),
        )
    };
    let (without, none) = credit(&[]);
    let (with, calibration) = credit(&["--lift", &lift]);
    assert!(none.is_null() && calibration[0]["channel"] == "retargeting");
    let kept = calibration[0]["kept"].as_f64().unwrap();
    assert!(
        (with - kept * without).abs() < 1e-6 * without,
        "{with} of {without}"
    );
    let (status, out, _) = run(&[
        "--events",
        &events,
        "--lift",
        &lift,
        "--model",
        "time-to-event",
    ]);
    assert!(status == 0 && out.contains("conversions brought by the touches that lift tests"));
    // a model that no test calibrates, a channel the log lacks, a damaged file
    let alone = ["--events", &events, "--lift", &lift, "--model", "linear"];
    run::assert_refused("attribution", &alone, &["--lift", "--model time-to-event"]);
    let header = "channel,start,end,outcome_change,standard_error,share\n";
    for (row, part) in [
        ("radio,2026-01-15,2026-02-13,4,3,0.5", "radio"),
        (
            "email,2027-01-15,2027-02-13,4,3,0.5",
            "days that the log covers",
        ),
        ("email,2026-01-15,2026-02-13,4,0,0.5", "row 2"),
        ("email,2026-01-15,2026-02-13,4,3,5", "share"),
    ] {
        let file = File::new("bad-lift.csv", &format!("{header}{row}\n"));
        let options = [&base[..4], &["--lift", file.name()]].concat();
        run::assert_refused("attribution", &options, &[part]);
    }
}

#[test]
fn a_lift_test_of_a_goal_that_the_log_lacks_is_refused() {
    let log = "person,timestamp,channel,kind,goal\np1,1767225600,tv,touch,\n\
               p1,1767229200,,conversion,order\np2,1767225600,tv,touch,\n";
    let log = File::new("goals.csv", log);
    let header = "channel,start,end,outcome_change,standard_error,share,goal\n";
    let lift = |goal: &str| {
        let row = format!("tv,2026-01-01,2026-01-01,1,1,1,{goal}\n");
        File::new("goal-lift.csv", &format!("{header}{row}"))
    };
    let unknown = lift("ordr");
    let base = ["--events", log.name(), "--model", "time-to-event"];
    let parts = [
        "goal of the lift test of tv is \"ordr\"",
        "a goal of the log: order",
    ];
    let options = [&base[..], &["--lift", unknown.name()]].concat();
    run::assert_refused("attribution", &options, &parts);
    drop(unknown);
    let known = lift("order");
    let options = [&base[..], &["--lift", known.name(), "--goal", "order"]].concat();
    let (status, _, told) = run(&options);
    assert_eq!(status, 0, "{told}");
}

#[test]
fn simulate_runs_tests_of_those_reached_that_count_touches_of_another_channel() {
    let folder = run::Folder::new("counting");
    let days = "display=2026-01-15..2026-02-13";
    let options = ["upstream", "--persons", "6000", "--lift", days];
    let more = ["--lift-reached", "--lift-counting", "branded_search"];
    let written = [&options[..], &more, &["--out", folder.name(), "--json"]].concat();
    let (status, out, told) = run::run("simulate", &written);
    assert_eq!(status, 0, "{told}");
    let reached: Value = serde_json::from_str(&out).unwrap();
    let (_, out, _) = run::run("simulate", &[&options[..], &["--json"]].concat());
    let of_all: Value = serde_json::from_str(&out).unwrap();
    let error = |document: &Value| {
        let test = &document["lift_tests"][0];
        test["standard_error"].as_f64().unwrap()
    };
    assert!(error(&reached) < 0.9 * error(&of_all), "{reached}");
    let read = mixtouch::experiment::LiftTest::read_csv_file(folder.file("lift.csv")).unwrap();
    let searches = &read[0].touches_brought()[0];
    // each of 0.016 touches of display a day brings 0.06 searches
    let expected = 0.06 * 0.016 * 30.0 * 3_000.0;
    assert_eq!(searches.channel(), "branded_search");
    assert!((searches.brought() - expected).abs() < 3.0 * searches.standard_error());
    let alone = ["upstream", "--lift-reached"];
    run::assert_refused("simulate", &alone, &["--lift <CHANNEL=START..END>"]);
}
