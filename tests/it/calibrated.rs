//! Lift tests calibrate time to event: figures by hand, worlds whose truth is known, what is refused.

use mixtouch::attribution::hazard::{AdditiveHazard, AdditiveHazardModel, Exposures};
use mixtouch::attribution::{Bootstrap, Finding, Replicate};
use mixtouch::experiment::LiftTest;
use mixtouch::simulate::worlds::{Holdout, Simulation, World};
use mixtouch::{
    Accumulator, AttributionModel, Comparison, Day, Error, Event, Events, Fit, JourneyOptions,
    Journeys, attribute,
};
use std::time::Duration;

const DAY: i64 = 86_400;
/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;

fn day(number: i32) -> Day {
    let first: Day = "2026-01-01".parse().unwrap();
    first.plus(number)
}

/// A test of television that measured this on all persons, from day 0 to day 2.
fn tv(outcome: f64, error: f64) -> LiftTest {
    LiftTest::new("tv", day(0), day(2))
        .with_share(1.0)
        .with_tail_days(2)
        .with_outcome_change(outcome)
        .with_standard_error(error)
}

fn one_day() -> AdditiveHazard {
    let bins = [Duration::from_secs(DAY as u64)];
    AdditiveHazard::default().with_bins(bins).unwrap()
}

/// 100 persons, each with one touch at noon of day 0 to 9; 4 of 10 convert an hour later, and no one
/// else does. Watched to day 40.
fn log() -> Events {
    let mut log = Events::new();
    for person in 0..100u64 {
        let noon = START + i64::from(person as u32 % 10) * DAY + DAY / 2;
        log.push(Event::touch(person, noon, "tv")).unwrap();
        if person / 10 % 5 < 2 {
            let sale = Event::conversion(person, noon + 3_600).with_value(10.0);
            log.push(sale).unwrap();
        }
    }
    log.push(Event::touch(0u64, START + 40 * DAY, "radio"))
        .unwrap();
    log
}

fn journeys() -> Journeys {
    Journeys::from_events(&log(), JourneyOptions::default()).unwrap()
}

fn fit(tests: impl IntoIterator<Item = LiftTest>) -> mixtouch::Result<AdditiveHazardModel> {
    one_day().with_lift_tests(tests).fit(&journeys())
}

#[test]
fn the_logs_figure_is_that_by_hand() {
    // 40 conversions in 100 days of exposure, none outside: 0.4 a day, with a standard error of
    // 0.4 / sqrt(40); 30 touches of days 0 to 2, half of the persons
    let model = fit([tv(1.5, 1.5).with_share(0.5)]).unwrap();
    let row = &model.calibration()[0];
    approx::assert_relative_eq!(row.log, 6.0, max_relative = 1e-6);
    approx::assert_relative_eq!(row.log_error, 6.0 / 40f64.sqrt(), max_relative = 1e-4);
    let apart = (1.5 - 6.0) / (1.5f64 * 1.5 + 36.0 / 40.0).sqrt();
    approx::assert_relative_eq!(row.disagreement, apart, max_relative = 1e-4);
    let test = &row.tests[0];
    assert_eq!((test.touches, test.seen, test.start), (30.0, 1.0, day(0)));
    assert!(row.kept_low < 0.25 && row.kept > 0.2 && row.kept < 0.6 && row.kept_high > 0.6);
    // a tail that ends at midnight of day 2 cuts the last 10 touches at 12 of their 24 hours
    let short = tv(6.0, 1.0).with_tail_days(0);
    let cut = fit([short]).unwrap().calibration()[0].log;
    approx::assert_relative_eq!(cut, 0.4 * 25.0, max_relative = 1e-6);
}

