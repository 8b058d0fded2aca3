//! The example `media_mix`.

use super::run::{self, File};
use serde_json::Value;

fn run(options: &[&str]) -> (i32, String, String) {
    run::run("media_mix", options)
}

fn assert_refused(options: &[&str], parts: &[&str]) {
    run::assert_refused("media_mix", options, parts);
}

/// Sixty weeks in two geos, with a medium in exposures, a control and an event.
fn panel() -> String {
    let mut text = "week,region,sales,tv,clicks,search_cost,price,promotion\n".to_owned();
    for region in ["north", "south"] {
        for week in 0..60_u32 {
            let (tv, clicks) = (week * 7 % 11, week * 5 % 13);
            let date = mixtouch::Day::new(18_000 + 7 * week as i32).unwrap();
            let sales = 100 + 3 * tv + 2 * clicks + week * 3 % 7;
            let promotion = if week % 9 == 4 { "sale" } else { "na" };
            text += &format!(
                "{date},{region},{sales},{tv},{clicks},{},{},{promotion}\n",
                2 * clicks,
                9 + week % 2
            );
        }
    }
    text
}

fn on(panel: &str) -> Vec<&str> {
    let columns = [
        "--date",
        "week",
        "--kpi",
        "sales",
        "--media",
        "tv,clicks",
        "--spend",
        "clicks=search_cost",
        "--geo",
        "region",
    ];
    let others = [
        "--controls",
        "price",
        "--events",
        "promotion",
        "--trials",
        "40",
        "--front-trials",
        "0",
    ];
    [&["--panel", panel][..], &columns, &others].concat()
}

#[test]
fn json_is_one_document_and_alone_on_standard_output() {
    let panel = File::new("json.csv", &panel());
    let lift = File::new(
        "json-lift.csv",
        "channel,geo,start,end,spend_change,outcome_change,standard_error\ntv,north,2019-06-02,2019-06-29,10,30,5\n",
    );
    let (status, out, notes) = run(&[
        &on(panel.name())[..],
        &["--lift", lift.name(), "--budget", "20", "--json"],
    ]
    .concat());
    assert_eq!(status, 0, "{notes}");
    assert!(out.ends_with("}\n") && out.matches('\n').count() == 1);
    assert!(
        notes.lines().all(|line| line.starts_with("note: ")),
        "{notes}"
    );
    let document: Value = serde_json::from_str(&out).unwrap();
    let keys = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    for field in ["r2", "nrmse", "mape", "validation_nrmse", "durbin_watson"] {
        assert!(document["fit"][field].is_f64(), "{field}");
    }
    let channels = document["channels"].as_array().unwrap();
    assert_eq!(channels.len(), 4);
    for field in [
        "channel",
        "geo",
        "spend",
        "contribution",
        "share",
        "roi",
        "marginal_roi",
        "adstock",
        "saturation",
        "coefficient",
    ] {
        assert!(keys(&channels[0]).contains(&field.to_owned()), "{field}");
    }
    let rows = document["contributions"].as_array().unwrap();
    assert_eq!(
        (rows.len(), keys(&rows[0])),
        (
            120,
            ["baseline", "clicks", "date", "geo", "tv"]
                .map(str::to_owned)
                .to_vec()
        )
    );
    let sum = |name: &str| {
        rows.iter()
            .map(|row| row[name].as_f64().unwrap())
            .sum::<f64>()
    };
    assert!((document["baseline"].as_f64().unwrap() / sum("baseline") - 1.0).abs() < 1e-12);
    let parts = document["baseline_parts"].as_array().unwrap();
    let names: Vec<_> = parts.iter().map(|p| (&p["part"], &p["name"])).collect();
    assert_eq!(names[0], (&Value::from("level"), &Value::Null));
    assert!(
        names.contains(&(&"control".into(), &"price".into())),
        "{names:?}"
    );
    for (row, figures) in rows.iter().enumerate() {
        let periods = parts.iter().map(|p| p["periods"][row].as_f64().unwrap());
        let baseline = figures["baseline"].as_f64().unwrap();
        assert!((periods.sum::<f64>() - baseline).abs() < 1e-9 * baseline.abs());
    }
    for finding in document["findings"].as_array().unwrap() {
        assert!(finding["name"].is_string() && finding["text"].is_string());
        assert!(keys(finding).contains(&"about".to_owned()));
    }
    let by_geo: f64 = channels
        .iter()
        .filter(|c| c["channel"] == "tv")
        .map(|c| c["contribution"].as_f64().unwrap())
        .sum();
    assert!((by_geo / sum("tv") - 1.0).abs() < 1e-9);
    let plan = &document["plan"];
    assert_eq!(plan["total"], 20.0);
    assert!(plan["expected_gain"].is_f64() && document["seconds"]["fit"].is_f64());
    assert_eq!(
        keys(&plan["channels"][0]),
        ["at_bound", "channel", "now", "planned"]
    );
    assert_eq!(
        (
            &document["lift_tests"][0]["start"],
            &document["lift_tests"][0]["end"]
        ),
        (&"2019-06-02".into(), &"2019-06-29".into())
    );
}

