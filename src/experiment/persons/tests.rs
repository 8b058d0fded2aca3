//! Tests on simulated persons.

use std::time::Duration;

use crate::event::{Event, Events};
use crate::experiment::{Assignments, PersonLift, PersonTest};
use crate::util::Random;

const START: i64 = 1_767_225_600;
const DAY: i64 = 86_400;

/// Persons who buy at their own pace, half of them treated and buying `lift` more a day; each is
/// assigned on one of the first ten days and followed for twenty.
fn world(seed: u64, persons: u64, lift: f64) -> (Assignments, Events) {
    let (mut assignments, mut log) = (Assignments::new(), Events::new());
    let random = Random::new(seed);
    for person in 0..persons {
        let mut own = random.stream(person);
        let pace = 0.05 * own.gamma(0.5);
        let assigned = START + (own.index(10) as i64) * DAY + 10;
        let treated = own.chance(0.5);
        assignments
            .assign(person, assigned, if treated { "shown" } else { "withheld" })
            .unwrap();
        for day in -40..30 {
            let time = START + day * DAY + 100;
            let boost = if treated && time > assigned {
                lift
            } else {
                0.0
            };
            if own.chance((pace + boost).min(1.0)) {
                let sale = Event::conversion(person, time).with_value(20.0);
                log.push(sale).unwrap();
            }
        }
    }
    (assignments, log)
}

fn test() -> PersonTest {
    PersonTest::new("withheld").with_follow_up(Duration::from_secs(20 * 86_400))
}

fn lift(seed: u64, persons: u64, size: f64, test: &PersonTest) -> PersonLift {
    let (assignments, log) = world(seed, persons, size);
    test.lift(&assignments, &log).unwrap()
}

#[test]
fn the_lift_is_found_and_the_past_narrows_it() {
    let (mut holds, mut narrower) = (0, 0.0);
    for seed in 0..60 {
        let got = lift(seed, 1_500, 0.01, &test());
        // A day's chance rises by .01 over 20 days, but for persons who buy every day anyway.
        holds += u32::from(got.conversions.interval.contains(0.2));
        narrower += got.variance_reduction / 60.0;
        let brought = got.treatment.persons as f64 * got.conversions.estimate;
        assert_eq!(got.conversions_brought(), brought);
    }
    assert!((53..=60).contains(&holds), "{holds} of 60");
    assert!(narrower > 0.25, "{narrower}");
}

#[test]
fn nothing_is_found_where_nothing_is() {
    let found = (0..200).filter(|&seed| {
        let got = lift(seed, 400, 0.0, &test());
        got.conversions.p_value < 0.05
    });
    let found = found.count();
    assert!((2..=18).contains(&found), "{found} of 200");
}

#[test]
fn figures_by_hand_in_any_order_of_rows() {
    let rows = [
        ("a", 0, "t"),
        ("b", 0, "c"),
        ("c", DAY, "t"),
        ("d", DAY, "c"),
        ("both", 0, "t"),
        ("both", DAY, "c"),
        ("late", 9 * DAY, "c"),
        ("other", 0, "x"),
    ];
    let sales = [
        ("a", 1, 10.0),
        ("a", 2 * DAY, 10.0),
        ("a", -DAY, 99.0),
        ("b", 1, 4.0),
        ("c", 7 * DAY, 1.0),
        ("nobody", 5, 7.0),
        ("d", 10 * DAY, 1.0),
    ];
    let evaluated = |forward: bool| {
        let (mut assignments, mut log) = (Assignments::new(), Events::new());
        let order = |count: usize| -> Vec<usize> {
            if forward {
                (0..count).collect()
            } else {
                (0..count).rev().collect()
            }
        };
        for at in order(rows.len()) {
            let (person, time, arm) = rows[at];
            assignments.assign(person, START + time, arm).unwrap();
        }
        for at in order(sales.len()) {
            let (person, time, value) = sales[at];
            let sale = Event::conversion(person, START + time).with_value(value);
            log.push(sale).unwrap();
        }
        PersonTest::new("c")
            .with_treatment("t")
            .with_past(Duration::ZERO)
            .with_follow_up(Duration::from_secs(6 * 86_400))
            .lift(&assignments, &log)
            .unwrap()
    };
    let got = evaluated(true);
    assert_eq!(got, evaluated(false));
    // a bought twice, c on the sixth day after; b once, d after the six days.
    assert_eq!(
        (got.treatment.conversions, got.treatment.value),
        (2.0, 20.0)
    );
    assert_eq!((got.control.conversions, got.control.value), (1.0, 4.0));
    assert_eq!(got.left_out.in_both_arms, 1);
    assert_eq!(got.left_out.not_followed_to_the_end, 1);
    assert_eq!(got.treatment.converted.count, 1);
    assert_eq!(got.conversions.estimate, 0.5);
    assert_eq!(got.relative.unwrap().estimate, 1.0);
}