#[test]
fn what_a_channel_does_not_keep_is_the_baselines() {
    let journeys = journeys();
    let model = fit([tv(0.0, 1.0)]).unwrap();
    let kept = model.calibration()[0].kept;
    assert!(kept < 0.2, "{kept}");
    let credits = attribute(&journeys, &model).unwrap();
    let tally = credits.channel("tv").unwrap();
    approx::assert_relative_eq!(tally.conversions, 40.0 * kept, max_relative = 1e-6);
    approx::assert_relative_eq!(tally.value, 400.0 * kept, max_relative = 1e-6);
    let baseline = credits.baseline().conversions;
    approx::assert_relative_eq!(tally.conversions + baseline, 40.0, max_relative = 1e-12);
}

#[test]
fn a_test_like_the_log_and_one_without_touches_change_next_to_nothing() {
    let kept = |test: LiftTest| fit([test]).unwrap().calibration()[0].kept;
    assert!(kept(tv(12.0, 0.5)) > 0.95);
    let later = LiftTest::new("tv", day(20), day(22))
        .with_share(1.0)
        .with_outcome_change(-3.0)
        .with_standard_error(1.0);
    assert_eq!(kept(later), 1.0);
}

#[test]
fn a_holdout_of_spend_keeps_the_signs_of_the_mix() {
    let lost = LiftTest::new("tv", day(0), day(2))
        .with_tail_days(2)
        .with_spend_change(-500.0)
        .with_outcome_change(-3.0)
        .with_standard_error(1.0);
    let model = fit([lost]).unwrap();
    assert_eq!(
        model.calibration(),
        fit([tv(3.0, 1.0)]).unwrap().calibration()
    );
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let message = |tests: Vec<LiftTest>| fit(tests).unwrap_err().to_string();
    let unknown = LiftTest::new("video", day(0), day(2))
        .with_share(1.0)
        .with_outcome_change(1.0)
        .with_standard_error(1.0);
    let error = fit([unknown]).unwrap_err();
    assert!(matches!(error, Error::UndeclaredChannel { .. }), "{error}");
    let outside = LiftTest::new("tv", day(100), day(120))
        .with_share(1.0)
        .with_outcome_change(1.0)
        .with_standard_error(1.0);
    assert_eq!(
        message(vec![outside]),
        "lift test's start is 2026-04-11 to 2026-05-01, expected: days that the log covers"
    );
    assert!(message(vec![tv(1.0, 0.0)]).contains("standard_error is 0"));
    assert!(message(vec![tv(1.0, 1.0).with_share(2.0)]).contains("share is 2"));
    // a log says neither where a touch was seen nor which touches were paid for on top
    let on_top = LiftTest::new("tv", day(0), day(2))
        .with_spend_change(500.0)
        .with_outcome_change(3.0)
        .with_standard_error(1.0);
    assert!(message(vec![on_top.clone()]).contains("share is not given"));
    let north = on_top.clone().with_spend_change(-500.0).with_geo("north");
    assert!(message(vec![north.clone()]).contains("geo is north"));
    let part = fit([on_top.with_share(0.25), north.with_share(0.25)]);
    assert_eq!(part.unwrap().calibration()[0].tests[1].share, 0.25);
    let asserted = one_day()
        .with_demand_capture(["tv"])
        .with_lift_tests([tv(1.0, 1.0)]);
    let error = asserted.fit(&journeys()).unwrap_err().to_string();
    assert!(error.contains("not named as demand capture"), "{error}");
}

