//! One process of the library beside DataFusion, on the same Parquet file: seconds, and whether both
//! say the same.
//!
//!     cargo run -p mixtouch-datafusion --release --example throughput -- 2470000 2

use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use mixtouch::attribution::{ModelName, ModelSettings, ShardedComparison};
use mixtouch::io::{EventColumns, ParquetChunk, ParquetReader};
use mixtouch::simulate::worlds::World;
use mixtouch::{Comparison, ComparisonTable, JourneyBuilder, JourneyOptions};
use mixtouch_datafusion::{Log, LogColumns};
use std::error::Error;
use std::fs::{File, create_dir_all};
use std::path::Path;
use std::time::Instant;

const MODELS: [ModelName; 6] = [
    ModelName::LastTouch,
    ModelName::FirstTouch,
    ModelName::Linear,
    ModelName::TimeDecay,
    ModelName::PositionBased,
    ModelName::Markov,
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |otherwise: u64| match arguments.next() {
        Some(text) => text.parse(),
        None => Ok(otherwise),
    };
    let (persons, partitions) = (number(10_000)?, number(2)?);
    let folder = std::env::temp_dir().join(format!("mixtouch_{persons}"));
    let rows = write(persons, &folder)?;
    println!("{rows} rows of {persons} persons, {partitions} partitions");

    let start = Instant::now();
    let alone = alone(&folder)?;
    println!("library     {:.1} s", start.elapsed().as_secs_f64());

    let start = Instant::now();
    let config = SessionConfig::new().with_target_partitions(usize::try_from(partitions)?);
    let context = SessionContext::new_with_config(config);
    let path = folder.to_string_lossy();
    let read = context
        .read_parquet(path.as_ref(), ParquetReadOptions::default())
        .await?;
    let log = Log::new(read, LogColumns::default(), JourneyOptions::default()).await?;
    println!("settings at {:.1} s", start.elapsed().as_secs_f64());
    let models = ShardedComparison::new(MODELS, ModelSettings::default())?;
    let table = log.compare(models.clone()).await?;
    println!("DataFusion  {:.1} s", start.elapsed().as_secs_f64());

    let start = Instant::now();
    let log = log.in_memory().await?;
    println!(
        "persons in memory after {:.1} s",
        start.elapsed().as_secs_f64()
    );
    log.compare(models).await?;
    println!("compared at {:.1} s", start.elapsed().as_secs_f64());
    let largest = largest_difference(&alone, &table);
    println!("largest difference of a channel's conversions: {largest:e}");
    Ok(())
}

/// A simulated log in files of a folder, unless it is there.
fn write(persons: u64, folder: &Path) -> Result<usize, Box<dyn Error>> {
    create_dir_all(folder)?;
    let simulation = World::Baseline.simulate(persons, 1)?;
    for (number, batch) in simulation.batches().iter().enumerate() {
        batch.write_parquet(File::create(folder.join(format!("{number:05}.parquet")))?)?;
    }
    Ok(simulation.batches().iter().map(|batch| batch.len()).sum())
}

fn alone(folder: &Path) -> Result<ComparisonTable, Box<dyn Error>> {
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    let mut files = folder.read_dir()?.collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(|file| file.file_name());
    for file in files {
        let reader = ParquetReader::open(file.path(), EventColumns::default())?;
        builder.extend_each(reader, ParquetChunk::events)?;
    }
    let journeys = builder.build()?;
    let settings = ModelSettings::default();
    let add = |comparison: Comparison, name| comparison.named(name, &settings);
    let comparison = MODELS.into_iter().try_fold(Comparison::new(), add)?;
    Ok(comparison.run(&journeys)?)
}

fn largest_difference(one: &ComparisonTable, other: &ComparisonTable) -> f64 {
    let models = one.models().iter().zip(other.models());
    let rows = models.flat_map(|(one, other)| one.channels.iter().zip(&other.channels));
    rows.map(|(one, other)| (one.conversions - other.conversions).abs() / one.conversions.max(1.0))
        .fold(0.0, f64::max)
}
