//! Geo tests by hand, in simulation, and on bad input.

use crate::error::Result;
use crate::experiment::geo::{GeoCourse, GeoLift, GeoTest};
use crate::stats::ConfidenceLevel;
use crate::time::Day;
use crate::util::Random;

const LIFT: f64 = 0.1;

fn days(count: usize) -> Vec<Day> {
    (0..count)
        .map(|t| Day::from_calendar(2024, 1, 1).unwrap().plus(7 * t as i32))
        .collect()
}

/// Geos of different size with a common trend, 30 weeks, of which the last 6 are the test's;
/// the first two are treated and gain 10 %. With `apart`, geos also share a season to different
/// degrees. Returns the test and the true change.
fn world(seed: u64, apart: bool) -> (GeoTest, f64) {
    let random = Random::new(seed);
    let mut truth = 0.0;
    let outcomes = (0..22).map(|geo| {
        let mut stream = random.stream(geo);
        let size = 1000.0 * libm::exp(stream.normal());
        let share = if apart { stream.uniform() } else { 0.0 };
        let value = |t: usize, stream: &mut Random| {
            let common = 1.0 + 0.01 * t as f64 + 0.3 * share * libm::sin(t as f64 / 3.0);
            let treated = geo < 2 && t >= 24;
            truth += if treated { LIFT * size * common } else { 0.0 };
            size * (common * if treated { 1.0 + LIFT } else { 1.0 } + 0.05 * stream.normal())
        };
        let mut value = value;
        (
            format!("geo{geo}"),
            (0..30).map(|t| value(t, &mut stream)).collect(),
        )
    });
    let outcomes = outcomes.collect();
    let days = days(30);
    (
        GeoTest::new(
            days.clone(),
            outcomes,
            &["geo0", "geo1"],
            days[24],
            days[29].plus(6),
        )
        .unwrap(),
        truth,
    )
}

fn coverage(apart: bool, estimate: impl Fn(&GeoTest) -> GeoLift) -> f64 {
    let covered = (0..200).filter(|&seed| {
        let (test, truth) = world(seed, apart);
        let lift = estimate(&test);
        lift.interval.contains(truth)
    });
    covered.count() as f64 / 200.0
}

#[test]
fn intervals_hold_their_level() {
    let plain = coverage(false, |test| {
        test.difference_in_differences(ConfidenceLevel::P95)
            .unwrap()
    });
    assert!((0.92..=0.98).contains(&plain), "{plain}");
    let synthetic = coverage(true, |test| {
        test.synthetic_control(ConfidenceLevel::P95).unwrap()
    });
    assert!((0.92..=0.98).contains(&synthetic), "{synthetic}");
}

/// The share of tests whose interval holds the truth, 0, where geos of size s are noisy like 1 /
/// sqrt(s) and the four first in `order` are treated.
fn coverage_by_size(order: impl Fn(&f64, &f64) -> std::cmp::Ordering) -> f64 {
    let tests = 400;
    let covered = (0..tests).filter(|&seed| {
        let random = Random::new(seed);
        let mut sizes: Vec<f64> = (0..24)
            .map(|geo| libm::exp(1.2 * random.stream(geo).normal()))
            .collect();
        sizes.sort_by(&order);
        let outcomes = sizes.iter().enumerate().map(|(geo, size)| {
            let mut stream = random.stream(1_000 + geo as u64);
            let noise = 0.05 / size.sqrt();
            let weeks = (0..32).map(|_| size * (1.0 + noise * stream.normal()));
            (format!("geo{geo}"), weeks.collect())
        });
        let treated = ["geo0", "geo1", "geo2", "geo3"];
        let days = days(32);
        let (start, end) = (days[26], days[31].plus(6));
        let test = GeoTest::new(days, outcomes.collect(), &treated, start, end).unwrap();
        let lift = test.difference_in_differences(ConfidenceLevel::P95);
        lift.unwrap().interval.contains(0.0)
    });
    covered.count() as f64 / tests as f64
}

#[test]
fn intervals_hold_their_level_whichever_geos_are_treated() {
    // With one error for all geos: .70 where the small ones are treated, 1.00 where the large are.
    let small = coverage_by_size(f64::total_cmp);
    assert!((0.90..=0.98).contains(&small), "{small}");
    let large = coverage_by_size(|a, b| b.total_cmp(a));
    assert!((0.93..=0.998).contains(&large), "{large}");
}

#[test]
fn a_synthetic_control_is_closer_where_geos_differ_in_season() {
    let error = |estimate: &dyn Fn(&GeoTest) -> GeoLift| {
        (0..50)
            .map(|seed| {
                let (test, truth) = world(seed, true);
                (estimate(&test).outcome_change / truth - 1.0).powi(2)
            })
            .sum::<f64>()
    };
    let (mean, mix) = (
        error(&|test| {
            test.difference_in_differences(ConfidenceLevel::P90)
                .unwrap()
        }),
        error(&|test| test.synthetic_control(ConfidenceLevel::P90).unwrap()),
    );
    assert!(mix < 0.5 * mean, "{mix} against {mean}");
}