#[test]
fn doubtful_tests_are_findings() {
    let findings = |tests: Vec<LiftTest>| {
        let comparison = Comparison::new().fit("hazard", one_day().with_lift_tests(tests));
        comparison.run(&journeys()).unwrap().findings().to_vec()
    };
    let above = findings(vec![tv(40.0, 3.0)]);
    assert!(
        above
            .iter()
            .any(|finding| matches!(finding, Finding::TestAboveLog { .. }))
    );
    let contradiction = findings(vec![tv(12.0, 1.0), tv(3.0, 1.0)]);
    assert!(
        contradiction.iter().any(
            |finding| matches!(finding, Finding::TestsContradict { apart, .. } if *apart > 6.0)
        )
    );
    let long = LiftTest::new("tv", day(0), day(79))
        .with_share(1.0)
        .with_outcome_change(40.0)
        .with_standard_error(10.0);
    let partly = findings(vec![long]);
    assert!(
        partly
            .iter()
            .any(|finding| matches!(finding, Finding::TestPartlySeen { seen, .. } if *seen < 0.6)),
        "{partly:?}"
    );
    // the loss given where what the touches brought belongs
    let wrong_sign = findings(vec![tv(-12.0, 3.0)]);
    assert!(
        wrong_sign.iter().any(
            |finding| matches!(finding, Finding::TestBelowZero { tested, .. } if *tested == -12.0)
        ),
        "{wrong_sign:?}"
    );
    let fine = findings(vec![tv(11.0, 2.0)]);
    assert!(
        !fine
            .iter()
            .any(|finding| finding.to_string().contains("test")),
        "{fine:?}"
    );
}

