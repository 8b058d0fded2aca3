//! What more threads bring, and what each step costs beside reading the touches once: building,
//! evidence and scoring on 1, 2, 4 .. threads, medians of five rounds in which every step takes its
//! turn. Compared with `read_once`: summing 13 bytes a touch, which itself gains little from a
//! second thread where one can exhaust the memory's bandwidth. `times` is how many times as fast as
//! on one thread, `x read_once` the seconds on all threads as a multiple of its own. Building is
//! also compared with builds side by side, a thread each, which share nothing but the machine: what
//! it allows.
//!
//! `JOURNEYS` sets how many journeys; a million otherwise, of 4 touches in the mean. Building is
//! from at most 10 million rows. Logs of 1,000 and 40,000 rows, as services score all day, go from
//! rows to the credit of eight models.

#[path = "common/eight.rs"]
mod eight;
#[path = "common/events.rs"]
mod events;
#[path = "common/yardstick.rs"]
mod yardstick;

use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{Linear, TimeDecay};
use mixtouch::attribution::shapley::SetRateShapley;
use mixtouch::{Fit, JourneyOptions, Journeys, attribute};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: usize = 5;
/// Persons of about 10 million rows.
const BUILT: u64 = 2_470_000;

/// What is measured; journeys that it makes are given back off the clock.
type Step<'a> = (&'static str, Box<dyn Fn() -> Option<Journeys> + Sync + 'a>);

fn main() {
    let measured = std::env::args().any(|argument| argument == "--bench");
    let persons = if measured { events::asked() } else { 1_000 };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let counts = std::iter::successors(Some(1), |count| Some(count * 2))
        .take_while(|&count| count <= cores.max(2));
    let pools: Vec<ThreadPool> = counts.map(pool).collect();
    [247, 9_880]
        .into_iter()
        .for_each(|persons| small(persons, &pools));
    building(persons.min(BUILT), &pools);
    scoring("log, 5 % converting", persons, 0.05, &pools);
    scoring("every journey converting", persons, 1.0, &pools);
}

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("threads can be started")
}

/// Each step a hundred times: one run is too short for a clock.
fn small(persons: u64, pools: &[ThreadPool]) {
    let log = events::log(persons, 0.05);
    let buffer = yardstick::buffer(log.len());
    println!("\na hundred times, {} rows in order of time", log.len());
    let build =
        || Journeys::from_events(&log, JourneyOptions::default()).expect("the log is sound");
    let credit = || {
        let table = eight::comparison().run(&build());
        black_box(table.expect("there are times"));
    };
    let often = |run: &dyn Fn()| (0..100).for_each(|_| run());
    measure(
        &[
            step("read_once", || {
                often(&|| {
                    black_box(yardstick::read_once(black_box(&buffer)));
                })
            }),
            step("build", || often(&|| drop(black_box(build())))),
            step("to the credit of eight models", || often(&credit)),
        ],
        pools,
    );
}

fn building(persons: u64, pools: &[ThreadPool]) {
    let log = events::log(persons, 0.05);
    let buffer = yardstick::buffer(log.len());
    println!("\nbuilding, {} rows in order of time", log.len());
    let build =
        || Some(Journeys::from_events(&log, JourneyOptions::default()).expect("the log is sound"));
    measure(&[read_once(&buffer), ("build", Box::new(build))], pools);
    side_by_side(
        &build,
        pools
            .last()
            .map_or(1, ThreadPool::current_num_threads)
            .min(8),
    );
}

/// What the machine allows: as many builds at once as threads, at most eight, each on one of its
/// own, against one build alone.
fn side_by_side(build: &(impl Fn() -> Option<Journeys> + Sync), threads: usize) {
    let pools: Vec<ThreadPool> = (0..threads).map(|_| pool(1)).collect();
    let seconds = |builds: usize| {
        let mut built: Vec<Option<Journeys>> = (0..builds).map(|_| None).collect();
        let started = Instant::now();
        std::thread::scope(|scope| {
            built
                .iter_mut()
                .zip(&pools)
                .for_each(|(built, pool)| drop(scope.spawn(move || *built = pool.install(build))));
        });
        started.elapsed().as_secs_f64()
    };
    let (alone, beside): (Vec<f64>, Vec<f64>) =
        (0..ROUNDS).map(|_| (seconds(1), seconds(threads))).unzip();
    let (alone, beside) = (median(alone), median(beside));
    let times = threads as f64 * alone / beside;
    println!(
        "one build alone {alone:.4} s, {threads} side by side {beside:.4} s: {times:.2} times as many a second"
    );
}

fn scoring(name: &str, persons: u64, converting: f64, pools: &[ThreadPool]) {
    let journeys = &events::journeys(persons, converting);
    let touches = journeys.totals().touchpoints as usize;
    let buffer = yardstick::buffer(touches);
    println!("\n{name}: {} journeys, {touches} touches", journeys.len());
    let seven_days = TimeDecay::days(7.0).expect("7 days are a half-life");
    let markov = Markov::order(1).expect("there is an order 1");
    measure(
        &[
            read_once(&buffer),
            step("linear, scoring", || {
                attribute(journeys, &Linear).expect("no times needed")
            }),
            step("time-decay, scoring", || {
                attribute(journeys, &seven_days).expect("there are times")
            }),
            evidence("markov, evidence", journeys, markov),
            evidence("shapley-set-rate, evidence", journeys, SetRateShapley),
            evidence(
                "time-to-event, evidence",
                journeys,
                AdditiveHazard::default(),
            ),
            step("eight together", || {
                eight::comparison().run(journeys).expect("there are times")
            }),
        ],
        pools,
    );
}

fn step<'a, T>(name: &'static str, run: impl Fn() -> T + Sync + 'a) -> Step<'a> {
    let measured = move || {
        black_box(run());
        None
    };
    (name, Box::new(measured))
}

fn read_once(buffer: &[u64]) -> Step<'_> {
    step("read_once", || yardstick::read_once(black_box(buffer)))
}

fn evidence<'a, F: Fit + Sync + 'a>(
    name: &'static str,
    journeys: &'a Journeys,
    specification: F,
) -> Step<'a> {
    step(name, move || {
        journeys
            .accumulate(|| specification.evidence(journeys.channels()))
            .is_ok()
    })
}

/// Runs every step on every pool in turn and prints a line for each; the first step is the
/// yardstick.
fn measure(steps: &[Step<'_>], pools: &[ThreadPool]) {
    let mut seconds = vec![vec![Vec::with_capacity(ROUNDS); pools.len()]; steps.len()];
    for _ in 0..ROUNDS {
        for ((_, step), seconds) in steps.iter().zip(&mut seconds) {
            for (pool, seconds) in pools.iter().zip(seconds) {
                let started = Instant::now();
                let built = pool.install(step);
                seconds.push(started.elapsed().as_secs_f64());
                drop(built);
            }
        }
    }
    let medians: Vec<Vec<f64>> = seconds
        .into_iter()
        .map(|pools| pools.into_iter().map(median).collect())
        .collect();
    print!("{:30}", "seconds");
    pools
        .iter()
        .for_each(|pool| print!("{:>9} thr", pool.current_num_threads()));
    println!("{:>9}{:>13}", "times", "x read_once");
    let last = pools.len() - 1;
    for ((name, _), spent) in steps.iter().zip(&medians) {
        print!("{name:30}");
        spent.iter().for_each(|seconds| print!("{seconds:>13.4}"));
        println!(
            "{:>9.2}{:>13.2}",
            spent[0] / spent[last],
            spent[last] / medians[0][last]
        );
    }
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}