/// Journeys make one conversion of an order's lines and none of its repeats; so does a test, or it
/// would say more than the log it is compared with.
#[test]
fn lines_and_repeats_of_an_order_are_one_conversion() {
    let (mut assignments, mut log) = (Assignments::new(), Events::new());
    for person in 0..40u64 {
        let arm = if person % 2 == 0 { "t" } else { "c" };
        assignments.assign(person, START, arm).unwrap();
        if person % 4 > 1 {
            continue;
        }
        let id = format!("order {person}");
        // two lines, reported again an hour later; newest first
        for (time, value) in [(3_700, 5.0), (3_700, 7.0), (100, 5.0), (100, 7.0)] {
            let sale = Event::conversion(person, START + time).with_value(value);
            log.push(sale.with_order_id(&id)).unwrap();
        }
    }
    let test = PersonTest::new("c").with_goal("sale");
    assert!(
        test.lift(&assignments, &log).is_err(),
        "no conversion of that goal"
    );
    let lift = PersonTest::new("c").lift(&assignments, &log).unwrap();
    assert_eq!(
        (lift.treatment.conversions, lift.treatment.value),
        (10.0, 120.0)
    );
    assert_eq!(lift.control.conversions, 10.0);
}

#[test]
fn lost_persons_are_refused_unless_allowed() {
    let (mut assignments, mut log) = (Assignments::new(), Events::new());
    for person in 0..1_000u64 {
        let arm = if person % 10 < 4 { "shown" } else { "withheld" };
        assignments.assign(person, START, arm).unwrap();
        if person % 7 == 0 {
            log.push(Event::conversion(person, START + 5)).unwrap();
        }
    }
    let test = PersonTest::new("withheld");
    let error = test.lift(&assignments, &log).unwrap_err().to_string();
    assert!(
        error.contains("persons by arm is 600, 400, expected: about 500, 500"),
        "{error}"
    );
    assert!(
        test.clone()
            .with_shares(6.0, 4.0)
            .lift(&assignments, &log)
            .is_ok()
    );
    let allowed = test
        .with_any_sample_ratio(true)
        .lift(&assignments, &log)
        .unwrap();
    assert!(!allowed.sample_ratio.is_as_planned() && allowed.value.is_none());
}

#[test]
fn arms_are_named() {
    let (assignments, log) = world(1, 50, 0.0);
    let error = PersonTest::new("none")
        .lift(&assignments, &log)
        .unwrap_err();
    assert!(error.to_string().contains("shown, withheld"), "{error}");
    let error = test()
        .with_treatment("typo")
        .lift(&assignments, &log)
        .unwrap_err();
    assert!(error.to_string().contains("arm \"typo\" is 0"), "{error}");
    assert!(Assignments::new().assign("a", START, "").is_err());
}

#[test]
fn a_lift_serves_attribution_and_a_mix_model() {
    use crate::time::TimeZone;
    let zone = TimeZone::utc();
    let lift = lift(3, 1_500, 0.01, &test());
    let attribution = lift.lift_test("display", &zone).unwrap();
    // assigned from 1 to 10 January, each followed for 20 days from ten seconds after midnight
    assert_eq!(
        (
            attribution.start().to_string(),
            attribution.end().to_string()
        ),
        ("2026-01-01".into(), "2026-01-30".into())
    );
    assert_eq!(
        (attribution.tail_days(), attribution.share()),
        (0, Some(1.0))
    );
    assert_eq!(attribution.brought(), lift.conversions_brought());
    assert_eq!(attribution.goal(), None);
    assert_eq!(attribution.standard_error(), lift.standard_error());
    // a campaign of the first days, and what came up to the end
    let ends = "2026-01-12".parse().unwrap();
    let short = lift.lift_test_until("display", ends, &zone).unwrap();
    assert_eq!((short.days(), short.tail_days()), (12, 18));
    for wrong in ["2025-12-31", "2026-01-31"] {
        assert!(
            lift.lift_test_until("display", wrong.parse().unwrap(), &zone)
                .is_err()
        );
    }
    // one test for both halves: recorded spend, no tail
    let both = lift.spend_lift_test("display", 500.0, &zone).unwrap();
    assert!(both.check_in_spend().is_ok() && both.is_recorded());
    assert_eq!(both.brought(), attribution.brought());
    let revenue = lift.value_lift_test("display", 500.0, &zone).unwrap();
    // every conversion is worth 20
    assert!((revenue.outcome_change() - 20.0 * both.outcome_change()).abs() < 1e-6);
    for spend in [0.0, -1.0, f64::NAN] {
        assert!(lift.spend_lift_test("display", spend, &zone).is_err());
    }
    assert!(lift.lift_test("", &zone).is_err());
}
