//! Uplifts of simulated logs whose truth is known.

use std::time::Duration;

use crate::event::{Event, Events, Kind};
use crate::experiment::Uplift;
use crate::experiment::uplift::ChannelUplift;
use crate::time::TimeZone;
use crate::util::Random;

const START: i64 = 1_767_225_600;
const DAY: i64 = 86_400;
/// Conversions that showing the ad brings.
const EFFECT: f64 = 0.15;

/// A figure by the number of searches before.
type Of = fn(f64) -> f64;

/// A moment of each person after some searches: shown with a probability, followed by conversions.
fn world(persons: u64, seed: u64, chance: Of, outcome: Of) -> Events {
    let mut log = Events::new().keep_all();
    let random = Random::new(seed);
    for person in 0..persons {
        let mut own = random.stream(person);
        let searches = own.index(6);
        for _ in 0..searches {
            // all in the same hour, so that their number alone tells
            let time = START + own.index(3_600) as i64;
            log.push(Event::touch(person, time, "search")).unwrap();
        }
        let now = START + 10 * DAY;
        let shown = own.chance(chance(searches as f64));
        log.push(moment(person, now, f64::from(u8::from(shown))))
            .unwrap();
        let brought = if shown { EFFECT } else { 0.0 };
        for _ in 0..own.poisson(outcome(searches as f64) + brought) {
            let time = now + own.index(7 * DAY as u64) as i64;
            log.push(Event::conversion(person, time)).unwrap();
        }
    }
    let end = START + 20 * DAY;
    log.push(Event::touch("last", end, "search")).unwrap();
    log
}

fn moment<'a>(person: u64, time: i64, value: f64) -> Event<'a> {
    Event::of_kind(Kind::Opportunity, person, time)
        .with_channel("ad")
        .with_value(value)
}

fn found(log: &Events) -> ChannelUplift {
    Uplift::default().report(log).unwrap().channels[0].clone()
}

/// Logistic in log(1 + searches), and a step; linear in it, and a hump.
fn logistic(searches: f64) -> f64 {
    1.0 / (1.0 + (2.0 - 1.6 * searches.ln_1p()).exp())
}
fn step(searches: f64) -> f64 {
    if searches >= 4.0 { 0.75 } else { 0.15 }
}
fn linear(searches: f64) -> f64 {
    0.05 + 0.3 * searches.ln_1p()
}
fn late(searches: f64) -> f64 {
    if searches >= 4.0 { 0.9 } else { 0.1 }
}

#[test]
fn either_regression_may_be_wrong() {
    let cases: [(Of, Of); 3] = [(logistic, linear), (logistic, late), (step, linear)];
    for (at, (chance, outcome)) in cases.into_iter().enumerate() {
        let (mut held, mut held_on_shown, mut naive, mut mean) = (0, 0, 0, 0.0);
        for seed in 0..20 {
            let got = found(&world(1_200, seed, chance, outcome));
            let (all, shown) = (got.effect.unwrap(), got.effect_on_shown.unwrap());
            held += u32::from(all.interval.contains(EFFECT));
            held_on_shown += u32::from(shown.interval.contains(EFFECT));
            mean += all.estimate / 20.0;
            naive += u32::from(
                (got.plain_difference.unwrap() - EFFECT).abs() < 2.0 * all.standard_error,
            );
        }
        assert!(
            held >= 17 && held_on_shown >= 17,
            "case {at}: {held}, {held_on_shown} of 20"
        );
        assert!((mean - EFFECT).abs() < 0.03, "case {at}: {mean}");
        assert!(
            naive <= 5,
            "case {at}: the plain difference is right in {naive} of 20"
        );
    }
}

#[test]
fn without_history_it_is_the_plain_difference() {
    let mut log = Events::new().keep_all();
    for person in 0..1_000u64 {
        let shown = person % 2 == 0;
        log.push(moment(person, START, f64::from(u8::from(shown))))
            .unwrap();
        if person % 10 < if shown { 4 } else { 2 } {
            // lines of an order, and the order once more
            let id = person.to_string();
            for time in [60, 60, 900] {
                let sale = Event::conversion(person, START + time);
                log.push(sale.with_order_id(&id)).unwrap();
            }
        }
    }
    log.push(Event::conversion("last", START + 8 * DAY))
        .unwrap();
    let got = found(&log);
    let effect = got.effect.unwrap();
    assert!(
        (effect.estimate - got.plain_difference.unwrap()).abs() < 0.002,
        "{got:?}"
    );
    // as of two samples: the root of p (1 - p) / n summed
    let error = (0.4 * 0.6 / 500.0 + 0.2 * 0.8 / 500.0f64).sqrt();
    assert!(
        (effect.standard_error / error - 1.0).abs() < 0.02,
        "{effect:?}"
    );
    assert_eq!(
        (got.opportunities, got.shown, got.persons, got.trimmed),
        (1_000, 500, 1_000, 0)
    );
}

