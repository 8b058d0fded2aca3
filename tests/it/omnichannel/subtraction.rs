//! A reader subtracts what a report shows from its total. What is left must be of at least the
//! minimum of persons: here 3, while one person, zoe, is alone in every small cell, and has so many
//! purchases that cells seem to be of several persons.

use mixtouch::attribution::rules::LastTouch;
use mixtouch::kpi::customers::{Purchases, Retention};
use mixtouch::kpi::journeys::{ConversionByPeriod, ConversionRates, KindShares};
use mixtouch::kpi::map::{FrequentPaths, JourneyMap, Steps};
use mixtouch::kpi::spend::ReturnOnAdSpend;
use mixtouch::kpi::{KpiOptions, OfflineChannels};
use mixtouch::privacy::{MinimumGroup, SmallGroups};
use mixtouch::time::Periods;
use mixtouch::{Event, Events, JourneyOptions, Journeys, TimeZone, attribute};

use super::{DAY, JANUARY};

fn three() -> KpiOptions {
    KpiOptions::default().with_minimum(MinimumGroup::new(3).unwrap())
}

fn months(count: u32) -> Periods {
    Periods::months("2026-01-01".parse().unwrap(), count, 1, &TimeZone::utc()).unwrap()
}

fn cut(log: &Events) -> Journeys {
    Journeys::from_events(log, JourneyOptions::default()).unwrap()
}

/// Twenty buy once, in January, after one touch. Zoe buys in each of the three months after, in three
/// ways.
fn log() -> Events {
    let mut log = Events::new();
    for person in 0..20_u64 {
        log.push(Event::touch(person, JANUARY, "social")).unwrap();
        let sale = Event::conversion(person, JANUARY + 60).with_value(1.0);
        log.push(sale).unwrap();
    }
    for (month, touch, place) in [
        (1, "social", Some("store")),
        (2, "store", None),
        (3, "store", Some("store")),
    ] {
        let time = JANUARY + (5 + 31 * month) * DAY;
        log.push(Event::touch("zoe", time, touch)).unwrap();
        let sale = Event::conversion("zoe", time + 60).with_value(777.0);
        log.push(match place {
            Some(place) => sale.with_channel(place),
            None => sale,
        })
        .unwrap();
    }
    log
}

/// Nothing is left, or two others' purchases beside all of zoe's.
fn assert_safe(what: &str, total: u64, shown: u64, of_zoe: u64) {
    let left = total - shown;
    assert!(left == 0 || left >= of_zoe + 2, "{what}: {left} are left");
}

#[test]
fn kinds_periods_and_paths_do_not_leave_one_person() {
    let (log, options) = (log(), three());
    let journeys = cut(&log);
    let offline = OfflineChannels::new(["store"]);
    let kinds = KindShares::new(&journeys, &options.clone().with_offline(offline)).unwrap();
    let shown = kinds.kinds.iter().map(|row| row.purchases.count).sum();
    assert_safe("kinds", kinds.population, shown, 3);

    let periods = options.clone().with_periods(months(4));
    let periods = ConversionByPeriod::new(&journeys, &periods).unwrap();
    let shown = periods.periods.iter().map(|row| row.bought.count).sum();
    assert_safe("periods", 23, shown, 3);

    let steps = Steps::channels(journeys.channels());
    let paths = FrequentPaths::new(&journeys, &steps, 10, &options).unwrap();
    let shown = paths.paths.iter().map(|path| path.share.count).sum();
    assert_safe("paths", paths.population, shown, 2);
}

#[test]
fn edges_that_leave_or_reach_a_node_do_not_leave_one_person() {
    let mut log = Events::new();
    let mut walk = |person: u64, start: i64, steps: &[&str]| {
        for (at, step) in (0..).zip(steps) {
            log.push(Event::touch(person, start + at, step)).unwrap();
        }
        log.push(Event::conversion(person, start + 100)).unwrap();
    };
    for person in 0..60 {
        walk(person, JANUARY, &[["a", "b", "c"][person as usize % 3]]);
    }
    // zoe alone goes from one to another, three times
    for (day, steps) in (1..).zip([["a", "b"], ["a", "c"], ["b", "a"]]) {
        walk(99, JANUARY + day * DAY, &steps);
    }
    let journeys = cut(&log);
    let steps = Steps::channels(journeys.channels());
    let all = JourneyMap::new(&journeys, &steps, &KpiOptions::default()).unwrap();
    let shown = JourneyMap::new(&journeys, &steps, &three()).unwrap();
    assert!(!shown.edges.is_empty());
    for node in ["(start)", "(conversion)", "a", "b", "c"] {
        let sum = |map: &JourneyMap, leaves: bool| {
            let edges = map.edges.iter();
            let edges = edges.filter(|edge| {
                let end = if leaves { &edge.from } else { &edge.to };
                end.to_string() == node
            });
            edges.map(|edge| edge.taken.count).sum::<u64>()
        };
        for leaves in [true, false] {
            let left = sum(&all, leaves) - sum(&shown, leaves);
            assert!(left == 0 || left >= 5, "{node} {leaves}: {left} are left");
        }
    }
}

