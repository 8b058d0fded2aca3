//! Logs to measure on, from a seed: journey lengths geometric with mean 4 and at most 50, gaps exponential with mean a day,
//! starts spread over 90 days, 12 channels, rows in order of time as a real log's are.

use mixtouch::{Event, Events, Random};
use rayon::prelude::*;

const CHANNELS: [&str; 12] =
    ["affiliate", "app", "call", "direct", "display", "e-mail", "organic", "search", "social", "store", "tv", "video"];
const DAY: f64 = 86_400.0;
const START: f64 = 1_767_225_600.0;

/// A log of so many persons; the share of them that converts once, an hour or so behind the last touch.
pub(crate) fn log(persons: u64, converting: f64) -> Events {
    let mut rows: Vec<(u32, u32, u8)> = (0..persons).into_par_iter().flat_map_iter(|person| rows_of(person, converting)).collect();
    rows.par_sort_by_key(|&(time, person, _)| (time, person));
    let mut events = Events::new();
    for (time, person, what) in rows {
        let (person, time) = (u64::from(person), i64::from(time));
        let event = match CHANNELS.get(usize::from(what)) {
            Some(channel) => Event::touch(person, time, channel),
            None => Event::conversion(person, time).with_value(50.0 + (person % 100) as f64),
        };
        events.push(event).expect("the generated rows are sound");
    }
    events
}

fn rows_of(person: u64, converting: f64) -> Vec<(u32, u32, u8)> {
    let mut random = Random::new(20_260_101).stream(person);
    let mut time = START + random.between(0.0, 90.0 * DAY);
    let mut rows = Vec::with_capacity(6);
    for _ in 0..50 {
        // squaring the draw makes some channels common and some rare
        let channel = (random.uniform() * random.uniform() * CHANNELS.len() as f64) as u8;
        rows.push((time as u32, person as u32, channel));
        time += 1.0 + random.exponential(1.0 / DAY);
        if random.chance(0.25) {
            break;
        }
    }
    if random.chance(converting) {
        let last = f64::from(rows[rows.len() - 1].0);
        rows.push(((last + random.exponential(1.0 / 3600.0)) as u32, person as u32, u8::MAX));
    }
    rows
}

/// What nothing can beat: reading 13 bytes a touch - person, second, channel less what ordering saves - once with all threads.
pub(crate) fn read_once(buffer: &[u64]) -> u64 {
    buffer.par_chunks(1 << 16).map(|chunk| chunk.iter().fold(0, |sum: u64, word| sum.wrapping_add(*word))).sum()
}

/// A buffer of 13 bytes a touch.
pub(crate) fn buffer(touches: usize) -> Vec<u64> {
    (0..(touches * 13 / 8) as u64).collect()
}
