//! How fast each model fits and scores a million journeys of 4 touches in the mean, in journeys a second: `log`, where 5 % of
//! them convert and rules read those only, and `converting`, where every one does. Beside them `read_once`: summing 13 bytes a
//! touch once with all threads, which the machine's memory allows, and `compare`: the eight usual models in one go.

#[path = "common/events.rs"]
mod events;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use mixtouch::{
    AttributionModel, Comparison, FirstTouch, Fit, JourneyOptions, Journeys, LastNonDirect, LastTouch, Linear, Markov, Position,
    SetRateShapley, SubsetSumShapley, TimeDecay, attribute,
};
use std::hint::black_box;
use std::time::Duration;

type Group<'a> = BenchmarkGroup<'a, WallTime>;

fn rule(group: &mut Group<'_>, name: &str, journeys: &Journeys, model: &impl AttributionModel) {
    group.bench_function(name, |bench| bench.iter(|| attribute(journeys, model).expect("the journeys have what it needs")));
}

fn fitted<F: Fit + Sync>(group: &mut Group<'_>, name: &str, journeys: &Journeys, specification: &F) {
    group.bench_function(name, |bench| {
        bench.iter(|| {
            let model = specification.fit(journeys).expect("the journeys support a model");
            attribute(journeys, &model).expect("the journeys have what it needs")
        });
    });
}

fn score(criterion: &mut Criterion) {
    let seven_days = || TimeDecay::days(7.0).expect("7 days are a half-life");
    let first_order = || Markov::order(1).expect("there is an order 1");
    for (name, converting) in [("log", 0.05), ("converting", 1.0)] {
        let journeys = Journeys::from_events(&events::log(1_000_000, converting), JourneyOptions::default()).expect("the log is sound");
        let buffer = events::buffer(journeys.totals().touchpoints as usize);
        let mut group = criterion.benchmark_group(format!("score_1M_journeys/{name}"));
        group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
        group.throughput(Throughput::Elements(journeys.len() as u64));
        group.bench_function("read_once", |bench| bench.iter(|| events::read_once(black_box(&buffer))));
        rule(&mut group, "last_touch", &journeys, &LastTouch);
        rule(&mut group, "first_touch", &journeys, &FirstTouch);
        fitted(&mut group, "last_non_direct", &journeys, &LastNonDirect::default());
        rule(&mut group, "linear", &journeys, &Linear);
        rule(&mut group, "time_decay", &journeys, &seven_days());
        rule(&mut group, "position_based", &journeys, &Position::u());
        fitted(&mut group, "markov", &journeys, &first_order());
        rule(&mut group, "subset_sum_shapley", &journeys, &SubsetSumShapley);
        fitted(&mut group, "set_rate_shapley", &journeys, &SetRateShapley);
        group.bench_function("compare", |bench| {
            bench.iter(|| {
                let rules = Comparison::new().model("last", LastTouch).model("first", FirstTouch).model("linear", Linear);
                let rules = rules.model("decay", seven_days()).model("position", Position::u()).model("shapley", SubsetSumShapley);
                rules.fit("last non-direct", LastNonDirect::default()).fit("markov", first_order()).run(&journeys)
            });
        });
        group.finish();
    }
}

criterion_group!(benches, score);
criterion_main!(benches);
