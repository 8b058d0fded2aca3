//! How fast KPIs come out of journeys of 4 touches in the mean, 5 % of which convert, in journeys a second; and how fast a log of
//! a million persons is put in order person by person. Beside them `read_once`: summing 13 bytes a touch once with all threads,
//! which the machine's memory allows. `JOURNEYS` sets how many journeys; a million otherwise.

#[path = "common/events.rs"]
mod events;
#[path = "common/yardstick.rs"]
mod yardstick;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mixtouch::omnichannel::{
    Acquisition, Cohorts, ConversionCounts, ConversionRates, Histories, KindShares, Level, OfflineChannels, PathLengths, Periods,
    PurchasePaths, Purchases, Repurchase, Retention, RfmScore,
};
use mixtouch::{Events, Linear, Zone};
use std::hint::black_box;
use std::time::Duration;

fn journeys(criterion: &mut Criterion) {
    let journeys = events::journeys(events::asked(), 0.05);
    let buffer = yardstick::buffer(journeys.totals().touchpoints as usize);
    let mut group = criterion.benchmark_group("kpis");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    group.throughput(Throughput::Elements(journeys.len() as u64));
    group.bench_function("read_once", |bench| bench.iter(|| yardstick::read_once(black_box(&buffer))));
    group.bench_function("conversion_rates", |bench| bench.iter(|| ConversionRates::of(&journeys, Level::default())));
    group.bench_function("rates_and_paths_in_one_fold", |bench| {
        bench.iter(|| journeys.accumulate(|| (ConversionCounts::new(journeys.channels()), PathLengths::default())));
    });
    group.bench_function("purchase_paths", |bench| bench.iter(|| PurchasePaths::of(&journeys, Level::default())));
    let offline = OfflineChannels::new(["store", "tv"]);
    group.bench_function("kinds", |bench| bench.iter(|| KindShares::of(&journeys, &offline, Level::default())));
    group.bench_function("acquisition", |bench| bench.iter(|| Acquisition::of(&journeys, &Linear)));
    group.bench_function("purchases", |bench| bench.iter(|| Purchases::of(&journeys)));
    let purchases = Purchases::of(&journeys).expect("there are persons");
    let weeks = Periods::days("2026-01-01".parse().expect("a day"), 12, 7, &Zone::utc()).expect("12 weeks");
    group.bench_function("retention", |bench| bench.iter(|| Retention::of(&purchases, &weeks, 7.0, Level::default())));
    group.bench_function("cohorts", |bench| bench.iter(|| Cohorts::of(&purchases, &weeks, Level::default())));
    group.bench_function("repurchase", |bench| bench.iter(|| Repurchase::of(&purchases, Level::default())));
    group.bench_function("rfm", |bench| bench.iter(|| RfmScore::of(&purchases)));
    group.finish();
}

fn histories(criterion: &mut Criterion) {
    let log: Events = events::log(1_000_000, 0.05);
    let mut group = criterion.benchmark_group("histories_of_1M_persons");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    group.throughput(Throughput::Elements(log.len() as u64));
    group.bench_function("order", |bench| bench.iter(|| Histories::new(&log).map(|histories| histories.len())));
    group.finish();
}

criterion_group!(benches, journeys, histories);
criterion_main!(benches);
