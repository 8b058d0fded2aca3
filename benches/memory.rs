//! How many journeys fit: persons of 4 touches in the mean, 5 % converting, simulated straight into
//! the builder, built, and scored by eight models. Prints the seconds each step takes and the most
//! memory the process held, with how many bytes a touch that is; to be compared with the 13 bytes a
//! touch that a person, a second and a channel take as they come.
//!
//!     cargo bench --bench memory -- 100000000
//!
//! The argument is the number of persons; a million otherwise.

#[path = "common/eight.rs"]
mod eight;
#[path = "common/events.rs"]
mod events;
#[path = "common/peak.rs"]
mod peak;

use mixtouch::{JourneyBuilder, JourneyOptions};
use peak::peak;
use std::time::Instant;

fn main() {
    let asked = std::env::args()
        .skip(1)
        .find_map(|argument| argument.replace('_', "").parse().ok());
    // `cargo test --benches` runs this too, and does not say so as `cargo bench` does
    let measured = std::env::args().any(|argument| argument == "--bench");
    let persons = asked.unwrap_or(if measured { 1_000_000 } else { 1_000 });

    let started = Instant::now();
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    events::fill(&mut builder, persons, 0.05);
    let (rows, filled) = (builder.rows(), started.elapsed());
    let after_filling = peak();
    let journeys = builder.build().expect("the log is sound");
    let built = started.elapsed();
    let after_building = peak();
    let table = eight::comparison()
        .run(&journeys)
        .expect("the journeys have what all eight need");
    let scored = started.elapsed();

    let totals = journeys.totals();
    println!(
        "{persons} persons, {rows} rows, {} journeys, {} touches",
        totals.journeys, totals.touchpoints
    );
    for (step, spent, peak) in [
        ("simulated into the builder", filled, after_filling),
        ("built", built - filled, after_building),
        ("scored by eight models", scored - built, peak()),
    ] {
        let memory = peak.map(|bytes| {
            let gigabytes = bytes as f64 / 1e9;
            format!(
                ", at most {gigabytes:.2} GB so far, {:.1} bytes a touch",
                bytes as f64 / totals.touchpoints
            )
        });
        println!(
            "{step}: {:.2} s{}",
            spent.as_secs_f64(),
            memory.unwrap_or_default()
        );
    }
    assert_eq!(table.models().len(), 8);
}
