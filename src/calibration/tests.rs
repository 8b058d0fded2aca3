//! Joint answers by hand, from both halves, and on bad input.

use crate::attribution::hazard::AdditiveHazard;
use crate::attribution::rules::Linear;
use crate::attribution::{Bootstrap, Comparison};
use crate::calibration::{ChannelTotals, Outcomes, Reconciliation, tested_share};
use crate::event::CostTable;
use crate::experiment::LiftTest;
use crate::journeys::JourneyOptions;
use crate::journeys::build::JourneyBuilder;
use crate::mix::panel::Panel;
use crate::report::Report;
use crate::simulate::worlds::World;
use crate::time::Day;

fn totals(method: &str, channels: &[(&str, f64, f64)]) -> ChannelTotals {
    ChannelTotals::new(method, channels.iter().copied())
        .unwrap()
        .with_structural_error(0.0)
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn test(channel: &str, brought: f64, error: f64) -> LiftTest {
    LiftTest::new(channel, day("2026-03-02"), day("2026-03-29"))
        .with_spend_change(100.0)
        .with_outcome_change(brought)
        .with_standard_error(error)
}

#[test]
fn two_answers_are_weighed_by_their_precision() {
    let log = totals("log", &[("a", 100.0, 10.0), ("b", 50.0, 5.0)]);
    let mix = totals("mix", &[("a", 120.0, 20.0), ("c", 30.0, 3.0)]);
    let joint = Reconciliation::new(400.0, log, mix).solve().unwrap();
    let together = |name: &str| joint.channel(name).unwrap().together.unwrap();
    // 100 at 1/100 and 120 at 1/400: 104 +- sqrt(80).
    assert!((together("a").value() - 104.0).abs() < 1e-9);
    let half = 1.644_853_626_951 * 80.0_f64.sqrt();
    assert!((together("a").interval().half_width() - half).abs() < 1e-6);
    assert!((together("b").value() - 50.0).abs() < 1e-9);
    assert!((together("c").value() - 30.0).abs() < 1e-9);
    assert_eq!(joint.channel("b").unwrap().conflict, None);
    let z = joint.channel("a").unwrap().conflict.unwrap();
    assert!((z + 20.0 / 500.0_f64.sqrt()).abs() < 1e-9);
    // The whole is kept.
    let baseline = joint.baseline.unwrap();
    assert!((baseline.value() - (400.0 - 184.0)).abs() < 1e-9);
    let error = 1.644_853_626_951 * (80.0_f64 + 25.0 + 9.0).sqrt();
    assert!((baseline.interval().half_width() - error).abs() < 1e-6);
    assert!((joint.kept_share("a").unwrap() - 1.04).abs() < 1e-9);
}

#[test]
fn contradictions_are_shown_apart_until_a_test_decides() {
    let log = totals("log", &[("a", 300.0, 10.0), ("b", 40.0, 5.0)]);
    let mix = totals("mix", &[("a", 100.0, 20.0), ("b", 44.0, 5.0)]);
    let apart = Reconciliation::new(900.0, log.clone(), mix.clone());
    let joint = apart.solve().unwrap();
    assert!(joint.channel("a").unwrap().together.is_none() && joint.baseline.is_none());
    assert!(joint.channel("b").unwrap().together.is_some());
    assert_eq!(joint.kept_share("a"), None);
    let text = joint.to_text();
    assert!(
        text.contains("a: log says 300, mix 100. They contradict each other"),
        "{text}"
    );

    // A test of half the channel brought 55: 110 in all, with the mix model and against the log.
    let decided = apart
        .clone()
        .with_test(&test("a", 55.0, 10.0), 0.5)
        .solve()
        .unwrap();
    let row = decided.channel("a").unwrap();
    assert!((row.tests.unwrap().value() - 110.0).abs() < 1e-9);
    assert!(
        (row.together.unwrap().value() - 105.0).abs() < 1e-9,
        "{row:?}"
    );
    assert!(decided.baseline.is_some());

    // One that contradicts both stands alone.
    let alone = apart
        .with_test(&test("a", 200.0, 3.0), 1.0)
        .solve()
        .unwrap();
    assert!((alone.channel("a").unwrap().together.unwrap().value() - 200.0).abs() < 1e-9);
}

#[test]
fn methods_that_agree_are_not_averaged_with_a_test_that_contradicts_both() {
    let log = totals("log", &[("a", 100.0, 10.0), ("b", 50.0, 5.0)]);
    let mix = totals("mix", &[("a", 100.0, 10.0)]);
    let asked = Reconciliation::new(900.0, log, mix);
    let tested = asked.clone().with_test(&test("a", 500.0, 10.0), 1.0);
    let tested = tested
        .with_test(&test("b", 100.0, 5.0), 1.0)
        .solve()
        .unwrap();
    for (name, brought) in [("a", 500.0), ("b", 100.0)] {
        let row = tested.channel(name).unwrap();
        assert!((row.together.unwrap().value() - brought).abs() < 1e-9);
        assert!(row.from_tests.unwrap() > 7.0, "{row:?}");
    }
    assert!(
        tested
            .to_text()
            .contains("a: the tests are up to 28.3 standard errors")
    );

    // Two tests of 80 and 300 cannot both be right.
    let contradicting = asked
        .with_test(&test("a", 80.0, 10.0), 1.0)
        .with_test(&test("a", 150.0, 10.0), 0.5)
        .solve()
        .unwrap();
    let row = contradicting.channel("a").unwrap();
    // 220 apart, errors 10 and 20
    assert!((row.between_tests.unwrap() - 220.0 / 500.0_f64.sqrt()).abs() < 1e-9);
    assert!(row.together.is_none() && contradicting.baseline.is_none());
    assert!(
        contradicting
            .to_text()
            .contains("a: its tests are 9.8 standard errors apart")
    );
}

#[test]
fn a_pause_counts_like_a_push() {
    let log = totals("log", &[("a", 100.0, 10.0)]);
    let mix = totals("mix", &[("a", 100.0, 10.0)]);
    let pause = test("a", -90.0, 10.0).with_spend_change(-100.0);
    let joint = Reconciliation::new(300.0, log, mix).with_test(&pause, 1.0);
    let row = joint.solve().unwrap().channels[0].clone();
    assert!((row.tests.unwrap().value() - 90.0).abs() < 1e-9);
    assert!((row.together.unwrap().value() - 290.0 / 3.0).abs() < 1e-9);
}

#[test]
fn channels_that_the_log_cannot_see_say_nothing() {
    let log = World::Baseline.simulate(2_000, 1).unwrap();
    let mut costs = CostTable::new();
    costs.push("billboard", day("2026-01-05"), 5_000.0).unwrap();
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder.extend_all(log.batches()).unwrap();
    builder.add_costs(&costs);
    let journeys = builder.build().unwrap();
    let table = Comparison::new()
        .fit("hazard", AdditiveHazard::default())
        .model("linear", Linear)
        .bootstrap(Bootstrap::new(20, 1).unwrap())
        .run(&journeys)
        .unwrap();
    let credited = ChannelTotals::of_attribution(&table, "hazard", Outcomes::Conversions).unwrap();
    assert_eq!(
        credited.total("billboard"),
        None,
        "a belief of 0 would kill the channel"
    );
    let video = table.model("hazard").unwrap().channel("video").unwrap();
    assert_eq!(credited.total("video"), Some(video.conversions));
    let error = ChannelTotals::of_attribution(&table, "markov", Outcomes::Value).unwrap_err();
    assert!(error.to_string().contains("hazard, linear"), "{error}");
}

#[test]
fn beliefs_follow_the_joint_answer() {
    let log = totals("log", &[("a", 100.0, 10.0), ("b", 50.0, 5.0)]);
    let mix = totals("mix", &[("a", 100.0, 10.0)]);
    let joint = Reconciliation::new(300.0, log, mix).solve().unwrap();
    let priors = joint
        .roi_priors([("a", 50.0), ("b", 0.0), ("c", 10.0)])
        .unwrap();
    assert_eq!(priors.len(), 1);
    assert!((priors[0].mean() - 2.0).abs() < 1e-9);
    let error = 50.0_f64.sqrt() / 50.0;
    assert!((priors[0].standard_deviation() - error).abs() < 1e-9);
    assert!(joint.roi_priors([("a", -1.0)]).is_err());
    let money = joint.roi_priors_in_money([("a", 50.0)], 3.0).unwrap();
    assert!((money[0].mean() - 6.0).abs() < 1e-9);
    assert!((money[0].standard_deviation() - 3.0 * error).abs() < 1e-9);
    assert!(joint.roi_priors_in_money([("a", 50.0)], 0.0).is_err());
}

#[test]
fn what_is_no_answer_is_refused() {
    let new = |channels: &[(&'static str, f64, f64)]| {
        let made = ChannelTotals::new("log", channels.iter().copied());
        made.unwrap_err().to_string()
    };
    assert!(new(&[]).contains("list of channels that log credits"));
    assert!(new(&[("a", 1.0, 1.0), ("a", 1.0, 1.0)]).contains("\"a\" twice"));
    assert!(new(&[("a", f64::NAN, 1.0)]).contains("total of \"a\" by log is NaN"));
    assert!(new(&[("a", 0.0, 0.0)]).contains("standard error of \"a\" by log is 0"));
    let one = totals("log", &[("a", 100.0, 10.0)]);
    let joint = Reconciliation::new(300.0, one.clone(), one.clone());
    assert!(
        joint
            .clone()
            .with_test(&test("a", 1.0, 1.0), 0.0)
            .solve()
            .is_err()
    );
    assert!(joint.with_test(&test("a", 1.0, 0.0), 1.0).solve().is_err());
    assert!(
        Reconciliation::new(f64::NAN, one.clone(), one)
            .solve()
            .is_err()
    );
}

#[test]
fn answers_about_other_days_are_not_joined() {
    let log = totals("log", &[("a", 100.0, 10.0)]).with_days(day("2026-02-28"), day("2026-03-29"));
    let mix = |from: &str, to: &str| {
        totals("mix model", &[("a", 100.0, 10.0)]).with_days(day(from), day(to))
    };
    let joined = |mix| Reconciliation::new(300.0, log.clone(), mix);
    // a day is the difference of UTC and of any shop's days
    let same = joined(mix("2026-03-01", "2026-03-29"));
    assert!(same.solve().is_ok());
    let shifted = joined(mix("2026-03-02", "2026-04-05")).solve();
    assert_eq!(
        shifted.unwrap_err().to_string(),
        "period of mix model is 2026-03-02 to 2026-04-05, expected: that of log, 2026-02-28 to \
         2026-03-29, give or take a day"
    );
    let longer = joined(mix("2026-03-01", "2026-04-05"));
    assert!(longer.solve().is_err());
    let backwards = joined(mix("2026-03-29", "2026-03-01")).solve();
    assert!(
        backwards
            .unwrap_err()
            .to_string()
            .contains("a first day that is not after the last")
    );
    // without days nobody can tell
    let unknown = joined(totals("mix model", &[("a", 100.0, 10.0)]));
    assert!(unknown.solve().is_ok());

    let inside = same.clone().with_test(&test("a", 90.0, 10.0), 1.0);
    assert!(inside.solve().is_ok());
    let early = LiftTest::new("a", day("2026-02-10"), day("2026-03-09"))
        .with_outcome_change(90.0)
        .with_standard_error(10.0);
    for whole in [same.with_test(&early, 1.0), unknown.with_test(&early, 1.0)] {
        let told = whole.solve().unwrap_err().to_string();
        assert!(
            told.starts_with("test of \"a\" is 2026-02-10 to 2026-03-09, expected: days within"),
            "{told}"
        );
    }
}

#[test]
fn a_test_is_a_share_of_what_its_channel_spent() {
    let weeks: Vec<Day> = (0..4)
        .map(|week| day("2026-03-02").plus(7 * week))
        .collect();
    let geos = vec!["north".to_owned(), "south".to_owned()];
    let panel = Panel::new(None, weeks.clone(), geos, vec![50.0; 8])
        .unwrap()
        .with_channel("a", vec![10.0, 10.0, 20.0, 20.0, 0.0, 0.0, 40.0, 100.0])
        .unwrap();
    let (from, to) = (weeks[0], weeks[2]);
    let share = |test: &LiftTest| tested_share(test, &panel, from, to);
    // the first three weeks spend 80
    assert!((share(&test("a", 1.0, 1.0)).unwrap() - 100.0 / 80.0).abs() < 1e-12);
    let pause = test("a", 1.0, 1.0).with_spend_change(-20.0);
    assert!((share(&pause).unwrap() - 0.25).abs() < 1e-12);
    // half of the persons for the second week and three days of the third
    let persons = LiftTest::new("a", weeks[1], weeks[2].plus(2)).with_share(0.5);
    let spent = 10.0 + 60.0 * 3.0 / 7.0;
    assert!((share(&persons).unwrap() - 0.5 * spent / 80.0).abs() < 1e-12);
    let northern = persons.with_geo("north");
    let spent = 10.0 + 20.0 * 3.0 / 7.0;
    assert!((share(&northern).unwrap() - 0.5 * spent / 80.0).abs() < 1e-12);
    assert!(
        share(&northern.with_geo("east"))
            .unwrap_err()
            .to_string()
            .contains("north, south")
    );
    assert!(
        share(&test("b", 1.0, 1.0))
            .unwrap_err()
            .to_string()
            .contains("\"b\"")
    );
    let none = tested_share(&pause, &panel, day("2026-05-01"), day("2026-05-31"));
    assert!(none.unwrap_err().to_string().contains("spend on \"a\""));
}
