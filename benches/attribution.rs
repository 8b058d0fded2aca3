//! How fast each model gathers its evidence and scores, apart, and how fast eight of them run
//! together, in touches a second: on a `log`, where 5 % of the journeys convert and rules read
//! those only, and `converting`, where every one does. Compared with `read_once`: summing 13 bytes
//! a touch once with all threads, which the machine's memory allows.
//!
//! `JOURNEYS` sets how many journeys; a million otherwise, of 4 touches in the mean.

#[path = "common/eight.rs"]
mod eight;
#[path = "common/events.rs"]
mod events;
#[path = "common/yardstick.rs"]
mod yardstick;

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{
    FirstTouch, LastNonDirect, LastTouch, Linear, Position, TimeDecay,
};
use mixtouch::attribution::shapley::{SetRateShapley, SimplifiedShapley};
use mixtouch::{AttributionModel, Fit, Journeys, attribute};
use std::hint::black_box;
use std::time::Duration;

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// The scoring of a model that is ready.
fn score(group: &mut Group<'_>, name: &str, journeys: &Journeys, model: &impl AttributionModel) {
    group.bench_function(BenchmarkId::new("score", name), |bench| {
        bench.iter(|| attribute(journeys, model).expect("the journeys have what it needs"));
    });
}

/// The evidence of a model that learns, and the scoring once it has.
fn learn<F: Fit + Sync>(group: &mut Group<'_>, name: &str, journeys: &Journeys, specification: &F) {
    group.bench_function(BenchmarkId::new("evidence", name), |bench| {
        bench.iter(|| {
            journeys
                .accumulate(|| specification.evidence(journeys.channels()))
                .expect("evidence of one arena")
        });
    });
    score(
        group,
        name,
        journeys,
        &specification
            .fit(journeys)
            .expect("the journeys support a model"),
    );
}

fn models(criterion: &mut Criterion) {
    for (name, converting) in [("log", 0.05), ("converting", 1.0)] {
        let journeys = events::journeys(events::asked(), converting);
        let touches = journeys.totals().touchpoints as usize;
        let buffer = yardstick::buffer(touches);
        let mut group = criterion.benchmark_group(format!("attribution/{name}"));
        group
            .sample_size(10)
            .warm_up_time(Duration::from_millis(500))
            .measurement_time(Duration::from_secs(2));
        group.throughput(Throughput::Elements(touches as u64));
        group.bench_function("read_once", |bench| {
            bench.iter(|| yardstick::read_once(black_box(&buffer)))
        });
        score(&mut group, "last-touch", &journeys, &LastTouch);
        score(&mut group, "first-touch", &journeys, &FirstTouch);
        let non_direct = LastNonDirect::default()
            .fit(&journeys)
            .expect("names alone are needed");
        score(&mut group, "last-non-direct", &journeys, &non_direct);
        score(&mut group, "linear", &journeys, &Linear);
        score(
            &mut group,
            "time-decay",
            &journeys,
            &TimeDecay::days(7.0).expect("7 days are a half-life"),
        );
        score(&mut group, "position-based", &journeys, &Position::u());
        score(&mut group, "shapley", &journeys, &SimplifiedShapley);
        learn(&mut group, "shapley-set-rate", &journeys, &SetRateShapley);
        learn(
            &mut group,
            "markov",
            &journeys,
            &Markov::order(1).expect("there is an order 1"),
        );
        learn(
            &mut group,
            "time-to-event",
            &journeys,
            &AdditiveHazard::default(),
        );
        group.bench_function("eight together", |bench| {
            bench.iter(|| {
                eight::comparison()
                    .run(&journeys)
                    .expect("the journeys have what all eight need")
            });
        });
        group.finish();
    }
}

criterion_group!(benches, models);
criterion_main!(benches);
