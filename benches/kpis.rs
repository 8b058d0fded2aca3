//! How fast KPIs come out of journeys of 4 touches in the mean, 5 % of which convert, in journeys a
//! second; and how fast a log of a million persons is put in order person by person. Beside them
//! `read_once`: summing 13 bytes a touch once with all threads, which the machine's memory allows.
//! `JOURNEYS` sets how many journeys; a million otherwise.

#[path = "common/events.rs"]
mod events;
#[path = "common/yardstick.rs"]
mod yardstick;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mixtouch::attribution::rules::Linear;
use mixtouch::kpi::customers::{
    CartAbandonment, CartOptions, Cohorts, Purchases, Repurchase, Retention, RfmScore,
};
use mixtouch::kpi::journeys::{
    ConversionCounts, ConversionRates, KindCounts, KindShares, PathLengths, PurchasePaths,
};
use mixtouch::kpi::map::{FrequentPaths, JourneyMap, MapCounts, PathCounts, Steps};
use mixtouch::kpi::service::{Questions, VoiceOfCustomer};
use mixtouch::kpi::spend::CustomerAcquisitionCost;
use mixtouch::kpi::{KpiOptions, OfflineChannels, PersonTimelines};
use mixtouch::time::Periods;
use mixtouch::{Event, Events, Kind, TimeZone};
use std::hint::black_box;
use std::time::Duration;

fn journeys(criterion: &mut Criterion) {
    let journeys = events::journeys(events::asked(), 0.05);
    let buffer = yardstick::buffer(journeys.totals().touchpoints as usize);
    let offline = OfflineChannels::new(["store", "tv"]);
    let options = KpiOptions::default().with_offline(offline);
    let mut group = criterion.benchmark_group("kpis");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    group.throughput(Throughput::Elements(journeys.len() as u64));
    group.bench_function("read_once", |bench| {
        bench.iter(|| yardstick::read_once(black_box(&buffer)))
    });
    group.bench_function("conversion_rates", |bench| {
        bench.iter(|| ConversionRates::new(&journeys, &options))
    });
    group.bench_function("rates_and_paths_in_one_fold", |bench| {
        bench.iter(|| {
            journeys.accumulate(|| {
                (
                    ConversionCounts::new(journeys.channels()),
                    PathLengths::default(),
                )
            })
        });
    });
    group.bench_function("purchase_paths", |bench| {
        bench.iter(|| PurchasePaths::new(&journeys, &options))
    });
    group.bench_function("kinds", |bench| {
        bench.iter(|| KindShares::new(&journeys, &options))
    });
    let steps = Steps::channels(journeys.channels());
    group.bench_function("journey_map", |bench| {
        bench.iter(|| JourneyMap::new(&journeys, &steps, &options))
    });
    group.bench_function("frequent_paths", |bench| {
        bench.iter(|| FrequentPaths::new(&journeys, &steps, 20, &options))
    });
    group.bench_function("rates_paths_kinds_map_and_ways_in_one_fold", |bench| {
        let kinds = KindCounts::new(&journeys, &options).expect("the channels are there");
        let start = || {
            let counts = (
                ConversionCounts::new(journeys.channels()),
                PathLengths::default(),
            );
            (
                counts,
                (
                    kinds.clone(),
                    (MapCounts::new(steps.clone()), PathCounts::new(&steps)),
                ),
            )
        };
        bench.iter(|| journeys.accumulate(start));
    });
    group.bench_function("acquisition", |bench| {
        bench.iter(|| CustomerAcquisitionCost::new(&journeys, &Linear, &options))
    });
    group.bench_function("purchases", |bench| {
        bench.iter(|| Purchases::new(&journeys))
    });
    let purchases = Purchases::new(&journeys).expect("there are persons");
    let weeks = Periods::days(
        "2026-01-01".parse().expect("a day"),
        12,
        7,
        &TimeZone::utc(),
    )
    .expect("12 weeks");
    let weekly = options.clone().with_periods(weeks);
    group.bench_function("retention", |bench| {
        bench.iter(|| Retention::new(&purchases, 7.0, &weekly))
    });
    group.bench_function("cohorts", |bench| {
        bench.iter(|| Cohorts::new(&purchases, &weekly))
    });
    group.bench_function("repurchase", |bench| {
        bench.iter(|| Repurchase::new(&purchases, &options))
    });
    group.bench_function("rfm", |bench| bench.iter(|| RfmScore::all(&purchases)));
    group.finish();
}

fn histories(criterion: &mut Criterion) {
    let log: Events = events::log(1_000_000, 0.05);
    let mut group = criterion.benchmark_group("histories_of_1M_persons");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    group.throughput(Throughput::Elements(log.len() as u64));
    group.bench_function("order", |bench| {
        bench.iter(|| PersonTimelines::new(&log).map(|histories| histories.len()))
    });
    let log = surveyed(&log);
    let (histories, grouping) = (
        PersonTimelines::new(&log).expect("the log is short enough"),
        KpiOptions::default(),
    );
    group.bench_function("voice", |bench| {
        bench.iter(|| VoiceOfCustomer::new(&histories, &Questions::default(), &grouping))
    });
    group.bench_function("carts", |bench| {
        bench.iter(|| CartAbandonment::new(&histories, &CartOptions::default(), &grouping))
    });
    group.finish();
}

/// The log with a cart and an answer of every tenth person.
fn surveyed(log: &Events) -> Events {
    let mut more = Events::new().keep_all();
    for person in (0..1_000_000u64).step_by(10) {
        let time = 1_775_000_000 + person as i64;
        more.push(
            Event::of_kind(Kind::Cart, person, time)
                .with_channel("app")
                .with_value(20.0),
        )
        .expect("the row is sound");
        let answer = Event::of_kind(Kind::Survey, person, time)
            .with_goal("nps")
            .with_value((person / 10 % 11) as f64);
        more.push(answer).expect("the row is sound");
    }
    more.append(log).expect("there are few channels");
    more
}

criterion_group!(benches, journeys, histories);
criterion_main!(benches);
