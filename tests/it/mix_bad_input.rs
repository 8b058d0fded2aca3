//! Input that cannot be used is refused with a message that says what, where and what was expected;
//! what can be used is, and says so.

use crate::common::solution;
use mixtouch::Day;
use mixtouch::experiment::LiftTest;
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::panel::{Finding, Frequency, Panel, PanelColumns};
use mixtouch::mix::specification::{Baseline, MixSpecification, Pooling, RoiPrior, Trend};

fn read(csv: &str) -> Result<Panel, String> {
    let columns = PanelColumns::new("date", "y")
        .channel("tv")
        .control("price");
    let columns = if csv.starts_with("date,geo") {
        columns.geo("geo")
    } else {
        columns
    };
    columns.read(csv.as_bytes()).map_err(|e| e.to_string())
}

fn assert_refused(csv: &str, parts: &[&str]) {
    let message = read(csv).unwrap_err();
    for part in parts {
        assert!(message.contains(part), "{message:?} lacks {part:?}");
    }
}

#[test]
fn tables_with_faults_are_refused_naming_the_row() {
    assert_refused("date,y,tv\n", &["no column \"price\"", "date, y, tv"]);
    assert_refused("date,y,tv,price\n", &["empty"]);
    assert_refused(
        "date,y,tv,price\n2024-01-01,1,2,3\n2024-01-08,NaN,2,3\n",
        &["row 3", "y", "finite"],
    );
    assert_refused(
        "date,y,tv,price\n2024-01-01,1,2,3\n2024-01-08,,2,3\n",
        &["row 3", "y", "\"\""],
    );
    assert_refused(
        "date,y,tv,price\n2024-01-01,1,-2,3\n2024-01-08,1,2,3\n",
        &["row 2", "tv", "-2", "0 or more"],
    );
    assert_refused(
        "date,y,tv,price\n2024-01-01,1,2,cheap\n",
        &["row 2", "price", "cheap"],
    );
    assert_refused(
        "date,y,tv,price\n2024-13-01,1,2,3\n",
        &["row 2", "2024-13-01", "YYYY-MM-DD"],
    );
    assert_refused(
        "date,y,tv,price\n2024-01-01,1,2\n",
        &["row 2: has 3 fields, the header has 4"],
    );
    assert_refused(
        "date,y,tv,price\n2024-01-01,1,2,3\n2024-01-08,1,2,3\n2024-01-08,4,2,3\n",
        &["row 4", "row 3 has it already"],
    );
    assert_refused(
        "date,y,tv,price\n2024-01-01,1,2,3\n2024-01-08,1,2,3\n2024-01-22,4,2,3\n",
        &["row 4: date is \"2024-01-22\", expected: 2024-01-15"],
    );
    assert_refused(
        "date,y,tv,price\n2024-01-01,1,2,3\n2024-01-04,1,2,3\n",
        &[
            "row 3: date is \"2024-01-04\"",
            "a day, 1, 2 or 4 weeks, a month or a quarter after 2024-01-01",
        ],
    );
    assert_refused(
        "date,y,tv,price\n2024-01-01,1,2,3\n",
        &["number of periods", "1"],
    );
    assert_refused(
        "date,y,tv,price\n2024-01-01 noon,1,2,3\n2024-01-08x,1,2,3\n",
        &["row 3: date is \"2024-01-08x\""],
    );
    assert_refused(
        "date,geo,y,tv,price\n2024-01-01,,1,2,3\n",
        &["row 2", "geo"],
    );
    let missing = PanelColumns::new("date", "y")
        .read_path("/no/such/file.csv")
        .unwrap_err()
        .to_string();
    assert!(missing.starts_with("/no/such/file.csv: "), "{missing}");
}

