//! Customers. Purchases up to 1 April 2026:
//!
//! | customer | purchases | worth |
//! |---|---|---|
//! | ann | 6 Jan, 5 Feb, 7 Mar (30 days apart) | 60 (margin 36) + 40 + 50 |
//! | bob | 10 Jan | 30 |
//! | cem | 14 Jan, 1 Mar (46 days) | 80 + 20 |
//! | dan | 15 Jan | 100, of which 25 sent back |
//! | eve | 22 Jan, 21 Feb (30 days) | 70 + 30 |
//! | fay | 3 Feb | 25 |
//! | ida | 15 Feb | 90 |
//! | jon | 21 Feb | 40 |
//! | leo | 20 Dec, 25 Jan (36 days) | 35 + 45 |

use super::{APRIL, DAY, JANUARY, assert_near, counts, log, quarter, whole};
use mixtouch::attribution::rules::FirstTouch;
use mixtouch::kpi::customers::{
    Cohorts, CustomerLifetimeValue, CustomerPurchases, InterpurchaseTimes, Purchases, Regularity,
    Repurchase, Retention, RfmScore, RfmSegment, RfmSegments,
};
use mixtouch::kpi::spend::CustomerAcquisitionCost;
use mixtouch::kpi::{KpiOptions, PersonTimelines};
use mixtouch::privacy::{MinimumGroup, OTHER};
use mixtouch::time::Periods;
use mixtouch::{Event, Events, JourneyOptions, Journeys, Kind, TimeZone};

fn monthly() -> KpiOptions {
    let first = "2026-01-01".parse().unwrap();
    KpiOptions::default().with_periods(Periods::months(first, 3, 1, &TimeZone::utc()).unwrap())
}

#[test]
fn retention_by_month() {
    let log = log();
    let journeys = whole(&log);
    let retention = Retention::new(&Purchases::new(&journeys).unwrap(), 31.0, &monthly()).unwrap();
    assert_eq!(
        (retention.population, retention.window.to_string().as_str()),
        (9, "2026-01-01 to 2026-04-01")
    );
    let all: Vec<_> = retention
        .periods
        .iter()
        .map(|row| {
            (
                row.buyers.unwrap(),
                row.new_customers.unwrap(),
                row.customers.unwrap(),
                row.returned.unwrap(),
                counts(&row.retention),
                counts(&row.churn),
            )
        })
        .collect();
    // January: leo was active on 1 January (20 December) and bought again; with the five new ones 6
    // are active at its end. February: of those 6, ann and eve bought in the 31 days from 29
    // January on; new are fay, ida and jon. March: of those 5, ann bought on the 7th; cem came
    // back, who had not bought since 14 January.
    assert_eq!(
        all,
        [
            (6, 5, 6, 0, (1, 1), (0, 1)),
            (5, 3, 5, 0, (2, 6), (4, 6)),
            (2, 0, 2, 1, (1, 5), (4, 5))
        ]
    );
}