#[test]
fn evidence_of_parts_merges_and_that_without_tests_is_as_before() {
    let plain = one_day().gather(&journeys()).unwrap();
    let text = serde_json::to_string(&plain).unwrap();
    assert!(!text.contains("\"tests\""), "{text}");
    let tested = one_day().with_lift_tests([tv(3.0, 1.0)]);
    let part = |of: u64| {
        let mut part = Events::new();
        for event in log().iter() {
            let is_own =
                matches!(event.person(), mixtouch::PersonKey::Number(key) if key % 2 == of);
            if is_own {
                part.push(event).unwrap();
            }
        }
        let period = mixtouch::time::TimeRange::new(START, START + 41 * DAY).unwrap();
        let options = JourneyOptions::default().with_period(period);
        let mut builder = mixtouch::JourneyBuilder::new(options);
        builder.add_channels(["radio", "tv"]).unwrap();
        builder.extend(&part).unwrap();
        tested.gather(&builder.build().unwrap()).unwrap()
    };
    let mut merged = part(0);
    let stored = serde_json::to_string(&part(1)).unwrap();
    let read: Exposures = serde_json::from_str(&stored).unwrap();
    merged.merge(read).unwrap();
    let model = tested.solve(merged).unwrap();
    let whole = fit([tv(3.0, 1.0)]).unwrap();
    let (row, known) = (&model.calibration()[0], &whole.calibration()[0]);
    approx::assert_relative_eq!(row.log, known.log, max_relative = 1e-6);
    assert_eq!(row.tests[0].touches, 30.0);
    // other tests, or none
    let other = one_day().with_lift_tests([tv(3.0, 1.0).with_tail_days(5)]);
    let mut evidence = tested.gather(&journeys()).unwrap();
    assert!(evidence.merge(other.gather(&journeys()).unwrap()).is_err());
    assert!(evidence.merge(plain.clone()).is_err());
    let error = tested.solve(plain).unwrap_err().to_string();
    assert!(error.contains("of other lift tests"), "{error}");
    // the same test with another result is the same evidence
    let again = one_day().with_lift_tests([tv(9.0, 4.0)]);
    assert!(again.solve(tested.gather(&journeys()).unwrap()).is_ok());
    for (good, bad) in [
        ("\"exposure\":[", "\"exposure\":[1.0,"),
        ("\"until\":", "\"until\":1"),
    ] {
        let at = stored.rfind(good).unwrap();
        let damaged = format!("{}{bad}{}", &stored[..at], &stored[at + good.len()..]);
        assert!(
            serde_json::from_str::<Exposures>(&damaged).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn a_model_is_calibrated_without_another_fit_and_stored() {
    let journeys = journeys();
    let tested = one_day().with_lift_tests([tv(3.0, 1.0)]);
    let plain = one_day().fit(&journeys).unwrap();
    assert!(plain.calibration().is_empty());
    let evidence = tested.gather(&journeys).unwrap();
    let calibrated = plain.calibrated([tv(3.0, 1.0)], &evidence).unwrap();
    assert_eq!(calibrated, tested.fit(&journeys).unwrap());
    let text = serde_json::to_string(&calibrated).unwrap();
    let read: AdditiveHazardModel = serde_json::from_str(&text).unwrap();
    let credit = |model: &AdditiveHazardModel| {
        let credits = attribute(&journeys, model).unwrap();
        credits.channel("tv").unwrap().conversions
    };
    approx::assert_relative_eq!(credit(&read), credit(&calibrated), max_relative = 1e-12);
    let kept = format!("\"kept\":{}", calibrated.calibration()[0].kept);
    assert!(text.contains(&kept));
    assert!(
        serde_json::from_str::<AdditiveHazardModel>(&text.replace(&kept, "\"kept\":1.5")).is_err()
    );
    // a model stored before there were tests
    let old = serde_json::to_string(&plain).unwrap();
    let old = old.replace(
        &old[old.find(",\"sensitivity\"").unwrap()
            ..old.find(",\"unseen\"").unwrap_or(old.len() - 1)],
        "",
    );
    assert!(
        serde_json::from_str::<AdditiveHazardModel>(&old).is_ok(),
        "{old}"
    );
}

#[test]
fn a_replicate_draws_the_share_from_its_posterior() {
    let journeys = journeys();
    let specification = one_day().with_lift_tests([tv(3.0, 1.5)]);
    let model = specification.fit(&journeys).unwrap();
    let fitted = &model.calibration()[0];
    let kept = |number: u64| {
        let evidence = specification.gather(&journeys).unwrap();
        let replicate = Replicate::new(1, number);
        let drawn = specification.solve_replicate(evidence, &model, &replicate);
        drawn.unwrap().calibration()[0].kept
    };
    assert_eq!(kept(3), kept(3));
    let drawn: Vec<f64> = (0..400).map(kept).collect();
    let below = |share: f64| drawn.iter().filter(|&&one| one < share).count() as f64 / 400.0;
    // draws above 1 keep all; two standard errors of a share of 0.9 in 400 draws are 0.03
    let held = match fitted.kept_high > 1.0 {
        true => 1.0 - below(fitted.kept_low),
        false => below(fitted.kept_high) - below(fitted.kept_low),
    };
    assert!(held > 0.87, "{held}");
    let middle = below(0.5 * (fitted.kept_low + fitted.kept));
    assert!(middle > 0.1 && middle < 0.9, "{middle}");
}

#[test]
fn intervals_are_the_same_on_any_number_of_threads() {
    let run = |threads: usize| {
        let comparison = Comparison::new()
            .fit("hazard", one_day().with_lift_tests([tv(3.0, 1.0)]))
            .bootstrap(Bootstrap::new(24, 3).unwrap());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().unwrap();
        let table = pool.install(|| comparison.run(&journeys()).unwrap());
        let row = table.models()[0].channel("tv").unwrap().clone();
        (row.conversions_low.unwrap(), row.conversions_high.unwrap())
    };
    let (low, high) = run(1);
    assert_eq!((low, high), run(3));
    assert!(low < 10.0 && high > 11.0, "{low} to {high}");
}

#[test]
fn segments_keep_the_shares_of_all_journeys() {
    let mut log = Events::with_columns(["region"]);
    for event in self::log().iter() {
        let north = matches!(event.person(), mixtouch::PersonKey::Number(key) if key % 2 == 0);
        let text = [if north { "north" } else { "south" }];
        log.push(event.with_texts(&text)).unwrap();
    }
    let options = JourneyOptions::default().with_segment("region");
    let journeys = Journeys::from_events(&log, options).unwrap();
    let tested = one_day().with_lift_tests([tv(3.0, 1.0)]);
    let comparison = Comparison::new()
        .fit("hazard", tested)
        .bootstrap(Bootstrap::new(12, 1).unwrap());
    let table = comparison.run(&journeys).unwrap();
    let kept = table.models()[0].calibration[0].kept;
    for segment in table.segments() {
        let model = &segment.models[0];
        assert_eq!(model.calibration[0].kept, kept);
        let row = model.channel("tv").unwrap();
        approx::assert_relative_eq!(
            row.conversions,
            segment.totals.conversions * kept,
            max_relative = 1e-6
        );
        assert!(row.conversions_low < row.conversions_high);
    }
}

#[test]
fn what_tests_leave_open_is_no_bias_of_the_log() {
    let told = |specification: AdditiveHazard| {
        let comparison = Comparison::new().fit("hazard", specification);
        let table = comparison
            .bootstrap(Bootstrap::new(40, 1).unwrap())
            .run(&journeys())
            .unwrap();
        let bias = table.models()[0].baseline.unwrap().conversions_bias;
        let finding = |finding: &Finding| matches!(finding, Finding::Biased { .. });
        (bias, table.findings().iter().any(finding))
    };
    assert!(told(one_day()).0.is_some());
    // next to nothing said: the estimate stays at the log's, the replicates lie anywhere
    assert_eq!(
        told(one_day().with_lift_tests([tv(12.0, 40.0)])),
        (None, false)
    );
}

#[test]
fn a_test_whose_days_the_log_lost_goes_on_counting() {
    let then = fit([tv(3.0, 1.0)]).unwrap();
    let found = then.calibration().to_vec();
    let specification = one_day().with_earlier_tests(found.clone());
    let now = specification.fit(&journeys()).unwrap();
    assert_eq!(now.calibration(), found);
    let credit = |model: &AdditiveHazardModel| {
        let credits = attribute(&journeys(), model).unwrap();
        credits.channel("tv").unwrap().conversions
    };
    assert_eq!(credit(&now), credit(&then));
    // as uncertain as it was, in all journeys and in replicates
    let interval = |specification: AdditiveHazard| {
        let comparison = Comparison::new().fit("hazard", specification);
        let bootstrap = Bootstrap::new(40, 2).unwrap();
        let table = comparison.bootstrap(bootstrap).run(&journeys()).unwrap();
        let row = table.models()[0].channel("tv").unwrap().clone();
        (row.conversions_low.unwrap(), row.conversions_high.unwrap())
    };
    let (low, high) = interval(specification.clone());
    assert!(high - low > 5.0, "{low} to {high}");
    // a new test takes its place
    let tested = specification.clone().with_lift_tests([tv(12.0, 0.5)]);
    assert!(tested.fit(&journeys()).unwrap().calibration()[0].kept > 0.95);
    let stored = serde_json::to_string(&specification).unwrap();
    assert_eq!(
        serde_json::from_str::<AdditiveHazard>(&stored).unwrap(),
        specification
    );
    let mut wrong = found[0].clone();
    wrong.kept = f64::NAN;
    let error = one_day().with_earlier_tests([wrong]).fit(&journeys());
    assert!(error.unwrap_err().to_string().contains("earlier tests"));
}

/// The distance of a model's shares of credit to the truth.
fn distance(simulation: &Simulation, journeys: &Journeys, model: &AdditiveHazardModel) -> f64 {
    let credits = attribute(journeys, model).unwrap();
    simulation.truth().distance(|channel| {
        let tally = credits.channel(channel);
        tally.map_or(0.0, |tally| tally.conversions)
    })
}

/// Distances at 20,000 persons without tests, and the mean of those with one of half of the persons
/// for 30 days, which compares those whom a touch would have met: four tests of one log.
fn distances(world: World, channel: &str, specification: AdditiveHazard) -> (f64, f64) {
    let (persons, seed) = (20_000, 42);
    let simulation = world.simulate(persons, seed).unwrap();
    let journeys = simulation.journeys(JourneyOptions::default()).unwrap();
    let holdout = Holdout::new(channel, day(20), day(49))
        .with_tail_days(7)
        .among_reached();
    let tests = holdout.repeated(world, persons, seed, &[1, 2, 3, 4]);
    let model = specification.fit(&journeys).unwrap();
    let with = |(test, truth): &(LiftTest, f64)| {
        assert!((test.brought() - truth).abs() < 4.0 * test.standard_error());
        let tests = vec![test.clone()];
        let tested = specification.clone().with_lift_tests(tests.clone());
        let evidence = tested.gather(&journeys).unwrap();
        let tested = model.calibrated(tests, &evidence).unwrap();
        distance(&simulation, &journeys, &tested)
    };
    let with: Vec<f64> = tests.unwrap().iter().map(with).collect();
    (
        distance(&simulation, &journeys, &model),
        with.iter().sum::<f64>() / 4.0,
    )
}

#[test]
fn a_test_finds_the_channel_that_follows_buyers() {
    let (without, with) = distances(World::Retargeting, "retargeting", AdditiveHazard::default());
    assert!(without > 0.3 && with < 0.6 * without, "{without} to {with}");
}

#[test]
fn where_the_log_is_right_a_test_costs_little() {
    for (world, channel) in [(World::Additive, "paid_search"), (World::Baseline, "email")] {
        let (without, with) = distances(world, channel, AdditiveHazard::default());
        // the noise of tests of so few persons; at 200,000 persons 0.004 is left of it (calibrated_credit)
        assert!(with < without + 0.025, "{world}: {without} to {with}");
    }
}

#[test]
fn channels_that_follow_unpaid_visits_are_suspected() {
    // retargeting follows a visit by an hour; social comes at any time
    let mut log = Events::new();
    for person in 0..300u64 {
        let start = START + i64::from(person as u32) * 7_000;
        for (time, channel) in [(0, "direct"), (3_600, "retargeting"), (20 * DAY, "social")] {
            log.push(Event::touch(person, start + time, channel))
                .unwrap();
        }
        if person % 3 == 0 {
            log.push(Event::conversion(person, start + 7_200)).unwrap();
        }
    }
    log.push(Event::touch(1u64, START + 60 * DAY, "social"))
        .unwrap();
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let specification = AdditiveHazard::default().with_unpaid(["direct"]);
    let table = Comparison::new()
        .fit("hazard", specification.clone())
        .run(&journeys)
        .unwrap();
    let row = |channel: &str| table.models()[0].channel(channel).unwrap().suspicion;
    assert_eq!(row("direct"), None);
    assert!(
        row("retargeting").unwrap() > 0.95,
        "{:?}",
        row("retargeting")
    );
    assert!(row("social").unwrap() < row("retargeting").unwrap());
    let unknown = AdditiveHazard::default().with_unpaid(["walk-in"]);
    let error = unknown.fit(&journeys).unwrap_err();
    assert!(matches!(error, Error::UndeclaredChannel { .. }), "{error}");
}

#[test]
fn sensitivity_is_that_by_hand() {
    // tv has 40 of 40 conversions under its exposure, so no ratio; half of them come without a
    // touch of radio's effect
    let mut log = log();
    for person in 0..100u64 {
        let noon = START + i64::from(person as u32 % 10) * DAY + DAY / 2;
        log.push(Event::touch(person, noon, "tv").with_cost(2.0))
            .unwrap();
    }
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let model = one_day().fit(&journeys).unwrap();
    let tv = model.channels().unwrap().id("tv").unwrap();
    let all = model.sensitivity()[tv.index()];
    assert_eq!(
        (all.exposed, all.rate_ratio(), all.e_value()),
        (40.0, None, None)
    );
    let table = Comparison::new()
        .fit("hazard", one_day())
        .run(&journeys)
        .unwrap();
    let row = table.models()[0].channel("tv").unwrap();
    // 200 spent, 400 credited
    approx::assert_relative_eq!(row.break_even_share.unwrap(), 0.5, max_relative = 1e-6);
    let radio = table.models()[0].channel("radio").unwrap();
    assert_eq!((radio.rate_ratio, radio.break_even_share), (None, None));
}

/// 20,000 persons of the world in which display brings branded searches.
fn upstream_world() -> (Simulation, Journeys) {
    let simulation = World::Upstream.simulate(20_000, 42).unwrap();
    let journeys = simulation.journeys(JourneyOptions::default()).unwrap();
    (simulation, journeys)
}

fn display_test(holdout: impl Fn(Holdout) -> Holdout) -> LiftTest {
    let half = Holdout::new("display", day(14), day(43)).with_tail_days(7);
    let run = holdout(half).run(World::Upstream, 20_000, 42, 3);
    run.unwrap().0
}

#[test]
fn searches_that_a_test_counted_decide_where_conversions_cannot() {
    let (simulation, journeys) = upstream_world();
    let plain = AdditiveHazard::default();
    let fit = |test: LiftTest| {
        let tested = plain.clone().with_mediators(["branded_search"]);
        tested.with_lift_tests([test]).fit(&journeys).unwrap()
    };
    let without = distance(&simulation, &journeys, &plain.fit(&journeys).unwrap());
    let plain_test = fit(display_test(|holdout| holdout));
    // display brings too few conversions for a test to tell
    assert!(distance(&simulation, &journeys, &plain_test) > 0.8 * without);
    let counted = fit(display_test(|half| {
        half.among_reached().counting("branded_search")
    }));
    let with = distance(&simulation, &journeys, &counted);
    assert!(
        without > 0.25 && with < 0.7 * without,
        "{without} to {with}"
    );
    let row = &counted.calibration()[0];
    let [mediator] = &row.mediators[..] else {
        panic!("{row:?}");
    };
    assert_eq!(mediator.channel, "branded_search");
    assert!(mediator.probability > 0.5, "{mediator:?}");
    assert!(row.mediated > 0.0);
    // shrunk towards none, and the log alone takes some searches of busy persons for brought
    let searches = &row.tests[0].counted[0];
    let share = searches.tested / searches.log;
    assert!((0.1..share + 0.1).contains(&mediator.share), "{searches:?}");
}

#[test]
fn a_channel_whose_touches_a_test_counted_needs_no_name() {
    let (_, journeys) = upstream_world();
    let test = display_test(|holdout| holdout.counting("branded_search"));
    let plain = AdditiveHazard::default();
    let model = plain.fit(&journeys).unwrap();
    let tested = plain.with_lift_tests([test.clone()]);
    let fitted = tested.fit(&journeys).unwrap();
    assert_eq!(fitted.calibration()[0].mediators.len(), 1);
    // added later, it says the same
    let evidence = tested.gather(&journeys).unwrap();
    assert_eq!(model.calibrated([test], &evidence).unwrap(), fitted);
    let json = serde_json::to_string(&fitted).unwrap();
    let back: AdditiveHazardModel = serde_json::from_str(&json).unwrap();
    let counted = |model: &AdditiveHazardModel| {
        let row = model.calibration()[0].tests[0].counted[0].clone();
        (row.channel, row.tested)
    };
    assert_eq!(counted(&back), counted(&fitted));
}

#[test]
fn touches_that_a_test_did_not_bring_pass_nothing_on() {
    let (simulation, journeys) = upstream_world();
    // no more searches with display than without
    let none = display_test(|holdout| holdout).with_touches_brought("branded_search", 5.0, 30.0);
    let plain = AdditiveHazard::default();
    let without = distance(&simulation, &journeys, &plain.fit(&journeys).unwrap());
    let model = plain.with_lift_tests([none]).fit(&journeys).unwrap();
    assert!(model.calibration()[0].mediators.is_empty());
    let with = distance(&simulation, &journeys, &model);
    assert!((with - without).abs() < 0.05, "{without} to {with}");
}

#[test]
fn touches_of_an_unknown_channel_are_refused() {
    let counted = tv(12.0, 2.0).with_touches_brought("podcast", 5.0, 1.0);
    let message = fit([counted]).unwrap_err().to_string();
    assert!(message.contains("podcast"), "{message}");
    let radio = tv(12.0, 2.0).with_touches_brought("radio", 0.0, 1.0);
    assert!(fit([radio]).unwrap().calibration()[0].mediators.is_empty());
}