#[test]
fn rows_are_counted_as_an_editor_counts_lines() {
    let of = |rows: &str, parts: &[&str]| {
        assert_refused(
            &format!("\u{feff}date,y,tv,price,note\n\n2024-01-01,1,2,3,\"two\nlines\"\n\n{rows}"),
            parts,
        );
    };
    of("2024-01-08,1,2,dear,\n", &["row 6: price is \"dear\""]);
    of(
        "2024-01-08,1,2\n",
        &["row 6: has 3 fields, the header has 5"],
    );
    of(
        "2024-01-08,1,2,3,\n\n\n2024-01-29,1,2,3,\n",
        &["row 9: date is \"2024-01-29\", expected: 2024-01-15"],
    );
    of(
        "2024-01-08,1,2,3,\n\n2024-01-08,1,2,3,\n",
        &["row 8", "row 6 has it already"],
    );
}

#[test]
fn a_table_of_lift_tests_names_the_row_whatever_finds_the_fault() {
    let folder = std::env::temp_dir().join(format!("mixtouch-lift-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("lift.csv");
    let refused = |row: &str| {
        let good = "tv,,2019-06-01,2019-06-28,10,5,1";
        let header = "channel,geo,start,end,spend_change,outcome_change,standard_error";
        std::fs::write(&path, format!("{header}\n{good}\n\n{row}\n")).unwrap();
        let mix = MixSpecification::new().with_lift_tests(LiftTest::read_csv_file(&path).unwrap());
        let refused = message(search().estimate(&mix, &panel(60)));
        refused
            .strip_prefix(&format!("{}: ", path.display()))
            .expect("names the file")
            .to_owned()
    };
    assert_eq!(
        refused("radio,,2019-06-01,2019-06-28,10,5,1"),
        "row 4: channel is \"radio\", expected: tv"
    );
    assert_eq!(
        refused("tv,north,2019-06-01,2019-06-28,10,5,1"),
        "row 4: geo is \"north\", expected: all"
    );
    assert_eq!(
        refused("tv,,2019-04-13,2019-06-28,10,5,1"),
        "row 4: start is \"2019-04-13\", expected: a day of the panel, 2019-04-14 to 2020-06-06"
    );
    assert!(
        refused("tv,,2020-06-01,2020-06-07,10,5,1")
            .starts_with("row 4: end is \"2020-06-07\", expected: a day of the panel")
    );
    assert!(
        refused("tv,,2019-06-01,2019-06-28,-1e6,5,1")
            .starts_with("row 4: spend_change is \"-1000000\", expected: at least -")
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn channels_leave_the_names_of_other_columns_alone() {
    for name in ["baseline", "date", "geo"] {
        assert!(
            message(panel(20).with_channel(name, wave(20, 1.0)))
                .contains("other than baseline, date and geo")
        );
        assert!(panel(20).with_control(name, wave(20, 1.0)).is_ok());
    }
}

#[test]
fn a_column_has_one_role() {
    let csv = "date,y,tv,geo\n2024-01-01,1,2,a\n2024-01-08,2,3,a\n";
    let columns = || PanelColumns::new("date", "y").channel("tv");
    let twice = [
        columns().channel("y"),
        columns().control("y"),
        columns().control("tv"),
        columns().revenue_per_kpi("tv"),
    ];
    let others = [
        columns().channel_with_exposures("geo", "tv"),
        columns().geo("date"),
        columns().geo("geo").events("geo"),
    ];
    for (columns, name) in twice
        .iter()
        .chain(&others)
        .zip(["y", "y", "tv", "tv", "tv", "date", "geo"])
    {
        let refused = message(columns.read(csv.as_bytes()));
        assert!(
            refused.contains(&format!("{name:?} in two roles")),
            "{refused}"
        );
    }
    assert!(columns().geo("geo").read(csv.as_bytes()).is_ok());
}

#[test]
fn numbers_beyond_any_sense_are_refused() {
    assert_refused(
        "date,y,tv,price\n2024-01-01,1,2,3\n2024-01-08,1e308,2,3\n",
        &["row 3", "y", "1e308", "-1e15 to 1e15"],
    );
    assert_refused(
        "date,y,tv,price\n2024-01-01,1,1.1e15,3\n",
        &["row 2", "tv", "at most 1e15"],
    );
    assert_refused(
        "date,y,tv,price\n2024-01-01,1,2,-1e16\n",
        &["row 2", "price", "-1e15 to 1e15"],
    );
    assert!(read("date,y,tv,price\n2024-01-01,-1e15,1e15,3\n2024-01-08,1,2,3\n").is_ok());
    assert!(
        message(Panel::national(weeks(2), vec![1.0, -1e308])).contains("kpi in all on 2019-04-21")
    );
    assert!(message(panel(20).with_population(vec![1e16])).contains("at most 1e15"));
}

#[test]
fn rows_may_come_in_any_order() {
    let sorted = read("date,geo,y,tv,price\n2024-01-01,a,1,2,3\n2024-01-08,a,4,5,6\n2024-01-01,b,7,8,9\n2024-01-08,b,10,11,12\n").unwrap();
    let mixed = read("date,geo,y,tv,price\n2024-01-08,b,10,11,12\n2024-01-01,a,1,2,3\n2024-01-01,b,7,8,9\n2024-01-08,a,4,5,6\n").unwrap();
    assert_eq!(sorted, mixed);
    assert_eq!(sorted.kpi(), [1.0, 4.0, 7.0, 10.0]);
}

#[test]
fn months_follow_the_calendar_and_events_become_columns() {
    let csv = "date,y,promo\n2024-01-31,1,na\n2024-02-29,2,sale\n2024-03-29,3,fair\n";
    let panel = PanelColumns::new("date", "y")
        .events("promo")
        .read(csv.as_bytes())
        .unwrap();
    assert_eq!(panel.period(), Frequency::Month);
    let names: Vec<&str> = panel.controls().iter().map(|c| c.name()).collect();
    assert_eq!(names, ["promo=fair", "promo=sale"]);
    assert_eq!(panel.controls()[1].values(), [0.0, 1.0, 0.0]);
}

fn weeks(count: i32) -> Vec<Day> {
    (0..count)
        .map(|w| Day::new(18_000 + 7 * w).unwrap())
        .collect()
}

/// Weekly figures that go up and down without a common rhythm.
fn wave(count: usize, step: f64) -> Vec<f64> {
    (0..count)
        .map(|t| 5.0 + 4.0 * (t as f64 * step).sin())
        .collect()
}

fn search() -> Search {
    Search::default().with_evaluations(20)
}

fn panel(count: usize) -> Panel {
    Panel::national(weeks(count as i32), wave(count, 1.7))
        .unwrap()
        .with_channel("tv", wave(count, 0.9))
        .unwrap()
}

fn message<T>(result: mixtouch::Result<T>) -> String {
    result.err().expect("refused").to_string()
}

#[test]
fn columns_from_code_are_checked() {
    assert!(message(panel(20).with_channel("tv", wave(20, 1.0))).contains("not taken"));
    assert!(message(panel(20).with_channel("", wave(20, 1.0))).contains("name of a column"));
    assert!(message(panel(20).with_channel("radio", wave(19, 1.0))).contains("20 rows"));
    assert!(
        message(panel(20).with_control("price", vec![f64::INFINITY; 20]))
            .contains("price in all on")
    );
    assert!(message(panel(20).with_population(vec![0.0])).contains("> 0"));
    assert!(message(panel(20).with_weights(vec![0.0; 20])).contains("at least one > 0"));
    assert!(message(Panel::national(vec![], vec![])).contains("panel is empty"));
    assert!(message(Panel::national(weeks(3), vec![1.0, f64::NAN, 2.0])).contains("kpi in all on"));
    let twice = Panel::new(None, weeks(2), vec!["a".into(), "a".into()], vec![1.0; 4]);
    assert!(message(twice).contains("name of a geo"));
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let mix = MixSpecification::new;
    assert!(message(search().estimate(&mix(), &panel(7))).contains("more rows than"));
    let one = Panel::new(
        Some(Frequency::Week),
        weeks(1),
        vec!["all".into()],
        vec![1.0],
    )
    .unwrap()
    .with_channel("tv", vec![1.0])
    .unwrap();
    assert!(message(search().estimate(&mix(), &one)).contains("number of rows is 1"));
    let no_media = Panel::national(weeks(60), wave(60, 1.0)).unwrap();
    assert!(message(search().estimate(&mix(), &no_media)).contains("list of channels"));
    let flat = Panel::national(weeks(60), vec![3.0; 60])
        .unwrap()
        .with_channel("tv", wave(60, 1.0))
        .unwrap();
    assert!(message(search().estimate(&mix(), &flat)).contains("kpi"));
    assert!(
        message(search().estimate(
            &mix().with_channel_adstock("radio", mixtouch::mix::transform::AdstockFamily::None),
            &panel(60)
        ))
        .contains("\"radio\"")
    );
    assert!(
        message(search().estimate(
            &mix().with_channel_range("tv", "alfa", 0.1..=0.2),
            &panel(60)
        ))
        .contains("alpha")
    );
    assert!(
        message(search().estimate(
            &mix().with_channel_range("tv", "alpha", 0.5..=1.2),
            &panel(60)
        ))
        .contains("0.5..1.2")
    );
    assert!(
        message(search().estimate(&mix().with_control_bounds("price", 0.0..), &panel(60)))
            .contains("price")
    );
    assert!(
        message(search().estimate(
            &mix().with_roi_priors(vec![RoiPrior::new("x", 1.0, 1.0).unwrap()]),
            &panel(60)
        ))
        .contains("\"x\"")
    );
}

#[test]
fn lift_tests_that_do_not_fit_the_panel_are_refused() {
    let test = |channel: &str, geo: Option<&str>, start: &str| {
        let (start, end): (Day, Day) = (start.parse().unwrap(), "2030-01-01".parse().unwrap());
        let test = geo.into_iter().fold(
            LiftTest::new(channel, start, end)
                .with_spend_change(10.0)
                .with_outcome_change(5.0)
                .with_standard_error(1.0),
            LiftTest::with_geo,
        );
        message(search().estimate(
            &MixSpecification::new().with_lift_tests(vec![test]),
            &panel(60),
        ))
    };
    assert!(
        test("radio", None, "2019-06-01").contains("lift test's channel is radio, expected: tv")
    );
    assert!(test("tv", Some("north"), "2019-06-01").contains("north"));
    assert!(
        test("tv", None, "2029-06-01").contains(
            "start is 2029-06-01, expected: a day of the panel, 2019-04-14 to 2020-06-06"
        )
    );
    assert!(
        test("tv", None, "2019-06-01").contains("end is 2030-01-01, expected: a day of the panel")
    );
}

#[test]
fn lift_tests_are_within_the_panel_and_cut_no_more_than_was_spent() {
    let spend = wave(60, 0.9);
    let fit = |from: i32, days: i32, change: f64| {
        let start = weeks(1)[0].plus(from);
        let test = LiftTest::new("tv", start, start.plus(days - 1))
            .with_spend_change(change)
            .with_outcome_change(change)
            .with_standard_error(1.0);
        search().estimate(
            &MixSpecification::new().with_lift_tests(vec![test]),
            &panel(60),
        )
    };
    assert!(fit(0, 420, 10.0).is_ok());
    assert!(message(fit(-1, 14, 10.0)).contains("a day of the panel"));
    assert!(message(fit(400, 21, 10.0)).contains("a day of the panel"));
    let spent = spend[2] + spend[3];
    assert!(fit(14, 14, -spent).is_ok());
    // A table of tests that was rounded.
    assert!(fit(14, 14, -1.0004 * spent).is_ok());
    let refused = message(fit(14, 14, -1.001 * spent));
    assert!(
        refused.contains("lift test's spend_change")
            && refused.contains(&format!("at least -{spent}")),
        "{refused}"
    );
}

#[test]
fn lift_tests_need_a_channel_that_was_active_where_they_ran() {
    let geos = vec!["a".to_owned(), "b".to_owned()];
    let panel = Panel::new(None, weeks(60), geos, wave(120, 1.7)).unwrap();
    let panel = panel
        .with_channel("tv", [wave(60, 0.9), vec![0.0; 60]].concat())
        .unwrap()
        .with_channel("radio", vec![0.0; 120])
        .unwrap();
    let fit = |channel: &str, geo: Option<&str>| {
        let test = geo.into_iter().fold(
            LiftTest::new(channel, weeks(9)[8], weeks(13)[12].plus(-1))
                .with_spend_change(10.0)
                .with_outcome_change(5.0)
                .with_standard_error(1.0),
            LiftTest::with_geo,
        );
        search().estimate(&MixSpecification::new().with_lift_tests(vec![test]), &panel)
    };
    assert!(message(fit("radio", None)).contains(
        "lift test's channel is radio, expected: a channel that the panel has activity of"
    ));
    assert!(message(fit("tv", Some("b"))).contains("activity of in b"));
    assert!(fit("tv", Some("a")).is_ok() && fit("tv", None).is_ok());
}

#[test]
fn settings_out_of_range_are_refused() {
    let search_refused = |search: Search| message(search.fit(&MixSpecification::new(), &panel(60)));
    assert!(search_refused(Search::default().with_evaluations(9)).contains("10 to 100000000"));
    assert!(search_refused(Search::default().with_evaluations(usize::MAX)).contains("10 to"));
    assert!(search_refused(Search::default().with_draws(0)).contains("1 to 1000"));
    assert!(search_refused(Search::default().with_folds(11)).contains("0 to 10"));
    let refused = |mix: MixSpecification| {
        assert!(mix.check(&panel(60)).is_err());
        let stored = serde_json::to_string(&mix).unwrap();
        assert!(serde_json::from_str::<MixSpecification>(&stored).is_err());
        message(search().fit(&mix, &panel(60)))
    };
    let mix = MixSpecification::new;
    assert!(refused(mix().with_window(0)).contains("1 to 1000"));
    assert!(refused(mix().with_penalty(0.2..=0.1)).contains("0.2..0.1"));
    assert!(refused(mix().with_pooling(Pooling::Partial(0.0))).contains("> 0"));
    assert!(refused(mix().with_channel_bounds("tv", 1.0..=0.0)).contains("1..0"));
    assert!(refused(mix().with_channel_penalty_factor("tv", -1.0)).contains("0 or more"));
    assert!(message(Baseline::new(Trend::Knots(0), 2)).contains("knots"));
    assert!(message(RoiPrior::new("tv", 1.0, 0.0)).contains("> 0"));
    let model = search()
        .estimate(&MixSpecification::new(), &panel(60))
        .unwrap();
    assert!(message(model.response_curve("tv", &[-1.0])).contains("0 or more"));
    assert!(message(model.response_curve("radio", &[1.0])).contains("\"radio\""));
    assert!(message(model.channels_in("north")).contains("expected: all"));
    assert!(message(model.budget(0, 0.5, 1.5)).contains("1 to 1000"));
}

#[test]
fn duplicate_channels_share_the_effect_and_are_named() {
    let panel = panel(60).with_channel("copy", wave(60, 0.9)).unwrap();
    assert!(panel.check().contains(&Finding::Duplicate {
        column: "copy".into(),
        of: "tv".into()
    }));
    let model = Search::default()
        .with_evaluations(100)
        .estimate(&MixSpecification::new(), &panel)
        .unwrap();
    let kpi: f64 = panel.kpi().iter().sum();
    for channel in model.channels() {
        assert!(
            (0.0..kpi).contains(&channel.contribution.value()),
            "{channel:?}"
        );
    }
}

#[test]
fn duplicate_channels_without_bounds_or_penalty_stay_in_proportion() {
    let panel = panel(60).with_channel("copy", wave(60, 0.9)).unwrap();
    let mix = MixSpecification::new()
        .with_penalty(0.0..=0.0)
        .with_channel_bounds("tv", ..)
        .with_channel_bounds("copy", ..);
    let model = Search::default()
        .with_evaluations(200)
        .estimate(&mix, &panel)
        .unwrap();
    // Opposite effects that cancel are possible, and the result says what it is worth.
    let coefficients = model.draws().iter().flat_map(|m| m.coefficients());
    assert!(coefficients.flatten().all(|c| c.is_finite()));
    assert!(model.channels().iter().all(|c| c.weakly_identified));
}

#[test]
fn a_channel_that_never_changes_is_named_and_fitted() {
    let panel = panel(60).with_channel("radio", vec![3.0; 60]).unwrap();
    assert!(panel.check().contains(&Finding::Constant {
        column: "radio".into()
    }));
    let model = Search::default()
        .with_evaluations(100)
        .estimate(&MixSpecification::new(), &panel)
        .unwrap();
    let radio = &model.channels()[1];
    assert!(
        radio.contribution.value().is_finite()
            && radio.contribution.value() >= 0.0
            && radio.weakly_identified,
        "{radio:?}"
    );
}

#[test]
fn exactly_collinear_media_without_a_penalty_are_an_error() {
    let none = (
        mixtouch::mix::transform::AdstockFamily::None,
        mixtouch::mix::transform::SaturationFamily::None,
    );
    let panel = panel(60).with_channel("copy", wave(60, 0.9)).unwrap();
    let mix = MixSpecification::new()
        .with_adstock(none.0)
        .with_saturation(none.1);
    assert!(
        message(search().estimate(&mix.clone().with_penalty(0.0..=0.0), &panel))
            .contains("collinear")
    );
    let ridge = solution(&search(), &mix.with_penalty(1e-4..=1e-4), &panel);
    let totals: Vec<f64> = ridge
        .channels()
        .iter()
        .map(|c| c.contribution.value())
        .collect();
    assert!(
        (totals[0] - totals[1]).abs() < 1e-6 * totals[0].abs().max(1e-9),
        "{totals:?}"
    );
}

#[test]
fn constant_and_duplicate_controls_are_left_out_and_named() {
    let panel = panel(60)
        .with_control("always", vec![2.0; 60])
        .unwrap()
        .with_control("price", wave(60, 0.3))
        .unwrap()
        .with_control("again", wave(60, 0.3))
        .unwrap();
    let model = search().estimate(&MixSpecification::new(), &panel).unwrap();
    assert_eq!(model.dropped_columns(), ["always", "again"]);
    let findings = panel.check();
    assert!(findings.contains(&Finding::Constant {
        column: "always".into()
    }));
    assert!(
        findings
            .iter()
            .any(|f| f.to_string() == "again is a multiple of price")
    );
}

#[test]
fn every_parameter_counts_where_rows_are_few() {
    use mixtouch::mix::specification::Holidays;
    use mixtouch::mix::transform::SaturationFamily;
    let parameters = |mix: &MixSpecification, panel: &Panel| {
        let few = mix.check(panel).unwrap().into_iter().find_map(|f| match f {
            Finding::FewRows { rows, parameters } => Some((rows, parameters)),
            _ => None,
        });
        few.map(|(rows, parameters)| {
            assert_eq!(rows, panel.rows());
            parameters
        })
    };
    // Three of the channel's transforms, its coefficient, an intercept, a trend and two pairs.
    let mix = MixSpecification::new();
    assert_eq!(parameters(&mix, &panel(49)), Some(10));
    assert_eq!(parameters(&mix, &panel(50)), None);
    let with_event = panel(50)
        .with_event(
            "sale",
            (0..50).map(|t| f64::from(u8::from(t % 9 == 0))).collect(),
        )
        .unwrap();
    assert_eq!(parameters(&mix, &with_event), Some(11));
    // What depends on the others is left out of the fit, and of the count.
    assert_eq!(
        parameters(
            &mix,
            &with_event.with_control("always", vec![1.0; 50]).unwrap()
        ),
        Some(11)
    );
    let holidays =
        |from: i32| Holidays::new(vec![(weeks(1)[0].plus(from), "fair".into())]).unwrap();
    let with_holiday = |from: i32| {
        MixSpecification::new().with_baseline(
            Baseline::new(Trend::Knots(3), 1)
                .unwrap()
                .with_holidays(holidays(from)),
        )
    };
    assert_eq!(parameters(&with_holiday(70), &panel(50)), Some(12));
    assert_eq!(parameters(&with_holiday(-70), &panel(50)), Some(11));
    let outside = Finding::HolidaysOutside {
        holidays: vec!["fair".into()],
    };
    assert!(
        with_holiday(-70)
            .check(&panel(50))
            .unwrap()
            .contains(&outside)
            && !with_holiday(70)
                .check(&panel(50))
                .unwrap()
                .contains(&outside)
    );
    assert_eq!(
        outside.to_string(),
        "no day of the holidays fair falls into the panel"
    );
    assert_eq!(
        parameters(
            &MixSpecification::new().with_saturation(SaturationFamily::None),
            &panel(30)
        ),
        Some(8)
    );
    let two = Panel::new(
        None,
        weeks(20),
        vec!["a".into(), "b".into()],
        [wave(20, 1.7), wave(20, 1.1)].concat(),
    )
    .unwrap();
    let two = two.with_channel("tv", wave(40, 0.9)).unwrap();
    assert_eq!(parameters(&mix, &two), Some(16));
    assert_eq!(
        parameters(
            &MixSpecification::new().with_pooling(Pooling::Separate),
            &two
        ),
        Some(17)
    );
    assert!(
        message(
            MixSpecification::new()
                .with_channel_bounds("radio", 0.0..=1.0)
                .check(&two)
        )
        .contains("radio")
    );
}

#[test]
fn channels_that_move_together_are_named() {
    let close: Vec<f64> = wave(60, 0.9)
        .iter()
        .zip(wave(60, 2.3))
        .map(|(a, b)| a + 0.1 * b)
        .collect();
    let findings = panel(60).with_channel("radio", close).unwrap().check();
    assert!(
        findings
            .iter()
            .any(|f| matches!(f, Finding::MoveTogether { correlation, .. } if *correlation > 0.99)),
        "{findings:?}"
    );
    assert!(
        findings
            .iter()
            .any(|f| matches!(f, Finding::Inflated { factor, .. } if *factor > 50.0)),
        "{findings:?}"
    );
    let rare = (0..60).map(|t| if t < 3 { 0.001 } else { 0.0 }).collect();
    let findings = panel(60).with_channel("test", rare).unwrap().check();
    assert!(findings.contains(&Finding::RarelyActive {
        column: "test".into(),
        rows: 3
    }));
    assert!(
        findings
            .iter()
            .any(|f| matches!(f, Finding::SmallShare { .. }))
    );
}

#[test]
fn media_that_move_each_other_in_a_circle_are_refused() {
    use mixtouch::mix::specification::Funnel;
    let panel = panel(60);
    let panel = panel
        .with_channel("y", (0..60).map(f64::from).collect())
        .unwrap();
    let panel = panel
        .with_channel("z", (0..60).rev().map(f64::from).collect())
        .unwrap();
    let check = |pairs: &[(&str, &str)]| {
        let funnels = pairs.iter().map(|(a, b)| Funnel::new(*a, *b));
        let mix = funnels.fold(MixSpecification::new(), MixSpecification::with_funnel);
        mix.check(&panel).map_err(|error| error.to_string())
    };
    assert!(check(&[("tv", "y"), ("y", "z"), ("tv", "z")]).is_ok());
    for circle in [
        &[("tv", "y"), ("y", "tv")][..],
        &[("tv", "y"), ("y", "z"), ("z", "tv")],
    ] {
        let refused = check(circle).unwrap_err();
        assert!(refused.starts_with("funnel is tv to y"), "{refused}");
    }
}

#[test]
fn periods_not_to_fit_leave_some() {
    let mix = MixSpecification::new().with_burn_in(200);
    let refused = mix.check(&panel(60)).unwrap_err().to_string();
    assert!(
        refused.contains("first periods not to fit is 200"),
        "{refused}"
    );
}
