//! The same model from two machines: split by person, gather, serialise, merge, solve.
//!
//!     cargo run --example shards

use mixtouch::attribution::markov::Markov;
use mixtouch::simulate::worlds::World;
use mixtouch::{
    Accumulator, Credits, Events, Fit, JourneyBuilder, JourneyOptions, Journeys, attribute,
};
use std::error::Error;

/// What one machine does with its persons' rows.
fn journeys(rows: &[Events], channels: &[&str]) -> mixtouch::Result<Journeys> {
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder.add_channels(channels.iter().copied())?; // the same on every machine
    for batch in rows {
        builder.extend(batch)?;
    }
    builder.build()
}

fn main() -> Result<(), Box<dyn Error>> {
    let simulation = World::Additive.simulate(10_000, 1)?;
    let whole = simulation.journeys(JourneyOptions::default())?;
    let channels: Vec<&str> = whole.channels().iter().collect();
    let (left, right) = simulation
        .batches()
        .split_at(simulation.batches().len() / 2);
    let shards = [journeys(left, &channels)?, journeys(right, &channels)?];

    // On each machine: one pass, and a small state to send.
    let markov = Markov::order(1)?;
    let mut states = Vec::new();
    for shard in &shards {
        let evidence = markov.gather(shard)?;
        states.push(serde_json::to_string(&evidence)?);
    }
    println!(
        "states of {} and {} bytes",
        states[0].len(),
        states[1].len()
    );

    // On one machine: merge and solve.
    let mut merged: <Markov as Fit>::Evidence = serde_json::from_str(&states[0])?;
    merged.merge(serde_json::from_str(&states[1])?)?;
    let model = markov.solve(merged)?;

    // On each machine again: divide its own conversions.
    let mut credits = Credits::new(whole.channels().clone());
    for shard in &shards {
        credits.merge(attribute(shard, &model)?)?;
    }
    for (name, tally) in whole.channels().iter().zip(credits.by_channel()) {
        println!("{name:<12} {:8.2}", tally.conversions);
    }
    Ok(())
}
