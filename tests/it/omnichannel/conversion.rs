//! Conversion and cost. The journeys of the quarter, as cut with a lookback of 30 days (a purchase
//! after `>`, `x` without one):
//!
//! | person | journeys |
//! |---|---|
//! | ann | social search > 60 (26 h after social); > 40; > 50 |
//! | bob | e-mail e-mail > 30 (2 h) |
//! | cem | social store > 80 in the store (49 h); search > 20 (1 h) |
//! | dan | store > 100 in the store (1 h) |
//! | eve | store e-mail e-mail > 70 (48 h); > 30 |
//! | fay | social > 25 (24 h) |
//! | gus | social search x |
//! | hal | e-mail x |
//! | ida | > 90 in the store |
//! | jon | search store search > 40 (27 h) |
//! | kim | social x |
//! | leo | e-mail > 45 (1 h); bought for 35 in December already |

use super::{HOUR, assert_near, counts, log, offline, quarter};
use mixtouch::attribution::rules::{FirstTouch, LastTouch, Linear};
use mixtouch::kpi::KpiOptions;
use mixtouch::kpi::PersonTimelines;
use mixtouch::kpi::customers::{Purchases, Retention};
use mixtouch::kpi::journeys::{ConversionRates, JourneyKind, KindShares, PurchasePaths};
use mixtouch::kpi::spend::{CustomerAcquisitionCost, EmailRates, ReturnOnAdSpend};
use mixtouch::privacy::{MinimumGroup, OTHER, SmallGroups};
use mixtouch::time::{Periods, TimeRange};
use mixtouch::{
    AttributionModel, Event, Events, Journey, JourneyOptions, Journeys, TimeZone, attribute,
};

#[test]
fn conversion_rates() {
    let log = log();
    let rates = ConversionRates::new(&quarter(&log), &KpiOptions::default()).unwrap();
    assert_eq!(rates.window.to_string(), "2026-01-01 to 2026-04-01");
    // All but ida have a touch: 11. Of them ann, bob, cem, dan, eve, fay, jon and leo bought after
    // one: 8.
    assert_eq!((rates.population, counts(&rates.overall)), (11, (8, 11)));
    // Wilson for 8 of 11: (0.727273 + 3.841459 / 22) / (1 + 3.841459 / 11) = 0.668447 less and plus
    // 0.234092.
    let interval = rates.overall.interval.unwrap();
    assert!(
        (interval.low() - 0.434_355).abs() < 1e-5 && (interval.high() - 0.902_539).abs() < 1e-5,
        "{interval:?}"
    );
    // Two channels on the way to one purchase: ann, cem, eve, jon. Two channels at all: these and
    // gus.
    assert_eq!(
        (counts(&rates.omnichannel), counts(&rates.cross_channel)),
        ((4, 11), (5, 11))
    );
    // e-mail reached bob, eve, hal, leo (not hal); search ann, cem, gus, jon (not gus); social ann,
    // cem, fay, gus, kim (not gus and kim); the store cem, dan, eve, jon (all).
    let by_channel =
        ["e-mail", "search", "social", "store"].map(|name| counts(rates.channel(name).unwrap()));
    assert_eq!(by_channel, [(3, 4), (3, 4), (3, 5), (4, 4)]);
    // Began with e-mail bob, hal, leo; with search jon; with social ann, cem, fay, gus, kim; in the
    // store dan, eve.
    let by_first = ["e-mail", "search", "social", "store"]
        .map(|name| counts(rates.first_channel(name).unwrap()));
    assert_eq!(by_first, [(2, 3), (1, 1), (3, 5), (2, 2)]);
    // ann's and eve's later purchases and ida's had no touch before them.
    assert_eq!(rates.buyers_without_touch, Some(3));
    // 3 + 1 + 2 + 1 + 2 + 1 + 1 + 1 + 1 purchases; 150 + 30 + 100 + 100 + 100 + 25 + 90 + 40 + 45.
    assert_eq!((rates.conversions, rates.value), (13.0, 680.0));
}