#[test]
fn cohorts_by_month() {
    let log = log();
    let journeys = whole(&log);
    let purchases = Purchases::new(&journeys).unwrap();
    let cohorts = Cohorts::new(&purchases, &monthly()).unwrap();
    let table: Vec<(u64, Vec<u64>)> = cohorts
        .cohorts
        .iter()
        .map(|row| {
            (
                row.customers,
                row.bought.iter().map(|rate| rate.count).collect(),
            )
        })
        .collect();
    // January's are ann, bob, cem, dan, eve: ann and eve bought in February, ann and cem in March.
    // February's fay, ida and jon did not come back. leo's first purchase was in December, so he is
    // of no cohort here.
    assert_eq!(
        (cohorts.population, table),
        (8, vec![(5, vec![5, 2, 2]), (3, vec![3, 0]), (0, vec![0])])
    );
    assert_near(cohorts.cohorts[0].bought[1].rate, 0.4);
    assert_eq!(cohorts.cohorts[2].bought[0].rate, None);
    // January's five spent 60 + 30 + 80 + 100 + 70, then 40 + 30, then 50 + 20.
    let margin = |at: usize| cohorts.cohorts[at].margin.clone();
    assert_eq!(margin(0), [Some(68.0), Some(14.0), Some(14.0)]);
    assert_eq!((margin(1)[1], margin(2)), (Some(0.0), vec![None]));
    let few = monthly().with_minimum(MinimumGroup::new(4).unwrap());
    let shown = Cohorts::new(&purchases, &few).unwrap();
    let names: Vec<(&str, u64)> = shown
        .cohorts
        .iter()
        .map(|row| (row.name.as_str(), row.customers))
        .collect();
    assert_eq!(
        names,
        [("2026-03", 0), (OTHER, 8)],
        "February's three cannot be had by subtraction"
    );
    assert_eq!(counts(&shown.cohorts[1].bought[1]), (2, 8));
    // 340 of January's and 155 of February's, then 70 and nothing
    assert_eq!(
        shown.cohorts[1].margin,
        [Some(495.0 / 8.0), Some(70.0 / 8.0)]
    );
}

#[test]
fn repurchase_and_cycles() {
    let log = log();
    let journeys = whole(&log);
    let purchases = Purchases::new(&journeys).unwrap();
    let repurchase = Repurchase::new(&purchases, &KpiOptions::default());
    // ann, cem, eve and leo came back; after 30, 30, 46, 30 and 36 days.
    assert_eq!(counts(&repurchase.bought_again), (4, 9));
    // Open on 1 April: nine intervals, ann's of 24.5 days, cem's of 31, and those of seven others.
    // Kaplan-Meier: at 30 days 13 are at risk and 3 end (10/13), at 36 one of 9 (8/9), at 46 one of
    // 5: 0.547 last longer, so half have not come back when the log ends.
    let days = &repurchase.days;
    assert_eq!((days.ended, days.open, days.largest), (5, 9, Some(46.0)));
    let quantiles = [0.1, 0.25, 0.5].map(|probability| days.quantile(probability));
    assert_eq!(quantiles, [Some(30.0), Some(36.0), None]);
    assert_eq!(days.mean.mean, None);
    // ann alone has three purchases, always 30 days apart: due on 6 April at 12:00.
    let cycles = InterpurchaseTimes::new(&purchases, Regularity::default(), &KpiOptions::default());
    assert_eq!(
        (
            counts(&cycles.regular),
            counts(&cycles.overdue),
            cycles.days.quantile(0.5)
        ),
        ((1, 9), (0, 1), Some(30.0))
    );
    let due: Vec<_> = purchases.due(Regularity::default()).collect();
    assert_eq!(
        (due.len(), due[0].person.to_string().as_str(), due[0].due),
        (1, "ann", APRIL + 5 * DAY + DAY / 2)
    );
}

