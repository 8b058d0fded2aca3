//! One comparison over machines that share no memory: split by person, gather, merge, solve, credit.
//!
//!     cargo run --example shards

use mixtouch::attribution::{
    Bootstrap, ModelName, ModelSettings, ShardCredits, ShardEvidence, ShardModels,
    ShardedComparison,
};
use mixtouch::simulate::worlds::World;
use mixtouch::{Events, JourneyBuilder, JourneyOptions, Journeys};
use std::error::Error;

/// What one machine does with its persons' rows.
fn journeys(rows: &[Events], channels: &[&str], last: i64) -> mixtouch::Result<Journeys> {
    // on every machine the same channels, and the last second of the whole log
    let options = JourneyOptions::default().with_observation_end(last);
    let mut builder = JourneyBuilder::new(options);
    builder.add_channels(channels.iter().copied())?;
    for batch in rows {
        builder.extend(batch)?;
    }
    builder.build()
}

fn main() -> Result<(), Box<dyn Error>> {
    let simulation = World::Baseline.simulate(10_000, 1)?;
    let rows = || {
        simulation
            .batches()
            .iter()
            .flat_map(|batch| (0..batch.len()).map(|row| batch.get(row)))
    };
    let last = rows()
        .flatten()
        .map(|event| event.time())
        .max()
        .unwrap_or(0);
    let mut channels: Vec<&str> = rows()
        .flatten()
        .filter_map(|event| event.channel())
        .collect();
    channels.sort_unstable();
    channels.dedup();
    let (left, right) = simulation
        .batches()
        .split_at(simulation.batches().len() / 2);
    let shards = [
        journeys(left, &channels, last)?,
        journeys(right, &channels, last)?,
    ];

    let models = [ModelName::LastTouch, ModelName::Markov, ModelName::Shapley];
    let comparison =
        ShardedComparison::new(models, ModelSettings::default())?.bootstrap(Bootstrap::new(50, 1)?);

    // On each machine: one pass, and a state to send.
    let mut states = Vec::new();
    for shard in &shards {
        states.push(serde_json::to_string(&comparison.gather(shard)?)?);
    }
    println!(
        "evidence of {} and {} bytes",
        states[0].len(),
        states[1].len()
    );

    // On one machine: merge and solve.
    let mut merged: ShardEvidence = serde_json::from_str(&states[0])?;
    merged.merge(serde_json::from_str(&states[1])?)?;
    let sent = serde_json::to_string(&comparison.solve(merged)?)?;
    println!("models of {} bytes", sent.len());

    // On each machine again: divide its own conversions.
    let models: ShardModels = serde_json::from_str(&sent)?;
    let mut credits: Option<ShardCredits> = None;
    for shard in &shards {
        let own = comparison.credit(&models, shard)?;
        match &mut credits {
            Some(sum) => sum.merge(own)?,
            none => *none = Some(own),
        }
    }

    // On one machine: the table, as a comparison of all journeys would give it.
    if let Some(credits) = credits {
        print!("{}", comparison.table(&models, credits)?);
    }
    Ok(())
}
