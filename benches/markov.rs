//! Evidence, evidence and removal effects together (`fit`), and bootstrap replicates of Markov
//! chains, in touches a second: orders 1 to 4 over channels that follow one another as a chain of
//! their own. Compared with `read_once`: summing 13 bytes a touch once with all threads, which the
//! machine's memory allows.
//!
//! `JOURNEYS` sets how many journeys; a million otherwise, of 4 touches in the mean, 5 %
//! converting.

#[path = "common/events.rs"]
mod events;
#[path = "common/yardstick.rs"]
mod yardstick;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use events::random::Random;
use mixtouch::attribution::Bootstrap;
use mixtouch::attribution::markov::Markov;
use mixtouch::{Comparison, Event, Events, Fit, JourneyBuilder, JourneyOptions, Journeys};
use std::hint::black_box;
use std::time::Duration;

/// Journeys over `channels` channels that follow one another as a chain with a favourite few would
/// have them.
fn journeys(persons: u64, channels: u64) -> Journeys {
    let names: Vec<String> = (0..channels)
        .map(|channel| format!("channel {channel:04}"))
        .collect();
    let random = Random::new(7);
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    events::fill_with(&mut builder, persons, |person, log| {
        push(log, person, &mut random.stream(person), &names)
    });
    builder.build().expect("the log is valid")
}

fn push(log: &mut Events, person: u64, random: &mut Random, names: &[String]) {
    let channels = names.len() as u64;
    let (mut time, mut at) = (
        1_767_225_600 + random.index(7_000_000) as i64,
        random.index(channels),
    );
    loop {
        log.push(Event::touch(person, time, &names[at as usize]))
            .expect("a valid touch");
        time += 1 + random.exponential(1.0 / 40_000.0) as i64;
        if !random.chance(0.75) {
            break;
        }
        if random.chance(0.7) {
            // Skewed towards the neighbours of the last channel.
            let jump = (random.uniform() * random.uniform() * channels as f64) as u64;
            at = (at + 1 + jump) % channels;
        }
    }
    if random.chance(0.05) {
        log.push(Event::conversion(person, time).with_value(random.uniform()))
            .expect("a valid conversion");
    }
}

fn markov(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("markov");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    for (channels, orders) in [(10, 1..=1), (30, 1..=4)] {
        let journeys = journeys(events::asked(), channels);
        let touches = journeys.totals().touchpoints as usize;
        let buffer = yardstick::buffer(touches);
        group.throughput(Throughput::Elements(touches as u64));
        group.bench_function(format!("read_once/{channels} channels"), |bencher| {
            bencher.iter(|| yardstick::read_once(black_box(&buffer)));
        });
        for order in orders {
            let markov = Markov::order(order).expect("a valid order");
            let name = format!("order {order}, {channels} channels");
            group.bench_function(BenchmarkId::new("evidence", &name), |bencher| {
                bencher.iter(|| journeys.accumulate(|| markov.evidence(journeys.channels())));
            });
            group.bench_function(BenchmarkId::new("fit", &name), |bencher| {
                bencher.iter(|| markov.fit(&journeys))
            });
        }
        group.bench_function(
            format!("10 replicates/order 1, {channels} channels"),
            |bencher| {
                bencher.iter(|| {
                    let markov =
                        Comparison::new().fit("markov", Markov::order(1).expect("a valid order"));
                    markov
                        .bootstrap(Bootstrap::new(10, 1).expect("valid"))
                        .run(&journeys)
                });
            },
        );
    }
}

criterion_group!(benches, markov);
criterion_main!(benches);