#[test]
fn segments_by_recency_frequency_and_value() {
    let log = log();
    let journeys = whole(&log);
    let purchases = Purchases::new(&journeys)
        .unwrap()
        .with_returns(&PersonTimelines::new(&log).unwrap());
    let scores = RfmScore::all(&purchases);
    let of = |name: &str| {
        let at = purchases
            .customers()
            .position(|customer| customer.person().to_string() == name)
            .unwrap();
        (
            scores[at].recency,
            scores[at].frequency,
            scores[at].monetary,
        )
    };
    // Last purchases from the oldest: bob, dan, leo, fay, ida, eve, jon, cem, ann: scores 1 +
    // floor(5 x rank / 9). One purchase: five customers, rank 0; two: rank 5; three: rank 8. Worth
    // 25, 30, 40, 75 (dan, less the return), 80, 90, 100, 100, 150.
    let all = [
        "ann", "bob", "cem", "dan", "eve", "fay", "ida", "jon", "leo",
    ]
    .map(of);
    let want = [
        (5, 5, 5),
        (1, 1, 1),
        (4, 3, 4),
        (1, 1, 2),
        (3, 3, 4),
        (2, 1, 1),
        (3, 1, 3),
        (4, 1, 2),
        (2, 3, 3),
    ];
    assert_eq!(all, want);
    let segments = RfmSegments::new(&purchases, &KpiOptions::default());
    // 715 less 25 sent back.
    assert_eq!((segments.population, segments.value), (9, 690.0));
    let count = |segment| {
        segments
            .segment(segment)
            .map_or(0, |group| group.customers.count)
    };
    let lost = segments.segment(RfmSegment::Lost).unwrap();
    // fay 25, bob 30, dan 75.
    assert_eq!(
        (lost.customers.count, lost.value.mean, lost.purchases.mean),
        (3, Some(130.0 / 3.0), Some(1.0))
    );
    assert_near(lost.value_share, 130.0 / 690.0);
    use RfmSegment::*;
    let singles = [
        Champions,
        PotentialLoyalists,
        NewCustomers,
        NeedAttention,
        Promising,
        AboutToSleep,
    ];
    assert_eq!(
        (singles.map(count), count(Loyal), count(AtRisk)),
        ([1; 6], 0, 0)
    );
    // ann's last purchase was on 7 March at 12:00, 24.5 days before April.
    assert_eq!(
        segments.segment(Champions).unwrap().recency_days.mean,
        Some(24.5)
    );
    let few = KpiOptions::default().with_minimum(MinimumGroup::new(4).unwrap());
    let shown = RfmSegments::new(&purchases, &few);
    assert!(
        shown
            .segments
            .iter()
            .all(|group| group.customers.count >= 4),
        "{shown}"
    );
}

#[test]
fn value_so_far_by_acquiring_channel() {
    let log = log();
    let journeys = whole(&log);
    let histories = PersonTimelines::new(&log).unwrap();
    let purchases = Purchases::new(&journeys).unwrap().with_margin(0.5).unwrap();
    let purchases = purchases
        .with_margins(&histories, "margin")
        .unwrap()
        .with_returns(&histories);
    assert_eq!(purchases.unmatched_returns(), 0);
    let minimum = MinimumGroup::default();
    let by_channel = |minimum: &MinimumGroup| {
        CustomerLifetimeValue::historic(
            &purchases,
            |one| one.first_channel().unwrap_or("(none)").to_owned(),
            &KpiOptions::default().with_minimum(*minimum),
        )
    };
    let values = by_channel(&minimum);
    // Half of the value: ann 36 + 20 + 25 = 81, bob 15, cem 50, dan 50 - 12.5, eve 50, fay 12.5,
    // ida 45, jon 20, leo 40: 351.
    assert_near(values.whole.total, 351.0);
    assert_near(values.whole.historic.mean, 39.0);
    // social brought ann, cem, fay; the store dan, eve; search jon and, in December, leo; e-mail
    // bob; nothing brought ida.
    for (channel, customers, total) in [
        ("social", 3, 143.5),
        ("store", 2, 87.5),
        ("search", 2, 60.0),
        ("e-mail", 1, 15.0),
        ("(none)", 1, 45.0),
    ] {
        let group = values.group(channel).unwrap();
        assert_eq!(group.customers, customers, "{channel}");
        assert_near(group.total, total);
    }
    // CAC by first touch over the whole log: social 10 / 3, search 6 / 2; 16 / 9 in all.
    let ratios = values.to_cost(
        &CustomerAcquisitionCost::new(&journeys, &FirstTouch, &KpiOptions::default()).unwrap(),
    );
    let ratio = |name: &str| ratios.group(name).unwrap().ratio;
    assert_near(ratio("social"), 143.5 / 10.0);
    assert_near(ratio("search"), 60.0 / 6.0);
    assert_near(ratio("(whole)"), 351.0 / 16.0);
    let social = ratios.group("social").unwrap();
    let worth = values.group("social").unwrap().historic.interval.unwrap();
    let ends = social.interval.unwrap();
    // the score interval of a count of 3 is 1.0203 to 8.8212; with the spread of values it is wider
    let (mean, cost) = (143.5 / 3.0, 10.0 / 3.0);
    let low = (mean - worth.low()).hypot(mean * (1.0 - 1.020_27 / 3.0));
    let high = (worth.high() - mean).hypot(mean * (8.821_2 / 3.0 - 1.0));
    assert!((ends.low() - (mean - low) / cost).abs() < 1e-3);
    assert!((ends.high() - (mean + high) / cost).abs() < 1e-3);
    assert_eq!(
        (ratio("store"), ratios.rows.len()),
        (None, 5),
        "the store cost nothing; (none) is no channel"
    );
    let shown = by_channel(&MinimumGroup::new(3).unwrap());
    assert!(
        shown.groups.iter().all(|group| group.value.customers >= 3) && shown.group(OTHER).is_some()
    );
}

