//! A builder that saves its state after every batch of rows, to be killed at any moment. The script
//! `scripts/kill_while_saving.py` does so, and compares what is left with a run that nobody killed.
//!
//!     cargo run --release --example durable_state -- run FOLDER ROWS
//!     cargo run --release --example durable_state -- check FOLDER
//!     cargo run --release --example durable_state -- expect ROWS
//!
//! Without arguments it shows the figures of two batches.

use mixtouch::attribution::rules::Linear;
use mixtouch::{Event, Events, JourneyBuilder, JourneyOptions, attribute};
use std::error::Error;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hasher};
use std::path::Path;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const BATCH: u64 = 50_000;

/// A number that looks random and depends on `row` alone.
fn mixed(row: u64) -> u64 {
    let mixed = (row ^ (row >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 20
}

/// Batch number `batch` of a log that is the same at every run.
fn rows(batch: u64) -> mixtouch::Result<Events> {
    let mut log = Events::new();
    for row in batch * BATCH..(batch + 1) * BATCH {
        let (random, time) = (mixed(row), 1_767_225_600 + row as i64 / 2);
        let name = format!("person {}", random % 200_000);
        let channel = ["search", "social", "e-mail", "display", "tv"][(random >> 20) as usize % 5];
        log.push(if row % 20 == 19 {
            Event::conversion(&name, time).with_value((random % 9_000) as f64 / 100.0)
        } else {
            Event::touch(&name, time, channel)
        })?;
    }
    Ok(log)
}

/// What stands for a builder: a hash of all it holds, and the credit of its journeys.
fn figures(builder: JourneyBuilder, offset: u64) -> Result<String> {
    let mut state = Vec::new();
    builder.write_state(&mut state, &offset)?;
    let mut hash = DefaultHasher::new();
    hash.write(&state);
    let mut line = format!("{offset} {:016x}", hash.finish());
    for tally in attribute(&builder.build()?, &Linear)?.by_channel() {
        write!(line, " {:?} {:?}", tally.conversions, tally.value)?;
    }
    Ok(line)
}

/// Goes on where the last process stopped, up to the end of the log; then saves for ever.
fn run(state: &Path, batches: u64) -> Result<()> {
    let (mut builder, mut offset) = if state.exists() {
        JourneyBuilder::load(state)?
    } else {
        (JourneyBuilder::new(JourneyOptions::default()), 0_u64)
    };
    loop {
        if offset < batches {
            builder.extend(&rows(offset)?)?;
            offset += 1;
        }
        builder.save(state, &offset)?;
    }
}

/// The figures of every state that a run may leave.
fn expect(batches: u64) -> Result<()> {
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    for offset in 0..batches {
        builder.extend(&rows(offset)?)?;
        let mut state = Vec::new();
        builder.write_state(&mut state, &())?;
        let (copy, ()) = JourneyBuilder::read_state(&state[..])?;
        println!("{}", figures(copy, offset + 1)?);
    }
    Ok(())
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["run", folder, rows] => run(
            &Path::new(folder).join("state"),
            rows.parse::<u64>()? / BATCH,
        ),
        ["check", folder] => {
            let (builder, offset) = JourneyBuilder::load(Path::new(folder).join("state"))?;
            println!("{}", figures(builder, offset)?);
            Ok(())
        }
        ["expect", rows] => expect(rows.parse::<u64>()? / BATCH),
        [] => expect(2),
        _ => Err("run FOLDER ROWS, check FOLDER, or expect ROWS".into()),
    }
}