fn small(control: [[f64; 3]; 2]) -> Result<GeoTest> {
    let outcomes = vec![
        ("a".to_owned(), vec![9.0, 11.0, 15.0]),
        ("b".to_owned(), control[0].to_vec()),
        ("c".to_owned(), control[1].to_vec()),
    ];
    GeoTest::new(days(3), outcomes, &["a"], days(3)[2], days(3)[2].plus(6))
}

#[test]
fn differences_by_hand() {
    // Means before 10, 20, 5; during 1.5, 1.1 and 1.3 of them; expected 1.2, so 0.3 * 10 = 3.
    // Before, a moved like its controls' mean, b and c each by 0.2 from the other: variances 0 and
    // 0.08 / 2 = 0.04, mean 0.08 / 3, drawn to it (2 periods, 4 more) 0.16 / 9 and 0.28 / 9. Placebo
    // effects of 0.2 are k = 0.04 / (2 * 0.28 / 9) = 9 / 14 of that. Error^2 = k (100 * 0.16 / 9 +
    // 2 * 25 * 0.28 / 9) = 15 / 7.
    let lift = small([[20.0, 20.0, 22.0], [4.0, 6.0, 6.5]])
        .unwrap()
        .difference_in_differences(ConfidenceLevel::P95)
        .unwrap();
    assert!(
        (lift.outcome_change - 3.0).abs() < 1e-12
            && (lift.standard_error - (15.0_f64 / 7.0).sqrt()).abs() < 1e-12,
        "{lift:?}"
    );
    assert!(
        (lift.effects[0].counterfactual - 12.0).abs() < 1e-12
            && (lift.relative().unwrap() - 0.25).abs() < 1e-12
    );
    // One degree of freedom: t(0.975) = 12.7062, and p = 1 - 2 atan(t) / pi, as the Cauchy
    // distribution has it.
    let t = 3.0 / (15.0_f64 / 7.0).sqrt();
    assert!(
        (lift.interval.half_width() - 12.706_204_736 * (15.0_f64 / 7.0).sqrt()).abs() < 1e-7
            && (lift.p_value - 1.0 + 2.0 * libm::atan(t) / std::f64::consts::PI).abs() < 1e-12
    );
    let test = lift.lift_test("tv", "a", 2.0).unwrap();
    assert_eq!(
        (test.geo(), test.spend_change(), test.days()),
        (Some("a"), 2.0, 7)
    );
    assert!(
        lift.lift_test("tv", "b", 2.0)
            .unwrap_err()
            .to_string()
            .contains("expected: a")
    );
}

#[test]
fn tests_that_cannot_tell_are_refused() {
    let message = |result: Result<GeoTest>| result.unwrap_err().to_string();
    assert!(
        small([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]])
            .unwrap()
            .difference_in_differences(ConfidenceLevel::P90)
            .unwrap_err()
            .to_string()
            .contains("spread of the control geos is 0")
    );
    assert!(
        message(small([[0.0, 0.0, 1.0], [2.0, 2.0, 2.0]]))
            .contains("mean outcome of geo \"b\" before the test is 0")
    );
    assert!(
        message(small([[1e-200, 1e-200, 1.0], [2.0, 2.0, 2.0]]))
            .contains("of the size of its mean")
    );
    assert!(
        message(small([[f64::NAN, 0.0, 1.0], [2.0, 2.0, 2.0]]))
            .contains("outcome of geo \"b\" is NaN")
    );
    assert!(
        small([[1.0, 1.0, 1.1], [2.0, 2.0, 2.0]])
            .unwrap()
            .synthetic_control(ConfidenceLevel::P90)
            .unwrap_err()
            .to_string()
            .contains("number of control geos is 2")
    );
    let geo = |name: &str| (name.to_owned(), vec![1.0, 2.0, 3.0]);
    let test = |outcomes: Vec<(String, Vec<f64>)>, treated: &[&str], start: usize| {
        GeoTest::new(days(3), outcomes, treated, days(3)[start], days(3)[2])
    };
    assert!(
        message(test(vec![geo("a"), geo("b")], &["a"], 2))
            .contains("number of control geos is 1, expected: at least 2")
    );
    assert!(
        message(test(vec![geo("a"), geo("b"), geo("c")], &[], 2))
            .contains("number of treated geos is 0")
    );
    assert!(
        message(test(vec![geo("a"), geo("b"), geo("c")], &["d"], 2))
            .contains("treated geo is \"d\"")
    );
    assert!(message(test(vec![geo("a"), geo("b"), geo("b")], &["a"], 2)).contains("\"b\" twice"));
    assert!(
        message(test(vec![geo("a"), geo("b"), geo("c")], &["a"], 1))
            .contains("number of periods before the test is 1")
    );
    assert!(
        message(test(
            vec![geo("a"), ("b".to_owned(), vec![1.0]), geo("c")],
            &["a"],
            2
        ))
        .contains("number of outcomes of geo \"b\" is 1")
    );
    let backwards = vec![days(3)[1], days(3)[0], days(3)[2]];
    assert!(
        message(GeoTest::new(
            backwards,
            vec![geo("a")],
            &["a"],
            days(3)[2],
            days(3)[2]
        ))
        .contains("day of a period is 2024-01-01")
    );
}