#[test]
fn sales_of_one_person_are_no_group() {
    let mut log = Events::new();
    for person in 0..20_u64 {
        log.push(Event::touch(person, JANUARY, "social")).unwrap();
        log.push(Event::touch(person, JANUARY + 1, "search"))
            .unwrap();
        log.push(Event::conversion(person, JANUARY + 60)).unwrap();
    }
    for sale in 0..20 {
        let time = JANUARY + sale * 1_000;
        for (at, channel) in (0..).zip(["tv", "radio"]) {
            log.push(Event::touch("zoe", time + at, channel)).unwrap();
        }
        log.push(Event::conversion("zoe", time + 60)).unwrap();
    }
    let journeys = cut(&log);
    let credits = attribute(&journeys, &LastTouch).unwrap();
    let rule = MinimumGroup::new(3).unwrap();
    for small in [SmallGroups::Merge, SmallGroups::Suppress] {
        let options = KpiOptions::default().with_minimum(rule.with_small(small));
        let returns = ReturnOnAdSpend::new(&journeys, &credits, 1.0, &options).unwrap();
        assert!(returns.channel("radio").is_none(), "{returns}");
        let shown: f64 = returns
            .channels
            .iter()
            .map(|row| row.figures.conversions)
            .sum();
        assert_safe("returns", 40, shown as u64, 20);
    }
}

#[test]
fn the_others_are_a_group_too() {
    let mut log = Events::new();
    for person in 0..20_u64 {
        for (at, channel) in (0..).zip(["social", "search"]) {
            log.push(Event::touch(person, JANUARY + at, channel))
                .unwrap();
        }
        log.push(Event::conversion(person, JANUARY + 60)).unwrap();
    }
    // all but zoe used two channels; only yan bought untouched
    log.push(Event::touch("zoe", JANUARY, "social")).unwrap();
    log.push(Event::conversion("zoe", JANUARY + 60)).unwrap();
    log.push(Event::conversion("yan", JANUARY + 60)).unwrap();
    let rates = ConversionRates::new(&cut(&log), &three()).unwrap();
    let hidden = [&rates.omnichannel, &rates.cross_channel];
    assert_eq!(
        hidden.map(|rate| (rate.count, rate.population)),
        [(0, 0); 2]
    );
    assert_eq!(rates.buyers_without_touch, None);
    let all = ConversionRates::new(&cut(&log), &KpiOptions::default()).unwrap();
    assert_eq!(
        (all.cross_channel.count, all.cross_channel.population),
        (20, 21)
    );
    assert_eq!(all.buyers_without_touch, Some(1));
}

#[test]
fn a_period_of_many_customers_does_not_show_its_one_buyer() {
    let mut log = Events::new();
    for person in 0..20_u64 {
        log.push(Event::conversion(person, JANUARY + DAY)).unwrap();
    }
    log.push(Event::conversion("zoe", JANUARY + 40 * DAY))
        .unwrap();
    let options = JourneyOptions::default().with_observation_end(JANUARY + 80 * DAY);
    let journeys = Journeys::from_events(&log, options).unwrap();
    let purchases = Purchases::new(&journeys).unwrap();
    let retention = |options: KpiOptions| {
        Retention::new(&purchases, 60.0, &options.with_periods(months(2))).unwrap()
    };
    assert_eq!(retention(KpiOptions::default()).periods[1].buyers, Some(1));
    let shown = retention(three());
    let new = shown
        .periods
        .iter()
        .filter_map(|row| row.new_customers)
        .sum();
    assert_safe("new customers", shown.population, new, 1);
}