#[test]
fn without_input_it_fits_a_world_of_its_own() {
    let (status, table, _) = run(&["--trials", "40", "--seed", "3"]);
    assert_eq!(status, 0);
    assert!(
        table.starts_with("a simulated panel")
            && table.contains("true ROI")
            && table.contains("the baseline brought"),
        "{table}"
    );
    assert_eq!(run(&["--trials", "40", "--seed", "3"]).1, table);
    assert_ne!(run(&["--trials", "40", "--seed", "4"]).1, table);
}

#[test]
fn least_squares_prints_its_coefficients_beside_channels_and_plan() {
    let options = ["--estimator", "least-squares", "--budget", "300"];
    let (status, text, notes) = run(&options);
    assert_eq!(status, 0, "{notes}");
    let order = [
        "least squares at median transforms",
        "true ROI",
        "std. error",
        "Durbin-Watson",
        "next period's plan of 300",
    ];
    let places = order.map(|part| text.rfind(part).unwrap_or_else(|| panic!("{part}: {text}")));
    assert!(places.is_sorted(), "{text}");
    assert_eq!(run(&options).1, text);

    let (status, out, _) = run(&[&options[..], &["--json"]].concat());
    assert_eq!(status, 0);
    let document: Value = serde_json::from_str(&out).unwrap();
    let lines = document["regression"]["coefficients"].as_array().unwrap();
    let channels = document["channels"].as_array().unwrap();
    for channel in channels {
        let line = lines.iter().find(|line| line["name"] == channel["channel"]);
        assert!(line.unwrap()["standard_error"].as_f64().unwrap() > 0.0);
    }
    assert!(document["plan"]["expected_gain"].is_f64() && document["fit"]["r2"].is_f64());
    // What only the search has to say is not there.
    assert!(
        ["front", "candidates", "bootstrap"]
            .iter()
            .all(|key| document[key].is_null())
    );
}

