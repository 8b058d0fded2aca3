//! How fast journeys come out of events: one batch of rows in order of time, 12 channels, 5 % of
//! persons convert, lookback 30 days. In rows a second, beside `read_once`: summing 13 bytes a row
//! once with all threads, which the machine's memory allows; and beside `spread`, the part of the
//! work that is done while rows come in.

#[path = "common/events.rs"]
mod events;
#[path = "common/yardstick.rs"]
mod yardstick;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mixtouch::journeys::Transform;
use mixtouch::{JourneyBuilder, JourneyOptions, Journeys};
use std::hint::black_box;
use std::time::Duration;

fn build(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("build_journeys");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(5));
    // 4.05 rows a person: 4 touches in the mean and a conversion of every twentieth
    for (name, persons) in [("1M_events", 247_000), ("10M_events", 2_470_000)] {
        let log = events::log(persons, 0.05);
        let buffer = yardstick::buffer(log.len());
        group.throughput(Throughput::Elements(log.len() as u64));
        group.bench_function(format!("read_once/{name}"), |bench| {
            bench.iter(|| yardstick::read_once(black_box(&buffer)))
        });
        group.bench_function(format!("default/{name}"), |bench| {
            bench.iter(|| {
                Journeys::from_events(&log, JourneyOptions::default()).expect("the log is sound")
            });
        });
        group.bench_function(format!("spread/{name}"), |bench| {
            bench.iter(|| {
                let mut builder = JourneyBuilder::new(JourneyOptions::default());
                builder.extend(&log).expect("the log is sound");
                builder
            });
        });
        // journeys with touches of their own, not runs of the timeline
        group.bench_function(format!("exposure/{name}"), |bench| {
            let options = JourneyOptions::default().with_transform(Transform::Exposure);
            bench.iter(|| Journeys::from_events(&log, options.clone()).expect("the log is sound"));
        });
    }
    group.finish();
}

criterion_group!(benches, build);
criterion_main!(benches);
