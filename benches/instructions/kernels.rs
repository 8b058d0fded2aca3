//! Instructions and memory accesses of three kernels, counted by Valgrind on one thread: a
//! regression shows on a machine too busy to time anything. Gungraun compares each with the run
//! before, or with a baseline saved by `-- --save-baseline=NAME`.
//!
//! - `journeys`: about 100,000 rows in order of time taken apart, ordered by person and cut into
//!   journeys;
//! - `markov_evidence`: the transitions of the same journeys, 5 % of them converting, counted block
//!   by block;
//! - `linear_credit`: the linear rule over as many journeys that all convert.
//!
//! Needs Valgrind, and the runner in the version of gungraun in `Cargo.lock` beside this file:
//!
//!     cargo install gungraun-runner --version 0.20.0
//!     cargo bench --manifest-path benches/instructions/Cargo.toml

#[path = "../common/events.rs"]
mod events;

use gungraun::prelude::*;
use mixtouch::{Credits, Events, Fit, JourneyOptions, Journeys, attribute};
use mixtouch::attribution::markov::{Markov, Transitions};
use mixtouch::attribution::rules::Linear;
use std::hint::black_box;

const PERSONS: u64 = 25_000;

/// Has the thread that is counted do all the work: Valgrind would not count what others do.
fn on_this_thread() {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global()
        .expect("no pool was asked for before");
}

fn log() -> Events {
    on_this_thread();
    events::log(PERSONS, 0.05)
}

fn few_converting() -> Journeys {
    on_this_thread();
    events::journeys(PERSONS, 0.05)
}

fn all_converting() -> Journeys {
    on_this_thread();
    events::journeys(PERSONS, 1.0)
}

#[library_benchmark]
#[bench::in_order_of_time(log())]
fn journeys(log: Events) -> (Events, Journeys) {
    let journeys = Journeys::from_events(black_box(&log), JourneyOptions::default())
        .expect("the log is sound");
    (log, journeys)
}

#[library_benchmark]
#[bench::few_converting(few_converting())]
fn markov_evidence(journeys: Journeys) -> (Journeys, Transitions) {
    let markov = Markov::order(1).expect("there is an order 1");
    let evidence = journeys
        .accumulate(|| markov.evidence(journeys.channels()))
        .expect("evidence of one arena");
    (journeys, evidence)
}

#[library_benchmark]
#[bench::all_converting(all_converting())]
fn linear_credit(journeys: Journeys) -> (Journeys, Credits) {
    let credits = attribute(black_box(&journeys), &Linear).expect("the rule needs no times");
    (journeys, credits)
}

library_benchmark_group!(
    name = kernels,
    benchmarks = [journeys, markov_evidence, linear_credit]
);
main!(library_benchmark_groups = kernels);