/// Journeys hold customers by number of touches in between, logs do not: each finds its own all the
/// same.
#[test]
fn margins_and_returns_reach_every_customer() {
    let mut log = Events::with_columns(["margin"]).keep_all();
    for person in 0..6_000_u64 {
        for touch in 0..person % 5 {
            log.push(Event::touch(person, JANUARY + touch as i64, "social"))
                .unwrap();
        }
        let order = person.to_string();
        let sale = Event::conversion(person, JANUARY + DAY)
            .with_value(10.0)
            .with_order_id(&order)
            .with_texts(&["4"]);
        log.push(sale).unwrap();
        log.push(
            Event::of_kind(Kind::Return, person, JANUARY + 2 * DAY)
                .with_value(-5.0)
                .with_order_id(&order),
        )
        .unwrap();
    }
    let journeys = whole(&log);
    let histories = PersonTimelines::new(&log).unwrap();
    let purchases = Purchases::new(&journeys)
        .unwrap()
        .with_margins(&histories, "margin")
        .unwrap()
        .with_returns(&histories);
    assert_eq!((purchases.len(), purchases.unmatched_returns()), (6_000, 0));
    // 10 less 5 sent back, and of the margin of 4 the half.
    assert!(
        purchases
            .customers()
            .all(|customer| (customer.value(), customer.margin()) == (5.0, 2.0))
    );
}

#[test]
fn value_by_segment() {
    let log = log();
    let journeys =
        Journeys::from_events(&log, JourneyOptions::default().with_segment("campaign")).unwrap();
    let purchases = Purchases::new(&journeys).unwrap();
    let segment =
        |customer: &CustomerPurchases<'_>| customer.segment().unwrap_or("(none)").to_owned();
    let values = CustomerLifetimeValue::historic(&purchases, segment, &KpiOptions::default());
    // bob's first row is January's e-mail; every other customer's names no campaign: 715 - 30.
    assert_eq!(
        values
            .group("january")
            .map(|group| (group.customers, group.total)),
        Some((1, 30.0))
    );
    assert_eq!(
        values.group("").map(|group| (group.customers, group.total)),
        Some((8, 685.0))
    );
}

#[test]
fn figures_agree_across_modules() {
    let log = log();
    let (part, all) = (quarter(&log), whole(&log));
    let new: u64 = Retention::new(&Purchases::new(&all).unwrap(), 31.0, &monthly())
        .unwrap()
        .periods
        .iter()
        .map(|row| row.new_customers.unwrap())
        .sum();
    assert_eq!(
        CustomerAcquisitionCost::new(&part, &FirstTouch, &KpiOptions::default())
            .unwrap()
            .new_customers,
        new
    );
    // Within the quarter alone leo's first purchase is unknown: neither new nor of a channel.
    let purchases = Purchases::new(&part).unwrap();
    let leo = purchases
        .customers()
        .find(|customer| customer.person().to_string() == "leo")
        .unwrap();
    assert_eq!(
        (leo.is_new(), leo.first_channel(), leo.value()),
        (false, None, 45.0)
    );
    assert_eq!(Cohorts::new(&purchases, &monthly()).unwrap().population, 8);
}