#[test]
fn plans_have_goals_steps_periods_and_a_sensitivity() {
    let quick = ["--trials", "40", "--front-trials", "0", "--json"];
    let plan = |options: &[&str]| -> Value {
        let (status, out, notes) = run(&[&quick[..], options].concat());
        assert_eq!(status, 0, "{notes}");
        serde_json::from_str::<Value>(&out).unwrap()["plan"].take()
    };
    let of = |plan: &Value, channel: &str, field: &str| {
        let channels = plan["channels"].as_array().unwrap();
        let found = channels.iter().find(|c| c["channel"] == channel).unwrap();
        found[field].as_f64().unwrap()
    };
    let stepped = plan(&[
        "--goal",
        "profit=0.2",
        "--plan-periods",
        "4",
        "--now",
        "8",
        "--steps",
        "Local-Ads=100",
        "--risk",
        "tail=0.3",
    ]);
    let multiple = of(&stepped, "Local-Ads", "planned") / 100.0;
    assert!((multiple - multiple.round()).abs() < 1e-9, "{stepped}");
    let by_period = plan(&[
        "--budget",
        "900",
        "--plan-periods",
        "3",
        "--peak",
        "2",
        "--sensitivity",
    ]);
    let cells = by_period["by_period"]["channels"][0]["by_period"]
        .as_array()
        .unwrap();
    assert_eq!(cells.len(), 3);
    assert!(by_period["by_period"]["kkt_residual"].as_f64().unwrap() < 1e-3);
    let knowledge = by_period["sensitivity"]["channels"].as_array().unwrap();
    assert!(
        knowledge
            .iter()
            .all(|c| c["worth_of_knowing"].as_f64().unwrap() >= 0.0)
    );
    let (chosen, judged) = (&by_period["gain_where_chosen"], &by_period["expected_gain"]);
    assert!(
        chosen.as_f64().unwrap() >= judged.as_f64().unwrap() - 1e-9,
        "{by_period}"
    );
}

#[test]
fn a_fitted_model_answers_what_if_what_next_and_how_well() {
    let panel = panel();
    let rows = panel.lines().skip(1);
    // The first ten weeks become history, a table of its own has the media before the rest.
    let week = |row: &str| row[..10].parse::<mixtouch::Day>().unwrap();
    let cut = mixtouch::Day::new(18_000 + 70).unwrap();
    let header = panel.lines().next().unwrap();
    let part = |keep: &dyn Fn(mixtouch::Day) -> bool| {
        let kept = rows.clone().filter(|row| keep(week(row)));
        format!("{header}\n{}\n", kept.collect::<Vec<_>>().join("\n"))
    };
    let (whole, early, late) = (
        File::new("media_whole.csv", &panel),
        File::new("media_early.csv", &part(&|day| day < cut)),
        File::new("media_late.csv", &part(&|day| day >= cut)),
    );
    let scenario = File::new(
        "scenario.csv",
        "column,change,from,to\ntv,*0.5,,\nprice,+1,2019-07-01,2019-08-01\n",
    );
    let json = |path: &str, more: &[&str]| -> Value {
        let options = [&on(path), &["--json"][..], more].concat();
        let (status, text, error) = run(&options);
        assert_eq!(status, 0, "{error}");
        serde_json::from_str(&text).unwrap()
    };
    let from = cut.to_string();
    let cut_off = json(whole.name(), &["--from", &from]);
    let joined = json(late.name(), &["--history", early.name()]);
    assert_eq!(cut_off["channels"], joined["channels"]);

    let answers = json(
        late.name(),
        &[
            "--scenario",
            scenario.name(),
            "--holdout",
            "8",
            "--origins",
            "2",
        ],
    );
    assert!(answers["scenario"]["difference"]["mean"].as_f64().unwrap() < 0.0);
    assert!(answers["scenario"]["spend_difference"].as_f64().unwrap() < 0.0);
    assert_eq!(answers["holdout"].as_array().unwrap().len(), 2);
    assert!(answers["holdout"][0]["errors"]["crps"].as_f64().unwrap() > 0.0);
    // The later weeks forecast from the earlier ones, with their promotions.
    let next = json(
        early.name(),
        &["--seasonality", "0", "--forecast", late.name()],
    );
    assert_eq!(
        next["forecast"]["predictions"].as_array().unwrap().len(),
        100
    );
}

