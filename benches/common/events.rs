//! Logs to measure on, from a seed: journey lengths geometric with mean 4 and at most 50, gaps
//! exponential with mean a day, starts spread over 90 days, 12 channels.
#![allow(dead_code, reason = "each bench takes its part of it")]

use mixtouch::{Event, Events, JourneyBuilder, JourneyOptions, Journeys};
use random::Random;
use rayon::prelude::*;
use std::ops::Range;

#[allow(unused_imports, reason = "its tests run with the crate's")]
#[path = "../../src/util/random.rs"]
pub(crate) mod random;

const CHANNELS: [&str; 12] = [
    "affiliate",
    "app",
    "call",
    "direct",
    "display",
    "e-mail",
    "organic",
    "search",
    "social",
    "store",
    "tv",
    "video",
];
const DAY: f64 = 86_400.0;
const START: f64 = 1_767_225_600.0;
/// What stands for a conversion where touches have the number of their channel.
const CONVERSION: u8 = u8::MAX;
/// Persons in one batch: about a million rows.
const BATCH: u64 = 1 << 18;

/// How many journeys to measure on: what the environment variable `JOURNEYS` says, a million
/// otherwise.
pub(crate) fn asked() -> u64 {
    let asked = std::env::var("JOURNEYS")
        .ok()
        .map(|text| text.parse().expect("JOURNEYS is a number of journeys"));
    asked.unwrap_or(1_000_000)
}

/// A log of so many persons with its rows in order of time, as a real log's are; the share of the
/// persons that converts once, an hour or so behind the last touch.
pub(crate) fn log(persons: u64, converting: f64) -> Events {
    let rows = |person| {
        let mut rows = Vec::with_capacity(6);
        each_row(person, converting, |time, what| {
            rows.push((time, person as u32, what))
        });
        rows
    };
    let mut rows: Vec<(u32, u32, u8)> = (0..persons).into_par_iter().flat_map_iter(rows).collect();
    rows.par_sort_by_key(|&(time, person, _)| (time, person));
    let mut events = Events::new();
    for (time, person, what) in rows {
        events
            .push(event(u64::from(person), time, what))
            .expect("the generated rows are sound");
    }
    events
}

/// The journeys of such a log.
pub(crate) fn journeys(persons: u64, converting: f64) -> Journeys {
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    fill(&mut builder, persons, converting);
    builder.build().expect("the log is sound")
}

/// Generates such a log straight into a builder, person after person, so that nothing but the
/// builder holds its rows.
pub(crate) fn fill(builder: &mut JourneyBuilder, persons: u64, converting: f64) {
    fill_with(builder, persons, |person, log| {
        each_row(person, converting, |time, what| {
            log.push(event(person, time, what))
                .expect("the generated rows are sound")
        });
    });
}

/// The same with rows of one's own.
pub(crate) fn fill_with(
    builder: &mut JourneyBuilder,
    persons: u64,
    push: impl Fn(u64, &mut Events) + Sync,
) {
    let ranges =
        (0..persons.div_ceil(BATCH)).map(|at| Ok(at * BATCH..persons.min((at + 1) * BATCH)));
    let batch = |persons: Range<u64>| {
        let mut log = Events::new();
        persons.for_each(|person| push(person, &mut log));
        Ok(log)
    };
    builder
        .extend_each(ranges, batch)
        .expect("the generated rows are sound");
}

fn each_row(person: u64, converting: f64, mut row: impl FnMut(u32, u8)) {
    let mut random = Random::new(20_260_101).stream(person);
    let mut time = START + random.between(0.0, 90.0 * DAY);
    let mut last = 0;
    for _ in 0..50 {
        // squaring the draw makes some channels common and some rare
        let channel = (random.uniform() * random.uniform() * CHANNELS.len() as f64) as u8;
        last = time as u32;
        row(last, channel);
        time += 1.0 + random.exponential(1.0 / DAY);
        if random.chance(0.25) {
            break;
        }
    }
    if random.chance(converting) {
        row(
            (f64::from(last) + random.exponential(1.0 / 3600.0)) as u32,
            CONVERSION,
        );
    }
}

fn event(person: u64, time: u32, what: u8) -> Event<'static> {
    match CHANNELS.get(usize::from(what)) {
        Some(channel) => Event::touch(person, i64::from(time), channel),
        None => Event::conversion(person, i64::from(time)).with_value(50.0 + (person % 100) as f64),
    }
}