#[test]
fn moments_without_their_like_are_left_out_and_told() {
    let mut log = Events::new().keep_all();
    let random = Random::new(4);
    for person in 0..2_000u64 {
        let mut own = random.stream(person);
        // every fourth is in a programme whose members see the ad each time
        let is_member = person % 4 == 0;
        if is_member {
            log.push(Event::touch(person, START, "programme")).unwrap();
        }
        let shown = is_member || own.chance(0.3);
        let now = START + 10 * DAY;
        log.push(moment(person, now, f64::from(u8::from(shown))))
            .unwrap();
        if own.chance(if shown { 0.35 } else { 0.2 }) {
            log.push(Event::conversion(person, now + DAY)).unwrap();
        }
    }
    log.push(Event::touch("last", START + 20 * DAY, "search"))
        .unwrap();
    let report = Uplift::default().with_trimming(0.05).report(&log).unwrap();
    let got = report.channels[0].clone();
    assert_eq!((got.trimmed, got.shown_counted), (500, got.shown - 500));
    let effect = got.effect.unwrap();
    assert!(
        (effect.estimate - 0.15).abs() < 3.0 * effect.standard_error,
        "{got:?}"
    );
    let zone = TimeZone::utc();
    let test = got.lift_test(&zone).unwrap();
    assert_eq!(
        test.share(),
        Some(got.shown_counted as f64 / got.shown as f64)
    );
    assert_eq!(
        (test.outcome_change(), test.standard_error()),
        got.brought().unwrap()
    );
    assert_eq!(
        (test.start().to_string(), test.tail_days()),
        ("2026-01-11".into(), 7)
    );
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let log = world(400, 5, logistic, linear);
    let rows: Vec<Event<'_>> = log.iter().collect();
    let mut reversed = Events::new().keep_all();
    rows.iter()
        .rev()
        .for_each(|row| reversed.push(*row).unwrap());
    assert_eq!(found(&log), found(&reversed));
}

#[test]
fn persons_are_the_units() {
    // every row four times, by the same persons: no more is known
    let log = world(600, 2, logistic, linear);
    let mut copies = Events::new().keep_all();
    for row in log.iter() {
        let times = if row.kind() == Kind::Opportunity {
            4
        } else {
            1
        };
        (0..times).for_each(|_| copies.push(row).unwrap());
    }
    let (one, four) = (found(&log).effect.unwrap(), found(&copies).effect.unwrap());
    assert!(
        (four.standard_error / one.standard_error - 1.0).abs() < 0.1,
        "{one:?} {four:?}"
    );
}

#[test]
fn what_says_nothing_is_absent_or_refused() {
    let mut few = Events::new().keep_all();
    for person in 0..30 {
        few.push(moment(person, START, f64::from(u8::from(person < 10))))
            .unwrap();
    }
    few.push(Event::conversion("last", START + 8 * DAY))
        .unwrap();
    let got = found(&few);
    assert_eq!(
        (got.effect, got.effect_on_shown, got.brought()),
        (None, None, None)
    );
    assert!(got.lift_test(&TimeZone::utc()).is_err());
    // nothing is followed to the end
    let long = Uplift::default().with_follow_up(Duration::from_secs(u64::MAX));
    let got = long.report(&few).unwrap().channels[0].clone();
    assert_eq!((got.opportunities, got.not_followed_to_the_end), (0, 30));
    assert_eq!((got.effect, got.plain_difference), (None, None));
    let empty = Events::new().keep_all();
    assert!(Uplift::default().report(&empty).is_err());
    for value in [0.5, 2.0] {
        let mut wrong = Events::new().keep_all();
        wrong.push(moment(1, START, value)).unwrap();
        let message = Uplift::default().report(&wrong).unwrap_err().to_string();
        assert!(
            message.contains("opportunity of ad") && message.contains("expected: 1"),
            "{message}"
        );
    }
    let mut nowhere = Events::new().keep_all();
    nowhere
        .push(Event::of_kind(Kind::Opportunity, 1, START).with_value(1.0))
        .unwrap();
    assert!(Uplift::default().report(&nowhere).is_err());
    for trim in [-0.1, 0.3, f64::NAN] {
        assert!(Uplift::default().with_trimming(trim).report(&few).is_err());
    }
}