#[test]
fn a_model_is_checked_by_placebos_refits_and_other_specifications() {
    let file = File::new("media_checks.csv", &panel());
    let checks = ["--placebo", "--stability", "--compare"];
    let others = ["trend=none,likelihood=log,likelihood=negative-binomial"];
    let options = [&on(file.name())[..], &checks, &others, &["--blocks", "3"]].concat();
    let (status, text, error) = run(&[&options[..], &["--json"]].concat());
    assert_eq!(status, 0, "{error}");
    let document: Value = serde_json::from_str(&text).unwrap();
    let placebos = document["placebo"]["rows"].as_array().unwrap();
    assert_eq!(placebos.len(), 2);
    assert_eq!(placebos[0]["channel"], "tv");
    assert!(document["placebo"]["chance"].as_f64().unwrap() <= 1.0);
    let stability = &document["stability"];
    assert_eq!(stability["refits"].as_array().unwrap().len(), 6);
    assert_eq!(stability["channels"][1]["channel"], "clicks");
    let compared = document["comparison"].as_array().unwrap();
    assert_eq!(compared.len(), 4);
    assert_eq!(compared[0]["difference"], 0.0);
    let (status, text, _) = run(&options);
    assert_eq!(status, 0);
    for part in [
        "placebos: ",
        "6 refits",
        "blocks of periods left out",
        "as asked for",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let compare = |value: &str, parts: &[&str]| {
        assert_refused(
            &[&on(file.name())[..], &["--compare", value]].concat(),
            parts,
        );
    };
    compare("price", &["--compare is price", "trend, seasonality"]);
    compare("seasonality=often", &["seasonality=often"]);
    compare("likelihood=poisson", &["poisson"]);
}

#[test]
fn several_kpis_are_fitted_at_once() {
    let mut table = String::new();
    for (at, line) in panel().lines().enumerate() {
        let orders = match at {
            0 => "orders".to_owned(),
            _ => (20 + at * 7 % 5).to_string(),
        };
        table += &format!("{line},{orders}\n");
    }
    let file = File::new("media_two_kpis.csv", &table);
    let mut options = on(file.name());
    let at = options
        .iter()
        .position(|option| *option == "sales")
        .unwrap();
    options[at] = "sales,orders";
    let (status, text, error) = run(&[&options[..], &["--json"]].concat());
    assert_eq!(status, 0, "{error}");
    let document: Value = serde_json::from_str(&text).unwrap();
    for kpi in ["sales", "orders"] {
        let channels = &document["kpis"][kpi]["channels"];
        assert_eq!(channels[0]["channel"], "tv");
    }
    let half_life = |kpi: &str| document["kpis"][kpi]["channels"][0]["adstock"].clone();
    assert_eq!(half_life("sales"), half_life("orders"));
    assert_eq!(
        document["combined"][1]["contributions"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let (status, text, _) = run(&options);
    assert_eq!(status, 0);
    assert!(
        text.contains("sales, orders with shapes in common"),
        "{text}"
    );
    assert_refused(
        &[&options[..], &["--holdout", "5"]].concat(),
        &["--scenario, --forecast and --holdout", "one KPI"],
    );
}

/// A panel whose only medium is measured in reach and frequency needs no `--media`.
#[test]
fn media_may_all_be_measured_in_reach() {
    let mut table = "week,sales,persons,often,cost\n".to_owned();
    for week in 0..60_u32 {
        let date = mixtouch::Day::new(18_000 + 7 * week as i32).unwrap();
        let (persons, often) = (week * 7 % 11 * 100, 1 + week % 4);
        let sales = 1000 + persons / 4 + week * 13 % 17;
        table += &format!(
            "{date},{sales},{persons},{often},{}\n",
            persons * often / 10
        );
    }
    let file = File::new("media_reach.csv", &table);
    let columns = ["--panel", file.name(), "--date", "week", "--kpi", "sales"];
    let fit = ["--trials", "40", "--front-trials", "0", "--json"];
    let reach = [
        "--reach-frequency",
        "tv=persons:often",
        "--spend",
        "tv=cost",
    ];
    let (status, text, error) = run(&[&columns[..], &reach, &fit].concat());
    assert_eq!(status, 0, "{error}");
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["channels"].as_array().unwrap().len(), 1);
    assert_eq!(document["channels"][0]["channel"], "tv");
    assert_refused(
        &columns,
        &["list of media", "--media, --organic or --reach-frequency"],
    );
}

#[cfg(feature = "bayes")]
#[test]
fn the_sampler_reports_on_its_chains_and_priors() {
    let (status, json, _) = run(&["--estimator", "nuts", "--draws", "150", "--json"]);
    assert_eq!(status, 0);
    let document: Value = serde_json::from_str(&json).unwrap();
    let diagnostics = &document["diagnostics"];
    assert!(
        diagnostics["r_hat"].as_f64().unwrap() < 1.05,
        "{diagnostics}"
    );
    assert_eq!(diagnostics["divergences"], 0);
    let channels = document["channels"].as_array().unwrap();
    let learned = diagnostics["learned"].as_array().unwrap();
    assert_eq!(learned.len(), channels.len());
    for (channel, learned) in channels.iter().zip(learned) {
        assert_eq!(channel["channel"], learned["channel"]);
        assert!(learned["contraction"].as_f64().unwrap() > 0.8, "{learned}");
    }
}

#[test]
fn bad_options_are_refused() {
    for (options, parts) in [
        (&["--sesonality", "2"][..], &["--sesonality"][..]),
        (&["--trials", "5"], &["trials is 5", "10 or more"]),
        (&["--trials", "many"], &["many", "--trials"]),
        (
            &["--trend", "knots=0"],
            &["knots=0", "none, linear, knots=N"],
        ),
        (
            &["--adstock", "sticky"],
            &["adstock is sticky", "geometric"],
        ),
        (
            &["--adstock", "radio=geometric"],
            &["--adstock names channel \"radio\"", "Search-Ads"],
        ),
        (
            &["--saturation", "Email=hil"],
            &["saturation is hil", "logistic"],
        ),
        (
            &["--seasonality", "101"],
            &["Fourier pairs is 101", "0 to 100"],
        ),
        (&["--period", "year"], &["year"]),
        (&["--weekdays", "maybe"], &["maybe", "--weekdays"]),
        (&["--estimator", "guess"], &["guess", "least-squares"]),
        #[cfg(not(feature = "bayes"))]
        (
            &["--estimator", "nuts"],
            &["--estimator is nuts", "--features bayes"],
        ),
        (&["--budget-bounds", "2..1"], &["2..1", "LEAST..MOST"]),
        (&["--budget", "nan"], &["NaN"]),
        (&["--budget", "-5"], &["total budget is -5"]),
        (
            &["--budget", "1e12"],
            &["total budget is 1000000000000", "bounds allow"],
        ),
        (&["--goal", "fame"], &["--goal is fame", "target-roi=X"]),
        (&["--goal", "profit=much"], &["profit=much"]),
        (
            &["--goal", "profit=1", "--budget", "300"],
            &["outcome with --budget"],
        ),
        (&["--risk", "tail"], &["tail", "quantile=PROBABILITY"]),
        (
            &["--budget", "300", "--risk", "tail=2"],
            &["share of the risk is 2"],
        ),
        (&["--steps", "Email"], &["Email", "CHANNEL=AMOUNT"]),
        (
            &["--budget", "300", "--steps", "radio=5"],
            &["--steps names channel \"radio\"", "Search-Ads"],
        ),
        (&["--now", "soon"], &["soon", "a number of periods"]),
        (
            &["--budget", "300", "--now", "1000"],
            &["periods of the spend now is 1000"],
        ),
        (
            &["--scenario", "tv"],
            &["--scenario is tv", "COLUMN*FACTOR"],
        ),
        (&["--scenario", "radio*2"], &["radio", "Search-Ads"]),
        (
            &["--scenario", "Email*-1"],
            &["change of Email", "0 or more"],
        ),
        (&["--holdout", "500"], &["--holdout is 500 x 1", "102"]),
        (
            &["--prior", "Email.alpha=beta(2,2)"],
            &["prior is beta(2,2)", "log-normal"],
        ),
        (&["--prior", "Email=beta(1,3)"], &["--prior is Email"]),
        (&["--pooling", "much"], &["much", "partial=ROWS"]),
        (&["--control-sign", "Sale=up"], &["Sale=up", "negative"]),
        (&["--window", "0"], &["adstock window is 0"]),
        (&["--sensitivity"], &["--sensitivity", "--budget TOTAL"]),
        (
            &["--budget", "300", "--plan-periods", "0"],
            &["periods to plan is 0", "1 to 1000"],
        ),
        (
            &["--budget", "300", "--peak", "0.5"],
            &["peak of a period is 0.5"],
        ),
        (&["--from", "2030-01-01"], &["2030-01-01"]),
        (&["--from", "soon"], &["soon", "YYYY-MM-DD"]),
        (&["--kpi", "sales"], &["--panel"]),
        (
            &[
                "--panel",
                "/no/such.csv",
                "--date",
                "d",
                "--kpi",
                "k",
                "--media",
                "m",
            ],
            &["/no/such.csv: "],
        ),
        (&["--lift", "/no/such.csv"], &["/no/such.csv: "]),
        (&["--holidays", "/no/such.csv"], &["/no/such.csv: "]),
    ] {
        assert_refused(options, parts);
    }
}

#[test]
fn bad_files_are_refused_by_name_and_row() {
    let refused = |name: &str, text: &str, options: &dyn Fn(&str) -> Vec<String>, part: &str| {
        let file = File::new(name, text);
        let options = options(file.name());
        assert_refused(
            &options.iter().map(String::as_str).collect::<Vec<_>>(),
            &[&format!("{}: {part}", file.name())],
        );
    };
    let good = panel();
    let whole = |path: &str| on(path).into_iter().map(str::to_owned).collect::<Vec<_>>();
    refused(
        "dear.csv",
        &good.replacen(",9,na", ",dear,na", 1),
        &whole,
        "row 2: price is \"dear\"",
    );
    refused(
        "gap.csv",
        &good.replace("2019-04-28,", "2019-04-29,"),
        &whole,
        "row 4: week is \"2019-04-29\", expected: 2019-04-28",
    );
    refused(
        "header.csv",
        good.lines().next().unwrap(),
        &whole,
        "the panel is empty",
    );
    refused(
        "column.csv",
        &good.replacen("tv", "television", 1),
        &whole,
        "no column \"tv\"",
    );
    let lift = |path: &str| vec!["--lift".to_owned(), path.to_owned()];
    let priced = |treatment: &str, part: &str| {
        let file = File::new("treated.csv", &good);
        let options = [&on(file.name())[..], &["--treatment", treatment]].concat();
        assert_refused(&options, &[part]);
    };
    priced("price=dear", "--treatment is price=dear");
    priced("prise", "treatment is prise");
    let header = "channel,geo,start,end,spend_change,outcome_change,standard_error\n";
    refused(
        "none.csv",
        header,
        &lift,
        "the table of lift tests is empty",
    );
    refused(
        "radio.csv",
        &format!("{header}\nradio,,2020-02-02,2020-02-29,1,1,1\n"),
        &lift,
        "row 3: channel is \"radio\", expected: Search-Ads",
    );
    refused(
        "early.csv",
        &format!("{header}Email,,2000-02-02,2020-02-29,1,1,1\n"),
        &lift,
        "row 2: start is \"2000-02-02\"",
    );
    let holidays = |path: &str| vec!["--holidays".to_owned(), path.to_owned()];
    refused(
        "never.csv",
        "date,holiday\n",
        &holidays,
        "the table of holidays is empty",
    );
    refused(
        "feb.csv",
        "date,holiday\n\n2020-02-30,Leap\n",
        &holidays,
        "row 3: date is \"2020-02-30\"",
    );
}

/// A log of the panel's days: a person a day, who sees an advertisement and buys an hour later.
fn log_of_the_same_days() -> String {
    let mut text = "person,timestamp,channel,kind\n".to_owned();
    for day in 0..420_u32 {
        let seconds = (18_000 + day) * 86_400;
        let channel = if day % 3 == 0 { "clicks" } else { "tv" };
        text += &format!("p{day},{seconds},{channel},touch\n");
        text += &format!("p{day},{},,conversion\n", seconds + 3_600);
    }
    text
}

/// Credits as the example `attribution` prints them.
fn credits(name: &str, log: &str, options: &[&str]) -> File {
    let options = [&["--events", log, "--json", "--model", "linear"], options].concat();
    let (status, out, told) = run::run("attribution", &options);
    assert_eq!(status, 0, "{told}");
    File::new(name, &out)
}

#[test]
fn attribution_of_the_same_days_is_set_beside_the_model() {
    let panel = File::new("reconcile.csv", &panel());
    let log = File::new("reconcile-log.csv", &log_of_the_same_days());
    let whole = credits("whole.json", log.name(), &["--bootstrap", "20"]);
    let header = "channel,start,end,outcome_change,standard_error,share,spend_change\n";
    let row = "tv,2019-06-02,2019-06-29,90,5,,10\n";
    let tests = File::new("reconcile-tests.csv", &format!("{header}{row}"));
    let asked = |credits: &File, more: &[&str]| {
        let options = ["--reconcile-model", "linear", "--reconcile", credits.name()];
        let options = [&on(panel.name()), &options[..], more].concat();
        options.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let with_tests = ["--reconcile-tests", tests.name()];
    let options = asked(&whole, &[&with_tests[..], &["--json"]].concat());
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let (status, out, notes) = run(&options);
    assert_eq!(status, 0, "{notes}");
    assert!(
        notes.contains("note: the log has 420 and the panel"),
        "{notes}"
    );
    let document: Value = serde_json::from_str(&out).unwrap();
    let joined = &document["reconciled"];
    assert_eq!(
        joined["methods"],
        serde_json::json!(["linear", "mix model"])
    );
    let tv = &joined["channels"][1];
    assert_eq!(
        (&tv["channel"], &tv["attribution"]["mean"]),
        (&"tv".into(), &280.0.into())
    );
    // 90 by a change of 10 of all that was spent
    let spent = 2.0 * (0..60).map(|week| f64::from(week * 7 % 11)).sum::<f64>();
    let found = tv["tests"]["mean"].as_f64().unwrap();
    assert!((found / (90.0 * spent / 10.0) - 1.0).abs() < 1e-9, "{tv}");

    let options = asked(&whole, &[]);
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let (status, out, notes) = run(&options);
    assert_eq!(status, 0, "{notes}");
    assert!(
        out.contains("linear and mix model over") && out.contains("of linear kept"),
        "{out}"
    );

    let refused = |credits: &File, more: &[&str], parts: &[&str]| {
        let options = asked(credits, more);
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        assert_refused(&options, parts);
    };
    let shorter = ["--bootstrap", "20", "--to", "2020-05-20"];
    let shorter = credits("shorter.json", log.name(), &shorter);
    let parts = [
        "period of mix model is 2019-04-14 to 2020-05-16",
        "2020-05-20",
    ];
    refused(&shorter, &[], &parts);
    let bare = credits("bare.json", log.name(), &[]);
    refused(&bare, &[], &["bare.json", "a comparison with a bootstrap"]);
    refused(
        &tests,
        &[],
        &["reconcile-tests.csv", "what attribution --json prints"],
    );
    let twice = [&with_tests[..], &["--lift", tests.name()]].concat();
    refused(
        &whole,
        &twice,
        &["the test of tv from 2019-06-02 that --lift has"],
    );
}
