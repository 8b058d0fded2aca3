//! After how long customers have paid back what they cost, of whom some came only lately.

use super::{DAY, JANUARY, assert_near};
use crate::common::random::Random;
use mixtouch::attribution::rules::FirstTouch;
use mixtouch::kpi::KpiOptions;
use mixtouch::kpi::customers::{CustomerPurchases, Payback, PaybackRow, Purchases};
use mixtouch::kpi::spend::CustomerAcquisitionCost;
use mixtouch::privacy::MinimumGroup;
use mixtouch::time::TimeRange;
use mixtouch::{Event, Events, JourneyOptions, Journeys};

fn payback_of(purchases: &Purchases<'_>, journeys: &Journeys, options: &KpiOptions) -> Payback {
    let channel =
        |customer: &CustomerPurchases<'_>| customer.first_channel().unwrap_or("(none)").to_owned();
    let cost = CustomerAcquisitionCost::new(journeys, &FirstTouch, &KpiOptions::default()).unwrap();
    Payback::new(purchases, &cost, channel, options)
}

fn payback(log: &Events, options: &KpiOptions) -> Payback {
    let journeys = Journeys::from_events(log, JourneyOptions::default()).unwrap();
    payback_of(&Purchases::new(&journeys).unwrap(), &journeys, options)
}

/// Days of purchases and values of customers who came by social, at 25 each; the log goes on to day
/// 60.
fn log(customers: &[&[(i64, f64)]]) -> Events {
    let mut log = Events::new();
    for (person, purchases) in customers.iter().enumerate() {
        let first = JANUARY + purchases[0].0 * DAY;
        let touch = Event::touch(person as u64, first - 60, "social").with_cost(25.0);
        log.push(touch).unwrap();
        for (day, value) in *purchases {
            let sale = Event::conversion(person as u64, JANUARY + day * DAY);
            log.push(sale.with_value(*value)).unwrap();
        }
    }
    log.push(Event::touch(99u64, JANUARY + 60 * DAY, "social"))
        .unwrap();
    log
}

fn means(row: &PaybackRow) -> Vec<Option<f64>> {
    row.margin.iter().map(|margin| margin.mean).collect()
}

#[test]
fn customers_count_in_the_months_they_have_had() {
    let log = log(&[
        &[(0, 10.0), (10, 20.0)],
        &[(0, 10.0), (31, 6.0)],
        &[(40, 40.0), (50, 500.0)],
    ]);
    let payback_of_all = payback(&log, &KpiOptions::default());
    let social = payback_of_all.group("social").unwrap();
    // The third customer was not followed for a month: what came on day 50 is not counted, as what
    // the others like him will bring in the rest of the month is not known.
    assert_eq!(means(social), [Some(20.0), Some(30.0), Some(33.0)]);
    let followed: Vec<u64> = social.margin.iter().map(|one| one.population).collect();
    assert_eq!((social.customers, followed), (3, vec![3, 2, 2]));
    assert_eq!(
        (social.cost, social.paid_back, social.surely_paid_back),
        (Some(25.0), Some(1), None)
    );
    // Of 10, 10, 40: variance 300, t 4.302653 with 2 degrees. Within a month the customers pull by
    // -10/3 + 10/2, -10/3 - 10/2 and 20/3: squares 1050/9, t 12.706205 with 1 degree.
    let half = |month: usize| {
        let ends = social.margin[month].interval.unwrap();
        (ends.high() - ends.low()) / 2.0
    };
    let close = |got: f64, want: f64| assert!((got / want - 1.0).abs() < 1e-6, "{got}, not {want}");
    close(half(0), 4.302_653 * (300.0_f64 / 3.0).sqrt());
    close(half(1), 12.706_205 * (2.0 * 1050.0 / 9.0_f64).sqrt());
    assert_eq!(
        means(payback_of_all.group("(whole)").unwrap()),
        means(social)
    );
}

#[test]
fn who_bought_before_the_range_is_no_new_customer() {
    let log = log(&[&[(0, 10.0), (40, 20.0)], &[(35, 50.0)]]);
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let later = TimeRange::new(JANUARY + 30 * DAY, JANUARY + 60 * DAY).unwrap();
    let purchases = Purchases::new(&journeys).unwrap().within(later);
    let payback = payback_of(&purchases, &journeys, &KpiOptions::default());
    assert_eq!(payback.population, 1);
    assert_eq!(means(payback.group("social").unwrap()), [Some(50.0)]);
}

#[test]
fn months_of_a_few_are_not_shown() {
    let log = log(&[&[(0, 10.0)], &[(0, 10.0)], &[(40, 40.0)]]);
    let of = |persons: u64| {
        let minimum = MinimumGroup::new(persons).unwrap();
        payback(&log, &KpiOptions::default().with_minimum(minimum))
    };
    assert_eq!(means(of(3).group("social").unwrap()), [Some(20.0)]);
    let none = of(4);
    assert!(none.group("social").is_none());
    let whole = none.group("(whole)").unwrap();
    assert_eq!(
        (whole.customers, whole.margin.len(), whole.paid_back),
        (3, 0, None)
    );
}

#[test]
fn what_cost_nothing_is_not_paid_back() {
    let mut log = Events::new();
    log.push(Event::touch(1u64, JANUARY, "social")).unwrap();
    log.push(Event::conversion(1u64, JANUARY + 60).with_value(9.0))
        .unwrap();
    let payback = payback(&log, &KpiOptions::default());
    let social = payback.group("social").unwrap();
    assert_eq!((social.cost, social.paid_back), (None, None));
    assert_near(social.margin[0].mean, 9.0);
    let again: Payback = serde_json::from_str(&serde_json::to_string(&payback).unwrap()).unwrap();
    assert_eq!(again, payback);
}

/// Customers come over half a year; the first purchase is 20, then some buy .2 and some 1.0 times a
/// month for 10 each: 20 + 6 a month in the mean.
fn growing(seed: u64) -> Events {
    let mut random = Random::new(seed);
    let mut log = Events::new();
    for person in 0..80u64 {
        let rate = if random.uniform() < 0.5 { 0.2 } else { 1.0 };
        let mut day = random.uniform() * 180.0;
        log.push(Event::touch(
            person,
            JANUARY + (day * 86_400.0) as i64 - 60,
            "social",
        ))
        .unwrap();
        let mut value = 20.0;
        while day < 180.0 {
            let time = JANUARY + (day * 86_400.0) as i64;
            log.push(Event::conversion(person, time).with_value(value))
                .unwrap();
            day -= 30.0 / rate * random.uniform().ln();
            value = 10.0;
        }
    }
    log.push(Event::touch(99u64, JANUARY + 180 * DAY, "social"))
        .unwrap();
    log
}

/// A 95 % interval holds the truth in 95 % of logs, although half of the customers were followed for
/// less than three months.
#[test]
fn intervals_hold_what_customers_bring_within_three_months() {
    let runs = 300;
    let (mut held, mut sum) = (0, 0.0);
    for seed in 0..runs {
        let payback = payback(&growing(seed), &KpiOptions::default());
        let margin = payback.group("social").unwrap().margin[3];
        held += u64::from(margin.interval.unwrap().contains(38.0));
        sum += margin.mean.unwrap();
    }
    let (held, mean) = (held as f64 / runs as f64, sum / runs as f64);
    // three standard errors of a share of 300, and of the mean
    assert!((held - 0.95).abs() < 0.038, "{held}");
    assert!((mean - 38.0).abs() < 0.6, "{mean}");
}