#[test]
fn a_joint_test_has_the_joint_error() {
    let noise = |geo: usize, week: usize| ((geo * 31 + week * 17) % 13) as f64 - 6.0;
    let outcomes: Vec<(String, Vec<f64>)> = (0..8)
        .map(|geo| {
            let weeks = (0..20).map(|week| 100.0 + noise(geo, week));
            (format!("g{geo}"), weeks.collect())
        })
        .collect();
    let days = days(20);
    let (start, end) = (days[16], days[19]);
    let test = GeoTest::new(days, outcomes, &["g0", "g1", "g2", "g3"], start, end).unwrap();
    let lift = test
        .difference_in_differences(ConfidenceLevel::P95)
        .unwrap();
    let joint = lift.joint_lift_test("tv", 100.0).unwrap();
    assert_eq!(joint.geos(), ["g0", "g1", "g2", "g3"]);
    assert_eq!(joint.outcome_change(), lift.outcome_change);
    // n treated and m controls of one size and noise: variance d^2 (n + n^2 / m), not n d^2 (1 + 1
    // / m). These differ a little in noise.
    let apart: f64 = lift
        .effects
        .iter()
        .map(|e| e.standard_error * e.standard_error)
        .sum();
    let ratio = joint.standard_error() / apart.sqrt();
    assert!((ratio - (8.0_f64 / 5.0).sqrt()).abs() < 0.08, "{ratio}");
    assert!(lift.joint_lift_test("tv", 0.0).is_err());
}

#[test]
fn a_course_adds_up_to_the_lift() {
    let (test, truth) = world(3, true);
    for synthetic in [false, true] {
        let level = ConfidenceLevel::P90;
        let (course, lift) = match synthetic {
            false => (
                test.course_by_differences(level).unwrap(),
                test.difference_in_differences(level).unwrap(),
            ),
            true => (
                test.course_by_synthetic_control(level).unwrap(),
                test.synthetic_control(level).unwrap(),
            ),
        };
        let periods = course.periods();
        assert_eq!(periods.len(), 30);
        assert!(
            periods[..24]
                .iter()
                .all(|one| !one.in_test && one.effect.is_none() && one.cumulative.is_none())
        );
        // each period's gap, added up, is the cumulative estimate
        let mut gap = 0.0;
        for period in &periods[24..] {
            let alone = period.effect.unwrap().value();
            assert!((alone - (period.outcome - period.expected)).abs() < 1e-8 * truth);
            gap += period.outcome - period.expected;
            let sum = period.cumulative.unwrap();
            assert!((sum.value() - gap).abs() < 1e-8 * truth, "{sum} {gap}");
        }
        let last = periods[29].cumulative.unwrap();
        assert_eq!(
            (last.value(), last.interval()),
            (lift.outcome_change, lift.interval)
        );
        // one period of noise is less than six
        let first = periods[24].cumulative.unwrap();
        assert!(first.interval().half_width() < last.interval().half_width());
        assert_eq!(periods[24].effect, Some(first));
    }
}

#[test]
fn a_synthetic_course_lies_on_the_outcome_before_the_test() {
    let (test, _) = world(5, true);
    let miss = |course: &GeoCourse| -> f64 {
        let before = course.periods().iter().filter(|period| !period.in_test);
        before
            .map(|period| (period.outcome - period.expected).powi(2))
            .sum()
    };
    let level = ConfidenceLevel::P90;
    let even = test.course_by_differences(level).unwrap();
    let alike = test.course_by_synthetic_control(level).unwrap();
    assert!(
        miss(&alike) < 0.75 * miss(&even),
        "{} {}",
        miss(&alike),
        miss(&even)
    );
}

/// The share of courses whose intervals after two periods of six hold what was true by then.
#[test]
fn intervals_of_an_early_look_hold_their_level() {
    let held = (0..200).filter(|&seed| {
        let (test, _) = world(seed, false);
        let course = test.course_by_differences(ConfidenceLevel::P95).unwrap();
        let early = course.periods()[25].cumulative.unwrap();
        let size = |geo: u64| 1000.0 * libm::exp(Random::new(seed).stream(geo).normal());
        let true_change: f64 = (24..26).map(|t| LIFT * (1.0 + 0.01 * f64::from(t))).sum();
        early.interval().contains(true_change * (size(0) + size(1)))
    });
    let share = held.count() as f64 / 200.0;
    assert!((0.92..=0.99).contains(&share), "{share}");
}
