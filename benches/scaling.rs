//! What more threads bring, and what each step costs beside reading the touches once: building, evidence and scoring on 1, 2, 4 ..
//! threads, medians of five rounds in which every step takes its turn. Compared with `read_once`: summing 13 bytes a touch, which
//! itself gains little from a second thread where one can exhaust the memory's bandwidth. `times` is how many times as fast as on
//! one thread, `x read_once` the seconds on all threads as a multiple of its own.
//!
//! `JOURNEYS` sets how many journeys; a million otherwise, of 4 touches in the mean. Building is from at most 10 million rows.

#[path = "common/eight.rs"]
mod eight;
#[path = "common/events.rs"]
mod events;
#[path = "common/yardstick.rs"]
mod yardstick;

use mixtouch::{Fit, JourneyOptions, Journeys, Linear, Markov, SetRateShapley, TimeDecay, TimeToEvent, attribute};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: usize = 5;
/// Persons of about 10 million rows.
const BUILT: u64 = 2_470_000;

type Step<'a> = (&'static str, Box<dyn Fn() + Sync + 'a>);

fn main() {
    let measured = std::env::args().any(|argument| argument == "--bench");
    let persons = if measured { events::asked() } else { 1_000 };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let counts = std::iter::successors(Some(1), |count| Some(count * 2)).take_while(|&count| count <= cores.max(2));
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
    let pools: Vec<ThreadPool> = counts.map(pool).collect();
    building(persons.min(BUILT), &pools);
    scoring("log, 5 % converting", persons, 0.05, &pools);
    scoring("every journey converting", persons, 1.0, &pools);
}

fn building(persons: u64, pools: &[ThreadPool]) {
    let log = events::log(persons, 0.05);
    let buffer = yardstick::buffer(log.len());
    println!("\nbuilding, {} rows in order of time", log.len());
    let build = || {
        black_box(Journeys::from_events(&log, JourneyOptions::default()).expect("the log is sound"));
    };
    measure(&[read_once(&buffer), ("build", Box::new(build))], pools);
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
            ("linear, scoring", Box::new(|| drop(black_box(attribute(journeys, &Linear).expect("no times needed"))))),
            ("time-decay, scoring", Box::new(|| drop(black_box(attribute(journeys, &seven_days).expect("there are times"))))),
            evidence("markov, evidence", journeys, markov),
            evidence("shapley-set-rate, evidence", journeys, SetRateShapley),
            evidence("time-to-event, evidence", journeys, TimeToEvent::default()),
            ("eight together", Box::new(|| drop(black_box(eight::comparison().run(journeys).expect("there are times"))))),
        ],
        pools,
    );
}

fn read_once(buffer: &[u64]) -> Step<'_> {
    let read = || {
        black_box(yardstick::read_once(black_box(buffer)));
    };
    ("read_once", Box::new(read))
}

fn evidence<'a, F: Fit + Sync + 'a>(name: &'static str, journeys: &'a Journeys, specification: F) -> Step<'a> {
    let gather = move || {
        black_box(journeys.accumulate(|| specification.evidence(journeys.channels())).is_ok());
    };
    (name, Box::new(gather))
}

/// Runs every step on every pool in turn and prints a line for each; the first step is the yardstick.
fn measure(steps: &[Step<'_>], pools: &[ThreadPool]) {
    let mut seconds = vec![vec![Vec::with_capacity(ROUNDS); pools.len()]; steps.len()];
    for _ in 0..ROUNDS {
        for ((_, step), seconds) in steps.iter().zip(&mut seconds) {
            for (pool, seconds) in pools.iter().zip(seconds) {
                let started = Instant::now();
                pool.install(step);
                seconds.push(started.elapsed().as_secs_f64());
            }
        }
    }
    let medians: Vec<Vec<f64>> = seconds.into_iter().map(|pools| pools.into_iter().map(median).collect()).collect();
    print!("{:28}", "seconds");
    pools.iter().for_each(|pool| print!("{:>9} thr", pool.current_num_threads()));
    println!("{:>9}{:>13}", "times", "x read_once");
    let last = pools.len() - 1;
    for ((name, _), spent) in steps.iter().zip(&medians) {
        print!("{name:28}");
        spent.iter().for_each(|seconds| print!("{seconds:>13.4}"));
        println!("{:>9.2}{:>13.2}", spent[0] / spent[last], spent[last] / medians[0][last]);
    }
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}