#[test]
fn cost_of_acquisition() {
    let log = log();
    let quarter = quarter(&log);
    // Touches of the quarter: social 5 at 2, search 5 at 1. All buyers are new but leo: 8.
    let last = CustomerAcquisitionCost::new(&quarter, &LastTouch, &KpiOptions::default()).unwrap();
    assert_eq!(
        (last.new_customers, last.returning_customers, last.spend),
        (8, 1, Some(15.0))
    );
    assert_near(last.cost_per_customer, 15.0 / 8.0);
    // Last touch before the first purchase: ann search, bob e-mail, cem store, dan store, eve
    // e-mail, fay social, jon search.
    let credited = ["e-mail", "search", "social", "store"]
        .map(|name| last.channel(name).unwrap().new_customers);
    assert_eq!((credited, last.unattributed), ([2.0, 2.0, 1.0, 2.0], 1.0));
    let costs = ["e-mail", "search", "social", "store"]
        .map(|name| last.channel(name).unwrap().cost_per_customer);
    assert_eq!(costs, [None, Some(2.5), Some(10.0), None]);
    // Linear: social 1/2 ann + 1/2 cem + 1 fay = 2; search 1/2 ann + 2/3 jon = 7/6.
    let linear = CustomerAcquisitionCost::new(&quarter, &Linear, &KpiOptions::default()).unwrap();
    assert_near(linear.channel("social").unwrap().cost_per_customer, 5.0);
    assert_near(
        linear.channel("search").unwrap().cost_per_customer,
        30.0 / 7.0,
    );
    let value = FirstTouch;
    let first = CustomerAcquisitionCost::new(&quarter, &value, &KpiOptions::default()).unwrap();
    // First touch: social ann, cem, fay, who spent 60 + 80 + 25 on their first purchases.
    assert_eq!(
        first
            .channel("social")
            .map(|row| (row.new_customers, row.value)),
        Some((3.0, 165.0))
    );
}

#[test]
fn returns_on_spend() {
    let log = log();
    let quarter = quarter(&log);
    let credits = attribute(&quarter, &Linear).unwrap();
    let returns = ReturnOnAdSpend::new(&quarter, &credits, 0.5, &KpiOptions::default()).unwrap();
    // Whole: 680 / 15; (340 - 15) / 15; 15 / 13.
    assert_near(returns.whole.roas, 680.0 / 15.0);
    assert_near(returns.whole.roi, 325.0 / 15.0);
    assert_near(returns.whole.cost_per_conversion, 15.0 / 13.0);
    // Without touches: 40 + 50 + 30 + 90 = 210 of four purchases.
    assert_near(returns.credited.roas, 470.0 / 15.0);
    assert_near(returns.credited.cost_per_conversion, 15.0 / 9.0);
    // social: 1/2 of 60 and of 80, all of 25 = 95 for 10, two purchases' worth of credit.
    let social = returns.channel("social").unwrap();
    assert_near(social.roas, 9.5);
    assert_near(social.roi, 3.75);
    assert_near(social.cost_per_conversion, 5.0);
    // search: 30 of ann, 20 of cem, 2/3 of jon's 40 = 230/3 for 5; credit 1/2 + 1 + 2/3 = 13/6.
    let search = returns.channel("search").unwrap();
    assert_near(search.roas, 46.0 / 3.0);
    assert_near(search.roi, (115.0 / 3.0 - 5.0) / 5.0);
    assert_near(search.cost_per_conversion, 30.0 / 13.0);
    let mail = returns.channel("e-mail").unwrap();
    assert_eq!(
        (mail.spend, mail.roas, mail.roi, mail.cost_per_conversion),
        (Some(0.0), None, None, None)
    );
}

#[test]
fn time_and_touches_to_a_purchase() {
    let log = log();
    let paths = PurchasePaths::new(&quarter(&log), &KpiOptions::default()).unwrap();
    // Hours: 1 1 1 2 24 26 27 48 49, 179 in all. Positions 0.8, 2, 4, 6, 7.2 of 0 to 8: 1, 1, 24,
    // 27, 48 + 0.2.
    assert_eq!(paths.population, 9);
    assert_near(paths.days.mean.mean, 179.0 / 9.0 * HOUR);
    for (probability, hours) in [
        (0.1, 1.0),
        (0.25, 1.0),
        (0.5, 24.0),
        (0.75, 27.0),
        (0.9, 48.2),
    ] {
        assert_near(paths.days.quantile(probability), hours * HOUR);
    }
    // Binomial(9, 1/2): P(<= 1) = 10 / 512 < 0.025 < P(<= 2), so the median lies from the 2nd to
    // the 8th.
    let interval = paths.days.quantiles[2].interval.unwrap();
    assert_near(interval.low(), HOUR);
    assert_near(interval.high(), 48.0 * HOUR);
    // Touches: 1 1 1 1 2 2 2 3 3.
    assert_near(paths.touches.mean.mean, 16.0 / 9.0);
    assert_eq!(
        (paths.touches.quantile(0.5), paths.touches.largest),
        (Some(2.0), Some(3.0))
    );
}

