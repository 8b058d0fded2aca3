//! Evidence and removal effects of Markov chains on simulated journeys: mean length 4, 5 % converting, channels from a chain of
//! their own. `JOURNEYS` sets how many (10,000,000 is the size the goals speak of).

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mixtouch::{Event, Events, Fit, JourneyOptions, Journeys, Markov, Random};
use std::hint::black_box;

/// Journeys over `channels` channels that follow one another as a chain with a favourite few would have them.
fn journeys(persons: u64, channels: u64) -> Journeys {
    let names: Vec<String> = (0..channels).map(|channel| format!("channel {channel:04}")).collect();
    let mut builder = mixtouch::JourneyBuilder::new(JourneyOptions::default());
    let random = Random::new(7);
    for chunk in 0..persons.div_ceil(100_000) {
        let mut log = Events::new();
        for person in chunk * 100_000..persons.min((chunk + 1) * 100_000) {
            push(&mut log, person, &mut random.stream(person), &names);
        }
        builder.extend(&log).expect("the log is valid");
    }
    builder.build().expect("the log is valid")
}

fn push(log: &mut Events, person: u64, random: &mut Random, names: &[String]) {
    let channels = names.len() as u64;
    let (mut time, mut at) = (1_767_225_600 + random.index(7_000_000) as i64, random.index(channels));
    loop {
        log.push(Event::touch(person, time, &names[at as usize])).expect("a valid touch");
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
        log.push(Event::conversion(person, time).with_value(random.uniform())).expect("a valid conversion");
    }
}

fn read_once(criterion: &mut Criterion) {
    let buffer = vec![1u64; 520_000_000 / 8];
    let mut group = criterion.benchmark_group("yardstick");
    group.sample_size(10).throughput(Throughput::Bytes(520_000_000));
    group.bench_function("read once", |bencher| {
        bencher.iter(|| {
            let (left, right) = black_box(&buffer).split_at(buffer.len() / 2);
            let sum = |half: &[u64]| half.iter().fold(0u64, |sum, word| sum.wrapping_add(*word));
            rayon::join(|| sum(left), || sum(right))
        });
    });
}

fn markov(criterion: &mut Criterion) {
    let persons = std::env::var("JOURNEYS").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let mut group = criterion.benchmark_group("markov");
    group.sample_size(10);
    for (channels, orders) in [(10, 1..=1), (30, 1..=4)] {
        let journeys = journeys(persons, channels);
        group.throughput(Throughput::Elements(journeys.totals().touchpoints as u64));
        for order in orders {
            let markov = Markov::order(order).expect("a valid order");
            let name = format!("order {order}, {channels} channels");
            group.bench_function(BenchmarkId::new("evidence", &name), |bencher| {
                bencher.iter(|| journeys.accumulate(|| markov.evidence(journeys.channels())));
            });
            group.bench_function(BenchmarkId::new("fit", &name), |bencher| bencher.iter(|| markov.fit(&journeys)));
        }
    }
}

criterion_group!(benches, read_once, markov);
criterion_main!(benches);