#[test]
fn value_by_kind_of_journey() {
    let log = log();
    let shares = KindShares::new(
        &quarter(&log),
        &KpiOptions::default().with_offline(offline()),
    )
    .unwrap();
    let of = |kind| {
        shares
            .kind(kind)
            .map(|row| (row.persons, row.purchases.count, row.value))
            .unwrap()
    };
    // Online only: ann's three (150), bob 30, cem's second 20, eve's second 30, fay 25, leo 45.
    // Store only: dan 100, ida 90. Online to the store: cem's first, 80. Store to online: eve's
    // first, 70. Online with a visit to the store: jon, 40.
    assert_eq!(of(JourneyKind::OnlineOnly), (6, 8, 300.0));
    assert_eq!(of(JourneyKind::OfflineOnly), (2, 2, 190.0));
    assert_eq!(of(JourneyKind::OnlineToOffline), (1, 1, 80.0));
    assert_eq!(of(JourneyKind::OfflineToOnline), (1, 1, 70.0));
    assert_eq!(of(JourneyKind::OnlineViaOffline), (1, 1, 40.0));
    assert_eq!(
        (of(JourneyKind::OfflineViaOnline), of(JourneyKind::Unknown)),
        ((0, 0, 0.0), (0, 0, 0.0))
    );
    assert_eq!((shares.population, shares.value), (13, 680.0));
    assert_near(
        shares.kind(JourneyKind::OfflineOnly).unwrap().value_share,
        190.0 / 680.0,
    );
    // Kinds of one person are left out; with three such, nobody can be told by subtraction.
    let few = KpiOptions::default()
        .with_offline(offline())
        .with_minimum(MinimumGroup::new(2).unwrap());
    let shown = KindShares::new(&quarter(&log), &few).unwrap();
    assert!(
        shown.kinds.iter().all(|row| row.persons != 1)
            && shown.kind(JourneyKind::OfflineOnly).is_some()
    );
}

#[test]
fn opened_and_clicked_mails() {
    let log = log();
    let histories = PersonTimelines::new(&log).unwrap();
    let rates = EmailRates::new(
        &histories,
        "e-mail",
        Some("campaign"),
        &KpiOptions::default(),
    )
    .unwrap();
    // bob's arrived and was clicked, eve's arrived and was opened, hal's arrived, leo's was opened
    // and nobody saw it arrive.
    assert_eq!((rates.population, rates.delivered), (4, 3));
    assert_eq!(
        (
            counts(&rates.opened),
            counts(&rates.clicked),
            counts(&rates.clicked_of_opened)
        ),
        ((2, 3), (1, 3), (1, 3))
    );
    let later = TimeRange::new(super::JANUARY + 31 * super::DAY, super::APRIL).unwrap();
    let rates = EmailRates::new(
        &histories,
        "e-mail",
        Some("campaign"),
        &KpiOptions::default().with_range(later),
    )
    .unwrap();
    assert_eq!(
        (counts(&rates.opened), rates.clicked_of_opened.rate),
        ((0, 1), None)
    );
    let error = EmailRates::new(
        &PersonTimelines::new(&log).unwrap(),
        "e-mail",
        Some("topic"),
        &KpiOptions::default(),
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "no column \"topic\", found: margin, campaign"
    );
}

#[test]
fn a_person_of_several_rare_channels_counts_once_in_what_is_merged() {
    let mut log = Events::new();
    for person in 0..20_u64 {
        log.push(Event::touch(person, 1_000, "a")).unwrap();
        log.push(Event::touch(person, 1_000, "b")).unwrap();
        log.push(Event::conversion(person, 1_001)).unwrap();
    }
    // zoe alone used three channels
    for (at, channel) in (0..).zip(["x", "y", "z"]) {
        log.push(Event::touch("zoe", 2_000 + at, channel)).unwrap();
    }
    log.push(Event::conversion("zoe", 2_100)).unwrap();
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let minimum = MinimumGroup::new(3).unwrap();
    let options = KpiOptions::default().with_minimum(minimum);
    let rates = ConversionRates::new(&journeys, &options).unwrap();
    // one of the others joins her
    let shown: Vec<(&str, (u64, u64))> = rates
        .by_channel
        .iter()
        .map(|row| (row.channel.as_str(), counts(&row.rate)))
        .collect();
    assert_eq!(shown, [("b", (20, 20)), (OTHER, (21, 21))]);
    let options = options.with_minimum(minimum.with_small(SmallGroups::Suppress));
    let rates = ConversionRates::new(&journeys, &options).unwrap();
    assert_eq!(rates.by_channel.len(), 1);
}

#[test]
fn a_credit_that_is_rounding_has_no_return() {
    let mut log = Events::new();
    for (channel, cost) in [("tv", 10.0), ("search", 1e-310), ("radio", 5.0)] {
        log.push(Event::touch("ann", 1_767_225_600, channel).with_cost(cost))
            .unwrap();
    }
    log.push(Event::conversion("ann", 1_767_229_200).with_value(20.0))
        .unwrap();
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    struct Traces;
    impl AttributionModel for Traces {
        fn weigh(&self, _: Journey<'_>, weights: &mut [f64]) -> f64 {
            // touches of a second keep their order: tv, search, radio
            weights.copy_from_slice(&[1e-16, 1.0, 0.0]);
            0.0
        }
    }
    let credits = attribute(&journeys, &Traces).unwrap();
    let returns = ReturnOnAdSpend::new(&journeys, &credits, 1.0, &KpiOptions::default()).unwrap();
    let of = |name: &str| *returns.channel(name).unwrap();
    assert_eq!(
        (of("tv").roas, of("tv").roi, of("tv").cost_per_conversion),
        (None, None, None)
    );
    assert_eq!((of("radio").roas, of("radio").roi), (Some(0.0), Some(-1.0)));
    assert_eq!(of("search").roas, None, "20 / 1e-310 is no number");
}

#[test]
fn channels_of_few_customers_are_merged_and_totals_kept() {
    let mut log = Events::new();
    let persons = [("tv", 5), ("search", 2), ("radio", 1)]
        .into_iter()
        .flat_map(|(channel, buyers)| (0..buyers).map(move |at| (channel, at)));
    for (channel, at) in persons {
        let person = format!("{channel} {at}");
        log.push(Event::touch(person.as_str(), 1_767_225_600, channel).with_cost(4.0))
            .unwrap();
        log.push(Event::conversion(person.as_str(), 1_767_229_200).with_value(20.0))
            .unwrap();
    }
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let minimum = MinimumGroup::new(2).unwrap();
    let at_least = |minimum: &MinimumGroup| KpiOptions::default().with_minimum(*minimum);
    let acquired = |minimum: &MinimumGroup| {
        CustomerAcquisitionCost::new(&journeys, &LastTouch, &at_least(minimum)).unwrap()
    };
    let (all, shown) = (acquired(&MinimumGroup::default()), acquired(&minimum));
    // radio's one is found by subtraction unless search joins it
    let rows: Vec<_> = shown
        .channels
        .iter()
        .map(|row| {
            (
                row.channel.as_str(),
                row.new_customers,
                row.spend,
                row.cost_per_customer,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("tv", 5.0, Some(20.0), Some(4.0)),
            ("(other)", 3.0, Some(12.0), Some(4.0))
        ]
    );
    assert_eq!(
        (shown.new_customers, shown.spend),
        (all.new_customers, all.spend)
    );
    let credits = attribute(&journeys, &LastTouch).unwrap();
    let returned = |minimum: &MinimumGroup| {
        ReturnOnAdSpend::new(&journeys, &credits, 0.5, &at_least(minimum)).unwrap()
    };
    let (returns, shown) = (returned(&MinimumGroup::default()), returned(&minimum));
    let other = &shown.channels[1];
    assert_eq!(
        (
            shown.channels.len(),
            other.channel.as_str(),
            other.figures.value
        ),
        (2, "(other)", 60.0)
    );
    assert_eq!(
        (other.figures.roas, other.figures.roi),
        (Some(5.0), Some(1.5))
    );
    assert_eq!(
        (shown.whole, shown.credited),
        (returns.whole, returns.credited)
    );
    let few = MinimumGroup::new(9).unwrap();
    assert!(acquired(&few).channels.is_empty() && returned(&few).channels.is_empty());
    let months = Periods::days("2026-01-01".parse().unwrap(), 2, 30, &TimeZone::utc()).unwrap();
    let retention = |minimum: &MinimumGroup| {
        Retention::new(
            &Purchases::new(&journeys).unwrap(),
            30.0,
            &at_least(minimum).with_periods(months.clone()),
        )
        .unwrap()
        .periods
        .len()
    };
    assert_eq!((retention(&minimum), retention(&few)), (2, 0));
}
